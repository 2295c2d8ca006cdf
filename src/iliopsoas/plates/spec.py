"""The small pieces of a plate's description: facts, labels, stops of its control."""

from __future__ import annotations

from dataclasses import dataclass

from iliopsoas.plates.labels import Side


@dataclass(frozen=True)
class Fact:
    """A number that the plate shows, with its unit, a sentence, and reference keys; grey where it is extrapolated."""

    name: str
    value: float | str
    unit: str = ""
    text: str = ""
    sources: tuple[str, ...] = ()
    is_extrapolated: bool = False


@dataclass(frozen=True)
class LabelSpec:
    """A name that wants to stand on the plate.

    Attributes
    ----------
    id : str
        Structure id and side, unique on the plate.
    text : str
        The name; long ones are broken into two lines.
    parts : tuple of str
        Parts or areas that it names; the leader ends on what is visible of them.
    point : (x, y, z) or None
        Instead of parts, a bony point in metres; labelled only where nothing covers it.
    layer : str or None
        Layer that must be shown; None leaves it to what is visible.
    side : "left", "right" or None
        Wanted column.
    weight : int
        When there is not room for all, the lowest go.
    through : bool
        Name the point even where something covers it; the text has to say so.
    """

    id: str
    text: str
    parts: tuple[str, ...] = ()
    point: tuple[float, float, float] | None = None
    layer: str | None = None
    side: Side | None = None
    weight: int = 0
    through: bool = False

    @property
    def structure(self) -> str:
        """Structure id: the label's id without its side."""
        return self.id[:-2] if self.id[-2:] in ("_r", "_l") else self.id


@dataclass(frozen=True)
class Stop:
    """One position of the plate's control: what it lights and says."""

    id: str
    name: str
    lit: tuple[str, ...] = ()
    sentence: str = ""
    facts: tuple[Fact, ...] = ()
    sources: tuple[str, ...] = ()
