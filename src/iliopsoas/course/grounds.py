"""On what a row that somebody may act upon rests, and which grounds are weak."""

from __future__ import annotations

from typing import Literal, get_args

Basis = Literal[
    "guideline", "official advice", "professional body", "manufacturer", "review of studies", "study", "case reports",
    "expert knowledge",
]  # fmt: skip
BASES: tuple[Basis, ...] = get_args(Basis)
TRAINED: Basis = "expert knowledge"  # what is taught or chosen without anything that bears it out
WEAK: frozenset[str] = frozenset({TRAINED, "case reports", "manufacturer"})


class Grounded:
    """A row with a ``basis`` and ``sources``."""

    id: str
    basis: Basis
    sources: tuple[str, ...]

    @property
    def is_weak(self) -> bool:
        """Whether it rests on case reports, a maker's leaflet or expert knowledge alone."""
        return self.basis in WEAK
