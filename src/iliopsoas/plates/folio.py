"""A folio: one subject in several views, and along at most one axis, made of plates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from iliopsoas.sources.errors import UnknownName

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

_BETWEEN = "__"  # view and stop in the key of a frame


class LazyPlates(Mapping[str, "Plate"]):
    """Plates by view name, each made when it is first asked for.

    Parameters
    ----------
    names : iterable of str
        View names, in the order in which they are offered.
    make : callable
        From a view name to its plate.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Plate]) -> None:
        self._names = tuple(names)
        self._make = make
        self._made: dict[str, Plate] = {}

    def __getitem__(self, name: str) -> Plate:
        """Return the plate of a view; an unknown one raises `UnknownName`."""
        if name not in self._names:
            raise UnknownName("view", name, self._names)
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a view."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        """Iterate over the view names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return the number of views."""
        return len(self._names)


@dataclass(frozen=True)
class Along:
    """The one axis along which the plates of a folio are frames: a breath in litres, the level of a section.

    Attributes
    ----------
    name : str
        What the reader sets, such as "Breath".
    unit : str
        Unit of its values, or "".
    stops : tuple of (str, str)
        Id and spoken name of each position, in order: ("l3", "middle of L3").
    start : str
        Id of the position shown at first.
    """

    name: str
    unit: str
    stops: tuple[tuple[str, str], ...]
    start: str

    def __post_init__(self) -> None:
        """Refuse positions that are there twice, and a start that is none of them."""
        ids = [id for id, _ in self.stops]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise ValueError(f"Along {self.name!r}, stops: {twice[0]!r} is there twice; ids must be unique.")
        if self.start not in ids:
            raise UnknownName(f"stop along {self.name!r}", self.start, ids)


def frame_key(view: str, stop: str) -> str:
    """Return the key of a frame in a folio that has plates along an axis."""
    return f"{view}{_BETWEEN}{stop}"


@dataclass(frozen=True, eq=False)
class Folio:
    """One subject in several views with the same layers and stops: what a notebook shows.

    Attributes
    ----------
    id, title : str
    plates : mapping of str to Plate
        By view; along an axis by `frame_key`, every view at every stop, with the same layers and parts in each.
    along : Along or None
        The axis along which they are frames.
    print_only : tuple of str
        Keys of the plates that are printed; empty for all of them.
    first : str
        Where the plates are variants of one picture without an axis: key of that which the others are stored as changes
        of. They have the same view, layers and parts.
    """

    id: str
    title: str
    plates: Mapping[str, Plate]
    along: Along | None = None
    print_only: tuple[str, ...] = ()
    first: str = ""

    def __post_init__(self) -> None:
        """Refuse keys that are not there, and frames of which some are missing."""
        if self.first and (self.along is not None or self.first not in self.plates):
            raise UnknownName(f"first plate of folio {self.id!r}", self.first, () if self.along else self.plates)
        for key in self.print_only:
            if key not in self.plates:
                raise UnknownName(f"plate of folio {self.id!r} to print", key, self.plates)
        if self.along is not None:
            wanted = [frame_key(view, stop) for view in self.views for stop in self.frames]
            for key in wanted:
                if key not in self.plates:
                    raise UnknownName(f"frame of folio {self.id!r}", key, self.plates)
            for key in self.plates:
                if key not in wanted:
                    raise UnknownName(f"frame of folio {self.id!r} along {self.along.name!r}", key, wanted)

    @cached_property
    def views(self) -> tuple[str, ...]:
        """Names of the views, in the order in which they are offered."""
        if self.along is None:
            return tuple(self.plates)
        return tuple(dict.fromkeys(key.partition(_BETWEEN)[0] for key in self.plates))

    @property
    def frames(self) -> tuple[str, ...]:
        """Ids of the positions along the axis, in order; empty without one."""
        return tuple(id for id, _ in self.along.stops) if self.along else ()

    def key(self, view: str, frame: str = "") -> str:
        """Return the key of a view, along an axis of its frame; without one given, of that shown at first.

        Raises
        ------
        UnknownName
            For a view, or a position along the axis, that there is not.
        """
        if view not in self.views:
            raise UnknownName(f"view of folio {self.id!r}", view, self.views)
        if self.along is None:
            if frame:
                raise UnknownName(f"frame of folio {self.id!r}, which has no axis", frame, ())
            return view
        frame = frame or self.along.start
        if frame not in self.frames:
            raise UnknownName(f"stop along {self.along.name!r}", frame, self.frames)
        return frame_key(view, frame)

    def base_of(self, key: str) -> str:
        """Return the key of the frame of the same view, or the variant, that is shown at first; "" for that itself.

        What a plate has in common with it is stored once, with it.
        """
        if self.along is None:
            return "" if key == self.first else self.first
        base = frame_key(key.partition(_BETWEEN)[0], self.along.start)
        return "" if base == key else base

    @property
    def printed(self) -> Mapping[str, Plate]:
        """The plates that are printed, by their keys."""
        return {key: self.plates[key] for key in self.print_only or self.plates}

    def plate(self, view: str) -> Plate:
        """Return the plate of a view; an unknown one raises `UnknownName`."""
        if view not in self.plates:
            raise UnknownName(f"view of folio {self.id!r}", view, self.plates)
        return self.plates[view]
