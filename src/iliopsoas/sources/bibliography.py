"""The bibliography: every source that the course leans on, read from `references.bib` and checked at load.

Each entry says in its own field `seen` how much of the source was read when the entry was written: all of the passage
used ("full"), its abstract ("abstract"), another work's report of it ("secondary"), or nothing yet ("unverified").
`Reference.text` prints that honestly. The BibTeX parser is imported on first use, so `import iliopsoas` stays quick.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from iliopsoas.sources.errors import DataError, UnknownName, close_matches

if TYPE_CHECKING:
    from bibtexparser.model import Entry

Seen = Literal["full", "abstract", "secondary", "unverified"]
Kind = Literal["article", "book", "incollection", "misc", "phdthesis"]

FILE = "references.bib"
# What the pictures are drawn from: the two packages of bone shapes, and the models whose frame and points are used.
DRAWN_FROM = ("llp26", "musclemimic", "delp2007", "rajagopal2016", "christophy2012")
# Where a work appeared: the first of these fields that the entry holds, by kind of entry.
_WHERE: dict[str, tuple[str, ...]] = {
    "article": ("journal",),
    "book": ("publisher",),
    "incollection": ("booktitle", "publisher"),
    "misc": ("howpublished",),
    "phdthesis": ("school",),
}
_FIELDS = ("author", "title", "year", "seen", "journal", "publisher", "booktitle", "howpublished", "school", "volume",
           "number", "pages", "doi", "url")  # fmt: skip
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_URL = re.compile(r"https?://[a-z][a-z0-9.-]*\.[a-z]{2,}(/\S*)?")
_UNREAD = {"unverified": " (not checked against the source)", "secondary": " (read in a secondary source)"}


class UnknownReference(UnknownName):
    """No reference has this key; the message names keys that look like it."""


@dataclass(frozen=True)
class Reference:
    """One source.

    Attributes
    ----------
    key : str
        Name used in the data files, such as "bogduk1992".
    kind : {"article", "book", "incollection", "misc", "phdthesis"}
        Type of the BibTeX entry.
    authors : tuple of str
        "Family Initials" in order, or the name of an organisation; a last "et al." stands for authors left out.
    year : int
        Year of publication.
    title : str
        Title of the work.
    where : str
        Journal with volume and pages, book, publisher or place on the web.
    doi, url : str
        Empty when there is none.
    seen : {"full", "abstract", "secondary", "unverified"}
        How much of the source was read when the entry was written.
    """

    key: str
    kind: Kind
    authors: tuple[str, ...]
    year: int
    title: str
    where: str
    doi: str
    url: str
    seen: Seen

    @property
    def short(self) -> str:
        """The way it is cited in a line of text: "Bogduk et al. 1992"."""
        names = [_family(a) for a in self.authors]
        if len(names) > 2 or names[-1] == "et al.":
            return f"{names[0]} et al. {self.year}"
        return f"{' & '.join(names)} {self.year}"

    @property
    def link(self) -> str:
        """Address to open: that of the DOI, else the url, else empty."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    @property
    def text(self) -> str:
        """The whole reference on one line; says so where it was not checked against the source."""
        end = "" if self.title.endswith(("?", "!")) else "."
        at = f" doi:{self.doi}" if self.doi else f" {self.url}" if self.url else ""
        line = f"{', '.join(self.authors)} ({self.year}). {self.title}{end} {self.where}.{at}"
        return line + _UNREAD.get(self.seen, "")


def keys() -> tuple[str, ...]:
    """Return every reference key, in the order of the file."""
    return tuple(references())


def reference(key: str) -> Reference:
    """Return the reference with this key.

    Raises
    ------
    UnknownReference
        A KeyError whose message names keys that look like it.
    """
    try:
        return references()[key]
    except KeyError:
        raise UnknownReference("reference", key, references()) from None


_READING = threading.Lock()  # a second thread waits for the first one's reading, which takes a moment


def references() -> Mapping[str, Reference]:
    """Return all references of the package by key (read once, then kept)."""
    with _READING:
        return _own()


@cache
def _own() -> Mapping[str, Reference]:
    return read_references(files("iliopsoas.sources").joinpath(FILE).read_text(encoding="utf-8"))


def read_references(bibtex: str, file: str = FILE) -> Mapping[str, Reference]:
    """Parse and check a bibliography.

    Parameters
    ----------
    bibtex : str
        Text in BibTeX form (UTF-8, no TeX accents).
    file : str, optional
        Name used in errors.

    Raises
    ------
    DataError
        Author, year, title, `seen` or the place of publication is missing; a year, DOI, url or `seen` is not of its
        form; a field or type of entry is unknown; a key stands twice; or the parser could not read an entry.
    """
    from bibtexparser import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ImplicitComment

    out: dict[str, Reference] = {}
    for block in parse_string(bibtex, parse_stack=[]).blocks:
        if isinstance(block, Entry):
            ref = _reference(block, file)
            out[ref.key] = ref
        elif isinstance(block, DuplicateBlockKeyBlock):
            raise DataError(file, block.key, "key", block.key, "a key that no other entry has")
        elif isinstance(block, DuplicateFieldKeyBlock):
            twice = ", ".join(sorted(block.duplicate_keys))
            raise DataError(file, f"line {(block.start_line or 0) + 1}", twice, twice, "each field once in an entry")
        elif not isinstance(block, ImplicitComment) or "@" in block.comment:
            text = (block.raw or "").strip()
            raise DataError(file, f"line {(block.start_line or 0) + 1}", "", text[:80], "a well-formed BibTeX entry")
    return MappingProxyType(out)


def _reference(block: Entry, file: str) -> Reference:
    key, kind = block.key, block.entry_type
    entry = {}
    for one in block.fields:
        if not _is_one_value(one.value):  # the parser runs on into the next field where a comma is missing
            allowed = "a well-formed value: a number, or one pair of braces, then a comma"
            raise DataError(file, key, one.key, one.value[:80], allowed)
        entry[one.key] = one.value.removeprefix("{").removesuffix("}")

    def bad(field: str, value: object, allowed: str, valid: tuple[str, ...] = ()) -> DataError:
        return DataError(file, key, field, value, allowed, close_matches(value, valid) if value else ())

    if kind not in _WHERE:
        raise bad("type", kind, ", ".join(_WHERE), tuple(_WHERE))
    for field in entry:
        if field not in _FIELDS:
            raise bad(field, field, f"the fields {', '.join(_FIELDS)}", _FIELDS)
    value = {field: _plain(text) for field, text in entry.items()}
    for field in ("author", "year", "title", "seen", *_WHERE[kind]):
        if not value.get(field):
            raise bad(field, None, "a value, because the field is required")
    if not re.fullmatch(r"(1[5-9]|20)\d\d", value["year"]):
        raise bad("year", value["year"], "a year of four digits")
    if value["seen"] not in get_args(Seen):
        raise bad("seen", value["seen"], ", ".join(get_args(Seen)), get_args(Seen))
    if "doi" in value and not _DOI.fullmatch(value["doi"]):
        raise bad("doi", value["doi"], "a DOI without its address, such as 10.1000/182")
    if "url" in value and not _URL.fullmatch(value["url"]):
        raise bad("url", value["url"], "a web address with a host name")
    return Reference(
        key=key,
        kind=kind,  # type: ignore[arg-type]  # checked against _WHERE above
        authors=_authors(entry["author"], bad),
        year=int(value["year"]),
        title=value["title"].rstrip("."),
        where=_where(kind, value),
        doi=value.get("doi", ""),
        url=value.get("url", ""),
        seen=value["seen"],  # type: ignore[arg-type]  # checked against Seen above
    )


def _is_one_value(text: str) -> bool:
    """Return whether a BibTeX value is a number, or ends where its first brace closes."""
    depth = 0
    for place, letter in enumerate(text, 1):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return place == len(text) or text.isdecimal()
    return False


def _plain(text: str) -> str:
    """Return a BibTeX value as plain text: one line, no braces, dashes as printed."""
    return " ".join(re.sub(r"[{}]", "", text).replace("--", "–").split())


def _authors(text: str, bad: Callable[[str, object, str], DataError]) -> tuple[str, ...]:
    names = []
    for name in re.split(r"\s+and\s+(?![^{]*})", " ".join(text.split())):  # not inside the braces of a name
        if name == "others":
            names.append("et al.")
        elif name.startswith("{") and name.endswith("}"):
            names.append(_plain(name))  # an organisation
        elif re.fullmatch(r"[^,]+, [^,]+", name):
            family, given = name.split(", ")
            names.append(f"{_plain(family)} {re.sub(r'[. ]', '', _plain(given))}")
        else:
            raise bad("author", name, "'Family, Initials', an organisation in braces, or others, joined by 'and'")
    return tuple(names)


def _family(author: str) -> str:
    """Return the family name of "Family Initials"; an organisation or "et al." stays whole."""
    family, _, initials = author.rpartition(" ")
    return family if family and len(initials) <= 5 and initials.replace("-", "").isupper() else author


def _where(kind: str, value: Mapping[str, str]) -> str:
    place = ", ".join(value[field] for field in _WHERE[kind])
    if not value.get("volume"):
        return f"{place}, {value['pages']}" if value.get("pages") else place
    issue = f"({value['number']})" if value.get("number") else ""
    pages = f":{value['pages']}" if value.get("pages") else ""
    return f"{place} {value['volume']}{issue}{pages}"
