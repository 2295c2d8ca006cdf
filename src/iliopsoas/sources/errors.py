"""What every data loader raises: an error that names the file, the entry, the field, the value and what is allowed.

It lives in the lowest layer, so that the bibliography, the atlas and every later data file speak in one way.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def close_matches(name: object, valid: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return up to `most` of the valid names that look like `name`, best first (empty when none does).

    Names that begin with `name` come first ("psoas" is a common way to ask for "psoas_major"), then names spelt nearly
    like it, then names that hold it.
    """
    by_lower = {n.lower(): n for n in valid}
    asked = str(name).strip().lower()
    begin = sorted((n for n in by_lower if len(asked) >= 3 and n.startswith(asked)), key=len)
    alike = get_close_matches(asked, by_lower, n=most, cutoff=0.6)
    hold = [n for n in by_lower if len(asked) >= 3 and asked in n]
    return tuple(by_lower[n] for n in dict.fromkeys([*begin, *alike, *hold]))[:most]


def did_you_mean(matches: Iterable[str]) -> str:
    """Return " Did you mean 'a' or 'b'?" (with its leading space), or an empty text when there is no match."""
    quoted = [f"'{m}'" for m in matches]
    return f" Did you mean {' or '.join(quoted)}?" if quoted else ""


class DataError(ValueError):
    """A data file of this package holds something that it may not.

    Parameters
    ----------
    file : str
        Name of the file, such as "structures.toml".
    entry : str
        Id of the row, or its place ("row 3") when it has no usable id.
    field : str
        Name of the field, or "" when the whole entry is meant.
    value : object
        What was found there; None when it is missing.
    allowed : str
        What is allowed, in words.
    matches : iterable of str, optional
        Allowed values that look like the one found.
    """

    def __init__(
        self, file: str, entry: str, field: str, value: object, allowed: str, matches: Iterable[str] = ()
    ) -> None:
        self.file = file
        self.entry = entry
        self.field = field
        self.value = value
        self.allowed = allowed
        self.matches = tuple(matches)
        where = f"{file}, entry '{entry}'" + (f", field '{field}'" if field else "")
        found = "is missing" if value is None else f"holds {value!r}"
        super().__init__(f"{where}: {found}. Allowed: {allowed}.{did_you_mean(self.matches)}")


class UnknownName(KeyError):  # noqa: N818 - reads as what it says: an unknown name
    """A name that nothing carries; the message lists the closest ones that exist.

    Parameters
    ----------
    what : str
        What kind of thing was asked for, such as "structure".
    name : object
        The name asked for.
    valid : iterable of str
        All names that exist.
    """

    def __init__(self, what: str, name: object, valid: Iterable[str]) -> None:
        self.what = what
        self.name = name
        self.valid = tuple(valid)
        self.matches = close_matches(name, self.valid)
        hint = did_you_mean(self.matches) or f" There are {len(self.valid)}, such as {', '.join(self.valid[:6])}."
        self.message = f"No {what} is called {name!r}.{hint}"
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the message as written (a plain KeyError would quote it)."""
        return self.message
