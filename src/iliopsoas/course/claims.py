"""The article's claims and their verdicts: `claim("C02")` is one of them, graded for evidence and for safety.

Claims are told in our own words. Each belongs to exactly one lesson, and the ledger will hold them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.atlas.structures import source_keys
from iliopsoas.sources import UnknownName
from iliopsoas.sources.tables import Column, one_of, read_rows, text

Evidence = Literal["supported", "partly supported", "unsupported", "contradicted"]
Safety = Literal["no concern", "unsafe as written"]

FILE = "claims.toml"
LESSONS = tuple(f"{n:02d}" for n in range(11))


class UnknownClaim(UnknownName):
    """No claim has this id; the message names ids that look like it."""


@dataclass(frozen=True)
class Claim:
    """One claim of the article.

    Attributes
    ----------
    id : str
        "c02"; printed as "C02".
    lesson : str
        The one lesson that teaches it, "00" to "10".
    article : str
        What the article says, in our words.
    evidence : {"supported", "partly supported", "unsupported", "contradicted"}
        How well published evidence bears it out.
    safety : {"no concern", "unsafe as written"}
        Whether acting on the sentence as it stands could hurt someone.
    finding : str
        What is known.
    say : str
        What to tell a client instead.
    sources : tuple of str
        Reference keys.
    """

    id: str
    lesson: str
    article: str
    evidence: Evidence
    safety: Safety
    finding: str
    say: str
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """The id as it is printed: "C02"."""
        return self.id.upper()


def claim(id: str) -> Claim:
    """Return the claim with this id ("C02" or "c02").

    Raises
    ------
    UnknownClaim
        A KeyError whose message names ids that look like it.
    """
    try:
        return claims()[id.lower()]
    except (KeyError, AttributeError):
        raise UnknownClaim("claim", id, [c.label for c in claims().values()]) from None


@cache
def claims() -> Mapping[str, Claim]:
    """Return all claims by id, in the order of the file (read once, then kept)."""
    return read_claims(files("iliopsoas.course").joinpath(FILE).read_text(encoding="utf-8"))


def read_claims(toml: str, file: str = FILE) -> Mapping[str, Claim]:
    """Parse and check a table of claims; raises `DataError` for anything that is not allowed."""
    rows = read_rows(file, toml, {"claim": _COLUMNS})["claim"]
    return MappingProxyType({row["id"]: Claim(**row) for row in rows})


_COLUMNS = {
    "lesson": Column(one_of(LESSONS)),
    "article": Column(text()),
    "evidence": Column(one_of(get_args(Evidence))),
    "safety": Column(one_of(get_args(Safety))),
    "finding": Column(text()),
    "say": Column(text()),
    "sources": Column(source_keys()),
}
