"""The way of the iliopsoas over the brim and under the inguinal ligament, and what lies before, in and beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from iliopsoas.atlas.structures import structure
from iliopsoas.body.basis import said, sources_of
from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.labels import Side
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate

VIEWS = ("anterior", "anterolateral_right", "lateral_right")
SYSTEMS = ("vessels", "nerves", "organs", "groin")

MUSCLES = (
    "psoas_major",
    *standing.psoas_slips(),
    *standing.psoas_deep_slips(),
    *standing.arches(),
    "psoas_minor",
    "iliacus",
    "iliopsoas_tendon",
    "inguinal_ligament",
)
PLEXUS = (
    "plexus_l1",
    "plexus_l2",
    "plexus_l3",
    "plexus_l4",
    "plexus_l2_to_l1",
    "plexus_obturator_l2",
    "plexus_obturator_l3",
    "plexus_obturator_l4",
)
FEMORAL = ("femoral_nerve", *(f"femoral_nerve_branch_{k}" for k in range(1, 5)))
GENITOFEMORAL = ("genitofemoral_nerve", "genitofemoral_nerve_genital", "genitofemoral_nerve_femoral")
NERVES = (
    *PLEXUS,
    *FEMORAL,
    *GENITOFEMORAL,
    "lateral_femoral_cutaneous_nerve",
    "obturator_nerve",
    "lumbosacral_trunk",
    "lumbosacral_trunk_l5",
    "sympathetic_trunk",
    "subcostal_nerve",
    "iliohypogastric_nerve",
    "ilioinguinal_nerve",
)
VESSELS = (
    *(
        f"{k}_{kind}"
        for k in ("common_iliac", "external_iliac", "internal_iliac", "femoral", "renal", "gonadal")
        for kind in ("artery", "vein")
    ),
    "inferior_epigastric_artery",
)
# Depths from the front, of the bones behind and the bowel in front; plates without bowel share them, so that the bones
# are the same picture on all of them, and a page keeps it once.
DEPTHS_M = {"anterior": (-0.154, 0.025)}
FASCIA = ("iliac_fascia", "iliopectineal_arch", "lacunar_ligament", "femoral_canal")
RIGHT_BOWEL, LEFT_BOWEL = ("caecum", "ascending_colon", "appendix", "ileum"), ("descending_colon", "sigmoid_colon")

LEFT_OUT = (
    "Left out are the abdominal wall, the small bowel but for its end, stomach, liver, pancreas, spleen, the "
    "transverse colon, lymph vessels, and the branches of the aorta to the gut."
)
KEEP_OFF = (
    "This is a map of what not to press on, not a guide to reaching the muscle. Pressure through the belly or in the "
    "groin meets bowel, vessels, nerves or the ureter first."
)


def route_folio() -> Folio:
    """Return the whole way in three views, in layers from the bowel to the bones."""
    return Folio("route", "The way through", LazyPlates(VIEWS, _route_plate))


def layers_of(name: str, shown: Iterable[str] = ()) -> tuple[Layer, ...]:
    """Return the layers of a view, bottom to top: bones, muscles, fascia, nerves, vessels, kidneys, bowel.

    `shown` names layers that are on at first though they are off otherwise.
    """
    on = set(shown)
    bowel = [f"{k}_r" for k in RIGHT_BOWEL]
    if "l" in standing.sides(name):
        bowel += [f"{k}_l" for k in LEFT_BOWEL]
    hips = replace(standing.hip_bones_layer(name), locked=True)
    return (
        standing.bones_layer(name),
        hips,
        Layer(
            "muscles",
            "Psoas, iliacus and inguinal ligament",
            standing.paired(MUSCLES, name),
            sentence="Psoas major and iliacus, which join above the groin and pass under the inguinal ligament to the "
            "lesser trochanter; psoas minor on the front of psoas major.",
        ),
        Layer(
            "fascia",
            "Fascia at the groin",
            standing.paired(FASCIA, name),
            on="fascia" in on,
            sentence="Iliac fascia over iliopsoas and the femoral nerve, and the iliopectineal arch that parts the two "
            "passages under the ligament.",
        ),
        Layer(
            "nerves",
            "Nerves",
            standing.paired(NERVES, name),
            sentence="The nerves: subcostal, iliohypogastric and ilio-inguinal across the back wall, genitofemoral on "
            "the front of psoas, lateral femoral cutaneous over iliacus, femoral between the two muscles, obturator "
            "and lumbosacral trunk on the inner side, sympathetic trunk on the bodies.",
        ),
        Layer(
            "vessels",
            "Vessels",
            ("abdominal_aorta", "inferior_vena_cava", *standing.paired(VESSELS, name)),
            sentence="The aorta left of the midline down to its fork on L4, the vena cava on its right, and the iliac "
            "vessels along the inner side of psoas to the groin, where the artery lies between nerve and vein.",
        ),
        Layer(
            "kidneys",
            "Kidneys, ureters and bladder",
            (*standing.paired(["kidney", "adrenal", "ureter"], name), "bladder"),
            sentence="The kidneys beside the upper psoas, the right one lower, and the ureters down the front of the "
            "muscle, over the fork of the iliac artery, to the empty bladder.",
        ),
        Layer(
            "bowel",
            "Large bowel",
            tuple(bowel),
            on="bowel" in on,
            sentence="On the right caecum, appendix and ascending colon, on the left descending and sigmoid colon, in "
            "front of the muscles."
            if name != "lateral_right"
            else "Caecum, appendix and ascending colon in front of the muscles.",
        ),
    )


def label(
    id: str,
    side: str = "r",
    parts: Iterable[str] = (),
    layer: str | None = None,
    weight: int = 5,
    text: str = "",
    column: Side | None = None,
) -> LabelSpec:
    """Return the label of a structure on one side; `parts` are names without a side."""
    row = structure(id)
    suffix = f"_{side}" if row.paired or side == "l" else ""
    own = tuple(f"{p}_{side}" for p in parts) or (f"{id}_{side}" if row.paired else id,)
    return LabelSpec(f"{id}{suffix}", text or row.name, own, layer=layer, weight=weight, side=column)


def _route_labels(name: str) -> tuple[LabelSpec, ...]:
    far = "l" if name == "anterior" else "r"
    rows = [
        label("psoas_major", weight=10),
        label("iliacus", weight=10),
        label("inguinal_ligament", weight=9),
        label("inferior_vena_cava", weight=9),
        label("external_iliac_artery", weight=9),
        label("external_iliac_vein", weight=8),
        label("femoral_nerve", parts=FEMORAL[:1], weight=10),
        label("genitofemoral_nerve", parts=GENITOFEMORAL, weight=9),
        label("lateral_femoral_cutaneous_nerve", weight=9),
        label("subcostal_nerve", weight=6),
        label("iliohypogastric_nerve", weight=6),
        label("ilioinguinal_nerve", weight=6),
        label("iliac_fascia", weight=7),
        label("caecum", parts=["caecum"], weight=9),
        label("appendix", parts=["appendix"], weight=9),
        label("ascending_colon", parts=["ascending_colon"], weight=8),
        label("adrenal_gland", parts=["adrenal"], weight=3),
        label("kidney", weight=8, text="Right kidney"),
        label("abdominal_aorta", weight=10),
        label("ureter", far, weight=10),
        label("gonadal_vessels", far, parts=["gonadal_artery", "gonadal_vein"], weight=7),
        label("renal_vein", far, weight=6),
        label("common_iliac_artery", far, weight=9),
        label("common_iliac_vein", far, weight=7),
        label("femoral_artery", far, weight=8),
        label("femoral_vein", far, weight=8),
        label("inferior_epigastric_artery", far, weight=7),
        label("psoas_minor", far, weight=6),
        label("sympathetic_trunk", far, weight=6),
        label("obturator_nerve", far, weight=6),
        label("lumbosacral_trunk", far, parts=["lumbosacral_trunk", "lumbosacral_trunk_l5"], weight=5),
        standing.named("sacrum", weight=2),
    ]
    if name != "lateral_right":
        rows += [label(k, "l", parts=[k], weight=8) for k in LEFT_BOWEL]
        rows.append(replace(label("kidney", "l", text="Left kidney"), weight=8))
    return tuple(rows)


def route_facts() -> tuple[Fact, ...]:
    """Return what is published of the places and sizes shown."""
    return (
        Fact(
            "aorta_mm", 17.5, "mm", "The abdominal aorta is drawn 17.5 mm wide, the mean of 3692 adults.", ("kim2022",)
        ),
        Fact(
            "femoral_nerve_width_mm",
            9.8,
            "mm",
            "At the inguinal ligament the femoral nerve is drawn 9.8 mm wide and 3.1 mm thick, the mean of 20 adults.",
            ("gruber2003",),
        ),
    )


def _route_plate(name: str) -> Plate:
    layers = layers_of(name)
    structures = structures_of(layers)
    return Plate(
        id=f"route_{name}",
        title="The way through",
        caption="Psoas major and iliacus with the vessels, nerves and organs around them. Put the bowel back with its "
        f"layer: it is what lies in front first. {KEEP_OFF}",
        view=standing.framed(name),
        layers=layers,
        labels=_route_labels(name),
        facts=route_facts(),
        description=(
            "From T12 the muscle runs down beside the spine, over the pelvic brim at the iliopubic eminence, under the "
            "inguinal ligament through the outer of two passages, and back to the lesser trochanter.",
            "In front of it lie kidney, ureter, gonadal vessels and bowel; on its inner side aorta and vena cava "
            "above, iliac vessels below; within it the lumbar plexus, whose branches leave at its outer border, its "
            "front and its inner border.",
            "At the groin the order from outside inwards is femoral nerve, femoral artery, femoral vein, femoral "
            "canal. The nerve lies on the front of the muscle, and the muscle lies behind the artery.",
        ),
        sources=(*dict.fromkeys((*sources_of(structures), "lu2011", *standing.SOURCES)),),
        schematic=f"{said(structures)} {LEFT_OUT}",
        depth_range_m=DEPTHS_M.get(name),
        body=Region(SYSTEMS),
    )


def structures_of(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return the structures of the neighbours in some layers, which have a row in the table of what they rest on."""
    from iliopsoas.body.basis import BASIS

    names = {"adrenal": "adrenal_gland", "gonadal_artery": "gonadal_vessels", "gonadal_vein": "gonadal_vessels"}
    plain = [p.removesuffix("_r").removesuffix("_l") for layer in layers for p in layer.parts]
    found = [names.get(p, "lumbar_plexus" if p.startswith("plexus") else p) for p in plain]
    return tuple(dict.fromkeys(p for p in found if p in BASIS))
