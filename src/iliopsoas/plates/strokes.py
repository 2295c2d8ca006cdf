"""Light effleurage of the abdominal wall: three strokes in order on the skin, and where none goes.

The words are those of `iliopsoas.atlas.strokes`, the places those of `iliopsoas.body.strokes`.
"""

from __future__ import annotations

import numpy as np

from iliopsoas.atlas import strokes as data
from iliopsoas.body import strokes as where
from iliopsoas.plates import standing
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View, view_at
from iliopsoas.sources import reference

SYSTEMS = ("organs", "wall")
TOP_M, HALF_M = 0.252, 0.166
REACHES = "The strokes reach the skin and the tissue just under it. They do not reach the psoas."
SCHEMATIC = (
    "Skin, bowel and costal margin are our own shapes. Arrows are the path of the middle of the hand, which so lies on "
    "the colon; they and the hatching are worked out from the rules on this one body, not measured on people. The "
    "navel is drawn at the disc L3–L4 and varies much. The client is drawn standing; on the couch a pillow lies under "
    "the knees."
)


def strokes_folio() -> Folio:
    """Return the strokes on the belly, seen from the front."""
    return Folio("strokes", "Effleurage: direction, order, and where not", LazyPlates(("anterior",), _plate))


def path_mm(id: str) -> np.ndarray:
    """Return a stroke as seen on the plate: x to the viewer's right, y up, millimetres, shape (n, 2)."""
    return where.paths()[id] * [-1e3, 1e3]


def outlines_mm() -> dict[str, tuple[str, np.ndarray]]:
    """Return the never-areas as seen on the plate: by an id of each piece, id of its area and corners in mm."""
    return {id: (area, corners * [-1e3, 1e3]) for id, (area, corners) in where.outlines().items()}


def origin_px(view: View) -> tuple[float, float]:
    """Return the pixel of x = 0, y = 0 of `path_mm`."""
    x, y, _ = view.project((0.0, 0.0, 0.0))
    return float(x), float(y)


def facts() -> tuple[Fact, ...]:
    """Return direction, order, speed and pressure as the data say them, and the distances that are kept."""
    rows = data.strokes()
    direction, speed, pressure = (rows.rules[id] for id in data.RULES)
    low, high = rows.round_s
    order = "; ".join(f"{n}. {row.text.rstrip('.')}" for n, row in enumerate(rows.strokes.values(), 1))
    least = min(float(where.from_crease_m(*path.T).min()) for path in where.paths().values())
    return (
        Fact("direction", direction.text, text=f"{direction.text} {direction.note}", sources=direction.sources),
        Fact("order", len(rows.strokes), "strokes", f"{order}.", direction.sources),
        Fact(
            "round_s",
            f"{low:g} to {high:g}",
            "s",
            f"{speed.text} {speed.note} That makes {low:g} to {high:g} seconds.",
            speed.sources,
        ),
        Fact("pressure", pressure.text, text=f"{pressure.text} {pressure.note}", sources=pressure.sources),
        Fact(
            "hand_breadth_mm",
            rows.hand_mm,
            "mm",
            f"A hand's breadth is taken as {rows.hand_mm:g} mm, that of a large hand (95th "
            "percentile of British men), as a larger one is safer; as drawn "
            f"the middle of the hand keeps {1e3 * least:.0f} mm from the groin crease.",
            rows.numbers["hand_breadth"].sources,
        ),
    )


def _view() -> View:
    middle = (-0.05, (TOP_M + where.LOW_M) / 2, 0.0)
    width_px = 640
    size = (width_px, round(width_px * (TOP_M - where.LOW_M) / (2 * HALF_M)))
    said = "Seen from the front; the client's right is on the left of the picture."
    return view_at("anterior", 0, 0, middle, 2 * HALF_M, size, "From the front", said)


def _plate(name: str) -> Plate:
    rows = data.strokes()
    order = " ".join(f"{n}: {row.text}" for n, row in enumerate(rows.strokes.values(), 1))
    never = "; ".join(row.name[0].lower() + row.name[1:] for row in rows.areas.values())
    cited = "; ".join(reference(key).short for key in rows.rules["direction"].sources)
    low, high = rows.round_s
    speed, pressure = rows.rules["speed"], rows.rules["pressure"]
    layers = (
        Layer(
            "bones",
            "Bones",
            tuple(
                dict.fromkeys(
                    [
                        *standing.bones_layer(name).parts,
                        *standing.hip_bones_layer(name).parts,
                        *standing.paired(["rib_10", "rib_11", "rib_12", "costal_margin"], name),
                    ]
                )
            ),
            locked=True,
            sentence="Spine, lower ribs, hip bones and thigh bones.",
        ),
        Layer(
            "bowel",
            "Large bowel",
            ("caecum_r", "ascending_colon_r", "descending_colon_l", "sigmoid_colon_l"),
            sentence="The large bowel as far as it is drawn: up on the client's right, down on the client's left.",
        ),
        Layer("skin", "Skin", ("skin", "thigh_skin_r", "thigh_skin_l"), sentence="The skin covers all of it."),
        Layer(
            "landmarks",
            "Landmarks",
            ("mark_navel", "mark_asis_r", "mark_asis_l", "mark_ribs_r", "mark_ribs_l"),
            sentence="Marked on the skin: the navel, the two front hip-bone points, and the lower edge of the ribs as "
            "a dashed line.",
        ),
        Layer(
            "never",
            "Where no stroke goes",
            tuple(f"never_{id}" for id in rows.areas),
            sentence=f"Hatched, no stroke goes there: {never}.",
        ),
        Layer(
            "strokes",
            "Strokes",
            tuple(f"{kind}_{id}" for id in rows.strokes for kind in ("stroke", "stroke_number")),
            sentence=f"Numbered arrows, the path of the middle of the hand. {order}",
        ),
    )
    return Plate(
        id=f"strokes_{name}",
        title="Effleurage: direction, order, and where not",
        caption=f"{REACHES} {rows.rules['direction'].text} Source: {cited}. {speed.text} Worked out, {low:g} to "
        f"{high:g} seconds a round. {pressure.text} {pressure.note}",
        view=_view(),
        layers=layers,
        labels=_labels(),
        facts=facts(),
        description=(
            rows.rules["direction"].text + " " + rows.rules["direction"].note,
            *(row.text for row in rows.strokes.values()),
            *(f"{row.name}. {row.why}" for row in rows.areas.values()),
            f"{speed.text} {speed.note}",
            f"{pressure.text} {pressure.note}",
            REACHES,
        ),
        sources=tuple(dict.fromkeys([*rows.sources, "gray1918", *standing.SOURCES])),
        schematic=SCHEMATIC,
        body=where.WithStrokes(SYSTEMS),
    )


def _labels() -> tuple[LabelSpec, ...]:
    rows = data.strokes()
    strokes = [
        LabelSpec(f"stroke_{id}", f"{n} {row.name}", (f"stroke_{id}",), layer="strokes", weight=10)
        for n, (id, row) in enumerate(rows.strokes.items(), 1)
    ]
    areas = [
        LabelSpec(f"never_{id}", row.name, (f"never_{id}",), layer="never", weight=9) for id, row in rows.areas.items()
    ]
    return (
        *strokes,
        *areas,
        LabelSpec("mark_navel", "Navel (varies)", ("mark_navel",), layer="landmarks", weight=6),
        LabelSpec("asis_l", "Front hip-bone point", ("mark_asis_l",), layer="landmarks", weight=6),
        LabelSpec("costal_margin_l", "Lower edge of the ribs", ("mark_ribs_l",), layer="landmarks", weight=6),
        LabelSpec("ascending_colon_r", "Ascending colon", ("ascending_colon_r",), layer="bowel", weight=5),
        LabelSpec("descending_colon_l", "Descending colon", ("descending_colon_l",), layer="bowel", weight=5),
    )  # fmt: skip
