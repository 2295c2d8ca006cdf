"""The header of a pack: all that is read, and all that is computed with.

It is stored *folded*: what stands in many rows is written once. `folded` and `unfolded` are each other's inverse, and
`picture.js` unfolds in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from iliopsoas.plates.coding import DEPTH_STEP, mime
from iliopsoas.plates.credits import credit_line
from iliopsoas.plates.labels import LABEL_GAP_PX, LINE_PX, ROW_GAP_PX
from iliopsoas.plates.layers import DEPTH_STEPS, Ring, Rules, Sheet
from iliopsoas.sources import reference

if TYPE_CHECKING:
    from iliopsoas.plates.plate import Plate

VERSION = 3
_PART = ("i", "id", "structure", "side", "name", "layer", "parent", "tint", "hard")
_OFTEN = ("structure", "layer", "parent", "tint")  # of a part: values that stand in many rows


def folded(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return a header in fewer bytes: parts as lists that name what they share by its number, each label row once."""
    out = dict(head)
    if "parts" in head:
        often = (part[name] for part in head["parts"] for name in _OFTEN)
        shared = list(dict.fromkeys(value for value in often if value is not None))
        number = {value: n for n, value in enumerate(shared)}
        rows = []
        for part in head["parts"]:
            row = {name: number.get(part[name]) if name in _OFTEN else part[name] for name in _PART}
            row["id"] = "" if part["id"] == f"{part['structure']}_{part['side']}" else part["id"]
            rows.append([row[name] for name in _PART])
        out["parts"] = {"shared": shared, "rows": rows}
    if "layouts" in head:
        every = list(dict.fromkeys(tuple(row) for layout in head["layouts"] for row in layout))
        place = {row: n for n, row in enumerate(every)}
        layouts = [[place[tuple(row)] for row in layout] for layout in head["layouts"]]
        out["layouts"] = {"rows": [list(row) for row in every], "of": layouts}
    return out


def unfolded(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return a header as it was before `folded`."""
    out = dict(head)
    if "parts" in head:
        shared, parts = head["parts"]["shared"], []
        for row in head["parts"]["rows"]:
            part = dict(zip(_PART, row, strict=True))
            part |= {name: shared[part[name]] for name in _OFTEN if part[name] is not None}
            part["id"] = part["id"] or f"{part['structure']}_{part['side']}"
            parts.append(part)
        out["parts"] = parts
    if "layouts" in head:
        rows = head["layouts"]["rows"]
        out["layouts"] = [[rows[n] for n in layout] for layout in head["layouts"]["of"]]
    return out


def moving_words(plate: Plate) -> dict[str, Any]:
    """Return what of the header is said of one state: it changes with every frame and with every answer."""
    from iliopsoas.plates.plate import NOT_SHOWN

    w, h = plate.picture_view.size_px
    told = [fact for fact in plate.facts if fact.text]
    return {
        "v": VERSION,
        "view": plate.view.name,
        "w": w,
        "h": h,
        "title": plate.title,
        "caption": plate.caption,
        "facts": [fact.text for fact in told],
        "grey": [n for n, fact in enumerate(told) if fact.is_extrapolated],
        "alt": {
            "view": plate.view.sentence,
            "layers": {k.id: k.sentence for k in plate.layers},
            "not_shown": NOT_SHOWN,
        },
        "describe": list(plate.description),
    }


def words(plate: Plate, sheet: Sheet) -> dict[str, Any]:
    """Return the part of the header that is read: names, labels, stops, alt text, credits."""
    from iliopsoas.plates.labels import wrap

    place = {spec.id: i for i, spec in enumerate(plate.labels)}
    labels: dict[str, int] = {}
    layouts: list[list] = []  # most subsets share their labels with another one
    # A draft is soon replaced: only the labels that are seen at once are worth their time.
    for shown in [plate.shown()] if sheet.draft else plate.peeled_sets():
        rows = plate.labels_for(shown, sheet.draft)
        found = [
            [place[p.id], round(p.anchor[0]), round(p.anchor[1]), p.side[0].upper(), round(p.slot[1], 1)] for p in rows
        ]
        if found not in layouts:
            layouts.append(found)
        labels[str(sheet.mask_of(shown))] = layouts.index(found)
    return {
        **moving_words(plate),
        "id": plate.id,
        "view_title": plate.view.title,
        "schematic": plate.schematic,
        "names": [
            {"id": s.id, "text": wrap(s.text), "structure": s.structure, "parts": list(s.parts), "n": n}
            for n, s in enumerate(plate.labels, 1)
        ],
        "labels": labels,
        "layouts": layouts,
        "label_gap": LABEL_GAP_PX,
        "row": LINE_PX,
        "row_gap": ROW_GAP_PX,
        "stops": [
            {
                "id": s.id,
                "name": s.name,
                "lit": list(s.lit),
                "sentence": s.sentence,
                "facts": [asdict(f) for f in s.facts],
                "sources": list(s.sources),
            }
            for s in plate.stops
        ],
        "control": plate.control,
        "peel": plate.peel,
        "sources": [{"short": r.short, "text": r.text, "url": r.link} for r in map(reference, plate.sources)],
        "credits": credit_line(),
    }


def numbers(sheet: Sheet) -> dict[str, Any]:
    """Return the part of the header that is computed with."""
    r = sheet.rules
    return {
        "w": sheet.size_px[0],
        "h": sheet.size_px[1],
        "depth": list(sheet.depth_range_m),
        "depth_step": DEPTH_STEP,
        "depth_most": DEPTH_STEPS + 1,
        "draft": sheet.draft,
        "mime": mime(),
        "parts": [
            {
                "i": p.index,
                "id": p.id,
                "structure": p.structure,
                "side": p.side,
                "name": p.name,
                "layer": p.layer,
                "parent": p.parent,
                "tint": p.tint,
                "hard": p.hard,
            }
            for p in sheet.parts
        ],
        "eps": r.eps,
        "seam": {"jump": r.seam_jump, "strength": r.seam_strength, "gain": r.seam_gain},
        "shadow": {
            "grid": r.grid,
            "low": r.low,
            "strength": list(r.strength),
            "rings": [{"r1": k.r1, "r2": k.r2, "range": k.range, "shift": list(k.shift)} for k in r.rings],
        },
        "tints": {
            "fill": list(r.fill),
            "edge": list(r.edge),
            "gain": r.gain,
            "line": r.line,
            "lum": list(r.lum),
            "hatch": list(r.hatch),
        },
        "fade": r.fade,
    }


def rules(head: Mapping[str, Any]) -> Rules:
    """Return the constants of `composite` that a header holds."""
    seam, shadow, tints = head["seam"], head["shadow"], head["tints"]
    rings = tuple(Ring(k["r1"], k["r2"], k["range"], tuple(k["shift"])) for k in shadow["rings"])
    return Rules(
        head["eps"],
        seam["jump"],
        rings,
        seam["strength"],
        seam["gain"],
        shadow["grid"],
        shadow["low"],
        tuple(shadow["strength"]),
        tuple(tints["fill"]),
        tuple(tints["edge"]),
        tints["gain"],
        tints["line"],
        tuple(tints["lum"]),
        tuple(tints["hatch"]),
        head["fade"],
    )
