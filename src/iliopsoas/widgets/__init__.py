"""Plates on screen: `show.show` puts one into a notebook, `Acetates` is the live picture, `warm` draws ahead.

Names are imported when they are asked for, because importing the package should be quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iliopsoas.widgets.acetates import Acetates
    from iliopsoas.widgets.warming import warm

__all__ = ["Acetates", "warm"]
_HOME = {"Acetates": "acetates", "warm": "warming"}


def __getattr__(name: str) -> Any:
    """Import one of the public names."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
