"""The structures that the course names: bones, muscles, landmarks, vessels, nerves, organs and what binds them.

One row of `structures.toml` is one structure, right and left alike; drawings add the side ("psoas_major" is drawn as
"psoas_major_r" and "psoas_major_l"). Identifiers are printed only where a second source bears them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from iliopsoas.sources import UnknownName, references
from iliopsoas.sources.tables import Check, Column, flag, list_of, one_of, read_rows, record, text, whole

Kind = Literal[
    "bone", "cartilage", "disc", "joint", "landmark", "muscle", "muscle part", "tendon", "ligament", "fascia", "bursa",
    "passage", "vessel", "nerve", "organ", "mark",
]  # fmt: skip

FILE = "structures.toml"
LAST_TA2 = 7113  # the last number of Terminologia Anatomica 2; anything above is somebody's own addition
# Reference key of the terminology behind each field with names or identifiers.
TERMINOLOGIES = {"latin": "fipat2019", "ta2": "fipat2019", "uberon": "mungall2012", "fma": "rosse2003"}


class UnknownStructure(UnknownName):
    """No structure has this id; the message names ids that look like it."""


@dataclass(frozen=True)
class Statement:
    """A sentence with the sources that it rests on.

    Attributes
    ----------
    text : str
        One plain sentence.
    sources : tuple of str
        Reference keys.
    """

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Structure:
    """One named structure of the body.

    Attributes
    ----------
    id : str
        Name used in code and data, without a side.
    name, latin : str
        English name, and the Latin one of Terminologia Anatomica in full ("Musculus psoas major"); the latter is empty
        where the terminology has no word for the thing.
    ta2 : int or None
        Number in Terminologia Anatomica 2, None where it could not be borne out.
    uberon, fma : str
        "UBERON:0001298" and "FMA:18060", empty where none was seen in a source.
    kind : str
        One of `Kind`.
    paired : bool
        There is a right and a left one.
    sentence : str
        One plain sentence with its place or level.
    say : str
        Respelling with the stressed part in capitals: "SOH-as MAY-jer".
    synonyms : tuple of str
        Other names in use.
    sources : tuple of str
        Reference keys behind the sentence.
    action, nerve, fibres : Statement or None
        What a muscle does, what supplies it and what fibres it is made of, each with its own sources.
    """

    id: str
    name: str
    latin: str
    ta2: int | None
    uberon: str
    fma: str
    kind: Kind
    paired: bool
    sentence: str
    say: str
    synonyms: tuple[str, ...]
    sources: tuple[str, ...]
    action: Statement | None = None
    nerve: Statement | None = None
    fibres: Statement | None = None

    @property
    def all_sources(self) -> tuple[str, ...]:
        """Every reference key of the row, each once, in the order of its fields."""
        more = [key for part in (self.action, self.nerve, self.fibres) if part for key in part.sources]
        return tuple(dict.fromkeys([*self.sources, *more]))


def structure(id: str) -> Structure:
    """Return the structure with this id.

    Raises
    ------
    UnknownStructure
        A KeyError whose message names ids that look like it.
    """
    try:
        return structures()[id]
    except KeyError:
        raise UnknownStructure("structure", id, structures()) from None


@cache
def structures() -> Mapping[str, Structure]:
    """Return all structures by id, in the order of the file (read once, then kept)."""
    return read_structures(files("iliopsoas.atlas").joinpath(FILE).read_text(encoding="utf-8"))


def read_structures(toml: str, file: str = FILE) -> Mapping[str, Structure]:
    """Parse and check a table of structures; raises `DataError` for anything that is not allowed."""
    rows = read_rows(file, toml, {"structure": _columns()})["structure"]
    return MappingProxyType({row["id"]: Structure(**row) for row in rows})


def source_keys() -> Check:
    """Return a check for a list of at least one known reference key."""
    known = one_of(tuple(references()), "a key of references.bib")
    return list_of(known, least=1)


def sentence() -> Check:
    """Return a check for one sentence: it begins with a capital, ends with a period and holds no other end."""
    return text(r"[A-Z](?!.*[.!?] [A-Z]).*\.", "one sentence that begins with a capital and ends with a period")


def _columns() -> dict[str, Column]:
    statement = record({"text": Column(sentence()), "sources": Column(source_keys())}, Statement)
    latin = text(r"[A-Z][^()\[\]]*", "the Latin name with its noun, a capital first and no brackets")
    return {
        "name": Column(text()),
        "latin": Column(latin, required=False, default=""),
        "ta2": Column(whole(1, LAST_TA2), required=False),
        "uberon": Column(text(r"UBERON:\d{7}", "UBERON: and seven digits"), required=False, default=""),
        "fma": Column(text(r"FMA:\d{4,6}", "FMA: and four to six digits"), required=False, default=""),
        "kind": Column(one_of(get_args(Kind))),
        "paired": Column(flag),
        "sentence": Column(sentence()),
        "say": Column(text(r"[A-Za-z' -]+", "letters, hyphens and blanks, the stressed part in capitals")),
        "synonyms": Column(list_of(text()), required=False, default=()),
        "sources": Column(source_keys()),
        "action": Column(statement, required=False),
        "nerve": Column(statement, required=False),
        "fibres": Column(statement, required=False),
    }
