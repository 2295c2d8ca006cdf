"""Colours of the plates, and how far apart they stay for readers with colour-vision deficiency.

Tissue colours are drawing choices: muscles warm, bone ivory, what is fibrous or cartilaginous cool and pale. The three
kinds of origin use the vermilion, blue and green of Okabe and Ito's palette, which was made for all kinds of vision.
Nothing on a plate is told by colour alone: everything is labelled and outlined too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iliopsoas.sources.errors import UnknownName

INK = "#222222"
MUSCLE_FIBRES = 0.45  # a tissue with at least so strong a fibre pattern is muscle
TEXT = "#111111"
PAPER = "#FFFFFF"


@dataclass(frozen=True)
class Look:
    """How one tissue is drawn.

    Attributes
    ----------
    colour : str
        "#rrggbb" in full light.
    lit : str
        "#rrggbb" it takes when highlighted.
    fibres : float
        Strength of the fibre pattern, 0..1.
    gloss : float
        Strength of the highlight, 0..1.
    hard : bool
        Bone, disc or cartilage: what lies behind it is worth a ghost.
    grain : "", "muscle", "bone" or "plain"
        Of a cut face: bundles with dots, a compact rim round spongy bone, or an even wash; "" for a whole surface.
    """

    colour: str
    lit: str
    fibres: float = 0.0
    gloss: float = 0.0
    hard: bool = False
    grain: str = ""


LOOKS: dict[str, Look] = {
    "bone": Look("#EEDFC8", "#FFD23F", 0.0, 0.03, True),
    "disc": Look("#B4D3E6", "#0072B2", 0.0, 0.06, True),
    "cartilage": Look("#B2BFAC", "#FFD23F", 0.0, 0.06, True),
    "psoas": Look("#A23F2B", "#F0644B", 0.55, 0.05),
    "psoas_deep": Look("#6B2A3E", "#B04A86", 0.55, 0.04),
    "psoas_minor": Look("#EFB48F", "#FF8A5C", 0.45, 0.05),
    "iliacus": Look("#E69F00", "#FFC41F", 0.50, 0.04),
    "tendon": Look("#EDF6F9", "#35B5D6", 0.30, 0.12),
    "ligament": Look("#8DC2EF", "#2F86D0", 0.20, 0.10),
    "quadratus": Look("#D9A98A", "#FF9D66", 0.50, 0.04),
    "diaphragm": Look("#B8609A", "#F07CC8", 0.50, 0.05),
    "oesophagus": Look("#C9B27C", "#E8D9A0", 0.25, 0.08),
    "fascia": Look("#9AD0F5", "#1F9BE0", 0.12, 0.10),
    # What lies round the muscle: vessels, nerves and organs as atlases colour them.
    "artery": Look("#E05656", "#FF8A70", 0.0, 0.16),
    "vein": Look("#183A90", "#5C8CF0", 0.0, 0.14),
    "nerve": Look("#F2D743", "#B8860B", 0.0, 0.06),
    "ureter": Look("#1CA560", "#7CE0A8", 0.0, 0.12),
    "kidney": Look("#A07070", "#E0B0A8", 0.0, 0.10),
    "gland": Look("#AA7331", "#E8B25C", 0.0, 0.06),
    "gut": Look("#B999C1", "#E4CBEA", 0.0, 0.10),
    "bursa": Look("#86DECF", "#2FB7A0", 0.0, 0.12),
    "muscle": Look("#835249", "#D98A76", 0.55, 0.03),  # every muscle but the iliopsoas and the diaphragm
    "line": Look("#4A5060", "#9AA3B6"),  # what is no tissue: the vertical of the room
}

# What stands behind the anatomy and is told by its place: pale, and not kept apart from the tissues.
BACKDROPS: dict[str, Look] = {
    "fat": Look("#FBF1D8", "#FFE7A3"),
    "skin": Look("#F0D2BC", "#FFC9A3", 0.0, 0.02),
    "mark": Look("#222222", "#0072B2"),
    # Verdicts of the palpation map, which letters and hatching tell too.
    "verdict_never": Look("#E58A72", "#D55E00"),
    "verdict_caution": Look("#F3D27A", "#E69F00"),
    "verdict_superficial": Look("#BFE0EE", "#56B4E9"),
    "stroke": Look("#0B4F8A", "#0072B2"),  # a stroke of the hand on the skin, with its number
    "no_stroke": Look("#8C1C13", "#D55E00"),  # hatching where no hand goes
    "allowed": Look("#34DC86", "#7CE0A8"),  # where a device may go, and where never
    "never": Look("#B3261E", "#FF8A70"),
    "couch": Look("#C3CCD4", "#9AA3B6", 0.0, 0.02),
    "pillow": Look("#E8E4DA", "#FFE7A3", 0.0, 0.02),
    "sheet": Look("#E6EBEF", "#CFE3F2", 0.0, 0.02),
    "towel": Look("#A9C4D4", "#8EC5E8", 0.0, 0.02),
    "hem": Look("#7F95A3", "#5C8CA8"),
    "origin_mobile": Look("#D55E00", "#FF9A4D"),  # of a muscle, on vertebrae that move
    "origin_fixed": Look("#0072B2", "#5CB0E6"),  # on sacrum, coccyx, hip bone or ligament
}
CUT = "_cut"  # ending of a tissue whose cut face is drawn

# Kind of an attachment area (the `kind` of attachments.toml) to its colour on the bone.
AREA_COLOURS: dict[str, str] = {
    "margin": "#D55E00",
    "body": "#D55E00",
    "disc": "#0072B2",
    "process": "#009E73",
    "fossa": "#732E86",
    "ala": "#732E86",
    "trochanter": "#C73989",
    "shaft": "#C73989",
    "ramus": "#C73989",
}
OTHER_AREA = "#C73989"


def look(tissue: str) -> Look:
    """Return how a tissue, or with the ending `CUT` its cut face, is drawn; an unknown one raises `UnknownName`."""
    name = tissue.removesuffix(CUT)
    known = {**LOOKS, **BACKDROPS}
    if name not in known:
        raise UnknownName("tissue", tissue, known)
    whole = known[name]
    if name == tissue:
        return whole
    grain = "bone" if name == "bone" else "muscle" if whole.fibres >= MUSCLE_FIBRES else "plain"
    return replace(whole, fibres=0.0, gloss=0.0, grain=grain)


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue of "#rrggbb", 0..255."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"A colour is written '#rrggbb', not {colour!r}.")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def unit_rgb(colour: str) -> NDArray[np.float32]:
    """Return "#rrggbb" as three numbers 0..1."""
    return np.array(rgb(colour), np.float32) / np.float32(255)


# Severity 1.0 of Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), on linear RGB.
_VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
VISIONS = tuple(_VISION)
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # sRGB, D65


def seen(colours: ArrayLike, vision: str) -> NDArray[np.float64]:
    """Return sRGB colours (n, 3; 0..1) as a reader with `vision` (one of `VISIONS`) sees them."""
    c = np.asarray(colours, float)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ _VISION[vision].T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def lab(colours: ArrayLike) -> NDArray[np.float64]:
    """Return sRGB colours (n, 3; 0..1) in CIE L*a*b* (D65)."""
    c = np.asarray(colours, float)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def least_difference(colours: dict[str, str]) -> tuple[float, str, str, str]:
    """Return the smallest CIE 1976 colour difference of any pair over all kinds of vision, and where it is.

    Parameters
    ----------
    colours : dict
        Name to "#rrggbb".

    Returns
    -------
    (float, str, str, str)
        Difference, the two names, the vision.
    """
    names = list(colours)
    flat = np.array([unit_rgb(colours[n]) for n in names])
    worst = (np.inf, "", "", "")
    for vision in VISIONS:
        at = lab(seen(flat, vision))
        apart = np.linalg.norm(at[:, None] - at[None], axis=2)
        apart[np.tril_indices(len(names))] = np.inf
        i, j = np.unravel_index(int(np.argmin(apart)), apart.shape)
        if apart[i, j] < worst[0]:
            worst = (float(apart[i, j]), names[i], names[j], vision)
    return worst
