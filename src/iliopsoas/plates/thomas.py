"""The modified Thomas test at the couch's edge: what is read with the pelvis held, and what its tilt hides.

`Reading angles` are those of the room: thigh above the horizontal, pelvis tilted forwards. The hip angle, thigh to
pelvis, follows from them: ``hip flexion = thigh above horizontal + forward tilt of the pelvis``, with 0 where thigh and
trunk are in line, which the test calls neutral. What deviations point to, and how good the test is, are rows of the
course.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body.assemble import Body, Part
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.landmarks import landmark
from iliopsoas.body.muscle import muscle
from iliopsoas.body.pose import Pose
from iliopsoas.body.posed import Posed, in_room
from iliopsoas.body.skeleton import LEG, bones
from iliopsoas.course.thomas import Study, thomas_test
from iliopsoas.plates import couch, pose_lab, standing
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.view import View, view_at
from iliopsoas.sources import UnknownName, reference

START = "short"
TILT_DEG = 15.0  # of the pelvis that is not held: a choice
ZERO = (
    "Level is here the pelvis whose front spines and pubis lie level, upright in standing; a back pressed flat tilts "
    "it farther back. Another zero gives other numbers, so compare a client only with the same client."
)
ARITHMETIC = "Hip angle, thigh to pelvis = angle of the thigh to the horizontal + forward tilt of the pelvis."
RULE = "Hold the pelvis, or report no number."
_SOURCES = ("vigotsky2016",)
_ON_BACK_DEG = -90.0
_HELD_LEG = {"held": (120.0, 132.0), "tilted": (90.0, 112.0)}  # hip and knee of the held leg: choices
# Least and greatest value of each field, with the words for both.
LIMITS: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "thigh_deg": (-20.0, 45.0, "degrees of the thigh to the horizontal, above 0 above it"),
        "pelvis_deg": (0.0, 25.0, "degrees of forward tilt of the pelvis"),
        "knee_deg": (0.0, 110.0, "degrees of bend of the knee"),
        "drift_deg": (0.0, 25.0, "degrees of the thigh outwards"),
    }
)
_DEEP_M, _NEAR_M = -1.40, 1.40  # couch and lines are drawn far off, so that they throw no shadow and take none


@dataclass(frozen=True)
class Test:
    """One test as it is read: angles of the room, degrees.

    Attributes
    ----------
    thigh_deg : float
        Thigh to the horizontal, above zero above it.
    pelvis_deg : float
        Forward tilt of the pelvis from level, at least 0.
    knee_deg : float
        Bend of the knee.
    drift_deg : float
        Thigh outwards.

    Raises
    ------
    ValueError
        A value is no number or lies outside its limits; the message names field, value and limits.
    """

    thigh_deg: float = 0.0
    pelvis_deg: float = 0.0
    knee_deg: float = 80.0
    drift_deg: float = 0.0

    def __post_init__(self) -> None:  # noqa: D105 - checks, as the class says
        for name, (low, high, what) in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise ValueError(f"{name} is {value!r}; allowed are numbers from {low:g} to {high:g} ({what})")

    @property
    def hip_deg(self) -> float:
        """Hip flexion, thigh to pelvis: above zero short of neutral, below zero beyond it."""
        return self.thigh_deg + self.pelvis_deg

    @property
    def pose(self) -> Pose:
        """The pose of the tested leg, on the back; the chest stays where it is when the pelvis tilts."""
        return Pose(
            hip_flexion_deg=self.hip_deg,
            hip_adduction_deg=-self.drift_deg,
            knee_flexion_deg=self.knee_deg,
            pelvic_tilt_deg=_ON_BACK_DEG + self.pelvis_deg,
            lumbar_flexion_deg=-self.pelvis_deg,
        )


@dataclass(frozen=True)
class Finding:
    """One finding with the pelvis held: its name, the angles, and the reading of which it is an example."""

    id: str
    name: str
    test: Test
    reading: str = ""


FINDINGS: Mapping[str, Finding] = MappingProxyType(
    {
        row.id: row
        for row in (
            Finding("beyond", "Thigh 12° below the horizontal", Test(-12.0)),
            Finding("neutral", "Thigh level", Test(0.0)),
            Finding("short", "Thigh 8° above the horizontal", Test(8.0), "above"),
            Finding("knee", "Thigh level, knee hanging at 45°", Test(0.0, knee_deg=45.0), "knee"),
            Finding("drift", "Thigh level, 20° outwards", Test(0.0, drift_deg=20.0), "drift"),
        )
    }
)
VIEWS: Mapping[str, str] = MappingProxyType(
    {"held": "Pelvis held", "tilted": "Pelvis tilted, thigh as before", "above": "Pelvis held, from above"}
)


def thomas_folio() -> Folio:
    """Return the test: five findings, each with the pelvis held, tilted, and held from above."""
    keys = {frame_key(view, id): (view, id) for view in VIEWS for id in FINDINGS}
    return Folio(
        "thomas_test",
        "The modified Thomas test",
        LazyPlates(keys, lambda key: thomas_plate(*keys[key])),
        along=Along("Finding", "", tuple((id, row.name) for id, row in FINDINGS.items()), start=START),
        print_only=tuple(frame_key(*k) for k in PRINTED),
    )


PRINTED = (("held", "short"), ("held", "neutral"), ("tilted", "neutral"), ("held", "knee"), ("above", "drift"))


def tested(view: str, finding: str) -> Test:
    """Return the angles of a finding in a view; tilted, the thigh keeps its direction in the room.

    Raises
    ------
    UnknownName
        There is no such view or finding.
    """
    if view not in VIEWS:
        raise UnknownName("view of the Thomas test", view, VIEWS)
    if finding not in FINDINGS:
        raise UnknownName("finding of the Thomas test", finding, FINDINGS)
    test = FINDINGS[finding].test
    return replace(test, pelvis_deg=TILT_DEG) if view == "tilted" else test


def in_words(hip_deg: float) -> str:
    """Return a hip angle of the test in words: "8 degrees short of neutral", "12 degrees beyond neutral"."""
    if abs(hip_deg) < 0.5:
        return "at neutral"
    return f"{abs(hip_deg):.0f} degrees {'short of' if hip_deg > 0 else 'beyond'} neutral"


def thigh_in_words(thigh_deg: float) -> str:
    """Return the angle of the thigh to the horizontal in words."""
    if abs(thigh_deg) < 0.5:
        return "thigh level"
    return f"thigh {abs(thigh_deg):.0f} degrees {'above' if thigh_deg > 0 else 'below'} the horizontal"


def facts_of(view: str, finding: str) -> tuple[Fact, ...]:
    """Return what is read, what the hip is, what it points to, and how good the test is."""
    test, row = tested(view, finding), FINDINGS[finding]
    tilt = "level" if not test.pelvis_deg else f"tilted {test.pelvis_deg:.0f} degrees forwards"
    hip = f"Hip, thigh to pelvis: {in_words(test.hip_deg)} ({thigh_in_words(test.thigh_deg)}, pelvis {tilt})."
    if test.pelvis_deg:
        hip += (
            f" Read from the room it seems {in_words(test.thigh_deg)}: the tilt hides {test.pelvis_deg:.0f} degrees of "
            "a short hip flexor."
        )
    change = muscle("psoas_major").change(test.pose)
    facts = [
        Fact("hip_deg", round(test.hip_deg, 1), "deg", hip, _SOURCES),
        Fact("thigh_deg", test.thigh_deg, "deg", f"In the room: {thigh_in_words(test.thigh_deg)}."),
        Fact("pelvis_deg", test.pelvis_deg, "deg", f"Pelvis {tilt}."),
        Fact("knee_deg", test.knee_deg, "deg", f"Knee bent {test.knee_deg:.0f} degrees."),
        Fact(
            "drift_deg",
            test.drift_deg,
            "deg",
            f"Thigh {test.drift_deg:.0f} degrees outwards." if test.drift_deg else "Thigh not drifting outwards.",
        ),
        Fact(
            "psoas_major_change_mm",
            round(change.mm, 1),
            "mm",
            f"Path of psoas major in the hip model: {change.text}.",
            ("rajagopal2016",),
        ),
    ]
    if row.reading:
        reading = thomas_test().readings[row.reading]
        facts.append(
            Fact(
                f"points_to_{reading.id}",
                "contested" if reading.contested else "agreed",
                "",
                reading.text,
                reading.sources,
            )
        )
    for study in thomas_test().studies.values():
        facts.append(Fact(f"study_{study.id}", study.people, "people", _studied(study), study.sources))
    return tuple(facts)


def _studied(study: Study) -> str:
    """Return who was tested by whom, and what was found."""
    return f"{reference(study.sources[0]).short}, {study.people} people: {study.found}"


# ---------------------------------------------------------------- what is drawn


@dataclass(frozen=True)
class _AtEdge:
    """Makes the tested body at the couch's edge; known to the cache by view and finding."""

    view: str
    finding: str

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "__qualname__", f"AtEdge({self.view}, {self.finding}, {tested(self.view, self.finding)})"
        )

    def __call__(self) -> Body:
        test = tested(self.view, self.finding)
        parts = dict(Posed(test.pose)())
        for part in (*_held_leg(test, "tilted" if self.view == "tilted" else "held"), *_lines(test, self.view, parts)):
            parts[part.id] = part
        return Body(parts)


def _held_leg(test: Test, which: str) -> list[Part]:
    """Return the bones of the left leg, its knee held to the chest."""
    hip, knee = _HELD_LEG[which]
    pose = replace(test.pose, hip_flexion_deg=hip, hip_adduction_deg=0.0, knee_flexion_deg=knee)
    out = []
    for id, mesh in bones(pose):
        if id.removesuffix("_r") in LEG and id.endswith("_r"):
            left = mesh.mirrored()
            name = id.removesuffix("_r")
            out.append(Part(f"{name}_l", name, "l", "bone", left.moved(in_room(pose, left.v)), f"{name}_l"))
    return out


@cache
def _couch_top() -> float:
    return couch.top_under(Posed(Test().pose, rough=True)())


def _lines(test: Test, view: str, body: Mapping[str, Part]) -> list[Part]:
    """Return couch and lines: the horizontal (from above: straight on), the thigh, and the plane of the pelvis."""
    hip: FloatArray = np.array(HIP_CENTRE)  # the tilt does not move it
    edge = float(in_room(Test().pose, landmark("ischial_tuberosity"))[0]) + 0.005
    femur = body["femur_r"].mesh.v
    knee = femur[np.argsort(-np.linalg.norm(femur - hip, axis=1))[:60]].mean(0)
    thigh = (knee - hip) / np.linalg.norm(knee - hip)
    if view == "above":
        lift = np.array([0.0, _NEAR_M, 0.0])
        top = couch.rounded(-0.42, edge, -0.30, 0.30, 14)
        slab = couch.prism(top, 0.0, 0.02)
        mesh = slab.moved(np.stack([slab.v[:, 0], slab.v[:, 2] + _DEEP_M, -slab.v[:, 1]], 1))
        table = Part("couch", "couch", "", "couch", mesh, "couch")
        level = [hip + lift, hip + lift + [0.52, 0.0, 0.0]]
        pelvis = [in_room(test.pose, landmark("asis", side)) * [1, 0, 1] + lift for side in ("r", "l")]
        return [
            table,
            couch.rod("horizontal", level),
            couch.rod("thigh_line", [hip + lift, hip + lift + 0.47 * thigh * [1, 0, 1]], tissue="never"),
            couch.rod("pelvis_line", pelvis, tissue="mark"),
        ]
    lift = np.array([0.0, 0.0, _NEAR_M - hip[2]])
    level = [hip + lift - [0.10, 0.0, 0.0], hip + lift + [0.52, 0.0, 0.0]]
    spine = in_room(test.pose, landmark("asis")) * [1, 1, 0] + [0, 0, _NEAR_M]
    tilt = np.radians(test.pelvis_deg)
    along = np.array([np.cos(tilt), -np.sin(tilt), 0.0])  # from front spine to pubis, level when the pelvis is
    pelvis = [spine - 0.10 * along, spine + 0.19 * along]
    return [
        couch.plank(-0.42, edge, _couch_top(), _DEEP_M),
        couch.rod("horizontal", level),
        couch.rod("thigh_line", [hip + lift, hip + lift + 0.50 * thigh * [1, 1, 0]], tissue="never"),
        couch.rod("pelvis_line", pelvis, tissue="mark"),
    ]


def _view(key: str, view: str, said: str) -> View:
    title = VIEWS[view]
    if view == "above":
        axes = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
        return View(key, axes, (0.03, -0.02), 1.00, (800, 640), title, said)
    return view_at(key, 90, 0, (0.105, -0.075, 0.0), 1.08, (840, 720), title, said)


def thomas_plate(view: str, finding: str) -> Plate:
    """Return the plate of a finding in a view; an unknown one raises `UnknownName`."""
    test, row = tested(view, finding), FINDINGS[finding]
    facts = facts_of(view, finding)
    shown = [
        f for f in facts if f.name == "hip_deg" or f.name.startswith("points_to") or f.name in ("knee_deg", "drift_deg")
    ]
    told = " ".join(fact.text for fact in shown)
    vigotsky = thomas_test().studies["vigotsky2016"]
    studied = f"{vigotsky.people} people were tested. {vigotsky.found} " if test.pelvis_deg else ""
    seen = "Seen from above." if view == "above" else "Seen from the right side."
    key = frame_key(view, finding)
    bones_layer, hips, *flesh = pose_lab.side_layers()
    held = tuple(f"{name}_l" for name in LEG)
    layers = (
        Layer("couch", "Couch", ("couch",), locked=True, glass=True, sentence="The end of the couch, schematic."),
        replace(
            bones_layer,
            parts=tuple(id for id in bones_layer.parts if id != "vertical"),
            sentence="The spine from T11 to the coccyx and the tested right leg.",
        ),
        Layer("held_leg", "Held leg", held, sentence="The left leg, its knee held to the chest; bones only."),
        hips,
        *flesh,
        Layer(
            "lines",
            "Lines",
            ("horizontal", "thigh_line", "pelvis_line"),
            locked=True,
            glass=True,
            sentence=(
                "A line straight on, the line of the thigh, and one through both front spines."
                if view == "above"
                else "The horizontal, the line of the thigh, and the line of the pelvis from front spine to pubis."
            ),
        ),
    )
    return Plate(
        id=f"thomas_{view}_{finding}",
        title=f"Thomas test: {row.name[0].lower()}{row.name[1:]}, "
        + ("pelvis tilted" if test.pelvis_deg else "pelvis held"),
        caption=f"{VIEWS[view]}. {told} {studied}{RULE}",
        view=_view(
            key, view, f"The modified Thomas test at the end of the couch. {seen} {row.name}. {VIEWS[view]}. {told}"
        ),
        layers=layers,
        labels=_labels(view, test),
        facts=facts,
        description=(
            f"{ARITHMETIC} {ZERO}",
            f"{RULE} A change of two degrees is within the error of the test.",
            " ".join(reading.text for reading in thomas_test().readings.values()),
            " ".join(_studied(study) for study in thomas_test().studies.values()),
        ),
        sources=tuple(dict.fromkeys((*(k for f in facts for k in f.sources), *standing.SOURCES))),
        schematic=f"{standing.SCHEMATIC} The angles are examples that we chose, among them {TILT_DEG:.0f} degrees of "
        "tilt and how the held leg lies. Trunk above T11, arms, feet, skin and the muscles of the held leg are left "
        "out.",
        depth_range_m=(-1.50, 1.50),
        body=_AtEdge(view, finding),
    )


def _labels(view: str, test: Test) -> tuple[LabelSpec, ...]:
    thigh = thigh_in_words(test.thigh_deg)
    if view == "above":
        thigh = f"thigh {test.drift_deg:.0f} degrees outwards" if test.drift_deg else "thigh straight on"
    level = "Straight on" if view == "above" else "Horizontal"
    pelvis = "level" if not test.pelvis_deg else f"tilted {test.pelvis_deg:.0f}° forwards"
    line = "Front spines" if view == "above" else f"Pelvis {pelvis}"
    return (
        LabelSpec("horizontal", level, ("horizontal",), layer="lines", side="right", weight=10),
        LabelSpec("thigh_line", thigh[0].upper() + thigh[1:], ("thigh_line",), layer="lines", side="right", weight=10),
        LabelSpec("pelvis_line", line, ("pelvis_line",), layer="lines", weight=10),
        standing.named("psoas_major", layer="psoas_major", weight=9),
        standing.named("iliacus", layer="iliacus", weight=9),
        standing.named("rectus_femoris", layer="rectus_femoris", weight=9),
        standing.named("femur", weight=5),
        LabelSpec("tibia_r", f"Knee bent {test.knee_deg:.0f}°", ("tibia_r",), weight=7),
        LabelSpec("tibia_l", "Held leg", ("tibia_l", "femur_l"), layer="held_leg", weight=8),
        standing.named("l3", weight=4),
        standing.named("sacrum", weight=4),
        LabelSpec("couch", "End of the couch", ("couch",), layer="couch", weight=6),
    )
