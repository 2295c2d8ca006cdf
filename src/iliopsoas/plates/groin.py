"""The right groin: what passes under the inguinal ligament, seen from the front and opened by a cut."""

from __future__ import annotations

from dataclasses import replace

from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body.basis import said, sources_of
from iliopsoas.body.region import Region
from iliopsoas.body.vessels_pelvis import ligament_at, under_ligament
from iliopsoas.plates import standing
from iliopsoas.plates.labels import Side
from iliopsoas.plates.plate import Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.route import FEMORAL, GENITOFEMORAL, KEEP_OFF, MUSCLES, label
from iliopsoas.plates.view import View, view_at

ORDER = "From outside inwards: femoral nerve, femoral artery, femoral vein, femoral canal."
_SOURCES = ("gray1918", "gruber2003", *standing.SOURCES)
_THIN = ("lateral_femoral_cutaneous_nerve", "ilioinguinal_nerve")


def groin_folio() -> Folio:
    """Return the right groin from the front, in layers."""
    return Folio("groin", "Under the inguinal ligament", LazyPlates(("front",), _front))


def lacunae_folio() -> Folio:
    """Return the two passages under the right inguinal ligament, opened by a cut just below it."""
    return Folio("lacunae", "The two passages, opened", LazyPlates(("from_below",), _opened))


def _right(names: tuple[str, ...]) -> tuple[str, ...]:
    return standing.on_sides(names, "r")


def _bones() -> Layer:
    parts = (
        *standing.VERTEBRAE[4:],
        *standing.DISCS[-3:],
        "sacrum",
        "coccyx",
        "hip_bone_r",
        "femur_r",
        "pubic_symphysis",
    )
    return Layer("bones", "Bones", parts, locked=True, sentence="Right hip bone, femur and sacrum.")


def _front_view() -> View:
    middle = under_ligament() + [0.0, 0.002, 0.002]
    return view_at("front", 10, 6, middle, 0.165, (720, 800), "From the front", "The right groin, seen from the front.")


def _front(name: str) -> Plate:
    vessels = (
        "common_iliac_artery",
        "common_iliac_vein",
        "external_iliac_artery",
        "external_iliac_vein",
        "femoral_artery",
        "femoral_vein",
        "inferior_epigastric_artery",
        "gonadal_artery",
        "gonadal_vein",
    )
    layers = (
        _bones(),
        Layer(
            "bursa",
            "Iliopectineal bursa",
            _right(("iliopectineal_bursa",)),
            sentence="The iliopectineal bursa between muscle and joint, seen once the muscles are taken away.",
        ),
        Layer(
            "muscles",
            "Psoas and iliacus",
            _right(tuple(k for k in MUSCLES if k != "inguinal_ligament")),
            sentence="Psoas major and iliacus on their way out of the pelvis.",
        ),
        Layer(
            "nerves",
            "Nerves",
            _right((*FEMORAL, *GENITOFEMORAL, *_THIN, "obturator_nerve")),
            sentence="The femoral nerve on the front of iliopsoas, the branches of the genitofemoral nerve, and the "
            "lateral femoral cutaneous nerve by the front hip-bone spine.",
        ),
        Layer(
            "vessels",
            "Vessels and femoral canal",
            _right((*vessels, "femoral_canal")),
            sentence="The femoral artery on the inner side of the nerve, then the vein, then the canal.",
        ),
        Layer(
            "fascia",
            "Iliac fascia",
            _right(("iliac_fascia",)),
            on=False,
            sentence="The iliac fascia, which covers the femoral nerve.",
        ),
        Layer(
            "ligament",
            "Inguinal ligament, arch and lacunar ligament",
            _right(("inguinal_ligament", "iliopectineal_arch", "lacunar_ligament")),
            sentence="The inguinal ligament from the hip-bone spine to the pubic tubercle, and the iliopectineal "
            "arch from it down to the bone between nerve and artery.",
        ),
    )
    structures = (
        "femoral_nerve",
        "femoral_artery",
        "femoral_vein",
        "femoral_canal",
        "iliac_fascia",
        "iliopectineal_arch",
        "lateral_femoral_cutaneous_nerve",
        "genitofemoral_nerve",
        "inferior_epigastric_artery",
        "iliopectineal_bursa",
    )
    return Plate(
        id="groin_front",
        title="Under the inguinal ligament",
        caption=f"{ORDER} The nerve lies on the front of the muscle under the iliac fascia; the muscle lies behind the "
        f"artery. {KEEP_OFF}",
        view=_front_view(),
        layers=layers,
        labels=_front_labels(),
        description=(
            "Iliopsoas and the femoral nerve leave the pelvis through the outer passage, the muscular lacuna. The "
            "iliopectineal arch parts it from the inner one, the vascular lacuna, for femoral vessels and canal.",
            "There is no bare muscle to press on between nerve and artery: as drawn, less than 5 mm lie between them.",
        ),
        sources=(*dict.fromkeys((*_SOURCES[:2], *sources_of(structures), *standing.SOURCES)),),
        schematic=f"{said(structures)} Skin, fat, lymph nodes, the muscles of the abdominal wall and the other muscles "
        "of the thigh are left out.",
        body=Region(("vessels", "nerves", "groin")),
    )


def _front_labels() -> tuple[LabelSpec, ...]:
    return (
        replace(standing.at_landmark("asis", weight=9), side="left"),
        label("lateral_femoral_cutaneous_nerve", weight=9, column="left"),
        label("iliacus", weight=9, column="left"),
        label("femoral_nerve", parts=FEMORAL[:1], weight=10, column="left"),
        label("psoas_major", parts=["psoas_major"], weight=9),
        label("iliac_fascia", weight=8, column="left"),
        label("ilioinguinal_nerve", weight=7),
        label("genitofemoral_nerve", parts=GENITOFEMORAL, weight=8),
        label("gonadal_vessels", parts=["gonadal_artery", "gonadal_vein"], weight=6),
        label("external_iliac_artery", weight=8, column="right"),
        label("inferior_epigastric_artery", weight=8, column="right"),
        label("external_iliac_vein", weight=8, column="right"),
        label("femoral_artery", weight=10, column="right"),
        label("femoral_vein", weight=10, column="right"),
        label("femoral_canal", weight=9, column="right"),
        label("inguinal_ligament", weight=10),
        label("iliopectineal_arch", weight=8),
        label("lacunar_ligament", weight=8, column="right"),
        label("iliopectineal_bursa", weight=8),
        replace(standing.at_landmark("iliopubic_eminence", weight=8), side="right"),
        replace(standing.at_landmark("pubic_tubercle", weight=8), side="right"),
    )


def _passage(id: str, text: str, point: FloatArray, column: Side) -> LabelSpec:
    """Return the label of a passage, at a point in the middle of what it holds."""
    x, y, z = (float(c) for c in point)
    return LabelSpec(f"{id}_r", text, point=(x, y, z), side=column, weight=9, through=True)


def _opened(name: str) -> Plate:
    cut = (
        "psoas_major",
        "iliacus",
        "femoral_nerve",
        "lateral_femoral_cutaneous_nerve",
        "genitofemoral_nerve",
        "artery",
        "vein",
        "femoral_canal",
        "iliopectineal_arch",
        "lacunar_ligament",
    )
    part = lambda *names: tuple(f"cut_{k}_r" for k in names)  # noqa: E731
    layers = (
        Layer(
            "bones", "Bones", ("sacrum", "hip_bone_r", "pubic_symphysis"), locked=True, sentence="The right hip bone."
        ),
        Layer(
            "muscles",
            "Psoas and iliacus, cut",
            part(*cut[:2]),
            sentence="Psoas major and iliacus, cut across just below the ligament.",
        ),
        Layer(
            "nerves",
            "Nerves, cut",
            part(*cut[2:5]),
            sentence="In the outer passage the femoral nerve, on the front of the muscles.",
        ),
        Layer(
            "arch",
            "Iliopectineal arch and lacunar ligament",
            part(*cut[8:]),
            sentence="The iliopectineal arch between the two passages, down to the iliopubic eminence.",
        ),
        Layer(
            "vessels",
            "Vessels and femoral canal, cut",
            part(*cut[5:8]),
            sentence="In the inner passage the femoral artery, then the vein, then the canal.",
        ),
        Layer(
            "ligament", "Inguinal ligament", ("inguinal_ligament_r",), sentence="The inguinal ligament over all of it."
        ),
    )
    own = lambda id, piece, weight, **more: label(id, parts=[f"cut_{piece}"], weight=weight, **more)  # noqa: E731
    middle = ligament_at(0.055) + [-0.020, -0.004, 0.004]
    structures = (
        "femoral_nerve",
        "femoral_artery",
        "femoral_vein",
        "femoral_canal",
        "iliopectineal_arch",
        "lacunar_ligament",
        "lateral_femoral_cutaneous_nerve",
    )
    return Plate(
        id="lacunae_from_below",
        title="The two passages under the inguinal ligament",
        caption=f"Everything is cut off just below the ligament. {ORDER} The muscular lacuna is the passage outside "
        "the iliopectineal arch, the vascular lacuna the one inside it.",
        view=view_at(
            name,
            10,
            -55,
            middle,
            0.128,
            (820, 620),
            "From below",
            "The right groin, cut across just below the inguinal ligament and seen from below and in front.",
        ),
        layers=layers,
        labels=(
            own("lateral_femoral_cutaneous_nerve", "lateral_femoral_cutaneous_nerve", 9, column="left"),
            own("iliacus", "iliacus", 10, column="left"),
            own("femoral_nerve", "femoral_nerve", 10),
            own("psoas_major", "psoas_major", 10),
            own("genitofemoral_nerve", "genitofemoral_nerve", 8, text="Genitofemoral nerve, femoral branch"),
            own("iliopectineal_arch", "iliopectineal_arch", 10),
            own("femoral_artery", "artery", 10, column="right"),
            own("femoral_vein", "vein", 10, column="right"),
            own("femoral_canal", "femoral_canal", 9, column="right"),
            own("lacunar_ligament", "lacunar_ligament", 9, column="right"),
            _passage(
                "muscular_lacuna", "Muscular lacuna (outer passage)", under_ligament() + [-0.014, -0.007, 0.007], "left"
            ),
            _passage(
                "vascular_lacuna",
                "Vascular lacuna (inner passage)",
                under_ligament() + [0.004, -0.007, -0.0062],
                "right",
            ),
            label("inguinal_ligament", weight=9),
            replace(standing.named("hip_bone", weight=4), side="left"),
            replace(standing.at_landmark("pubic_tubercle", weight=7), side="right"),
            replace(standing.at_landmark("iliopubic_eminence", weight=7), side="left"),
        ),
        description=(
            "Outside the iliopectineal arch lie iliacus, psoas major and, on their front, the femoral nerve. Inside it "
            "lie the femoral artery, the femoral vein and the femoral canal; the artery lies in front of the inner "
            "part of psoas major.",
        ),
        sources=_SOURCES,
        schematic=f"{said(structures)} The cut is the same body as in the other views.",
        body=Region(("lacunae",)),
    )
