"""Whose work a plate shows: printed under every figure and sent with every pack."""

from __future__ import annotations

from functools import cache

from iliopsoas.atlas.bones import bones_record

LICENCE = "MIT; bone shapes MPL-2.0 and CC-BY-3.0"
AUTHORS = "The Iliopsoas authors"
SOURCE = "iliopsoas"


@cache
def credit_line() -> str:
    """Return whose bones are drawn, with versions and licences."""
    packages = bones_record()["packages"].values()
    bones = "; ".join(f"{p['origin']} ({p['name']} {p['version']}, {p['licence']})" for p in packages)
    return f"Bones: {bones}; resized and restacked for this course. Drawing: {AUTHORS}, MIT licence."
