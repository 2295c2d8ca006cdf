"""Our muscle model beside the published engine, at a thousand random poses of all joints together.

    python -m uv run --group opensim pytest tests/test_against_opensim.py -s

installs the engine (PyPI wheel `opensim`, for development only), compares, and prints the worst errors.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from iliopsoas import Pose, fascicles, muscle
from iliopsoas.body.kinematics import BONES, Angles, Skeleton, placement
from iliopsoas.body.muscle import muscles
from model_reference import AXES, FIELDS, JOINTS, TOLERANCE_MM, end_inside_cylinder, lines, ours, random_poses

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the engine's own bindings
    pytest.importorskip("opensim", reason="the wheel opensim is not installed (group opensim)", exc_type=ImportError)
    from engine import Engine, tables

pytestmark = pytest.mark.opensim
POSES = random_poses(1000, seed=20)


def each_pose(count: int = 1000) -> list[dict[str, float]]:
    return [{name: float(values[k]) for name, values in POSES.items()} for k in range(count)]


@pytest.fixture(scope="module", params=[False, True], ids=["right", "left"])
def engine(request) -> Engine:
    return Engine(mirror=request.param)


@pytest.fixture(scope="module")
def theirs(engine) -> dict[str, np.ndarray]:
    """Length and three arms of every muscle in every pose, as the engine says."""
    out: dict[str, list[list[float]]] = {id: [] for id in muscles()}
    for pose in each_pose():
        engine.set(pose)
        for id in out:
            out[id].append([engine.length_mm(id), *(engine.arm_mm(id, axis) for axis in AXES)])
    return {id: np.array(rows) for id, rows in out.items()}


@pytest.mark.parametrize("id", muscles())
def test_lengths_and_arms(theirs, id):
    line = lines()[id]
    jumped = end_inside_cylinder(line, POSES)
    assert jumped.mean() < 0.01
    off = np.abs(ours(line, POSES) - theirs[id])[~jumped].max(0)
    left_out = f"; {jumped.sum()} left out, where the engine lets go of the cylinder" if jumped.any() else ""
    length, *arms = off
    each = ", ".join(f"{axis} {arm:.3f}" for axis, arm in zip(AXES, arms, strict=True))
    print(f"\n{line.name}: worst length error {length:.4f} mm; worst arm errors {each} mm{left_out}")
    assert (off <= TOLERANCE_MM[id]).all()


@pytest.mark.parametrize("id", ["psoas_major", "iliacus", "rectus_femoris"])
def test_our_arms_are_the_slopes_of_the_engines_lengths(id):
    """Where the engine's own arms differ from ours, ours are nearer to how its lengths change."""
    engine, step, worst = Engine(), 0.05, 0.0
    for pose in each_pose(200):
        for axis, field in zip(AXES, FIELDS, strict=False):
            lengths = []
            for way in (-1, 1):
                engine.set({**pose, field: pose[field] + way * step})
                lengths.append(engine.length_mm(id))
            slope = (lengths[0] - lengths[1]) / np.radians(2 * step)
            worst = max(worst, abs(slope - muscle(id).moment_arm_mm(Pose(**pose), axis)))
    print(f"\n{id}: worst difference between arm and slope {worst:.3f} mm")
    assert worst < 0.05


def test_fascicles(engine):
    worst = np.zeros(2)
    for pose in each_pose(200):
        engine.set(pose)
        for fascicle in fascicles():
            length = fascicle.length_mm(Pose(**pose)) - engine.length_mm(fascicle.id)
            arms = [fascicle.lumbar_arm_mm(Pose(**pose), j) - engine.lumbar_arm_mm(fascicle.id, j) for j in JOINTS]
            worst = np.maximum(worst, [abs(length), np.abs(arms).max()])
    print(f"\nfascicles: worst length error {worst[0]:.4f} mm; worst lumbar arm error {worst[1]:.4f} mm")
    assert worst[0] < 0.05
    assert worst[1] < 0.001


def test_bones(engine, request):
    point, flip = np.array([0.02, -0.1, 0.03]), np.array([1, 1, -1])
    left = "left" in request.node.name
    for pose in each_pose(100):
        engine.set(pose)
        for bone in BONES:
            here = placement(Pose(**pose), bone, "l" if left else "r").place(point * (flip if left else 1))
            assert here == pytest.approx(engine.place(bone, point * (flip if left else 1)), abs=1e-9)


def test_the_spine_bent_and_turned_as_well():
    engine = Engine()
    rng = np.random.default_rng(4)
    for extension, bending, rotation in rng.uniform(-20, 20, (50, 3)):
        engine.set_lumbar(extension, bending, rotation)
        still = {field: np.array(0.0) for field in Angles.__dataclass_fields__}
        angles = {"lumbar_extension": extension, "lumbar_bending": bending, "lumbar_rotation": rotation}
        skeleton = Skeleton(Angles(**{**still, **{name: np.radians(value) for name, value in angles.items()}}))
        for fascicle in fascicles():
            length = float(fascicle.line.trace(skeleton).length_m) * 1e3
            assert length == pytest.approx(engine.length_mm(fascicle.id), abs=0.05)


def test_the_tables_of_reference_values_are_what_the_engine_gives():
    for path, text in tables().items():
        stored = path.read_text(encoding="utf-8").splitlines()
        made = text.splitlines()
        assert stored[0] == made[0]
        assert len(stored) == len(made)
        for one, other in zip(stored[1:], made[1:], strict=True):
            (name, *a), (other_name, *b) = one.split(","), other.split(",")
            assert name == other_name
            assert [float(x) for x in a] == pytest.approx([float(x) for x in b], abs=2e-4)
