"""Relations of what runs within and beside the muscle: plexus, nerves, iliac vessels, sympathetic trunk."""

from __future__ import annotations

import numpy as np

from iliopsoas.body import column
from iliopsoas.body.relations import (
    Parts,
    Relation,
    both,
    edge,
    front_at,
    height,
    middle_at,
    outward,
    slice_at,
    surface_of,
    within,
)

_ROOTS = ("plexus_l1", "plexus_l2", "plexus_l3", "plexus_l4")
_THIRD = 1 / 3


def _back_third(parts: Parts, side: str) -> float:
    """From L2-L3 to L4-L5 the plexus lies in the back third of the belly, measured front to back at its height."""
    out = []
    for level in ("l2_l3", "l3", "l3_l4", "l4", "l4_l5"):
        y = height(level)
        belly = slice_at(parts[f"psoas_major_{side}"], y)
        back, front = belly[:, 0].min(), belly[:, 0].max()
        limit = back + _THIRD * (front - back)
        for name in _ROOTS:
            v = parts[f"{name}_{side}"].mesh.v
            near = v[np.abs(v[:, 1] - y) < 0.003]
            if len(near):
                out.append(1e3 * float(limit - near[:, 0].max()))
    return min(out)


def _behind_disc_third(parts: Parts, side: str) -> float:
    """At the discs no root reaches farther forward than a third of the disc, from behind."""
    out = []
    for level in ("l2_l3", "l3_l4", "l4_l5"):
        here = column.level(level)
        limit = here.half_depth_m * (2 * _THIRD - 1)
        for name in _ROOTS:
            v = here.local(parts[f"{name}_{side}"].mesh.v)
            near = v[np.abs(v[:, 1]) < 0.003]
            if len(near):
                out.append(1e3 * float(limit - near[:, 0].max()))
    return min(out)


def _plexus_inside(parts: Parts, side: str) -> float:
    """Below the foramina the plexus is inside psoas: nine tenths of its surface lie within the muscle."""
    belly = surface_of(parts[f"psoas_major_{side}"])
    v = np.concatenate([parts[f"{k}_{side}"].mesh.v for k in ("plexus_l2", "plexus_l3", "plexus_l4")])
    v = v[v[:, 1] < height("l2_l3") - 0.012]
    return 1e3 * float(np.quantile(-belly.nearest(v).height_m, 0.25)) + 1.0


def _genitofemoral_exit(parts: Parts, side: str) -> float:
    belly = surface_of(parts[f"psoas_major_{side}"])
    v = parts[f"genitofemoral_nerve_{side}"].mesh.v
    out = v[(belly.nearest(v).height_m > 0.0008) & (v[:, 0] > slice_mid(parts, side, v))]
    return within(float(out[:, 1].max()), height("l4"), height("l3"))


def slice_mid(parts: Parts, side: str, points: np.ndarray) -> np.ndarray:
    """Return the middle of the belly, front to back, at the heights of points; metres."""
    heights = np.linspace(points[:, 1].min(), points[:, 1].max(), 20)
    mid = [middle_at(parts[f"psoas_major_{side}"], float(y))[0] for y in heights]
    return np.interp(points[:, 1], heights, mid)


def _genitofemoral_front(parts: Parts, side: str) -> float:
    nerve, psoas = parts[f"genitofemoral_nerve_{side}"], parts[f"psoas_major_{side}"]
    out = []
    for level in ("l4_l5", "l5", "l5_s1"):
        here = middle_at(nerve, height(level))
        out.append(1e3 * float(here[0] - front_at(psoas, height(level), float(here[2]), 0.005)) + 0.8)
    return min(out)


def _femoral_in_groove(parts: Parts, side: str) -> float:
    """Level with the disc L5-S1 the nerve lies at the outer side of psoas, not inside either muscle."""
    y = height("l5_s1")
    nerve = parts[f"femoral_nerve_{side}"]
    sign = 1 if side == "r" else -1
    psoas = slice_at(parts[f"psoas_major_{side}"], y)
    at = outward(nerve, y)
    outer = float((sign * psoas[:, 2]).max())
    iliacus = float((sign * slice_at(parts[f"iliacus_{side}"], y)[:, 2]).max())
    return 1e3 * min(at - (outer - 0.012), iliacus - at)


def _obturator_inner(parts: Parts, side: str) -> float:
    y = edge("s1", "upper") - 0.012
    nerve = outward(parts[f"obturator_nerve_{side}"], y)
    return 1e3 * (outward(parts[f"psoas_major_{side}"], y) - nerve)


def _obturator_behind_vessels(parts: Parts, side: str) -> float:
    y = edge("s1", "upper") - 0.012
    nerve = middle_at(parts[f"obturator_nerve_{side}"], y)
    vessels = [middle_at(parts[f"{k}_{side}"], y)[0] for k in ("external_iliac_artery", "external_iliac_vein")]
    return 1e3 * float(min(vessels) - nerve[0])


def _trunk_order(parts: Parts, side: str) -> float:
    y = edge("s1", "upper") - 0.006
    a, b, c = (outward(parts[f"{k}_{side}"], y) for k in ("sympathetic_trunk", "lumbosacral_trunk", "obturator_nerve"))
    return 1e3 * min(b - a, c - b)


def _sympathetic_margin(parts: Parts, side: str) -> float:
    sign = 1 if side == "r" else -1
    out = []
    for level in ("l2", "l3", "l4"):
        y = height(level)
        inner = float((sign * slice_at(parts[f"psoas_major_{side}"], y)[:, 2]).min())
        out.append(1e3 * (inner + 0.003 - outward(parts[f"sympathetic_trunk_{side}"], y)))
    return min(out)


def _sympathetic_behind_cava(parts: Parts) -> float:
    out = []
    for level in ("l2_l3", "l3", "l3_l4", "l4"):
        y = height(level)
        trunk, cava = middle_at(parts["sympathetic_trunk_r"], y), slice_at(parts["inferior_vena_cava"], y)
        out.append(1e3 * min(float(middle_at(parts["inferior_vena_cava"], y)[0] - trunk[0]),
                             float(cava[:, 2].max() - trunk[2])))  # fmt: skip
    return min(out)


def _wall_nerves_behind_kidney(parts: Parts, side: str) -> float:
    """Where the kidney covers one of the nerves it lies before it; the left one may end above the lower nerve."""
    kidney = parts[f"kidney_{side}"].mesh.v
    over = []
    for name in ("subcostal_nerve", "iliohypogastric_nerve"):
        for p in parts[f"{name}_{side}"].mesh.v[::5]:
            near = kidney[np.hypot(kidney[:, 1] - p[1], kidney[:, 2] - p[2]) < 0.004]
            if len(near):
                over.append(float(near[:, 0].min() + 0.002 - p[0]))
    return 1e3 * min(over, default=-np.inf)


def _iliac_artery_inner(parts: Parts, side: str) -> float:
    y = -0.005
    return 1e3 * (outward(parts[f"psoas_major_{side}"], y) - outward(parts[f"external_iliac_artery_{side}"], y))


def _vein_behind_artery(parts: Parts, side: str) -> float:
    y = -0.005
    artery, vein = (parts[f"external_iliac_{k}_{side}"] for k in ("artery", "vein"))
    return 1e3 * min(outward(artery, y) - outward(vein, y), float(middle_at(artery, y)[0] - middle_at(vein, y)[0]))


def _psoas_inside_iliacus(parts: Parts, side: str) -> float:
    y = -0.015
    return 1e3 * (outward(parts[f"iliacus_{side}"], y) - outward(parts[f"psoas_major_{side}"], y))


def _psoas_from_t12(parts: Parts, side: str) -> float:
    names = [k for k in parts if k.startswith(("psoas_major_", "psoas_slip_")) and k.endswith(f"_{side}")]
    top = max(float(parts[k].mesh.v[:, 1].max()) for k in names)
    return within(top, edge("l1", "upper") - 0.002, edge("t12", "upper"))


ROWS = (
    Relation("plexus_in_back_third", "From L2 to L5 the lumbar plexus lies in the back third of psoas major.",
             ("lu2011",), ("lumbar_plexus", "psoas_major"), both(_back_third)),
    Relation("roots_behind_front_of_disc",
             "No root lies farther forward than a third of the disc, measured from behind.", ("spivak2013",),
             ("lumbar_plexus",), both(_behind_disc_third)),
    Relation("plexus_inside_psoas", "The roots of the femoral and obturator nerves join inside psoas major.",
             ("lu2011",), ("lumbar_plexus", "psoas_major"), both(_plexus_inside)),
    Relation("genitofemoral_leaves_at_l3_l4",
             "The genitofemoral nerve comes out of the front of psoas major between L3 and L4.", ("gray1918",),
             ("genitofemoral_nerve", "psoas_major"), both(_genitofemoral_exit)),
    Relation("genitofemoral_on_the_front", "Below L4 the genitofemoral nerve lies on the front of psoas major.",
             ("gray1918",), ("genitofemoral_nerve", "psoas_major"), both(_genitofemoral_front)),
    Relation("femoral_nerve_in_groove", "Above the groin the femoral nerve lies between psoas major and iliacus.",
             ("gray1918",), ("femoral_nerve", "psoas_major", "iliacus"), both(_femoral_in_groove)),
    Relation("obturator_on_inner_side", "The obturator nerve leaves psoas major on its inner side.", ("gray1918",),
             ("obturator_nerve", "psoas_major"), both(_obturator_inner)),
    Relation("obturator_behind_iliac_vessels", "At the brim the obturator nerve runs behind the iliac vessels.",
             ("gray1918",), ("obturator_nerve", "external_iliac_vein"), both(_obturator_behind_vessels)),
    Relation("order_on_the_sacral_wing",
             "On the wing of the sacrum, from the midline out: sympathetic trunk, lumbosacral trunk, obturator nerve.",
             ("gray1918", "standring2016"), ("sympathetic_trunk", "lumbosacral_trunk", "obturator_nerve"),
             both(_trunk_order)),
    Relation("sympathetic_at_inner_margin", "The sympathetic trunk runs along the inner margin of psoas major.",
             ("gray1918",), ("sympathetic_trunk", "psoas_major"), both(_sympathetic_margin)),
    Relation("right_sympathetic_behind_cava", "The right sympathetic trunk lies behind the inferior vena cava.",
             ("gray1918",), ("sympathetic_trunk", "inferior_vena_cava"), _sympathetic_behind_cava),
    Relation("wall_nerves_behind_kidney", "Subcostal and iliohypogastric nerve pass behind the kidney.",
             ("gray1918",), ("subcostal_nerve", "iliohypogastric_nerve", "kidney"), both(_wall_nerves_behind_kidney)),
    Relation("iliac_artery_on_inner_side", "The external iliac artery follows the inner side of psoas major.",
             ("gray1918",), ("external_iliac_artery", "psoas_major"), both(_iliac_artery_inner)),
    Relation("iliac_vein_inside_and_behind", "The external iliac vein lies inside the artery and behind it.",
             ("gray1918",), ("external_iliac_vein", "external_iliac_artery"), both(_vein_behind_artery)),
    Relation("psoas_inside_iliacus", "At the brim psoas major lies on the inner side of iliacus.", ("gray1918",),
             ("psoas_major", "iliacus"), both(_psoas_inside_iliacus)),
    Relation("psoas_begins_at_t12", "Psoas major begins no higher than T12.", ("bogduk_ch9",), ("psoas_major",),
             both(_psoas_from_t12)),
)  # fmt: skip
