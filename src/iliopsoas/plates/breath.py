"""A breath: the diaphragm and the ribs from rest to three litres, in front and from the right side, frame by frame."""

from __future__ import annotations

from dataclasses import replace

from iliopsoas.atlas.structures import structure
from iliopsoas.body.dome import DESCENT_CM_PER_L
from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.diaphragm import (
    SCHEMATIC,
    SOURCES,
    arches_layer,
    behind_layer,
    cage_layer,
    framed,
    muscle_layer,
    spine_layer,
    spine_names,
)
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, LazyPlates, Plate, frame_key
from iliopsoas.plates.view import View

VIEWS = ("anterior", "lateral_right")
# Stop of the axis to litres above rest.
VOLUMES_L = {"000": 0.0, "050": 0.5, "100": 1.0, "150": 1.5, "200": 2.0, "300": 3.0}
# Ribs and dome move in every frame, so that each travels whole: small enough for a page of three megabytes.
HEIGHT_PX = 624
DEPTHS_M = {"anterior": (-0.16, 0.11), "lateral_right": (-0.15, 0.16)}
BREATH_SOURCES = ("cohen1994", "boussuges2009", "boussuges2021", "wilson1987")
_ALONG = Along(
    "Breath",
    "l",
    tuple(
        (id, "rest, after a quiet breath out" if not v else f"{v:g} litres breathed in") for id, v in VOLUMES_L.items()
    ),
    "000",
)
_CHOICES = (
    "How the fall is shared between the domes and the middle is drawn by eye; so is the step from the turn of ribs 3 "
    "and 7, published for two men, to the other ribs. Three litres are taken as the full breath."
)


def breath_folio() -> Folio:
    """Return the frames of a breath in two views."""
    keys = {frame_key(view, stop): (view, stop) for view in VIEWS for stop in VOLUMES_L}
    plates = LazyPlates(keys, lambda key: _plate(*keys[key]))
    printed = tuple(frame_key(view, stop) for view in VIEWS for stop in ("000", "050", "300"))
    return Folio("breath", "A breath", plates, along=_ALONG, print_only=printed)


def breath_facts(breath_l: float) -> tuple[Fact, ...]:
    """Return what is published about a breath of this size, and what the drawing takes from it."""
    cm = round(DESCENT_CM_PER_L * breath_l, 2)  # once, so that words and numbers round alike
    stated = (
        "At rest, after a quiet breath out."
        if not breath_l
        else f"{breath_l:g} litres breathed in: the tops of the domes stand {cm:.1f} cm lower than at rest."
    )
    return (
        Fact("breath_l", breath_l, "l", stated, ("cohen1994",)),
        Fact("dome_descent_cm", cm, "cm", "", ("cohen1994",)),
        Fact(
            "descent_cm_per_l",
            DESCENT_CM_PER_L,
            "cm/l",
            "Measured by ultrasound: 1.66 cm of descent of the right dome for each litre breathed in (ten healthy "
            "adults, between 15 and 87 % of the volume that they could breathe in from rest; at most 6.0 cm, SD 0.7).",
            ("cohen1994",),
        ),
        Fact(
            "quiet_lower_limit_cm",
            "0.9 and 1.0",
            "cm",
            "In a quiet breath the diaphragm moves at least about 0.9 cm in healthy women and 1.0 cm in men "
            "(210 adults, lower limits).",
            ("boussuges2009",),
        ),
        Fact(
            "deep_lower_limit_cm",
            "3.7 and 4.7; 3.2 to 3.3 and 4.1 to 4.2",
            "cm",
            "In a deep breath at least 3.7 cm in women and 4.7 cm in men (210 adults); in a later study of 410 seated "
            "adults 3.2 to 3.3 and 4.1 to 4.2 cm.",
            ("boussuges2009", "boussuges2021"),
        ),
    )


def _framed(view: str, stop: str, facts: tuple[Fact, ...]) -> View:
    whole = framed(view, HEIGHT_PX)
    return replace(whole, name=frame_key(view, stop), sentence=f"{whole.sentence} {facts[0].text}")


def _plate(view: str, stop: str) -> Plate:
    litres = VOLUMES_L[stop]
    facts = breath_facts(litres)
    at_rest = Layer(
        "at_rest",
        "Height at rest",
        (f"rest_line_{view}",),
        sentence="A dashed line marks the height of the domes at rest.",
    )
    return Plate(
        id=f"breath_{view}_{stop}",
        title="A breath",
        caption=f"{facts[0].text} Psoas major, the arcuate ligaments and rib 12 stay where they are.",
        view=_framed(view, stop, facts),
        layers=(spine_layer(view), behind_layer(view), muscle_layer(), arches_layer(view), cage_layer(view), at_rest),
        labels=_labels(view),
        facts=facts,
        description=(
            " ".join(f.text for f in facts if f.text),
            "As the domes come down, the ribs turn up and outwards and the sternum moves up and forwards. The arcuate "
            "ligaments are fixed to L1 and rib 12 and do not move; nor do the lower parts of the crura.",
        ),
        sources=(*BREATH_SOURCES, *SOURCES),
        schematic=f"{SCHEMATIC} {_CHOICES}",
        depth_range_m=DEPTHS_M[view],
        body=Region(("diaphragm",), litres),
    )


def _labels(view: str) -> tuple[LabelSpec, ...]:
    named = standing.named
    labels = (
        LabelSpec(
            "diaphragm", "Height at rest (dashed)", (f"rest_line_{view}",), layer="at_rest", weight=10, side="left"
        ),
        LabelSpec("diaphragm_costal_r", structure("diaphragm_costal").name, ("diaphragm_costal_r",), weight=9),
        named("central_tendon", weight=8),
        named("right_crus", ("right_crus",), weight=8),
        named("medial_arcuate_ligament", weight=10),
        named("lateral_arcuate_ligament", weight=10),
        named("median_arcuate_ligament", weight=9),
        named("psoas_major", weight=9),
        named("quadratus_lumborum", weight=7),
        named("rib_12", weight=6),
        named("rib_7", layer="cage", weight=6),
        named("sternum", layer="cage", weight=6),
        *spine_names(view, ("t8", "t10", "t12", "l1", "l3")),
    )
    # A name stays in its column while the picture moves.
    left = {"diaphragm_costal_r", "medial_arcuate_ligament_r", "lateral_arcuate_ligament_r", "psoas_major_r",
            "quadratus_lumborum_r", "rib_12_r", "rib_7_r"}  # fmt: skip
    if view == "anterior":
        labels = tuple(replace(k, side="left" if k.id in left or k.id == "diaphragm" else "right") for k in labels)
    return labels
