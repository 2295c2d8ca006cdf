"""Iliopsoas: plates, facts and lessons about the iliopsoas.

What a lesson uses: ``show(folio("attachments"))``, ``claims("C02")``, ``references("bogduk1992")``, ``doctor()``.
Each name is imported when it is first used, so that ``import iliopsoas`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iliopsoas.cli.notebook import doctor as doctor
    from iliopsoas.plates.catalogue import catalogue as catalogue
    from iliopsoas.plates.catalogue import chart as chart
    from iliopsoas.plates.catalogue import folio as folio
    from iliopsoas.widgets.prose import claims as claims
    from iliopsoas.widgets.prose import references as references
    from iliopsoas.widgets.show import show as show

_HOME = {
    "catalogue": "iliopsoas.plates.catalogue",
    "chart": "iliopsoas.plates.catalogue",
    "claims": "iliopsoas.widgets.prose",
    "doctor": "iliopsoas.cli.notebook",
    "folio": "iliopsoas.plates.catalogue",
    "references": "iliopsoas.widgets.prose",
    "show": "iliopsoas.widgets.show",
}
__all__ = ["catalogue", "chart", "claims", "doctor", "folio", "references", "show"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"iliopsoas has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *__all__})
