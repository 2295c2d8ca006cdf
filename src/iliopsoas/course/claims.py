"""The article's claims and their verdicts: `claim("C02")` is one of them, graded for evidence and for safety.

Claims are told in our own words. Each belongs to exactly one lesson and one topic; the ledger holds them all.
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
Safety = Literal["no concern", "needs care", "unsafe as written"]
Topic = Literal[
    "attachments", "spine and posture", "function", "walking", "fascia and breath", "stress", "sitting and tightness",
    "technique", "aftercare", "safety", "sources",
]  # fmt: skip

FILE = "claims.toml"
LESSONS = tuple(f"{n:02d}" for n in range(11))
TOPICS: tuple[Topic, ...] = get_args(Topic)
# What each grade means, in printed order. The two are graded apart: a true sentence can be unsafe.
EVIDENCE: Mapping[Evidence, str] = MappingProxyType(
    {
        "supported": "the sources bear out what it says, even where it is loosely worded",
        "partly supported": "one part of it is borne out and another is not, or only a model speaks for it",
        "unsupported": "no source was found that shows it",
        "contradicted": "sources show otherwise",
    }
)
SAFETY: Mapping[Safety, str] = MappingProxyType(
    {
        "no concern": "acting on it as it stands would hurt nobody",
        "needs care": "harmless to most, but some people could be hurt by it or miss help that they need",
        "unsafe as written": "whoever does what it says, or leaves out what it leaves out, could hurt a client",
    }
)


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
    topic : str
        What it is about, one of `TOPICS`.
    article : str
        What the article says, in our words.
    evidence : {"supported", "partly supported", "unsupported", "contradicted"}
        How well published evidence bears it out; `EVIDENCE` says what each grade means.
    safety : {"no concern", "needs care", "unsafe as written"}
        Whether acting on the sentence as it stands could hurt someone; `SAFETY` says what each grade means.
    finding : str
        What is known, with numbers and who was measured; says so where no source was found.
    say : str
        What to tell a client instead.
    sources : tuple of str
        Reference keys.
    """

    id: str
    lesson: str
    topic: Topic
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
    "topic": Column(one_of(TOPICS)),
    "article": Column(text()),
    "evidence": Column(one_of(EVIDENCE)),
    "safety": Column(one_of(SAFETY)),
    "finding": Column(text()),
    "say": Column(text()),
    "sources": Column(source_keys()),
}
