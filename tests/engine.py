"""The published engine (OpenSim), fed with our own tables: what our lengths and moment arms are compared with.

No model file is read: bodies, joints, splines, path points and wrap cylinders are put together here from the numbers of
`iliopsoas.atlas`. All geometry of wrapping and all mechanics are the engine's. Needs the PyPI wheel `opensim`.

    python -m uv run --group opensim python tests/engine.py

writes the tables of reference values anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import opensim

from iliopsoas.atlas.joints import VERTEBRAE, joints
from iliopsoas.atlas.muscle_paths import Cylinder, paths
from model_reference import FIELDS, HIP, JOINTS, LUMBAR, lumbar_table_poses, table_poses

ANGLES = {  # field of a pose -> coordinate of the engine, and the sign that it has there
    "hip_flexion_deg": ("hip_flexion", 1),
    "hip_adduction_deg": ("hip_adduction", 1),
    "hip_rotation_deg": ("hip_rotation", 1),
    "knee_flexion_deg": ("knee_flexion", 1),
    "lumbar_flexion_deg": ("lumbar_extension", -1),
}
HIP_AXES = ("flexion", "adduction", "rotation")
_UNIT = {axis: opensim.Vec3(*(float(axis == a) for a in "xyz")) for axis in "xyz"}


class Engine:
    """All muscles of the hip model and all fascicles in one engine; `mirror` builds the left side instead."""

    def __init__(self, mirror: bool = False) -> None:
        opensim.Logger.setLevelString("Error")
        self._z = -1.0 if mirror else 1.0
        self.model = opensim.Model()
        self.bodies: dict[str, opensim.Body] = {}
        self._hip_and_knee()
        self._spine()
        cylinders = {id: self._cylinder(row) for id, row in paths().cylinders.items()}
        self.actuators: dict[str, opensim.PathActuator] = {}
        for muscle in paths().muscles.values():
            points = [(p.on, p.at_m) for p in muscle.path]
            start = muscle.from_point
            self._actuator(muscle.id, points, cylinders.get(muscle.cylinder or ""), start)
        psoas = paths().muscles["psoas_major"]
        for fascicle in paths().fascicles.values():
            points = [(fascicle.on, fascicle.at_m), *((p.on, p.at_m) for p in psoas.path[1:])]
            self._actuator(fascicle.id, points, cylinders[psoas.cylinder or ""], 2)
        self.model.finalizeConnections()
        self.state = self.model.initSystem()

    def set(self, pose: Mapping[str, float]) -> None:
        """Put the engine into a pose, fields named as in `Pose`."""
        for field, (coordinate, sign) in ANGLES.items():
            self._turn(coordinate, sign * pose.get(field, 0.0))
        self.model.realizePosition(self.state)

    def set_lumbar(self, extension_deg: float, bending_deg: float, rotation_deg: float) -> None:
        """Put the whole lumbar spine at three angles with the signs of the published model."""
        for angle, value in (("extension", extension_deg), ("bending", bending_deg), ("rotation", rotation_deg)):
            self._turn(f"lumbar_{angle}", value)
        self.model.realizePosition(self.state)

    def length_mm(self, line: str) -> float:
        """Return the length of a muscle or fascicle in the present pose."""
        return self.actuators[line].getGeometryPath().getLength(self.state) * 1e3

    def arm_mm(self, line: str, axis: str) -> float:
        """Return the moment arm at the hip about "flexion", "adduction" or "rotation" in the present pose."""
        coordinate = self.model.getCoordinateSet().get(f"hip_{axis}")
        return self.actuators[line].getGeometryPath().computeMomentArm(self.state, coordinate) * 1e3

    def lumbar_arm_mm(self, line: str, joint: str) -> float:
        """Return the moment arm at a lumbar joint in the present pose, positive when it flexes."""
        coordinate = self.model.getCoordinateSet().get(f"{joint}_extension")
        return -self.actuators[line].getGeometryPath().computeMomentArm(self.state, coordinate) * 1e3

    def place(self, bone: str, point_m: Iterable[float]) -> list[float]:
        """Return where a point of a bone is in the frame of the pelvis, in the present pose."""
        found = self.bodies[bone].findStationLocationInAnotherFrame(
            self.state, opensim.Vec3(*point_m), self.bodies["pelvis"]
        )
        return [found.get(k) for k in range(3)]

    # ---------------------------------------------------------------- building

    def _turn(self, coordinate: str, value_deg: float) -> None:
        for name, share in self._driven.get(coordinate, {coordinate: 1.0}).items():
            self.model.getCoordinateSet().get(name).setValue(self.state, math.radians(value_deg) * share, False)

    def _vec(self, xyz: Iterable[float]) -> opensim.Vec3:
        x, y, z = xyz
        return opensim.Vec3(x, y, z * self._z)

    def _angles(self, xyz: Iterable[float]) -> opensim.Vec3:
        """Body-fixed angles of a frame, mirrored: turns about x and y change sign, those about z do not."""
        x, y, z = xyz
        return opensim.Vec3(x * self._z, y * self._z, z)

    def _body(self, name: str) -> opensim.Body:
        body = opensim.Body(name, 1.0, opensim.Vec3(0), opensim.Inertia(1, 1, 1))
        self.model.addBody(body)
        self.bodies[name] = body
        return body

    def _joint(self, name: str, parent: str, child: str, places: tuple, turn: Iterable[float], moves: list) -> None:
        """Add a joint; `moves` are triples of coordinate, axis (or "slide_x") and function of the coordinate."""
        transform = opensim.SpatialTransform()
        turns = [m for m in moves if not m[1].startswith("slide")]
        used = [m[1] for m in turns]
        axes = [*used, *(a for a in "xyz" if a not in used)]
        for k, axis in enumerate(axes):
            row = getattr(transform, f"upd_rotation{k + 1}")()
            row.setAxis(self._angles([float(axis == a) for a in "xyz"]))
            self._function(row, turns[k] if k < len(turns) else None)
        for k, axis in enumerate("xyz"):
            row = getattr(transform, f"upd_translation{k + 1}")()
            row.setAxis(self._vec([float(axis == a) for a in "xyz"]))
            self._function(row, next((m for m in moves if m[1] == f"slide_{axis}"), None))
        joint = opensim.CustomJoint(
            name,
            self.bodies[parent],
            self._vec(places[0]),
            self._angles(turn),
            self._body(child),
            self._vec(places[1]),
            self._angles(turn),
            transform,
        )
        self.model.addJoint(joint)

    @staticmethod
    def _function(row: opensim.TransformAxis, move: tuple | None) -> None:
        if move is None:
            row.set_function(opensim.Constant(0.0))
            return
        coordinate, _, curve = move
        if curve is not None and len(curve.values) == 1:
            row.set_function(opensim.Constant(curve.values[0]))
            return
        row.setCoordinateNames(opensim.ArrayStr(coordinate, 1))
        if curve is None or not curve.values:
            row.set_function(opensim.LinearFunction(1.0, 0.0))
            return
        spline = opensim.SimmSpline()
        for x, y in zip(curve.at_rad, curve.values, strict=True):
            spline.addPoint(x, y)
        row.set_function(spline)

    def _hip_and_knee(self) -> None:
        pelvis = self._body("pelvis")
        self.model.addJoint(opensim.WeldJoint("still", self.model.getGround(), pelvis))
        self._driven: dict[str, dict[str, float]] = {"knee_flexion": {"knee_flexion": 1.0, "kneecap_follows": 1.0}}
        for id, row in joints().joints.items():
            if id == "hip":
                moves = [(f"hip_{name}", axis, None) for name, axis in zip(HIP_AXES, "zxy", strict=True)]
            else:
                coordinate = "knee_flexion" if id == "knee" else "kneecap_follows"
                moves = [
                    (coordinate, c.axis if c.kind == "turn" else f"slide_{c.axis}", c) for c in joints().curves_of(id)
                ]
            self._joint(id, row.parent, row.child, (row.in_parent_m, row.in_child_m), row.turn_rad, moves)

    def _spine(self) -> None:
        shares = {
            "extension": ("z", "flexion_share"),
            "bending": ("x", "bending_share"),
            "rotation": ("y", "rotation_share"),
        }
        for id, row in joints().lumbar.items():
            below = row.below_m
            if row.below == "pelvis":
                below = tuple(a + b for a, b in zip(below, joints().spine_moved_m, strict=True))
            moves = [(f"{id}_{name}", axis, None) for name, (axis, _) in shares.items()]
            self._joint(id, row.below, row.above, (below, row.above_m), (0.0, 0.0, 0.0), moves)
        for name, (_, share) in shares.items():
            driven = {f"{id}_{name}": getattr(row, share) for id, row in joints().lumbar.items()}
            self._driven[f"lumbar_{name}"] = driven
        assert set(VERTEBRAE) < set(self.bodies)

    def _cylinder(self, row: Cylinder) -> opensim.WrapCylinder:
        wrap = opensim.WrapCylinder()
        wrap.setName(row.id)
        wrap.set_radius(row.radius_m)
        wrap.set_length(row.length_m)
        wrap.set_translation(self._vec(row.at_m))
        wrap.set_xyz_body_rotation(self._angles(row.turn_rad))
        wrap.set_quadrant(row.half.removeprefix("+"))
        self.bodies[row.on].addWrapObject(wrap)
        return wrap

    def _actuator(self, id: str, points: list, wrap: opensim.WrapCylinder | None, start: int | None) -> None:
        actuator = opensim.PathActuator()
        actuator.setName(id)
        for k, (bone, at) in enumerate(points):
            actuator.addNewPathPoint(f"{id}_{k}", self.bodies[bone], self._vec(at))
        if wrap is not None:
            path = actuator.updGeometryPath()
            path.addPathWrap(wrap)
            assert start is not None
            path.updWrapSet().get(0).set_range(0, start)
            path.updWrapSet().get(0).set_range(1, start + 1)
        self.model.addForce(actuator)
        self.actuators[id] = actuator


def tables() -> dict[Path, str]:
    """Return the tables of reference values as they are to be written, by file."""
    engine = Engine()
    hip = [",".join(["muscle", *FIELDS, "length_mm", *(f"{axis}_arm_mm" for axis in HIP_AXES)])]
    for id, pose in table_poses():
        engine.set(pose)
        values = [engine.length_mm(id), *(engine.arm_mm(id, axis) for axis in HIP_AXES)]
        hip.append(_row(id, [pose.get(field, 0.0) for field in FIELDS], values))
    lumbar = ["fascicle,lumbar_flexion_deg,hip_flexion_deg,length_mm," + ",".join(f"{j}_arm_mm" for j in JOINTS)]
    for id, pose in lumbar_table_poses():
        engine.set(pose)
        values = [engine.length_mm(id), *(engine.lumbar_arm_mm(id, joint) for joint in JOINTS)]
        lumbar.append(_row(id, [pose["lumbar_flexion_deg"], pose["hip_flexion_deg"]], values))
    return {HIP: "\n".join(hip) + "\n", LUMBAR: "\n".join(lumbar) + "\n"}


def _row(id: str, angles: Iterable[float], values: Iterable[float]) -> str:
    return ",".join([id, *(f"{a:g}" for a in angles), *(f"{v + 0.0:.4f}".replace("-0.0000", "0.0000") for v in values)])


if __name__ == "__main__":
    for path, text in tables().items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path}: {text.count(chr(10)) - 1} rows")
