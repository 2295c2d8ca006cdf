"""What every card of a lesson is: a widget whose script and styles lie on the shelf of the page, once for its kind.

A lesson has a dozen cards, and a script is a hundred kilobytes. The one that each of them carries only finds the shelf.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from iliopsoas.widgets.shelf import shelf

HERE = Path(__file__).resolve().parent


class Card(anywidget.AnyWidget):
    """A widget of which only the values are its own.

    Attributes
    ----------
    scripts, stylesheets : tuple of str
        Files of this folder that make up, one after the other, its script as one ES module, and its styles.
    shelf : str
        Where the page finds what this card shares with others.
    """

    scripts: ClassVar[tuple[str, ...]] = ()
    stylesheets: ClassVar[tuple[str, ...]] = ()

    shelf = traitlets.Unicode().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        script, styles = joined(*self.scripts), joined(*self.stylesheets)
        type(self)._esm = _finder(_name(script), _name(styles))
        own = shelf()
        own.put({_name(text): _packed(text) for text in (script, styles)})
        super().__init__(shelf=f"IPY_MODEL_{own.model_id}", **values)  # as widgets name one another


@cache
def joined(*names: str) -> str:
    """Return files of this folder, as they are, one after the other."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


@cache
def _finder(script: str, styles: str) -> str:
    """Return the script that a card carries, with the names under which its own and its styles are on the shelf."""
    return f"const SCRIPT = '{script}', STYLES = '{styles}';\n{joined('card.js')}"


@cache
def _name(text: str) -> str:
    return f"s{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@cache
def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)
