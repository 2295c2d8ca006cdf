"""Plates on screen: `show` puts one into a notebook, `Acetates` is the live picture, `warm` draws ahead.

Names are imported when they are asked for: the browser's half and matplotlib are not needed to import the package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iliopsoas.widgets.acetates import Acetates
    from iliopsoas.widgets.showing import show
    from iliopsoas.widgets.warming import warm

__all__ = ["Acetates", "show", "warm"]
_HOME = {"Acetates": "acetates", "show": "showing", "warm": "warming"}


def __getattr__(name: str) -> Any:
    """Import one of the public names."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
