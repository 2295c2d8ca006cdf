"""Open the course in JupyterLab, and end it cleanly.

The server runs in this process, so that Ctrl-C reaches it on every system; the plates are drawn ahead in a child
process, so that drawing never slows the server.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import platformdirs

from iliopsoas.cli.console import CourseError, coloured
from iliopsoas.cli.folder import bring_up_to_date, put_fresh_copy
from iliopsoas.cli.lessons import choose
from iliopsoas.learning.folder import SETTING as FOLDER
from iliopsoas.learning.folder import write_atomically

SETTINGS = "ILIOPSOAS_SETTINGS"
# JupyterLab would ask each new reader whether to fetch news, and its update check is a request to a website.
QUIET = {"fetchNews": "false", "checkForUpdates": False}


def private_jupyter(settings: Path) -> dict[str, str]:
    """Name the environment that keeps the course and a learner's own Jupyter apart.

    Parameters
    ----------
    settings : Path
        Folder for everything JupyterLab remembers about the course.

    Returns
    -------
    dict of str to str
        Environment variables. The kernel and the widget front end come from the Python that runs this,
        whatever the learner has installed elsewhere.
    """
    return {
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab" / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "lab" / "workspaces"),
        "IPYTHONDIR": str(settings / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def settings_folder() -> Path:
    """Give the folder for what JupyterLab remembers about the course.

    Returns
    -------
    Path
        That of the environment variable ``ILIOPSOAS_SETTINGS``, or the place the operating system has for such data.
    """
    return Path(
        os.environ.get(SETTINGS) or platformdirs.user_data_path("iliopsoas", appauthor=False) / "jupyter"
    ).absolute()


def prepare_settings(settings: Path) -> None:
    """Make the private folder and switch JupyterLab's requests to the network off, once.

    Parameters
    ----------
    settings : Path
        See `settings_folder`.

    Raises
    ------
    CourseError
        If the folder cannot be written.
    """
    notification = settings / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    path = notification / "notification.jupyterlab-settings"
    try:
        if not path.exists():
            write_atomically(path, json.dumps(QUIET, indent=1).encode("utf-8"))
    except OSError as error:
        raise CourseError(
            f"Cannot keep JupyterLab's settings in {settings}: {error.strerror or error}.",
            f"Set the environment variable {SETTINGS} to a folder you may write to.",
        ) from error


def server_options(folder: Path, opens: str, port: int | None) -> list[str]:
    """Compose the options JupyterLab is started with.

    Parameters
    ----------
    folder : Path
        What the server may read and write.
    opens : str
        The notebook that is opened, a file name below the folder.
    port : int or None
        The port to take; None takes the first free one from 8888 on.

    Returns
    -------
    list of str
        Command-line options of Jupyter.
    """
    return [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.default_url=/lab/tree/{opens}",
        f"--LabApp.default_url=/lab/tree/{opens}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port or 8888}",
        f"--ServerApp.port_retries={0 if port else 200}",
        "--ServerApp.open_browser=False",
        # The detour over a file in a hidden folder fails in browsers installed as a snap.
        "--ServerApp.use_redirect_file=False",
        f"--IdentityProvider.token={secrets.token_hex(24)}",
        "--ServerApp.answer_yes=True",
        # It listens to this computer alone and asks for a token; in a container everyone is root.
        "--ServerApp.allow_root=True",
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        # Otherwise every kernel writes a warning into this terminal.
        "--MappingKernelManager.transport_encryption=auto",
    ]


def start_warming() -> subprocess.Popen[bytes]:
    """Begin to draw the plates ahead, in a child process of low priority.

    Returns
    -------
    subprocess.Popen
        The child; its progress bar goes to this terminal.
    """
    # A Ctrl-C in this terminal is for the server, which ends the child; the child gives itself a low priority on POSIX.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NEW_PROCESS_GROUP
        apart = {"creationflags": flags}
    return subprocess.Popen([sys.executable, "-m", "iliopsoas", "warm", "--background"], **apart)


def stop(child: subprocess.Popen[bytes] | None) -> None:
    """End a child process and wait until it is gone.

    Parameters
    ----------
    child : subprocess.Popen or None
        None does nothing.
    """
    if child is None:
        return
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def stop_on_signals(server: Any) -> None:
    """Let Ctrl-C, a closed terminal and a polite kill end the server and its kernels without questions.

    Parameters
    ----------
    server : jupyter_server.serverapp.ServerApp
        An initialised server.
    """
    asked = False

    def handler(*_: object) -> None:
        nonlocal asked
        if not asked:  # an impatient second Ctrl-C must not cut the first one's tidying short
            asked = True
            print("\nClosing the course ...", flush=True)
            server.stop(from_signal=True)

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # the last two exist on one kind of system each
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handler)


def open_course(
    word: str | None,
    folder: Path,
    *,
    fresh: bool = False,
    browser: bool = True,
    port: int | None = None,
    warm: bool = True,
) -> int:
    """Open the course and serve it until it is stopped.

    Parameters
    ----------
    word : str or None
        Which lesson; see `iliopsoas.cli.lessons.choose`.
    folder : Path
        The learner's own folder.
    fresh : bool, optional
        Put the current version of that lesson beside the learner's and open it.
    browser : bool, optional
        Whether to open a browser.
    port : int, optional
        The port to take instead of the first free one.
    warm : bool, optional
        Whether to draw the plates ahead.

    Returns
    -------
    int
        Exit code 0.

    Raises
    ------
    CourseError
        For an unknown lesson, a folder that cannot be written, or a port that is taken.
    """
    lesson = choose(word)
    report = bring_up_to_date(folder)
    opens = put_fresh_copy(folder, lesson).name if fresh else f"{lesson.name}.ipynb"
    settings = settings_folder()
    prepare_settings(settings)
    os.environ.update(private_jupyter(settings) | {FOLDER: str(folder)})  # the doctor of lesson 00 looks there too

    for name in report.kept:
        number = name[:2] if name.endswith(".ipynb") else ""
        how = f"; iliopsoas lab {number} --fresh puts the current version beside it" if number else ""
        print(f"There is a newer {name}; you changed yours, so it stays as it is{how}.")
    if report.updated:
        print(f"Brought up to date, since you had not changed them: {', '.join(report.updated)}.")

    from jupyterlab.labapp import LabApp  # here: half a second that no other command should pay

    child: subprocess.Popen[bytes] | None = None
    try:
        server = LabApp.initialize_server(argv=server_options(folder, opens, port))

        def when_it_serves() -> None:
            nonlocal child
            address = f"http://127.0.0.1:{server.port}/lab/tree/{opens}?token={server.identity_provider.token}"
            print(
                f"Lesson {lesson.number} ({lesson.title}) is open at {coloured(address, 'bold', sys.stdout)} "
                f"on your own copies in {folder}; press Ctrl-C here to stop.",
                flush=True,
            )
            if browser:
                server.launch_browser()
            if warm:
                child = start_warming()

        server.io_loop.add_callback(when_it_serves)  # runs after the callback that takes the port
        stop_on_signals(server)
        server.start()
    except SystemExit as error:
        raise CourseError(
            f"JupyterLab could not start{f' on port {port}' if port else ''}.",
            "Try another port (iliopsoas lab --port 9000), and see what iliopsoas doctor says.",
        ) from error
    finally:
        stop(child)
    print(f"Closed. Your lessons are in {folder}; open them again with: iliopsoas lab", flush=True)
    return 0
