"""What the model is held to: poses, tolerances, and the tables of reference values that the published engine made.

`tests/engine.py` writes the tables; they are read where the engine is not installed, which is nearly everywhere.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from iliopsoas.body.kinematics import Angles, Skeleton
from iliopsoas.body.muscle import Muscle, fascicles, muscle, muscles
from iliopsoas.body.pose import Pose

FOLDER = Path(__file__).parent / "reference"
HIP, LUMBAR = FOLDER / "hip_model.csv", FOLDER / "fascicles.csv"

AXES = ("flexion", "adduction", "rotation")
JOINTS = ("l5_s1", "l4_l5", "l3_l4", "l2_l3", "l1_l2")
FIELDS = ("hip_flexion_deg", "hip_adduction_deg", "hip_rotation_deg", "knee_flexion_deg")
RANGE = {  # in which poses are drawn at random, all angles together
    "hip_flexion_deg": (-20, 100),
    "hip_adduction_deg": (-25, 15),
    "hip_rotation_deg": (-25, 25),
    "knee_flexion_deg": (0, 120),
    "lumbar_flexion_deg": (-25, 60),
}
# Millimetres of length, flexion, adduction and rotation arm. The engine's arms over a cylinder are not quite the slopes
# of its own lengths (see wrap.py), least so for gluteus maximus.
TOLERANCE_MM = {
    "psoas_major": (0.05, 0.2, 0.6, 0.2),
    "iliacus": (0.05, 0.2, 0.6, 0.2),
    "rectus_femoris": (0.05, 0.1, 0.1, 0.1),
    "gluteus_maximus_upper": (0.1, 2.5, 2.5, 4.0),
    "gluteus_maximus_middle": (0.05, 1.0, 1.0, 1.0),
    "gluteus_maximus_lower": (0.05, 0.2, 1.5, 0.5),
    "piriformis": (0.001, 0.001, 0.001, 0.001),
    "tensor_fasciae_latae": (0.001, 0.001, 0.001, 0.001),
    "sartorius": (0.001, 0.001, 0.001, 0.001),
}


def random_poses(count: int, seed: int) -> dict[str, np.ndarray]:
    """Return random angles within `RANGE` by field, each of shape (count,)."""
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(low, high, count) for name, (low, high) in RANGE.items()}


def lines() -> dict[str, Muscle]:
    """Return all muscles of the hip model by id."""
    return {id: muscle(id) for id in muscles()}


def ours(line: Muscle, poses: dict[str, np.ndarray]) -> np.ndarray:
    """Return length and the three hip arms over poses, shape (n, 4), millimetres."""
    return np.stack([line.lengths_mm(**poses), *(line.moment_arms_mm(axis, **poses) for axis in AXES)], -1)


def end_inside_cylinder(line: Muscle, poses: dict[str, np.ndarray]) -> np.ndarray:
    """Return where a path point lies inside the cylinder that its stretch bends over.

    There the engine lets go of the cylinder, with a jump of millimetres; we slide along its surface.
    """
    skeleton = Skeleton(Angles.of(Pose(), **poses))
    trace = line.line.trace(skeleton)
    if trace.over is None or line.line.cylinder is None:
        return np.zeros(skeleton.angles.shape, bool)
    ends = [trace.over.frame.local(point) for _, point in trace.stops[trace.over.after : trace.over.after + 2]]
    near = [np.hypot(end[..., 0], end[..., 1]) < line.line.cylinder.radius_m for end in ends]
    return np.broadcast_to(near[0] | near[1], skeleton.angles.shape)


def table_poses() -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the muscle and the pose of each row of the table of the hip model."""
    alone = {"hip_flexion_deg": range(-20, 121, 20), "hip_adduction_deg": (-25, 15), "hip_rotation_deg": (-25, 25)}
    mixed = random_poses(25, seed=11)
    for id, line in lines().items():
        for field, values in alone.items():
            yield from ((id, {field: float(value)}) for value in values)
        if "patella" in line.line.bones or "tibia" in line.line.bones:
            yield from (
                (id, {"hip_flexion_deg": h, "knee_flexion_deg": k}) for h in (-20.0, 90.0) for k in (60.0, 120.0)
            )
        inside = end_inside_cylinder(line, mixed)
        for k in np.flatnonzero(~inside):
            yield id, {field: round(float(mixed[field][k]), 1) for field in FIELDS}


def lumbar_table_poses() -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the fascicle and the pose of each row of the table of the fascicles."""
    for fascicle in fascicles():
        for lumbar, hip in ((0.0, 0.0), (-20.0, -15.0), (30.0, 50.0), (60.0, 90.0)):
            yield fascicle.id, {"lumbar_flexion_deg": lumbar, "hip_flexion_deg": hip}


def read(path: Path) -> list[tuple[str, dict[str, float], list[float]]]:
    """Return the rows of a table: the line, its pose, and the values that the engine gave."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    poses = [k for k, name in enumerate(head) if name.endswith("_deg")]
    out = []
    for row in rows:
        pose = {head[k]: float(row[k]) for k in poses}
        out.append((row[0], pose, [float(value) for value in row[1 + len(poses) :]]))
    return out
