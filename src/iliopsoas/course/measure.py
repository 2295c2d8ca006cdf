"""Before and after: an angle of the modified Thomas test in words, and what may be said of a change.

The pelvis is held, or there is no number. A change within the error of the test is named so: it is not a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Side = Literal["short", "beyond"]

#: Error of the Thomas test with a goniometer, degrees, as in `SOURCES`. A change that is no larger is not a result.
ERROR_DEG = 2.0
SOURCES = ("peeler2007",)
MOST_DEG = 60.0  # further than any hip hangs or stops in this test: what is more is a slip of the pen
SCALE = (0, 10)
SIDES: Mapping[Side, str] = MappingProxyType(
    {
        "short": "short of neutral (thigh above horizontal)",
        "beyond": "beyond neutral (thigh below horizontal)",
    }
)
#: What is printed of an angle and of a change; the page fills in the same words.
SAYS: Mapping[str, str] = MappingProxyType(
    {
        "level": "at neutral (thigh horizontal)",
        "angle": "{0}° {1}",
        "within": "{0}° of change, within the error of the test ({1}°): not a result. Write that down.",
        "more": "{0}° further than before, more than the error of the test ({1}°). Near the error measure once more. "
        "It does not say why.",
        "less": "{0}° less far than before, more than the error of the test ({1}°). Near the error measure once more. "
        "It does not say why.",
        "scale_same": "The same number as before: nothing changed. Write that down too.",
        "scale_less": "{0} less than before. It is what the client says today; it does not say why.",
        "scale_more": "{0} more than before. Ask what it is, and whether a stop rule is met.",
    }
)


@dataclass(frozen=True)
class Reading:
    """An angle of the thigh to the horizontal with the pelvis held.

    Attributes
    ----------
    degrees : float
        From 0 to `MOST_DEG`; never with a sign.
    side : {"short", "beyond"}
        Which way, a key of `SIDES`.
    """

    degrees: float
    side: Side

    def __post_init__(self) -> None:
        """Refuse a sign, a slip of the pen and a side that there is not."""
        _within("degrees", self.degrees, 0, MOST_DEG)
        if self.side not in get_args(Side):
            raise ValueError(f"side is {self.side!r}. Allowed: {', '.join(get_args(Side))}.")

    @property
    def words(self) -> str:
        """The angle as printed, such as "8° short of neutral (thigh above horizontal)"."""
        return SAYS["angle"].format(f"{self.degrees:g}", SIDES[self.side]) if self.degrees else SAYS["level"]


def angle_change(before: Reading, after: Reading) -> str:
    """Return what may be said of the change from one angle to another."""
    change = _further(after) - _further(before)
    word = "within" if abs(change) <= ERROR_DEG else "more" if change > 0 else "less"
    return SAYS[word].format(f"{abs(change):g}", f"{ERROR_DEG:g}")


def scale_change(before: float, after: float) -> str:
    """Return what may be said of the change of a complaint from 0 (none) to 10.

    Raises
    ------
    ValueError
        For a number outside `SCALE`.
    """
    for name, value in (("before", before), ("after", after)):
        _within(name, value, *SCALE)
    word = "same" if before == after else "less" if after < before else "more"
    return SAYS[f"scale_{word}"].format(f"{abs(after - before):g}")


def _further(reading: Reading) -> float:
    return reading.degrees if reading.side == "beyond" else -reading.degrees


def _within(field: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{field} is {value!r}. Allowed: a number from {low:g} to {high:g}.")
