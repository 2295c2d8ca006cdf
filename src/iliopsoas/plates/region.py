"""The whole region for lesson 01: from the outline of the skin to the spine, in four views.

What covers the iliopsoas is drawn on the right side only, so that a plate seen from the front or from behind shows on
its left what lies beneath.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from iliopsoas.body import landmarks
from iliopsoas.body.basis import said, sources_of
from iliopsoas.body.region import Region
from iliopsoas.plates import route, standing
from iliopsoas.plates.plate import Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View

VIEWS = ("anterior", "lateral_right", "anterolateral_right", "posterior")
SYSTEMS = ("back", "vessels", "nerves", "organs", "wall")
RIBS = ("rib_7", "rib_8", "rib_9", "rib_10", "rib_11", "rib_12", "costal_margin")
LEFT_OUT = (
    "Left out are the diaphragm, the small bowel but for its end, stomach, liver, pancreas, spleen, the transverse "
    "colon and lymph vessels."
)
WINDOW = "On the right the layers are complete; on the left the muscles that cover the iliopsoas are taken away."


def region_folio() -> Folio:
    """Return the region in layers, from skin to spine."""
    return Folio("region", "The region in layers", LazyPlates(VIEWS, _plate))


HEIGHT_PX = 760  # eleven layers in four views: smaller than other plates, so that a page of them stays small


def _view(name: str) -> View:
    """Return the view with room for the outline of the skin."""
    whole = standing.framed(name)
    extra_m = {"lateral_right": 0.0, "anterolateral_right": 0.044, "anterior": 0.044, "posterior": 0.044}[name]
    width_m = whole.width_m + extra_m
    return replace(
        whole, width_m=width_m, size_px=(round(whole.size_px[0] * HEIGHT_PX / 900 * width_m / whole.width_m), HEIGHT_PX)
    )


def _plate(name: str) -> Plate:
    layers = _layers(name)
    around = route.structures_of(layers)
    return Plate(
        id=f"region_{name}",
        title="The region in layers",
        caption=f"From the skin to the spine. {WINDOW}"
        if len(standing.sides(name)) == 2
        else "From the skin to the spine, from the right side.",
        view=_view(name),
        layers=layers,
        labels=_labels(name),
        description=(
            "Under the skin and fat lie, in front, the wall of the belly: rectus abdominis in its sheath, and beside "
            "it three flat muscles, one on the other. Behind lie the back muscles under the thoracolumbar fascia, and "
            "below them the gluteal muscles.",
            "Psoas major lies deep to all of them, beside the lumbar spine; iliacus lines the iliac fossa. Together "
            "they pass under the inguinal ligament, in front of the hip.",
            "Between the wall and the muscle lie the bowel, the kidneys and ureters, the great vessels, and nerves "
            "that run through the muscle and over it.",
        ),
        sources=(*dict.fromkeys(("gray1918", "bogduk_ch9", *sources_of(around), *standing.SOURCES)),),
        schematic=f"{standing.SCHEMATIC} The belly wall, the skin and the thickness of the fat are schematic: the "
        f"outline is that of a slim to average adult. {said(around)} {LEFT_OUT}",
        peel="in_order",
        body=Region(SYSTEMS),
    )


def _layers(name: str) -> tuple[Layer, ...]:
    """Return the layers, the last one nearest to the reader: seen from behind, the back comes off before the front."""
    sides = standing.sides(name)
    of_bowel = [f"{k}_r" for k in route.RIGHT_BOWEL]
    if "l" in sides:
        of_bowel += [f"{k}_l" for k in route.LEFT_BOWEL]
    psoas = ["psoas_major", *standing.psoas_slips(), *standing.psoas_deep_slips(), *standing.arches()]
    iliacus = Layer(
        "iliacus",
        "Iliacus",
        standing.on_sides(["iliacus"], sides),
        sentence="Iliacus in the iliac fossa, joining psoas major before the hip.",
    )
    muscle = Layer(
        "psoas",
        "Psoas major and minor",
        standing.on_sides([*psoas, "psoas_minor", "iliopsoas_tendon"], sides),
        sentence="Psoas major beside the spine, with psoas minor on its front, and the tendon to the lesser "
        "trochanter.",
    )
    nerves = Layer(
        "nerves",
        "Nerves",
        standing.on_sides(route.NERVES, sides),
        sentence="The lumbar plexus in psoas major and the nerves that leave it.",
    )
    vessels = Layer(
        "vessels",
        "Vessels",
        ("abdominal_aorta", "inferior_vena_cava", *standing.on_sides(route.VESSELS, sides)),
        sentence="The aorta and the vena cava on the spine, and the iliac vessels along psoas major to the groin.",
    )
    kidneys = Layer(
        "kidneys",
        "Kidneys, ureters and bladder",
        (*standing.on_sides(["kidney", "adrenal", "ureter"], sides), "bladder"),
        sentence="The kidneys beside the upper psoas major, and the ureters down its front to the bladder.",
    )
    bowel = Layer(
        "bowel",
        "Large bowel",
        tuple(of_bowel),
        sentence="The large bowel in front of the muscles: caecum, appendix and ascending colon on the right"
        + (", descending and sigmoid colon on the left." if "l" in sides else "."),
    )
    back, inner, outer = _covers()
    skin = Layer(
        "skin",
        "Skin",
        ("skin", *standing.on_sides(["thigh_skin"], sides)),
        glass=True,
        sentence="The outline of the skin, as glass.",
    )
    inside = (iliacus, muscle, nerves, vessels, kidneys, bowel)
    order = {
        "posterior": (*reversed(inside), inner, outer, back),
        "lateral_right": (*inside, back, inner, outer),
    }.get(name, (back, *inside, inner, outer))
    return (_bones(name), *order, skin)


def _bones(name: str) -> Layer:
    ribs = standing.paired(RIBS, name)
    bones, hips = standing.bones_layer(name), standing.hip_bones_layer(name).parts
    return replace(
        bones,
        name="Bones",
        parts=tuple(dict.fromkeys([*bones.parts, *hips, *ribs, "sternum"])),
        sentence="Spine from T11, lower ribs with their cartilages, hip bones and thigh bones.",
    )


def _covers() -> tuple[Layer, Layer, Layer]:
    """Return what covers the muscle, on the right side: back and buttock, and the two layers of the belly wall."""

    def right(*names: str) -> tuple[str, ...]:
        return standing.on_sides(names, ("r",))

    return (
        Layer(
            "back",
            "Back and buttock",
            right(
                "multifidus",
                "erector_spinae",
                "thoracolumbar_fascia",
                "gluteus_medius",
                "gluteus_maximus",
                "iliotibial_tract",
            ),
            sentence="The muscles of the back under their fascia, and the gluteal muscles, on the right.",
        ),
        Layer(
            "wall_inner",
            "Belly wall, inner",
            right("transversus_abdominis", "internal_oblique", "rectus_abdominis", "rectus_sheath_posterior"),
            sentence="Rectus abdominis and the two inner sheets of the belly wall, on the right.",
        ),
        Layer(
            "wall_outer",
            "Belly wall, outer",
            right("external_oblique", "rectus_sheath", "inguinal_ligament"),
            sentence="The external oblique, the front of the rectus sheath and the inguinal ligament, on the right.",
        ),
    )


def _labels(name: str) -> tuple[LabelSpec, ...]:
    window = "l" if name in ("anterior", "anterolateral_right") else "r"
    open_side = {"posterior": "l", "lateral_right": "r"}.get(name, window)

    def on(structure_id: str, layer: str, side: str, weight: int) -> LabelSpec:
        spec = standing.named(structure_id, (f"{structure_id}_{side}",), layer, weight)
        return replace(spec, id=f"{structure_id}_{side}")

    in_front = (
        on("rectus_sheath", "wall_outer", "r", 7),
        on("inguinal_ligament", "wall_outer", "r", 7),
        on("rectus_abdominis", "wall_inner", "r", 7),
        on("psoas_minor", "psoas", open_side, 9),
    )
    return (
        *(() if name == "posterior" else in_front),
        on("external_oblique", "wall_outer", "r", 7),
        on("internal_oblique", "wall_inner", "r", 7),
        on("transversus_abdominis", "wall_inner", "r", 7),
        on("thoracolumbar_fascia", "back", "r", 7),
        on("gluteus_maximus", "back", "r", 7),
        on("gluteus_medius", "back", "r", 6),
        on("iliotibial_tract", "back", "r", 5),
        on("psoas_major", "psoas", open_side, 10),
        on("iliopsoas_tendon", "psoas", open_side, 8),
        on("iliacus", "iliacus", open_side, 10),
        *_neighbours(name, open_side),
        standing.named("sacrum", weight=5),
        *(standing.named(vertebra, weight=4) for vertebra in ("t12", "l3", "l5")),
        on("rib_12", "bones", open_side, 4),
        on("femur", "bones", open_side, 4),
        standing.at_landmark("asis", side=open_side, weight=5),  # type: ignore[arg-type]
        _crest(name, open_side),
    )


def _crest(name: str, side: str) -> LabelSpec:
    """Return the label of the iliac crest; in front at its outer part, which the colon leaves free."""
    spec = standing.at_landmark("iliac_crest", "iliac_crest_top", side=side, weight=5)  # type: ignore[arg-type]
    if name != "anterior":
        return spec
    asis, top = landmarks.landmark("asis"), landmarks.landmark("iliac_crest_top")
    crest = landmarks.line("iliac_crest")
    x, y, z = (
        float(c) for c in crest[np.argmin(np.abs(crest[:, 1] - 0.5 * (asis[1] + top[1])) + (crest[:, 0] < top[0]))]
    )
    return replace(spec, point=(x, y, -z if side == "l" else z))


def _neighbours(name: str, side: str) -> tuple[LabelSpec, ...]:
    """Return the names of organs, vessels and nerves, on the side where they lie open."""
    bowel = [route.label(k, "l", parts=[k], layer="bowel", weight=8) for k in route.LEFT_BOWEL]
    return (
        *(() if name == "lateral_right" else bowel),
        route.label("caecum", parts=["caecum"], layer="bowel", weight=6),
        route.label("ascending_colon", parts=["ascending_colon"], layer="bowel", weight=6),
        route.label("kidney", side, layer="kidneys", weight=8),
        route.label("ureter", side, layer="kidneys", weight=8),
        route.label("abdominal_aorta", layer="vessels", weight=8),
        route.label("inferior_vena_cava", layer="vessels", weight=7),
        route.label("external_iliac_artery", side, layer="vessels", weight=7),
        route.label("femoral_artery", side, layer="vessels", weight=7),
        route.label("femoral_nerve", side, parts=route.FEMORAL[:1], layer="nerves", weight=8),
        route.label("genitofemoral_nerve", side, parts=route.GENITOFEMORAL, layer="nerves", weight=6),
        route.label("lateral_femoral_cutaneous_nerve", side, layer="nerves", weight=6),
    )
