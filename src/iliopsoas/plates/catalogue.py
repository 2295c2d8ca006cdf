"""Every subject there is a plate of, by id; its module is imported when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from iliopsoas.sources import UnknownName

if TYPE_CHECKING:
    from iliopsoas.plates.chart import Chart
    from iliopsoas.plates.plate import Folio

# Id to the function that makes it, in the order in which the lessons use them.
_MAKERS = {
    "start": "subjects:start_folio",
    "bones": "subjects:bones_folio",
    "attachments": "subjects:attachments_folio",
    "region": "region:region_folio",
    "three_muscles": "three_muscles:three_muscles_folio",
    "hip_motion": "motion:hip_motion_folio",
    "pose_lab": "pose_lab:pose_lab_folio",
    "stride": "gait:stride_folio",
    "route": "route:route_folio",
    "plexus": "plexus:plexus_folio",
    "groin": "groin:groin_folio",
    "lacunae": "groin:lacunae_folio",
    "draping_abdomen": "draping:draping_abdomen",
    "draping_groin": "draping:draping_groin",
    "draping_gluteal": "draping:draping_gluteal",
    "palpation": "palpation:palpation_folio",
    "spot_the_error": "spot:spot_folio",
    "sections": "section:sections_folio",
    "diaphragm": "diaphragm:diaphragm_folio",
    "fascia": "fascia:fascia_folio",
    "breath": "breath:breath_folio",
    "thomas_test": "thomas:thomas_folio",
    "back": "back:back_folio",
    "strokes": "strokes:strokes_folio",
    "percussion_reach": "percussion_reach:percussion_reach_folio",
    "positions": "positions:positions_folio",
    "percussion": "percussion:percussion_folio",
}
_CHARTS = {
    "psoas_size": "chart:psoas_size",
    "psoas_arm": "chart_arm:psoas_arm",
    "lumbar_arms": "lumbar:lumbar_arms",
    "activity_ladder": "chart_activity:activity_ladder",
    "stride_strip": "chart_stride:stride_strip",
    "lordosis_sitting": "chart_sitting:lordosis_sitting",
    "sitting_extension": "chart_sitting:sitting_extension",
    "startle_order": "chart_words:startle_order",
    "four_words": "chart_words:four_words",
}


def _made(home: str) -> Any:
    module, function = home.split(":")
    return getattr(import_module(f"iliopsoas.plates.{module}"), function)()


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
    made: Folio = _made(_MAKERS[id])
    return made


@cache
def chart(id: str) -> Chart:
    """Return the chart with this id; an unknown one raises `UnknownName`."""
    if id not in _CHARTS:
        raise UnknownName("chart", id, _CHARTS)
    made: Chart = _made(_CHARTS[id])
    return made


def ids() -> tuple[str, ...]:
    """Return the ids of all folios and charts, without making any."""
    return (*_MAKERS, *_CHARTS)


def catalogue() -> tuple[Folio, ...]:
    """Return all folios, in the order in which the lessons use them."""
    return tuple(folio(id) for id in _MAKERS)


def charts() -> tuple[Chart, ...]:
    """Return all charts."""
    return tuple(chart(id) for id in _CHARTS)
