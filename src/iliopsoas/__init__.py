"""Iliopsoas: plates, facts and lessons about the iliopsoas.

What a lesson uses: ``show(folio("attachments"))``, ``claims("C02")``, ``ask(lesson="02")``, ``drill()``, ``prove()``,
``progress()``, ``palpation()``, ``plan()``, ``strokes()``, ``timer("effleurage")``, ``aftercare("half_kneeling")``,
``references("bogduk1992")``, ``doctor()``,
``muscle("psoas_major").length_mm(Pose(hip_flexion_deg=60))``.
Each name is imported when it is first used, so that ``import iliopsoas`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iliopsoas.body.muscle import fascicles as fascicles
    from iliopsoas.body.muscle import muscle as muscle
    from iliopsoas.body.pose import Pose as Pose
    from iliopsoas.cli.notebook import doctor as doctor
    from iliopsoas.plates.catalogue import catalogue as catalogue
    from iliopsoas.plates.catalogue import chart as chart
    from iliopsoas.plates.catalogue import folio as folio
    from iliopsoas.widgets import safety as safety
    from iliopsoas.widgets.aftercare import aftercare as aftercare
    from iliopsoas.widgets.drill import drill as drill
    from iliopsoas.widgets.gate import gate as gate
    from iliopsoas.widgets.gate import rehearsal as rehearsal
    from iliopsoas.widgets.ledger import claims as claims
    from iliopsoas.widgets.ledger import ledger as ledger
    from iliopsoas.widgets.overview import progress as progress
    from iliopsoas.widgets.painting import paint as paint
    from iliopsoas.widgets.palpation import palpation as palpation
    from iliopsoas.widgets.plan import plan as plan
    from iliopsoas.widgets.prose import references as references
    from iliopsoas.widgets.prove import prove as prove
    from iliopsoas.widgets.questions import ask as ask
    from iliopsoas.widgets.questions import case as case
    from iliopsoas.widgets.show import show as show
    from iliopsoas.widgets.strokes import strokes as strokes
    from iliopsoas.widgets.timer import timer as timer

_HOME = {
    "Pose": "iliopsoas.body.pose",
    "aftercare": "iliopsoas.widgets.aftercare",
    "ask": "iliopsoas.widgets.questions",
    "case": "iliopsoas.widgets.questions",
    "catalogue": "iliopsoas.plates.catalogue",
    "chart": "iliopsoas.plates.catalogue",
    "claims": "iliopsoas.widgets.ledger",
    "doctor": "iliopsoas.cli.notebook",
    "drill": "iliopsoas.widgets.drill",
    "fascicles": "iliopsoas.body.muscle",
    "folio": "iliopsoas.plates.catalogue",
    "gate": "iliopsoas.widgets.gate",
    "muscle": "iliopsoas.body.muscle",
    "plan": "iliopsoas.widgets.plan",
    "progress": "iliopsoas.widgets.overview",
    "prove": "iliopsoas.widgets.prove",
    "ledger": "iliopsoas.widgets.ledger",
    "paint": "iliopsoas.widgets.painting",
    "palpation": "iliopsoas.widgets.palpation",
    "references": "iliopsoas.widgets.prose",
    "rehearsal": "iliopsoas.widgets.gate",
    "safety": "iliopsoas.widgets",
    "show": "iliopsoas.widgets.show",
    "strokes": "iliopsoas.widgets.strokes",
    "timer": "iliopsoas.widgets.timer",
}
_MODULES = ("safety",)  # given as a whole: ``safety.levels()``
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"iliopsoas has no {name!r}; it has {', '.join(__all__)}")
    module = import_module(_HOME[name])
    value = import_module(f"{_HOME[name]}.{name}") if name in _MODULES else getattr(module, name)
    globals()[name] = value
    if name == "show":
        module.get_ready()
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *__all__})
