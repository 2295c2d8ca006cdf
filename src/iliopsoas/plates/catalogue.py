"""Every subject there is a plate of, by id."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from iliopsoas.plates.chart import Chart, psoas_size
from iliopsoas.plates.chart_arm import psoas_arm
from iliopsoas.plates.chart_sitting import lordosis_sitting, sitting_extension
from iliopsoas.plates.chart_words import four_words, startle_order
from iliopsoas.plates.motion import hip_motion_folio
from iliopsoas.plates.plate import Folio
from iliopsoas.plates.subjects import attachments_folio, bones_folio, start_folio
from iliopsoas.sources import UnknownName

_MAKERS: dict[str, Callable[[], Folio]] = {
    "start": start_folio,
    "bones": bones_folio,
    "attachments": attachments_folio,
    "hip_motion": hip_motion_folio,
}
_CHARTS: dict[str, Callable[[], Chart]] = {
    "psoas_size": psoas_size,
    "psoas_arm": psoas_arm,
    "lordosis_sitting": lordosis_sitting,
    "sitting_extension": sitting_extension,
    "startle_order": startle_order,
    "four_words": four_words,
}


@cache
def folio(id: str) -> Folio:
    """Return the folio with this id.

    Raises
    ------
    UnknownName
        A KeyError whose message names the folios there are.
    """
    if id not in _MAKERS:
        raise UnknownName("folio", id, _MAKERS)
    return _MAKERS[id]()


@cache
def chart(id: str) -> Chart:
    """Return the chart with this id; an unknown one raises `UnknownName`."""
    if id not in _CHARTS:
        raise UnknownName("chart", id, _CHARTS)
    return _CHARTS[id]()


def catalogue() -> tuple[Folio, ...]:
    """Return all folios, in the order in which the lessons use them."""
    return tuple(folio(id) for id in _MAKERS)


def charts() -> tuple[Chart, ...]:
    """Return all charts."""
    return tuple(chart(id) for id in _CHARTS)
