"""One continuity of fascia at a time: firm for what dissection shows, dashed for what is a hypothesis."""

from __future__ import annotations

from dataclasses import replace

from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.diaphragm import SOURCES, arches_layer
from iliopsoas.plates.plate import Folio, LabelSpec, Layer, LazyPlates, Plate, Stop
from iliopsoas.plates.view import View, view_at

VIEWS = ("anterior", "anterolateral_right")
_TOP_M, _LOW_M = 0.352, -0.128
DASHED = "Force along the sheets (dashed: a hypothesis)"
SCHEMATIC = (
    f"{standing.SCHEMATIC} The front of the diaphragm is cut away. Sheets are drawn thicker than they are, their side "
    "borders by eye. The dashed line is no structure: it marks where force is said to pass."
)


def fascia_folio() -> Folio:
    """Return the sheets of fascia in two views, with a control that lights one continuity at a time."""
    return Folio("fascia", "What goes on into what", LazyPlates(VIEWS, _plate))


def continuity_stops() -> tuple[Stop, ...]:
    """Return the continuities, each said to be firm or dashed, with its sources."""
    firm = "Firm, seen in dissection: "
    return (
        Stop(
            "medial_arch",
            "Psoas – medial arcuate – diaphragm",
            ("psoas_fascia_r", "medial_arcuate_ligament_r", "diaphragm_lumbar_r"),
            f"{firm}the fascia of psoas major thickens above into the medial arcuate ligament, from the body to the "
            "transverse process of L1, and fibres of the diaphragm arise from it.",
            sources=("gray1918",),
        ),
        Stop(
            "lateral_arch",
            "Quadratus lumborum – lateral arcuate – diaphragm",
            ("quadratus_fascia_r", "lateral_arcuate_ligament_r", "diaphragm_lumbar_r"),
            f"{firm}the fascia in front of quadratus lumborum thickens above into the lateral arcuate ligament, from "
            "the transverse process of L1 to the twelfth rib, and fibres of the diaphragm arise from it.",
            sources=("gray1918",),
        ),
        Stop(
            "groin",
            "Psoas – iliac fascia – inguinal ligament",
            ("psoas_fascia_r", "iliac_fascia_r", "inguinal_ligament_r", "iliopectineal_arch_r"),
            f"{firm}the fascia of psoas major goes on into the iliac fascia, and both end on the inguinal ligament "
            "and, by the iliopectineal arch, on the iliopubic eminence.",
            sources=("gray1918",),
        ),
        Stop(
            "crus",
            "Crura – anterior longitudinal ligament",
            ("right_crus", "left_crus", "anterior_longitudinal_ligament"),
            f"{firm}the tendons of the crura blend with the anterior longitudinal ligament in front of L1 to L3, "
            "beside the slips of psoas major.",
            sources=("gray1918",),
        ),
        Stop(
            "force",
            "Force passes along it in life?",
            ("force_line_r",),
            "Dashed, a hypothesis: that walking pulls on the diaphragm, or breathing on psoas major, through these "
            "sheets. No study was found that measured it; one pilot with 30 healthy women, a data set without a paper, "
            "reports more movement of the diaphragm after a release technique, and nobody has repeated it.",
            sources=("bhardwaj2020",),
        ),
    )


def _framed(name: str) -> View:
    height_px, width_m = 950, 0.300
    size = (round(height_px * width_m / (_TOP_M - _LOW_M)), height_px)
    middle = (-0.045, (_TOP_M + _LOW_M) / 2, 0.0)
    if name == "anterior":
        return view_at(name, 0, 0, middle, width_m, size, "From the front", "Seen from the front.")
    said = "Seen from the front and the right side, 40 degrees round."
    return view_at(name, 40, 0, middle, width_m, size, "From the front and right", said)


def _plate(name: str) -> Plate:
    stops = continuity_stops()
    psoas = ["psoas_major", *standing.psoas_slips(), *standing.psoas_deep_slips(), "iliacus", "quadratus_lumborum"]
    bones = standing.bones_layer(name)
    layers = (
        replace(bones, parts=(*bones.parts, "anterior_longitudinal_ligament")),
        standing.hip_bones_layer(name),
        Layer(
            "muscles",
            "Muscles",
            standing.paired(psoas, name),
            sentence="Psoas major, iliacus and quadratus lumborum.",
        ),
        Layer(
            "diaphragm",
            "Back of the diaphragm",
            ("diaphragm_lumbar_r", "diaphragm_lumbar_l", "right_crus", "right_crus_slip", "left_crus"),
            sentence="The lumbar part of the diaphragm with its crura; its front is cut away.",
        ),
        replace(
            arches_layer(name),
            name="Ligaments",
            parts=(*arches_layer(name).parts, *standing.paired(["inguinal_ligament"], name)),
            sentence="The arcuate ligaments above and the inguinal ligament below.",
        ),
        Layer(
            "fascia",
            "Fascia, right side",
            ("psoas_fascia_r", "iliac_fascia_r", "quadratus_fascia_r", "iliopectineal_arch_r"),
            sentence="On the right side the sheets of fascia in front of psoas major, iliacus and quadratus lumborum; "
            "on the left side the bare muscles.",
        ),
        Layer(
            "hypothesis",
            "Hypothesis (dashed)",
            ("force_line_r",),
            sentence="A dashed line from the dome along psoas to the groin marks a hypothesis, not a structure.",
        ),
    )
    return Plate(
        id=f"fascia_{name}",
        title="What goes on into what",
        caption="Right: the sheets in front of psoas major, iliacus and quadratus lumborum, firm as dissection shows "
        "them. Left: the bare muscles. Dashed: force along them in life, a hypothesis.",
        view=_framed(name),
        layers=layers,
        labels=_labels(),
        stops=stops,
        control="Continuity",
        description=tuple(stop.sentence for stop in stops),
        sources=("bhardwaj2020", *SOURCES),
        schematic=SCHEMATIC,
        body=Region(("diaphragm", "fascia")),
    )


def _labels() -> tuple[LabelSpec, ...]:
    named = standing.named
    left = (
        named("psoas_fascia", weight=10),
        named("iliac_fascia", weight=10),
        named("quadratus_fascia", weight=10),
        named("iliopectineal_arch", weight=8),
        named("medial_arcuate_ligament", weight=9),
        named("lateral_arcuate_ligament", weight=9),
        named("inguinal_ligament", weight=8),
        LabelSpec("fascia_force_r", DASHED, ("force_line_r",), layer="hypothesis", weight=9),
    )
    right = (
        LabelSpec("psoas_major_l", "Psoas major", ("psoas_major_l",), weight=8),
        LabelSpec("iliacus_l", "Iliacus", ("iliacus_l",), weight=8),
        LabelSpec("quadratus_lumborum_l", "Quadratus lumborum", ("quadratus_lumborum_l",), weight=8),
        LabelSpec("diaphragm_lumbar_l", "Lumbar part of diaphragm", ("diaphragm_lumbar_l",), weight=8),
        named("right_crus", ["right_crus"], weight=8),
        named("left_crus", weight=8),
        named("median_arcuate_ligament", weight=7),
        named("anterior_longitudinal_ligament", weight=8),
        named("rib_12", weight=4),
        named("l1", weight=5),
        named("l3", weight=5),
    )
    return (*(replace(k, side="left") for k in left), *(replace(k, side="right") for k in right))
