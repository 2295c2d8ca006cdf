"""The repository and the package as wholes: what lies where, what is shipped, and which imports are allowed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from iliopsoas.atlas._build_sources import PACKAGES
from iliopsoas.cli.lessons import lessons

PLAIN_NAMES = {
    *("pyproject.toml", "notebooks", "figures", "src", "tests"),
    *("README.md", "LICENSE", "NOTICE", "CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md"),
}
PIN = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^@]+)?")
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def tracked(top: Path) -> list[Path]:
    """Every file of the repository."""
    if not (top / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=top, capture_output=True, encoding="utf-8", check=True)
    return [top / name for name in listed.stdout.split("\0") if name and (top / name).is_file()]


@pytest.fixture(scope="module")
def project(top: Path) -> dict:
    return tomllib.loads((top / "pyproject.toml").read_text(encoding="utf-8"))


def python(code: str, **options) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_top_level_is_fixed(tracked, top):
    names = {path.relative_to(top).parts[0] for path in tracked}
    assert {name for name in names if not name.startswith(".")} <= PLAIN_NAMES


def test_no_lock_file_is_committed(tracked):
    assert not [path.name for path in tracked if path.suffix == ".lock" or "lock." in path.name]


def test_pins_are_exact_and_hold_no_address(top, project):
    lines = (top / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    binder = {line for line in lines if not line.startswith("#")}
    pins = set(project["tool"]["uv"]["constraint-dependencies"])
    assert all(PIN.fullmatch(pin) for pin in binder | pins)
    assert binder < pins, "run .ci/pins"


def test_every_dependency_is_pinned(top, project):
    pinned = {re.match(r"[a-z0-9-]+", pin)[0] for pin in project["tool"]["uv"]["constraint-dependencies"]}
    named = [*project["project"]["dependencies"]]
    for group in project["dependency-groups"].values():
        named += [entry for entry in group if isinstance(entry, str)]
    assert {re.match(r"[\w-]+", name)[0] for name in named} <= pinned, "run .ci/pins"


def test_no_file_names_a_place_on_someones_machine(tracked):
    folders = "|".join(("work", "root", "farm", r"home/\w+", r"Users/\w+"))
    place = re.compile(rf"(?<![\w.$~])/(?:{folders})/\w")
    for path in tracked:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        assert not place.search(text), path


def test_imports_point_one_way(top):
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    python(code, cwd=top)


def test_importing_the_package_does_not_import_pyplot():
    assert python("import sys, iliopsoas; print('matplotlib.pyplot' in sys.modules)") == "False"


def test_no_module_uses_pyplot_or_changes_global_style(top):
    forbidden = re.compile(r"import matplotlib\.pyplot|matplotlib import pyplot|\brcParams\[|rcParams\.update|\brc\(")
    for path in (top / "src").rglob("*.py"):
        assert not forbidden.search(path.read_text(encoding="utf-8")), path


def test_nothing_a_browser_loads_leads_to_the_network(top):
    found = [path for path in (top / "src").rglob("*") if path.suffix in (".js", ".css", ".html", ".svg")]
    for path in found:
        text = path.read_text(encoding="utf-8").replace(SVG_NAMESPACE, "")
        # what is imported may only be what the page holds already
        assert not re.search(r"https?://|\bimport\s*\((?!URL\.createObjectURL\()|@import|//cdn", text), path


def test_the_readme_says_the_commands_that_are_tested(top):
    readme = (top / "README.md").read_text(encoding="utf-8")
    matrix = (top / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    script = (top / ".ci" / "run").read_text(encoding="utf-8")
    for line in ("python -m pip install uv", "python -m uv run pytest"):
        assert f"\n{line}\n" in readme and f"- run: {line}\n" in matrix
    assert "\npython -m uv run iliopsoas\n" in readme
    assert '"$python" -m uv run pytest' in script


def test_the_readme_leads_to_what_is_there(top):
    readme = (top / "README.md").read_text(encoding="utf-8")
    for alt, target in re.findall(r"!?\[([^\]]+)\]\(([^)#\s]+)\)", readme):
        if not target.startswith("https:"):
            assert (top / target).exists(), target
        assert alt.strip()


@pytest.fixture(scope="module")
def wheel(top: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is published."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=top, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_is_small_and_complete(wheel, top):
    assert wheel.stat().st_size < 2_000_000
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    package = top / "src" / "iliopsoas"
    needs_checkout = {
        *package.glob("atlas/_build_*.py"),
        package / "atlas/build.py",
        package / "body/hip_shapes_build.py",
    }
    assert all(path.is_file() for path in needs_checkout)
    ours = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts} - needs_checkout
    assert not shipped & {f"iliopsoas/{path.relative_to(package).as_posix()}" for path in needs_checkout}
    assert {f"iliopsoas/{path.relative_to(package).as_posix()}" for path in ours} <= shipped
    assert {f"iliopsoas/lessons/{lesson.name}.ipynb" for lesson in lessons()} <= shipped
    pictures = {name.removeprefix("iliopsoas/figures/") for name in shipped if name.startswith("iliopsoas/figures/")}
    assert {"start/anterior.webp", "attachments/anterior.webp"} <= pictures
    assert pictures <= {name for lesson in lessons() for name in lesson.pictures}
    for name in ("LICENSE", "NOTICE"):
        assert any(entry.endswith(f"licenses/{name}") for entry in shipped)
    assert not [name for name in shipped if "test" in name or "checkpoint" in name]


def test_the_wheel_opens_its_own_lessons(wheel, tmp_path):
    """As installed: away from the checkout, with what is in the wheel and nothing beside it."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from iliopsoas.cli import folder, lessons
print(json.dumps([str(lessons.home()), *folder.bring_up_to_date(Path(sys.argv[2])).written]))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "installed"), str(tmp_path / "own")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    home, *written = json.loads(done.stdout)
    assert Path(home) == tmp_path / "installed" / "iliopsoas" / "lessons"
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name.removeprefix("iliopsoas/") for name in archive.namelist()}
    pictures = {f"figures/{name}" for lesson in lessons() for name in lesson.pictures} & shipped
    assert set(written) == {f"{lesson.name}.ipynb" for lesson in lessons()} | pictures
    texts = [(tmp_path / "own" / f"{lesson.name}.ipynb").read_text(encoding="utf-8") for lesson in lessons()]
    shown = {name for text in texts for name in re.findall(r"\]\((figures/[^)\s]+)\)", text)}
    assert shown == pictures, "a picture that is not there is described instead"


def test_the_group_of_the_bones_pins_what_their_build_reads(project):
    wanted = {f"{one.name}=={one.version}" for one in PACKAGES.values()}
    assert set(project["dependency-groups"]["bones"]) == wanted
    alone = {f"{row['name']}=={row['version']}" for row in project["tool"]["uv"]["dependency-metadata"]}
    assert alone == wanted, "they come without what their own code would need"
