"""The whole region for lesson 01: from the outline of the skin to the spine, in four views.

What covers the iliopsoas is drawn on the right side only, so that a plate seen from the front or from behind shows on
its left what lies beneath.
"""

from __future__ import annotations

from dataclasses import replace

from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View

VIEWS = ("anterior", "lateral_right", "anterolateral_right", "posterior")
SYSTEMS = ("back", "wall")
WINDOW = "On the right the layers are complete; on the left the muscles that cover the iliopsoas are taken away."


def region_folio() -> Folio:
    """Return the region in layers, from skin to spine."""
    return Folio("region", "The region in layers", LazyPlates(VIEWS, _plate))


def _view(name: str) -> View:
    """Return the view with room for the outline of the skin."""
    whole = standing.framed(name)
    extra_m = {"lateral_right": 0.0, "anterolateral_right": 0.044, "anterior": 0.044, "posterior": 0.044}[name]
    width_m = whole.width_m + extra_m
    return replace(whole, width_m=width_m, size_px=(round(whole.size_px[0] * width_m / whole.width_m), 900))


def _plate(name: str) -> Plate:
    sides, outer = standing.sides(name), ("r",)
    ribs = standing.paired(["rib_9", "rib_10", "rib_11", "rib_12", "costal_margin"], name)
    bones = standing.bones_layer(name)
    hips = standing.hip_bones_layer(name).parts
    psoas = ["psoas_major", *standing.psoas_slips(), *standing.psoas_deep_slips(), *standing.arches()]
    layers = (
        replace(
            bones,
            name="Bones",
            parts=tuple(dict.fromkeys([*bones.parts, *hips, *ribs])),
            sentence="Spine from T11, lower ribs, hip bones and thigh bones.",
        ),
        Layer(
            "psoas",
            "Psoas major and minor",
            standing.on_sides([*psoas, "psoas_minor", "iliopsoas_tendon"], sides),
            sentence="Psoas major beside the spine, with psoas minor on its front, and the tendon to the lesser "
            "trochanter.",
        ),
        Layer(
            "iliacus",
            "Iliacus",
            standing.on_sides(["iliacus"], sides),
            sentence="Iliacus in the iliac fossa, joining psoas major before the hip.",
        ),
        Layer(
            "back",
            "Back and buttock",
            standing.on_sides(
                ["multifidus", "erector_spinae", "thoracolumbar_fascia", "gluteus_medius", "gluteus_maximus",
                 "iliotibial_tract"],
                outer,
            ),
            sentence="The muscles of the back under their fascia, and the gluteal muscles, on the right.",
        ),
        Layer(
            "wall_inner",
            "Belly wall, inner",
            standing.on_sides(["transversus_abdominis", "internal_oblique", "rectus_abdominis",
                               "rectus_sheath_posterior"], outer),
            sentence="Rectus abdominis and the two inner sheets of the belly wall, on the right.",
        ),
        Layer(
            "wall_outer",
            "Belly wall, outer",
            (*standing.on_sides(["external_oblique", "rectus_sheath", "inguinal_ligament"], outer),),
            sentence="The external oblique, the front of the rectus sheath and the inguinal ligament, on the right.",
        ),
        Layer(
            "skin",
            "Skin",
            ("skin", *standing.on_sides(["thigh_skin"], sides)),
            glass=True,
            sentence="The outline of the skin, as glass.",
        ),
    )  # fmt: skip
    return Plate(
        id=f"region_{name}",
        title="The region in layers",
        caption=f"From the skin to the spine. {WINDOW}"
        if len(sides) == 2
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
            "The bowel, the kidneys and the vessels, which lie between the wall and the muscle, are not on this plate.",
        ),
        sources=("gray1918", "bogduk_ch9", *standing.SOURCES),
        schematic=f"{standing.SCHEMATIC} The belly wall, the skin and the thickness of the fat are schematic: the "
        "outline is that of a slim to average adult. Organs and vessels are left out here.",
        body=Region(SYSTEMS),
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
        standing.named("sacrum", weight=5),
        *(standing.named(vertebra, weight=4) for vertebra in ("t12", "l3", "l5")),
        on("rib_12", "bones", open_side, 4),
        on("femur", "bones", open_side, 4),
        standing.at_landmark("asis", side=open_side, weight=5),  # type: ignore[arg-type]
        standing.at_landmark("iliac_crest", "iliac_crest_top", side=open_side, weight=5),  # type: ignore[arg-type]
    )
