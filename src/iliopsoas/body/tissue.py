"""Numbers behind the drawn muscles: what was published, and what is a drawing choice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PsoasSection:
    """How large psoas major is drawn at one level.

    Attributes
    ----------
    level : str
        Vertebra ("l3"), disc ("l3_l4") or place on the way down ("brim", "eminence", "hip").
    area_cm2 : float
        Drawn area of the belly, cut square to its line.
    is_published : bool
        True where an area was published for this level; the drawn one is chosen from it. False: a drawing choice.
    published : str
        What was published, with who was measured; empty for a drawing choice.
    source : str
        Reference key; empty for a drawing choice.
    """

    level: str
    area_cm2: float
    is_published: bool
    published: str = ""
    source: str = ""


_SECTIONS = (
    PsoasSection("l1", 2.2, False),
    PsoasSection("l1_l2", 3.6, False),
    PsoasSection("l2", 5.0, False),
    PsoasSection("l2_l3", 6.6, False),
    PsoasSection("l3", 8.2, True, "about 6.5 (woman) to 10 (man) cm², from the index by height", "druckmann2024"),
    PsoasSection("l3_l4", 10.2, False),
    PsoasSection("l4", 11.8, False),
    PsoasSection("l4_l5", 13.0, True, "16.3 cm², the largest (15 young men, MRI)", "reid1994"),
    PsoasSection("l5", 12.8, False),
    PsoasSection("l5_s1", 11.0, False),
    PsoasSection("brim", 8.4, False),
    PsoasSection("eminence", 6.0, False),
    PsoasSection("hip", 4.4, False),
)


@dataclass(frozen=True)
class Published:
    """A published number that a drawn shape follows: value (no unit: a share), who was measured, reference key."""

    value: float
    text: str
    source: str


#: Part of the front-to-back length of the disc beside which psoas lies, from behind.
DISC_COVER = {
    disc: Published(share, "12 cadavers, both sides", "spivak2013")
    for disc, share in (("l2_l3", 0.80), ("l3_l4", 0.86), ("l4_l5", 0.85))
}

#: Part of the girth of the muscle that is tendon in front of the labrum.
TENDON_SHARE_AT_LABRUM = Published(0.445, "8 hips, by girth", "alpert2009")

#: Part of the length of psoas minor that is belly; the standard deviation is 0.060.
PSOAS_MINOR_BELLY_SHARE = Published(0.375, "32 hips", "neumann2015")


def psoas_sections() -> tuple[PsoasSection, ...]:
    """Return the drawn section of psoas major level by level, from L1 down to the front of the hip."""
    return _SECTIONS
