"""The region: the standing body with the neighbours of the iliopsoas, one system at a time.

A system is a module of this package with a function ``parts(body, breath_l)`` that yields its parts, right and left.
Only what a plate asks for is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from iliopsoas.body.assemble import Body, Part, body

# System to the module that makes it, in the order in which they are built; a later one may rest on an earlier one.
SYSTEMS: Mapping[str, str] = MappingProxyType(
    {
        "back": "iliopsoas.body.back",  # back and gluteal muscles
        "diaphragm": "iliopsoas.body.diaphragm",  # with quadratus lumborum and the moving ribs
        "fascia": "iliopsoas.body.fascia",  # sheets over psoas, iliacus and quadratus lumborum
        "vessels": "iliopsoas.body.vessels",
        "nerves": "iliopsoas.body.nerves",
        "organs": "iliopsoas.body.organs",
        "groin": "iliopsoas.body.groin",  # passages under the inguinal ligament, iliac fascia, bursa
        "lacunae": "iliopsoas.body.lacunae",  # the same passages of the right side, cut open
        "wall": "iliopsoas.body.wall",  # abdominal wall and skin
    }
)


@dataclass(frozen=True)
class Region:
    """Makes the region with some systems; a plate's ``body``.

    Parameters
    ----------
    systems : tuple of str
        Keys of `SYSTEMS`.
    breath_l : float
        Litres above rest.

    Raises
    ------
    ValueError
        A system that there is not; the message names those there are.
    """

    systems: tuple[str, ...] = ()
    breath_l: float = 0.0

    def __post_init__(self) -> None:
        """Check the systems, and take a name that says what is made: the cache of drawn plates knows it by that."""
        for name in self.systems:
            if name not in SYSTEMS:
                raise ValueError(f"systems has {name!r}; there are {', '.join(SYSTEMS)}")
        object.__setattr__(self, "__qualname__", f"Region({'+'.join(self.systems)}, {self.breath_l:g})")

    def __call__(self) -> Body:
        """Return the body with the parts of the systems."""
        whole = body()
        parts = {id: whole[id] for id in whole}
        for name in SYSTEMS:
            if name in self.systems:
                for part in _parts(name, self.breath_l):
                    parts[part.id] = part
        return Body(parts)


def systems_there() -> tuple[str, ...]:
    """Return the systems whose module there is, so that what is made later joins by itself."""
    return tuple(name for name, module in SYSTEMS.items() if find_spec(module) is not None)


def system_of(part_id: str, systems: tuple[str, ...], breath_l: float = 0.0) -> str:
    """Return the system that a part comes from, or "" for a part of the body itself."""
    for name in reversed(tuple(SYSTEMS)):
        if name in systems and part_id in _ids(name, breath_l):
            return name
    return ""


@lru_cache(maxsize=32)
def _ids(system: str, breath_l: float) -> frozenset[str]:
    return frozenset(part.id for part in _parts(system, breath_l))


@lru_cache(maxsize=32)
def _parts(system: str, breath_l: float) -> tuple[Part, ...]:
    return tuple(import_module(SYSTEMS[system]).parts(body(), breath_l))
