"""The levels at which the body is cut, and what a hand can feel at each.

The height of every level is computed from the bones. What is told of landmarks keeps apart where a level lies in most
bodies, and how badly a hand finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from iliopsoas.body import column, cut
from iliopsoas.body.hips import HIP_CENTRE
from iliopsoas.body.landmarks import endplate, landmark
from iliopsoas.body.tissue import psoas_sections
from iliopsoas.sources.errors import UnknownName

NAVEL = (
    "The navel is no safe guide: in 35 young women it lay lower against the fork of the aorta the heavier they were."
)


@dataclass(frozen=True)
class Level:
    """One transverse section.

    Attributes
    ----------
    id, name : str
        Short id, and what a reader calls it.
    height_m : callable
        Gives the height of the horizontal plane, metres.
    touch : str
        What a hand can feel at or near this height, and how far to trust it.
    sources : tuple of str
        Reference keys behind `touch`.
    """

    id: str
    name: str
    height_m: Callable[[], float]
    touch: str
    sources: tuple[str, ...] = ("gray1918",)

    @property
    def plane(self) -> cut.Plane:
        """The horizontal plane, seen from below."""
        return cut.seen_from_below(self.height_m())


def _column(name: str) -> Callable[[], float]:
    return lambda: float(column.level(name).centre[1])


def _s1() -> float:
    return float(endplate("s1", "upper").centre[1]) - 0.018


def _mid_inguinal() -> float:
    return float(landmark("asis")[1] + landmark("pubic_tubercle")[1]) / 2


_LEVELS = (
    Level(
        "t12_l1",
        "disc T12–L1",
        _column("t12_l1"),
        "Nothing in front marks this height by touch; behind, rib 12 leaves the spine just above it.",
    ),
    Level(
        "l1",
        "middle of L1",
        _column("l1"),
        "Half-way between the notch above the breastbone and the top of the pubic symphysis lies the transpyloric "
        "plane, which is drawn through L1.",
    ),
    Level(
        "l2",
        "middle of L2",
        _column("l2"),
        "No bony point marks this height; it lies just above the lowest part of the costal margin in the drawn body.",
    ),
    Level(
        "l3",
        "middle of L3",
        _column("l3"),
        "The lowest part of the costal margin, at the side, lies near L3, here a little above the plane. " + NAVEL,
        ("gray1918", "hurd1992"),
    ),
    Level(
        "l4",
        "middle of L4",
        _column("l4"),
        "The top of the iliac crest lies near L4 on radiographs (median L4–L5 in 690 adults). By touch it is put "
        "higher: in 45 women near term always above L4–L5.",
        ("kim2003", "margarido2010"),
    ),
    Level(
        "l4_l5",
        "disc L4–L5",
        _column("l4_l5"),
        "The top of the iliac crest: median L4–L5 on the radiographs of 690 adults, range L3–L4 to L5–S1. By touch it "
        "is put higher: in 45 women near term always above L4–L5.",
        ("kim2003", "margarido2010"),
    ),
    Level(
        "l5",
        "middle of L5",
        _column("l5"),
        "The tubercles of the iliac crest, about 5 cm behind the front spine, lie near the upper edge of L5.",
    ),
    Level(
        "s1",
        "upper sacrum (S1)",
        _s1,
        "The spine at the back end of the crest (PSIS), under the dimple, lies near this height in the drawn body.",
    ),
    Level(
        "asis",
        "anterior superior iliac spines",
        lambda: float(landmark("asis")[1]),
        "The anterior superior iliac spines (ASIS), the front ends of the crest, can be felt at both sides.",
    ),
    Level(
        "inguinal",
        "middle of the inguinal ligament",
        _mid_inguinal,
        "The plane lies half-way down from the ASIS to the pubic tubercle. Finding it is no reason to press there: "
        "nerve, artery and vein lie in front of the muscle.",
    ),
    Level(
        "hip",
        "hip joint",
        lambda: float(HIP_CENTRE[1]),
        "The pubic tubercle lies a little below this height, the tip of the greater trochanter near it.",
    ),
    Level(
        "lesser_trochanter",
        "lesser trochanter",
        lambda: float(landmark("lesser_trochanter")[1]),
        "The bulge of the greater trochanter is above, the ischial tuberosity about at this height. The lesser "
        "trochanter itself is not felt.",
    ),
)
LEVELS: Mapping[str, Level] = MappingProxyType({level.id: level for level in _LEVELS})


def level(id: str) -> Level:
    """Return a level; an unknown one raises `UnknownName`."""
    try:
        return LEVELS[id]
    except KeyError:
        raise UnknownName("level of a section", id, LEVELS) from None


@dataclass(frozen=True)
class Expected:
    """What the psoas of one side should measure at a level.

    Attributes
    ----------
    low_cm2, high_cm2 : float
        Smallest and largest area that follow from what was published.
    text : str
        What was published, and how it is carried over to the drawn adult.
    source : str
        Reference key.
    """

    low_cm2: float
    high_cm2: float
    text: str
    source: str


@cache
def expected() -> Mapping[str, Expected]:
    """Return what was published of the size of psoas, by level.

    The body is drawn between the man and the woman of L3. The one value at L4-L5 is of young men; carried over in the
    same proportion it is that value times the drawn share of the man's area at L3.
    """
    drawn = {s.level: s for s in psoas_sections()}
    woman, man, at_l4_l5 = 6.5, 10.0, 16.3  # cm2: `published` of tissue.psoas_sections in numbers
    share = drawn["l3"].area_cm2 / man
    carried = at_l4_l5 * share
    return MappingProxyType(
        {
            "l3": Expected(woman, man, drawn["l3"].published, drawn["l3"].source),
            "l4_l5": Expected(
                carried,
                carried,
                f"{drawn['l4_l5'].published}; for the drawn adult, {share:.0%} of a man's size at L3, that is about "
                f"{carried:.1f} cm²",
                drawn["l4_l5"].source,
            ),
        }
    )
