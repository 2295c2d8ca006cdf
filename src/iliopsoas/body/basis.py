"""What the drawn neighbours rest on: for every structure whether its place and its size are published or schematic.

Plates print it and tests hold the drawing to it. "published" means that the text says what a source gives and that the
drawing keeps to it; "schematic" that it was drawn to fit between its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from iliopsoas.sources import UnknownName

Rests = Literal["published", "schematic"]


@dataclass(frozen=True)
class Basis:
    """What one drawn structure rests on.

    Attributes
    ----------
    structure : str
        Row of structures.toml.
    place, size : "published" or "schematic"
    place_text, size_text : str
        What was published, or what the drawing follows instead.
    sources : tuple of str
        Reference keys of what is published.
    breadth_mm : float or None
        Drawn breadth, where a published one was followed.
    """

    structure: str
    place: Rests
    place_text: str
    size: Rests
    size_text: str
    sources: tuple[str, ...] = ()
    breadth_mm: float | None = None


_FREE = "calibre drawn in proportion"
_COURSE = "course as in textbooks, laid on the drawn muscles and bones"

_ROWS = (
    Basis(
        "abdominal_aorta",
        "published",
        "left of the midline, fork in front of the body of L4, 1 to 2.5 mm before the discs",
        "published",
        "17.5 mm, mean of 3692 adults",
        ("kim2022", "chithriki2002", "lee2004", "kot2022"),
        17.5,
    ),
    Basis(
        "inferior_vena_cava",
        "published",
        "veins join between the disc L4-L5 and the upper half of L5, on the right",
        "schematic",
        _FREE,
        ("kornreich1998", "park2008", "gray1918"),
    ),
    Basis(
        "common_iliac_artery",
        "published",
        "from L4 to the sacro-iliac joint, the right one before the veins",
        "published",
        "10.9 mm, mean of 3692 adults",
        ("kim2022", "gray1918", "kot2022"),
        10.9,
    ),
    Basis(
        "external_iliac_artery",
        "published",
        "inner border of psoas major to the ligament",
        "schematic",
        "calibre below the upper limit of 10.3 mm in 756 men",
        ("gray1918", "lorbeer2018"),
    ),
    Basis(
        "internal_iliac_artery",
        "published",
        "from before the sacro-iliac joint into the pelvis",
        "schematic",
        "calibre below the upper limit of 7.5 mm in 756 men",
        ("gray1918", "lorbeer2018"),
    ),
    Basis(
        "femoral_artery",
        "published",
        "under the ligament half-way between hip-bone spine and symphysis",
        "schematic",
        "calibre below the upper limit of 10.2 mm in 756 men",
        ("gray1918", "lorbeer2018"),
    ),
    *(
        Basis(f"{k}_vein", "published", "beside its artery: inside and behind it", "schematic", _FREE, ("gray1918",))
        for k in ("common_iliac", "external_iliac", "internal_iliac", "femoral")
    ),
    *(
        Basis(
            f"renal_{k}",
            "published",
            "level with L1 to L2; the left vein before the aorta, the right artery behind the vena cava",
            "schematic",
            _FREE,
            ("gray1918",),
        )
        for k in ("artery", "vein")
    ),
    Basis(
        "gonadal_vessels",
        "published",
        "down the front of psoas major, before the ureter; drawn as in a man",
        "schematic",
        _FREE,
        ("gray1918", "ellis2006"),
    ),
    Basis(
        "inferior_epigastric_artery",
        "published",
        "from the external iliac artery just above the ligament",
        "schematic",
        _FREE,
        ("gray1918",),
    ),
    Basis(
        "lumbar_plexus",
        "published",
        "back third of psoas major, no root before the back third of a disc",
        "schematic",
        "thickness and exact course inside the muscle",
        ("lu2011", "spivak2013"),
    ),
    Basis(
        "femoral_nerve",
        "published",
        "between psoas major and iliacus, on both at the groin",
        "published",
        "9.8 mm wide, 3.1 mm deep at the ligament, 20 adults",
        ("gray1918", "gruber2003"),
        9.8,
    ),
    Basis(
        "lateral_femoral_cutaneous_nerve",
        "published",
        "over iliacus, under the ligament by the hip-bone spine",
        "schematic",
        _FREE,
        ("gray1918",),
    ),
    Basis(
        "genitofemoral_nerve",
        "published",
        "out of the front of psoas major between L3 and L4",
        "schematic",
        _FREE,
        ("gray1918",),
    ),
    *(
        Basis(k, "published", _COURSE, "schematic", _FREE, ("gray1918",))
        for k in (
            "obturator_nerve",
            "lumbosacral_trunk",
            "sympathetic_trunk",
            "subcostal_nerve",
            "iliohypogastric_nerve",
            "ilioinguinal_nerve",
        )
    ),
    Basis(
        "kidney",
        "published",
        "T12 to L3, the right one lower (drawn 12.5 mm)",
        "published",
        "length 104 mm right, 106 mm left, 532 men; breadth schematic",
        ("gray1918", "lee1996"),
    ),
    Basis("adrenal_gland", "published", "on the upper end of the kidney", "schematic", "shape and size", ("gray1918",)),
    Basis(
        "ureter",
        "published",
        "front of psoas major, before the common iliac fork",
        "schematic",
        "calibre; drawn longer than the 25 cm of textbooks",
        ("ellis2006",),
    ),
    Basis("bladder", "published", "empty: wholly behind the symphysis", "schematic", "shape and size", ("gray1918",)),
    *(
        Basis(
            k,
            "published",
            "in front of iliacus and the outer psoas on its side",
            "schematic",
            "width and folds",
            ("gray1918",),
        )
        for k in ("caecum", "descending_colon", "sigmoid_colon")
    ),
    *(
        Basis(k, "schematic", "place varies between people", "schematic", "width and length")
        for k in ("appendix", "ascending_colon", "ileum")
    ),
    Basis(
        "iliopectineal_arch",
        "published",
        "from the ligament to the iliopubic eminence, between nerve and artery",
        "schematic",
        "thickness and breadth",
        ("gray1918",),
    ),
    Basis(
        "iliac_fascia",
        "published",
        "over iliopsoas and the femoral nerve",
        "schematic",
        "thickness; drawn in part",
        ("gruber2003", "gray1918"),
    ),
    Basis(
        "lacunar_ligament",
        "published",
        "from the inner end of the ligament to the pecten",
        "schematic",
        "shape",
        ("gray1918",),
    ),
    Basis("femoral_canal", "published", "inner side of the femoral vein", "schematic", "outline", ("gray1918",)),
    Basis(
        "iliopectineal_bursa",
        "published",
        "between iliopsoas and the hip joint",
        "schematic",
        "thickness; length and breadth as textbooks give them",
        ("gray1918",),
    ),
)

#: Basis of every drawn neighbour by structure.
BASIS: Mapping[str, Basis] = MappingProxyType({row.structure: row for row in _ROWS})


def basis(structure: str) -> Basis:
    """Return what a drawn neighbour rests on; an unknown one raises `UnknownName`."""
    try:
        return BASIS[structure]
    except KeyError:
        raise UnknownName("drawn neighbour", structure, BASIS) from None


def said(structures: Iterable[str]) -> str:
    """Return in one or two sentences what of some structures is published and what schematic, for a plate's foot."""
    rows = [basis(s) for s in dict.fromkeys(structures)]
    sized = [row for row in rows if row.size == "published"]
    parts = ["Places follow published levels and relations; courses between them, and sizes"]
    if sized:
        names = ", ".join(row.structure.replace("_", " ") for row in sized)
        parts.append(f" other than those of {names}")
    return "".join([*parts, ", are schematic."])


def sources_of(structures: Iterable[str]) -> tuple[str, ...]:
    """Return the reference keys behind some structures, each once."""
    return tuple(dict.fromkeys(key for s in structures for key in basis(s).sources))
