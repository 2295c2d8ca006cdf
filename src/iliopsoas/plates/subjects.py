"""The subjects of the plates: the bare bones, the attachments of the iliopsoas, and the small plate of lesson 00."""

from __future__ import annotations

from dataclasses import replace

from iliopsoas.atlas.measures import measure
from iliopsoas.atlas.structures import structure
from iliopsoas.body import landmarks
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Folio, LabelSpec, Layer, LazyPlates, Plate

BACK_MUSCLES_REMOVED = (
    " From behind: the back muscles are left out. In a living body erector spinae, multifidus and quadratus lumborum, "
    "several centimetres thick, lie over what is seen here."
)

ATTACHMENT_SOURCES = (
    "bogduk_ch9",
    "gray1918",
    "reid1994",
    "spivak2013",
    "lin2022",
    "philippon2014",
    "neumann2015",
    "farias2012",
)


def bones_folio() -> Folio:
    """Return the bare bones from T11 to the femur, with the landmarks that the lessons use, in five views."""
    return Folio("bones", "Bones and landmarks", LazyPlates(standing.VIEWS, _bones_plate))


def attachments_folio() -> Folio:
    """Return psoas major, psoas minor and iliacus on the bones, with their attachments level by level."""
    return Folio("attachments", "Iliopsoas and its attachments", LazyPlates(standing.VIEWS, _attachments_plate))


def start_folio() -> Folio:
    """Return the small plate on which lesson 00 explains the controls."""
    return Folio("start", "A plate to practise on", LazyPlates(("anterior", "lateral_right"), _start_plate))


def _bones_plate(name: str) -> Plate:
    ribs = standing.paired(["rib_9", "rib_10", "rib_11", "rib_12", "costal_margin"], name)
    curve, slope = standing.curve_facts()
    layers = (
        Layer(
            "spine",
            "Spine",
            (*standing.VERTEBRAE, "sacrum", "coccyx"),
            locked=True,
            sentence=f"The spine from T11 to the coccyx, with a lumbar curve of {curve.value} degrees.",
        ),
        Layer("discs", "Discs", standing.DISCS, sentence="The intervertebral discs, wedge-shaped in the lower back."),
        standing.hip_bones_layer(name),
        Layer("femurs", "Thigh bones", standing.paired(["femur"], name), sentence="The upper ends of the thigh bones."),
        Layer("ribs", "Lower ribs", ribs, sentence="The lower ribs and the costal margin."),
    )
    return Plate(
        id=f"bones_{name}",
        title="Bones and landmarks",
        caption="Spine from T11, lower ribs, pelvis and upper femurs of a standing adult.",
        view=standing.framed(name),
        layers=layers,
        labels=(*standing.spine_labels(name), *_bone_labels(name)),
        facts=(curve, slope),
        description=(
            "Five lumbar vertebrae stand on the sacrum, each with a body in front, two transverse processes to the "
            "sides and a spinous process behind. The sacrum is wedged between the two hip bones; its forward edge is "
            "the promontory.",
            "Each hip bone has a hollow inner face, the iliac fossa, under the iliac crest. The brim runs from the "
            "sacrum forwards to the pubis and carries the iliopubic eminence in front of the hip joint.",
            "The lesser trochanter is a bump on the inner back of the femur below its neck.",
            f"{curve.text} {slope.text}",
        ),
        sources=standing.SOURCES,
        schematic=f"{standing.BONES_SCHEMATIC} Discs, coccyx, symphysis and costal margin are our own drawing; the "
        "costal margin is shown in part.",
    )


def _bone_labels(name: str) -> tuple[LabelSpec, ...]:
    points = ["asis", "iliopubic_eminence", "promontory", "greater_trochanter", "aiis", "pubic_tubercle",
              "ischial_spine", "ischial_tuberosity"]  # fmt: skip
    if name in ("posterior", "lateral_right"):
        points += ["psis"]
    x, y, z = (float(c) for c in landmarks.transverse_process_tip("l3", "l" if name == "posterior" else "r"))
    return (
        standing.named("sacrum", weight=6),
        standing.named("coccyx", weight=4),
        LabelSpec("transverse_process_r", f"{structure('transverse_process').name} of L3", point=(x, y, z), weight=8),
        standing.named("femur", layer="femurs", weight=3),
        *(standing.named(f"rib_{n}", layer="ribs", weight=2) for n in (12, 11)),
        standing.named("costal_margin", layer="ribs", weight=2),
        *(standing.at_landmark(point, weight=7) for point in points),
        standing.at_landmark("iliac_crest", "iliac_crest_top", weight=7),
        *_fossa_labels(name, weight=7),
        replace(standing.lesser_trochanter(name), layer="femurs"),
    )


def _fossa_labels(name: str, weight: int) -> tuple[LabelSpec, ...]:
    """Return the label of the iliac fossa where it faces the viewer; from behind it would be taken for the iliacus."""
    if name not in ("anterior", "anterolateral_right", "inferior"):
        return ()
    label = standing.at_landmark("iliac_fossa", side="l" if name == "anterolateral_right" else "r", weight=weight)
    return (replace(label, layer="hip_bones"),)


def _attachments_plate(name: str) -> Plate:
    curve, slope = standing.curve_facts()
    through_bone = name in ("posterior", "lateral_right")  # elsewhere dashed lines behind the spine only distract
    layers = (
        standing.bones_layer(name),
        standing.hip_bones_layer(name),
        Layer(
            "psoas_deep",
            "Psoas major, deep slips",
            standing.paired(standing.psoas_deep_slips(), name),
            ghost=through_bone,
            sentence="The deep slips of psoas major from the fronts of the transverse processes of L1 to L5.",
        ),
        Layer(
            "psoas_major",
            "Psoas major",
            standing.paired(["psoas_major", *standing.psoas_slips(), *standing.arches(), "iliopsoas_tendon"], name),
            ghost=through_bone,
            sentence="Psoas major beside the lumbar spine, its superficial slips from discs and body margins T12 to "
            "L5, its belly over the pelvic brim, its tendon to the lesser trochanter.",
        ),
        Layer(
            "iliacus",
            "Iliacus",
            standing.paired(["iliacus"], name),
            ghost=through_bone,
            sentence="Iliacus, filling the upper iliac fossa and joining psoas major in front of the hip.",
        ),
        Layer(
            "psoas_minor",
            "Psoas minor",
            standing.paired(["psoas_minor"], name),
            sentence="Psoas minor on the front of psoas major, with its long tendon to the pubic brim.",
        ),
        standing.areas_layer(name),
    )
    caption = (
        "Psoas major, psoas minor and iliacus of a standing adult. Psoas minor is present in "
        f"{_psoas_minor_share()} of bodies, by series; take its layer off for the others."
    )
    return Plate(
        id=f"attachments_{name}",
        title="Iliopsoas and its attachments",
        caption=caption + (BACK_MUSCLES_REMOVED if name == "posterior" else ""),
        view=standing.framed(name),
        layers=layers,
        labels=(*_muscle_labels(name), *standing.spine_labels(name), *_attachment_bone_labels(name)),
        stops=standing.level_stops(name),
        control="Level",
        facts=(curve, slope),
        description=(
            "Psoas major begins beside the spine between T12 and L5. Its superficial slips come from the discs and "
            "from the margins of the bodies beside them, its deep slips from the fronts of the transverse processes. "
            "It does not take the disc between L5 and the sacrum.",
            "Iliacus begins in the upper two thirds of the iliac fossa. Both muscles pass in front of the hip joint "
            "and end on the lesser trochanter, on the inner back of the femur; the outer fibres of iliacus also reach "
            "the shaft just below it.",
            "Psoas minor, where there is one, lies on the front of psoas major and ends on the pubic brim. It does not "
            "cross the hip.",
        ),
        sources=(*ATTACHMENT_SOURCES, *standing.SOURCES),
        schematic=standing.SCHEMATIC,
        areas=standing.shown_areas(name),
    )


def _psoas_minor_share() -> str:
    """Return how often psoas minor is there, from the lowest to the highest series, such as "27 to 66 %"."""
    shares = [measure(f"psoas_minor_present_{series}").value for series in ("neumann", "dragieva", "farias")]
    return f"{min(shares):.0f} to {max(shares):.0f} %"


def _muscle_labels(name: str) -> tuple[LabelSpec, ...]:
    slips = [f"{name}_r" for name in standing.psoas_slips()]
    return (
        standing.named("psoas_major", layer="psoas_major", weight=10),
        standing.named("psoas_major_superficial", slips, "psoas_major", 9),
        standing.named("psoas_major_deep", [f"{n}_r" for n in standing.psoas_deep_slips()], "psoas_deep", 9),
        standing.named("iliacus", layer="iliacus", weight=10),
        standing.named("psoas_minor", layer="psoas_minor", weight=10),
        standing.named("iliopsoas_tendon", layer="psoas_major", weight=9),
    )


def _attachment_bone_labels(name: str) -> tuple[LabelSpec, ...]:
    return (
        standing.named("sacrum", weight=6),
        standing.named("femur", weight=3),
        standing.named("rib_12", weight=2),
        standing.lesser_trochanter(name),
        standing.at_landmark("asis", weight=4),
        *_fossa_labels(name, weight=4),
        standing.at_landmark("iliac_crest", "iliac_crest_top", weight=4),
        standing.at_landmark("iliopubic_eminence", weight=4),
        standing.at_landmark("promontory", weight=4),
    )


def _start_plate(name: str) -> Plate:
    whole = _attachments_plate(name)
    keep = ("bones", "hip_bones", "psoas_major", "iliacus", "areas")
    layers = tuple(k for k in whole.layers if k.id in keep)
    have = {part for layer in layers for part in layer.parts}
    labels = tuple(
        label
        for label in whole.labels
        if label.structure in ("psoas_major", "iliacus", "l1", "l3", "l5", "sacrum", "femur", "lesser_trochanter")
        and (label.point is not None or set(label.parts) <= have)
    )
    stops = tuple(
        type(s)(s.id, s.name, tuple(i for i in s.lit if i in have or i in whole.areas), s.sentence, s.facts, s.sources)
        for s in whole.stops
    )
    return Plate(
        id=f"start_{name}",
        title="A plate to practise on",
        caption="Psoas major and iliacus on the bones of a standing adult: two views, four layers, one control.",
        view=standing.framed(name, 0.7),
        layers=layers,
        labels=labels,
        stops=stops,
        control=whole.control,
        description=whole.description[:2],
        sources=whole.sources,
        schematic=whole.schematic,
        areas=whole.areas,
    )
