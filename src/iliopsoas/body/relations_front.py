"""Relations of what lies in front of the muscle: great vessels, kidneys, ureters, bowel, bladder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from iliopsoas.atlas.bones import load_bones
from iliopsoas.atlas.mesh import FloatArray
from iliopsoas.body import column
from iliopsoas.body.assemble import Part
from iliopsoas.body.relations import (
    MIDLINE_HALF_MM,
    Parts,
    Relation,
    back_at,
    both,
    edge,
    front_at,
    height,
    middle_at,
    outward,
    slice_at,
    within,
)

_LUMBAR = ("l1_l2", "l2", "l2_l3", "l3", "l3_l4")


def _left(name: str):
    return lambda parts: min(-1e3 * middle_at(parts[name], height(v))[2] for v in _LUMBAR) - MIDLINE_HALF_MM


def _cava_right(parts: Parts) -> float:
    return min(
        1e3 * (slice_at(parts["inferior_vena_cava"], height(v))[:, 2].min()
               - slice_at(parts["abdominal_aorta"], height(v))[:, 2].max())
        for v in _LUMBAR
    )  # fmt: skip


def _forks_on_l4(parts: Parts) -> float:
    lowest = float(parts["abdominal_aorta"].mesh.v[:, 1].min())
    return within(lowest, edge("l4", "lower") - 0.002, edge("l4", "upper") + 0.002)


def _joins_at_l5(parts: Parts) -> float:
    lowest = float(parts["inferior_vena_cava"].mesh.v[:, 1].min())
    return within(lowest, height("l5"), edge("l4", "lower"))


def _artery_before_confluence(parts: Parts) -> float:
    low = parts["inferior_vena_cava"].mesh.v
    y = float(low[:, 1].min()) + 0.006
    artery = slice_at(parts["common_iliac_artery_r"], y)
    vein = np.concatenate([slice_at(parts[k], y) for k in ("inferior_vena_cava", "common_iliac_vein_l")])
    beside = min(artery[:, 2].max() - vein[:, 2].min(), vein[:, 2].max() - artery[:, 2].min())
    return 1e3 * min(float(artery[:, 0].max() - vein[:, 0].max()), float(beside))


def _gap_to_spine(parts: Parts, side: str) -> float:
    y = height("l5")
    artery = slice_at(parts[f"common_iliac_artery_{side}"], y)
    z = float(artery[:, 2].mean())
    here = column.level("l5")
    share = min(abs(z) / here.half_width_m, 0.95)
    rim = here.half_depth_m * (1 - share**column.HULL_POWER) ** (1 / column.HULL_POWER)
    return float(artery[:, 0].min() - here.world(rim, 0.0, z)[0])


def _renal_vein_before_aorta(parts: Parts) -> float:
    aorta, vein = parts["abdominal_aorta"], parts["renal_vein_l"]
    return _crossing(aorta, vein, lambda y, z: back_at(vein, y, z) - front_at(aorta, y, z))


def _renal_artery_behind_cava(parts: Parts) -> float:
    cava, artery = parts["inferior_vena_cava"], parts["renal_artery_r"]
    return _crossing(cava, artery, lambda y, z: back_at(cava, y, z) - front_at(artery, y, z))


def _crossing(stem: Part, branch: Part, gap_m: Callable[[float, float], float]) -> float:
    """Return the gap where a vessel crosses the middle of a great one, a little touch allowed; -inf if it does not."""
    v = branch.mesh.v
    near = v[np.abs(v[:, 2] - middle_at(stem, float(v[:, 1].mean()))[2]) < 0.004]
    if not len(near):
        return -np.inf
    y = float(np.median(near[:, 1]))
    return 1e3 * (gap_m(y, float(middle_at(stem, y)[2])) + 0.001)


def _hilum_order(parts: Parts, side: str) -> float:
    def end(name: str) -> np.ndarray:
        v = parts[f"{name}_{side}"].mesh.v
        out = v[:, 2] * (1 if side == "r" else -1)
        return v[out > out.max() - 0.008].mean(0)

    vein, artery = end("renal_vein"), end("renal_artery")
    ureter = parts[f"ureter_{side}"].mesh.v
    pelvis = ureter[ureter[:, 1] > ureter[:, 1].max() - 0.012].mean(0)
    return 1e3 * min(vein[0] - artery[0], artery[0] - pelvis[0])


def _right_kidney_lower(parts: Parts) -> float:
    right, left = (parts[f"kidney_{s}"].mesh.v[:, 1] for s in "rl")
    return 1e3 * min(float(left.min() - right.min()), float(left.max() - right.max()))


def _kidney_levels(parts: Parts, side: str) -> float:
    y = parts[f"kidney_{side}"].mesh.v[:, 1]
    return 1e3 * min(edge("t12", "upper") + 0.012 - float(y.max()), float(y.min()) - edge("l3", "lower"))


def _kidney_beside_psoas(parts: Parts, side: str) -> float:
    y = height("l2")
    return 1e3 * (outward(parts[f"kidney_{side}"], y) - outward(parts[f"psoas_major_{side}"], y))


def _ureter_before_psoas(parts: Parts, side: str) -> float:
    ureter, psoas = parts[f"ureter_{side}"], parts[f"psoas_major_{side}"]
    out = []
    for level in ("l3", "l3_l4", "l4", "l4_l5"):
        here = middle_at(ureter, height(level))
        out.append(1e3 * (float(here[0]) - front_at(psoas, height(level), float(here[2]), 0.005)))
    return min(out)


def _ureter_crossing(parts: Parts, side: str) -> float:
    """Somewhere within 15 mm of the fork the ureter passes over the artery, in front of all of it."""
    ureter = parts[f"ureter_{side}"]
    fork = float(parts[f"common_iliac_artery_{side}"].mesh.v[:, 1].min()) + 0.003
    best = -np.inf
    for y in np.arange(fork - 0.015, fork + 0.016, 0.003):
        here = middle_at(ureter, float(y))
        names = ("common_iliac_artery", "external_iliac_artery")
        arteries = [cut for k in names if len(cut := _near(parts[f"{k}_{side}"], float(y)))]
        if arteries:
            artery = np.concatenate(arteries)
            off_centre = abs(float(here[2] - artery[:, 2].mean()))
            best = max(best, min(float(here[0] - artery[:, 0].max()), 0.006 - off_centre))
    return 1e3 * best


def _near(part: Part, y_m: float) -> FloatArray:
    """Return the vertices of a part within 3 mm of a height; none where it is not."""
    return part.mesh.v[np.abs(part.mesh.v[:, 1] - y_m) < 0.003]


def _ureter_before_internal(parts: Parts, side: str) -> float:
    ureter, internal = parts[f"ureter_{side}"], parts[f"internal_iliac_artery_{side}"]
    return min(
        1e3 * float(middle_at(ureter, y)[0] - middle_at(internal, y)[0]) for y in (-0.005, -0.015, -0.025, -0.035)
    )


def _gonadal_before_ureter(parts: Parts, side: str) -> float:
    ureter, gonadal = parts[f"ureter_{side}"], parts[f"gonadal_artery_{side}"]
    heights = np.arange(height("l4"), height("l2_l3"), 0.003)
    gap = [abs(middle_at(ureter, y)[2] - middle_at(gonadal, y)[2]) for y in heights]
    y = float(heights[int(np.argmin(gap))])
    crosses = 0.004 - min(gap)
    return 1e3 * min(float(middle_at(gonadal, y)[0] - middle_at(ureter, y)[0]), crosses)


def _ureter_beside_cava(parts: Parts) -> float:
    return min(
        1e3 * (slice_at(parts["ureter_r"], height(v))[:, 2].min()
               - slice_at(parts["inferior_vena_cava"], height(v))[:, 2].max())
        for v in ("l3", "l3_l4", "l4")
    )  # fmt: skip


def _on_side(name: str, sign: int):
    return lambda parts: 1e3 * sign * float(parts[name].mesh.v[:, 2].mean()) - MIDLINE_HALF_MM


def _before(front: str, behind: str):
    def measure(parts: Parts) -> float:
        a = parts[front].mesh.v
        y, z = float(np.median(a[:, 1])), float(np.median(a[:, 2]))
        return 1e3 * (float(a[:, 0].mean()) - front_at(parts[behind], y, z, 0.008))

    return measure


def _sigmoid_before_psoas(parts: Parts) -> float:
    psoas = parts["psoas_major_l"]
    y = float(column.plate("l5", "lower").centre[1]) - 0.060
    z = float(middle_at(psoas, y)[2])
    return 1e3 * (front_at(parts["sigmoid_colon_l"], y, z, 0.012) - front_at(psoas, y, z, 0.006))


def _bladder_empty(parts: Parts) -> float:
    symphysis = load_bones()["pubic_symphysis"].v
    v = parts["bladder"].mesh.v
    return 1e3 * min(float(symphysis[:, 1].max() - v[:, 1].max()), float(symphysis[:, 0].min() - v[:, 0].max()))


ROWS = (
    Relation("aorta_left", "The abdominal aorta lies left of the midline.", ("gray1918",), ("abdominal_aorta",),
             _left("abdominal_aorta")),
    Relation("cava_right_of_aorta", "The inferior vena cava lies on the right of the aorta.", ("gray1918",),
             ("inferior_vena_cava", "abdominal_aorta"), _cava_right),
    Relation("aorta_forks_on_l4", "The aorta forks in front of the body of L4.", ("chithriki2002", "lee2004"),
             ("abdominal_aorta",), _forks_on_l4),
    Relation("veins_join_at_l4_l5", "The common iliac veins join between the disc L4-L5 and the upper half of L5.",
             ("kornreich1998", "park2008"), ("inferior_vena_cava",), _joins_at_l5),
    Relation("right_artery_before_confluence",
             "The right common iliac artery passes in front of the place where the veins join.", ("gray1918",),
             ("common_iliac_artery", "inferior_vena_cava"), _artery_before_confluence),
    Relation("right_artery_farther_from_spine",
             "The right common iliac artery keeps farther from the spine than the left, since the vein lies between.",
             ("kot2022",), ("common_iliac_artery",),
             lambda parts: 1e3 * (_gap_to_spine(parts, "r") - _gap_to_spine(parts, "l")) - 1.0),
    Relation("left_renal_vein_before_aorta", "The left renal vein crosses in front of the aorta.", ("gray1918",),
             ("renal_vein", "abdominal_aorta"), _renal_vein_before_aorta),
    Relation("right_renal_artery_behind_cava", "The right renal artery passes behind the inferior vena cava.",
             ("gray1918",), ("renal_artery", "inferior_vena_cava"), _renal_artery_behind_cava),
    Relation("hilum_order", "At the hilum of the kidney the order from front to back is vein, artery, renal pelvis.",
             ("gray1918",), ("renal_vein", "renal_artery", "ureter"), both(_hilum_order)),
    Relation("right_kidney_lower", "The right kidney lies lower than the left one.", ("gray1918",), ("kidney",),
             _right_kidney_lower),
    Relation("kidneys_t12_to_l3", "The kidneys lie between the levels of T12 and L3.", ("gray1918",), ("kidney",),
             both(_kidney_levels)),
    Relation("kidney_outside_psoas", "The kidney lies against the outer side of the upper psoas major.",
             ("gray1918",), ("kidney", "psoas_major"), both(_kidney_beside_psoas)),
    Relation("ureter_before_psoas", "From L3 to L5 the ureter lies in front of psoas major.", ("ellis2006",),
             ("ureter", "psoas_major"), both(_ureter_before_psoas)),
    Relation("ureter_before_iliac_fork", "The ureter enters the pelvis in front of the common iliac fork.",
             ("ellis2006",), ("ureter", "common_iliac_artery"), both(_ureter_crossing)),
    Relation("ureter_before_internal_iliac", "In the pelvis the ureter runs in front of the internal iliac artery.",
             ("ellis2006", "gray1918"), ("ureter", "internal_iliac_artery"), both(_ureter_before_internal)),
    Relation("gonadal_vessels_before_ureter", "The gonadal vessels cross in front of the ureter.", ("gray1918",),
             ("gonadal_vessels", "ureter"), both(_gonadal_before_ureter)),
    Relation("right_ureter_outside_cava", "The right ureter lies just outside the inferior vena cava.", ("ellis2006",),
             ("ureter", "inferior_vena_cava"), _ureter_beside_cava),
    Relation("caecum_right", "Caecum and appendix lie on the right.", ("gray1918",), ("caecum", "appendix"),
             lambda parts: min(_on_side("caecum_r", 1)(parts), _on_side("appendix_r", 1)(parts))),
    Relation("descending_colon_left", "The descending colon lies on the left.", ("gray1918",), ("descending_colon",),
             _on_side("descending_colon_l", -1)),
    Relation("caecum_before_iliacus", "The caecum lies in front of iliacus and the outer psoas.", ("gray1918",),
             ("caecum", "iliacus"), _before("caecum_r", "iliacus_r")),
    Relation("sigmoid_before_left_psoas", "The sigmoid colon crosses in front of the left psoas major.", ("gray1918",),
             ("sigmoid_colon", "psoas_major"), _sigmoid_before_psoas),
    Relation("empty_bladder_behind_symphysis", "The empty bladder lies wholly behind the pubic symphysis.",
             ("gray1918",), ("bladder",), _bladder_empty),
)  # fmt: skip
