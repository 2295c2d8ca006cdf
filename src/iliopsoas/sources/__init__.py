"""Where the course's statements come from: the bibliography, and the strict readers that every data file goes through.

This is the lowest layer; it knows nothing of anatomy. `reference("bogduk1992").text` is one printed line.
"""

from iliopsoas.sources.bibliography import DRAWN_FROM, Reference, UnknownReference, keys, reference, references
from iliopsoas.sources.errors import DataError, UnknownName, close_matches

__all__ = [
    "DRAWN_FROM",
    "DataError",
    "Reference",
    "UnknownName",
    "UnknownReference",
    "close_matches",
    "keys",
    "reference",
    "references",
]
