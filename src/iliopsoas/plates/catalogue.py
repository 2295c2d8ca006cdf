"""Every subject there is a plate of, by id."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from iliopsoas.plates.back import back_folio
from iliopsoas.plates.breath import breath_folio
from iliopsoas.plates.chart import Chart, psoas_size
from iliopsoas.plates.chart_activity import activity_ladder
from iliopsoas.plates.chart_arm import psoas_arm
from iliopsoas.plates.chart_stride import stride_strip
from iliopsoas.plates.diaphragm import diaphragm_folio
from iliopsoas.plates.fascia import fascia_folio
from iliopsoas.plates.gait import stride_folio
from iliopsoas.plates.lumbar import lumbar_arms
from iliopsoas.plates.motion import hip_motion_folio
from iliopsoas.plates.plate import Folio
from iliopsoas.plates.region import region_folio
from iliopsoas.plates.route import plexus_folio, route_folio
from iliopsoas.plates.section import sections_folio
from iliopsoas.plates.subjects import attachments_folio, bones_folio, start_folio
from iliopsoas.plates.three_muscles import three_muscles_folio
from iliopsoas.sources import UnknownName

_MAKERS: dict[str, Callable[[], Folio]] = {
    "start": start_folio,
    "bones": bones_folio,
    "attachments": attachments_folio,
    "hip_motion": hip_motion_folio,
    "stride": stride_folio,
    "route": route_folio,
    "plexus": plexus_folio,
    "sections": sections_folio,
    "diaphragm": diaphragm_folio,
    "fascia": fascia_folio,
    "breath": breath_folio,
    "back": back_folio,
    "region": region_folio,
    "three_muscles": three_muscles_folio,
}
_CHARTS: dict[str, Callable[[], Chart]] = {
    "psoas_size": psoas_size,
    "psoas_arm": psoas_arm,
    "lumbar_arms": lumbar_arms,
    "activity_ladder": activity_ladder,
    "stride_strip": stride_strip,
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
