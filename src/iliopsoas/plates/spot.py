"""Spot the error: the plate of the way through with one to three planted mistakes, and a key that opens afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from iliopsoas.body.mistakes import MISTAKES, Planted, drawn_lots, mistake
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Folio, LazyPlates, Plate, Stop
from iliopsoas.plates.route import DEPTHS_M, KEEP_OFF, label, layers_of

_VIEW = "anterior"
#: Seed of each variant; together they hold every mistake.
VARIANTS: Mapping[str, int] = MappingProxyType(
    {"plate_1": 8, "plate_2": 13, "plate_3": 16, "plate_4": 17, "plate_5": 6}
)
TASK = "Something is wrong on this plate. Write down every mistake that you find, then open the key."


def spot_folio() -> Folio:
    """Return the plates with planted mistakes."""
    plates = LazyPlates(VARIANTS, lambda name: spot_plate(name, VARIANTS[name]))
    return Folio("spot_the_error", "Spot the error", plates, first=next(iter(VARIANTS)))


def key_of(seed: int) -> tuple[str, ...]:
    """Return the key of a seed: for each mistake what is drawn and what is so."""
    return tuple(f"{mistake(id).wrong} {mistake(id).right}" for id in drawn_lots(seed))


def spot_plate(name: str, seed: int) -> Plate:
    """Return a plate with the mistakes of a seed; its control opens the key."""
    ids = drawn_lots(seed)
    layers = tuple(
        replace(layer, sentence="" if layer.id in ("muscles", "nerves", "vessels", "kidneys") else layer.sentence)
        for layer in layers_of(_VIEW)
        if layer.id not in ("bowel", "fascia")
    )
    drawn = {part for layer in layers for part in layer.parts}
    lit = tuple(
        part
        for part in sorted(drawn)
        if any(part.removesuffix("_r").removesuffix("_l") in MISTAKES[id].parts for id in ids)
    )
    number = name.removeprefix("plate_")
    view = replace(
        standing.framed(_VIEW),
        name=name,
        title=f"Plate {number}",
        sentence="Seen from the front. A plate with one to three planted mistakes, which this text does not give away.",
    )
    count = "one mistake" if len(ids) == 1 else f"{len(ids)} mistakes"
    return Plate(
        id=f"spot_{name}",
        title=f"Spot the error: plate {number}",
        caption=f"{TASK} {KEEP_OFF}",
        view=view,
        layers=layers,
        labels=_labels(),
        stops=(
            Stop("looking", "Still looking", (), TASK),
            Stop(
                "key",
                "Key",
                lit,
                " ".join([f"There is {count}." if len(ids) == 1 else f"There are {count}.", *key_of(seed)]),
                (),
                ("gray1918",),
            ),
        ),
        control="Key",
        sources=("gray1918", *standing.SOURCES),
        schematic=f"This plate is wrong on purpose. {standing.SCHEMATIC}",
        depth_range_m=DEPTHS_M[_VIEW],
        body=Planted(ids),
    )


def _labels():
    return (
        label("psoas_major", weight=10),
        label("iliacus", weight=10),
        label("inferior_vena_cava", weight=9),
        label("external_iliac_artery", weight=8),
        label("femoral_nerve", parts=["femoral_nerve"], weight=10),
        label("lateral_femoral_cutaneous_nerve", weight=9),
        label("femoral_vein", weight=9),
        label("femoral_artery", weight=9),
        label("kidney", weight=6, text="Right kidney"),
        label("abdominal_aorta", weight=10),
        label("renal_vein", "l", weight=8),
        label("ureter", "l", weight=10),
        label("common_iliac_artery", "l", weight=8),
        label("common_iliac_vein", "l", weight=7),
        label("genitofemoral_nerve", "l", parts=["genitofemoral_nerve"], weight=7),
        label("inguinal_ligament", "l", weight=8),
        standing.named("t12", weight=6),
        standing.named("l4", weight=4),
        replace(standing.at_landmark("greater_trochanter", side="l", weight=7), side="right"),
    )
