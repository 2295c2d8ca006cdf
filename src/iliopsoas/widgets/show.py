"""`show`: the one way in which a notebook emits a picture, always with alt text and caption."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from iliopsoas.atlas.attachments import attachments
from iliopsoas.plates import catalogue
from iliopsoas.plates.chart import Chart
from iliopsoas.plates.plate import Folio, Plate, standing_areas, standing_body
from iliopsoas.sources.errors import UnknownName
from iliopsoas.widgets import still
from iliopsoas.widgets.acetates import Acetates
from iliopsoas.widgets.background import draw_later

if TYPE_CHECKING:
    from matplotlib.figure import Figure  # takes longer to import than a draft to draw


POSE_LAB = "pose_lab"  # the one subject that answers while its inputs move


def get_ready() -> None:
    """Put the body together in the background, so that the first picture of a lesson does not have to wait for it.

    Called when a lesson imports `show`, some seconds before a reader runs the first cell with a picture.
    """

    def build() -> None:
        with contextlib.suppress(Exception):  # whoever draws meets the same error and can say it
            attachments()  # reads the bibliography too
            standing_body()
            standing_areas()

    draw_later(build, rank=-1)


def show(what: Folio | Plate | Chart | Figure | str, *, alt: str = "", caption: str = "", **values: Any) -> None:
    """Show a subject in the notebook.

    Parameters
    ----------
    what : Folio, Plate, Chart, Figure or str
        A folio or a plate becomes a still and the live `Acetates` that stands in for it; a chart or a figure a picture;
        a str is the id of a folio or a chart of the catalogue; "pose_lab" is the live pose lab.
    alt, caption : str
        Words of a bare figure. Figures of plates carry their alt text as their label; others have none.
    **values
        What a folio or plate begins with: ``view``, ``frame``, ``on``, ``stop``, ``labels``, ``part`` (see `Acetates`);
        the pose lab: ``frame`` (a named pose) or ``values``, ``view``, ``on`` (see `iliopsoas.widgets.live.Live`).

    Raises
    ------
    ValueError
        For a bare figure without alt text or caption.
    TypeError
        For anything that is not a picture, or words or values that it does not take.
    UnknownName
        For an id that the catalogue does not have.
    """
    if what == POSE_LAB:
        from iliopsoas.widgets.pose_lab import live_pose_lab

        _refuse("a plate has its own words", alt=alt, caption=caption)
        live_pose_lab(**values)._ipython_display_()
        return
    if isinstance(what, str):
        what = named(what)
    if isinstance(what, Plate):
        what = Folio(what.id, what.title, {what.view.name: what})
    if isinstance(what, Folio):
        _refuse("a plate has its own words", alt=alt, caption=caption)
        Acetates(what, **values)._ipython_display_()
        return
    _refuse("only a folio or a plate begins with values", **values)
    if isinstance(what, Chart):
        _refuse("a chart has its own words", alt=alt, caption=caption)
        _emit(what.figure(), what.alt, what.caption, f"{what.title} {what.alt}")
    elif hasattr(what, "savefig"):
        words = alt or str(what.get_label())
        _emit(what, words, caption, words)
    else:
        raise TypeError(f"show takes a folio, plate, chart, figure or the id of one, not {type(what).__name__}.")


def named(id: str) -> Folio | Chart:
    """Return the folio or chart of the catalogue with this id; an unknown one raises `UnknownName`."""
    for kind in (catalogue.folio, catalogue.chart):
        with contextlib.suppress(UnknownName):
            return kind(id)
    raise UnknownName("folio or chart", id, catalogue.ids())


def _emit(figure: Figure, alt: str, caption: str, text: str) -> None:
    still.emit(still.figure_html(still.image_of(figure), alt, caption), text)


def _refuse(why: str, **given: Any) -> None:
    for name, value in given.items():
        if value:
            raise TypeError(f"show was given {name}={value!r}, but {why}.")
