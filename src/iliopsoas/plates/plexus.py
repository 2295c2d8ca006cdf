"""The lumbar plexus inside psoas major, which is drawn as glass."""

from __future__ import annotations

from dataclasses import replace

from iliopsoas.body.region import Region
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.route import DEPTHS_M, FEMORAL, GENITOFEMORAL, NERVES, VIEWS, label


def plexus_folio() -> Folio:
    """Return the lumbar plexus inside a psoas major of glass, in three views."""
    return Folio("plexus", "The lumbar plexus inside the muscle", LazyPlates(VIEWS, _plexus_plate))


def _plexus_plate(name: str) -> Plate:
    parts = ("psoas_major", "iliopsoas_tendon")
    layers = (
        standing.bones_layer(name),
        replace(standing.hip_bones_layer(name), locked=True),
        Layer(
            "iliacus",
            "Iliacus",
            standing.paired(["iliacus"], name),
            on=name == "anterior",
            sentence="Iliacus in the iliac fossa.",
        ),
        Layer(
            "nerves",
            "Nerves",
            standing.paired(NERVES, name),
            locked=True,
            sentence="The roots L1 to L4 come out between the vertebrae and join in the back third of psoas major; "
            "its nerves leave at three borders.",
        ),
        Layer(
            "psoas_major",
            "Psoas major, as glass",
            standing.paired(parts, name),
            glass=True,
            sentence="Psoas major as glass.",
        ),
        Layer(
            "inguinal_ligament",
            "Inguinal ligament",
            standing.paired(["inguinal_ligament"], name),
            sentence="The inguinal ligament.",
        ),
    )
    return Plate(
        id=f"plexus_{name}",
        title="The lumbar plexus inside the muscle",
        caption="Roots and plexus lie within psoas major, in its back third. Outer border: iliohypogastric, "
        "ilio-inguinal, lateral femoral cutaneous and femoral nerve. Front: genitofemoral nerve. Inner border: "
        "obturator nerve and lumbosacral trunk.",
        view=standing.framed(name),
        layers=layers,
        labels=_plexus_labels(name),
        description=(
            "In cadaver sections from L2 to L5 the plexus lay in the back third of the muscle, and at the discs no "
            "root reached farther forward than a third of the disc, measured from behind.",
            "So the plexus lies behind most of the muscle's flesh: from the front it is the deepest layer, from the "
            "back it is met before most of the muscle.",
        ),
        sources=("lu2011", "spivak2013", "gray1918", *standing.SOURCES),
        schematic=f"Thickness and exact course of the nerves inside the muscle are schematic. {standing.SCHEMATIC}",
        depth_range_m=DEPTHS_M.get(name),
        body=Region(("nerves",)),
    )


def _plexus_labels(name: str) -> tuple[LabelSpec, ...]:
    roots = tuple(LabelSpec(f"lumbar_plexus_{k}", f"Root of L{k}", (f"plexus_l{k}_r",), weight=9) for k in range(1, 5))
    far = "l" if name == "anterior" else "r"
    return (
        *(
            replace(root, id="lumbar_plexus_r" if k == 0 else f"lumbar_plexus_root_{k + 1}")
            for k, root in enumerate(roots)
        ),
        label("femoral_nerve", parts=FEMORAL[:1], weight=10),
        label("genitofemoral_nerve", parts=GENITOFEMORAL, weight=9),
        label("lateral_femoral_cutaneous_nerve", weight=9),
        label("subcostal_nerve", weight=5),
        label("iliohypogastric_nerve", far, weight=8),
        label("ilioinguinal_nerve", far, weight=8),
        label("obturator_nerve", far, weight=9),
        label("lumbosacral_trunk", far, parts=["lumbosacral_trunk", "lumbosacral_trunk_l5"], weight=8),
        label("sympathetic_trunk", far, weight=7),
        label("psoas_major", far, weight=9),
        label("inguinal_ligament", far, weight=6),
        standing.named("l3", weight=3),
        standing.named("sacrum", weight=2),
    )
