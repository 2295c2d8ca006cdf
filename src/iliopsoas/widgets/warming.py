"""Draw plates into the cache before a lesson asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from tqdm import tqdm

from iliopsoas.plates.catalogue import catalogue
from iliopsoas.plates.plate import Folio
from iliopsoas.widgets import drawing
from iliopsoas.widgets.pose_lab import first_plates


def warm(progress: bool = False, folios: Iterable[Folio] | None = None) -> int:
    """Draw what the cache lacks: every view and frame of every folio in full ink, and the stills.

    Parameters
    ----------
    progress : bool
        Show a progress bar, where there is anything to draw.
    folios : iterable of Folio, optional
        By default all of the catalogue, and what the pose lab begins with.

    Returns
    -------
    int
        How many pictures were drawn.
    """
    wanted = [
        (make, folio, view)
        for folio in ((*catalogue(), first_plates()) if folios is None else folios)
        for view in folio.plates
        for make in (drawing.full_pack, drawing.full_still)
        if make is drawing.full_pack or not folio.base_of(view)  # a still of the frame that a view begins with
    ]
    missing = [(make, folio, view) for make, folio, view in wanted if not drawing.is_cached(make, folio, view)]
    for make, folio, view in tqdm(missing, desc="Drawing plates", unit="picture", disable=not (progress and missing)):
        make(folio, view)
    return len(missing)
