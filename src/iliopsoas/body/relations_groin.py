"""Relations at the inguinal ligament."""

from __future__ import annotations

import numpy as np

from iliopsoas.body.relations import (
    Parts,
    Relation,
    back_at,
    both,
    front_at,
    ligament_crossing,
    middle_at,
    slice_at,
    spine_point,
    surface_of,
)


def _out(p: np.ndarray, side: str) -> float:
    return float(p[2] if side == "r" else -p[2])


def _artery_y(parts: Parts, side: str) -> float:
    return float(ligament_crossing(parts, side, "femoral_artery")[1])


def _beside(outer: str, inner: str):
    def measure(parts: Parts, side: str) -> float:
        y = _artery_y(parts, side)
        gap = _out(middle_at(parts[f"{outer}_{side}"], y), side) - _out(middle_at(parts[f"{inner}_{side}"], y), side)
        return 1e3 * gap

    return both(measure)


def _no_window(parts: Parts, side: str) -> float:
    """At most a finger's breadth of 12 mm between the middles of nerve and artery: no bare muscle to press on."""
    y = _artery_y(parts, side)
    nerve, artery = (slice_at(parts[f"{k}_{side}"], y) for k in ("femoral_nerve", "femoral_artery"))
    inner_edge = min(_out(p, side) for p in nerve)
    outer_edge = max(_out(p, side) for p in artery)
    return 1e3 * (0.005 - (inner_edge - outer_edge))


def _psoas_behind(parts: Parts, side: str) -> float:
    here = ligament_crossing(parts, side, "femoral_artery")
    psoas = front_at(parts[f"psoas_major_{side}"], float(here[1]), float(here[2]))
    return 1e3 * (float(here[0]) - psoas)


def _nerve_on_psoas(parts: Parts, side: str) -> float:
    y = _artery_y(parts, side)
    nerve = middle_at(parts[f"femoral_nerve_{side}"], y)
    flesh = max(front_at(parts[f"{k}_{side}"], y, float(nerve[2])) for k in ("psoas_major", "iliacus"))
    return 1e3 * min(float(nerve[0]) - flesh + 0.001, flesh + 0.006 - float(nerve[0]))


def _under_ligament(name: str):
    def measure(parts: Parts, side: str) -> float:
        here = ligament_crossing(parts, side, name)
        cut = slice_at(parts[f"{name}_{side}"], float(here[1]))
        ligament = back_at(parts[f"inguinal_ligament_{side}"], float(here[1]), float(here[2]), 0.005)
        return 1e3 * (ligament - float(cut[:, 0].mean()))

    return both(measure)


def _by_the_spine(parts: Parts, side: str) -> float:
    here = ligament_crossing(parts, side, "lateral_femoral_cutaneous_nerve")
    inside = _out(spine_point("asis", side), side) - _out(here, side)
    return 1e3 * min(inside - 0.008, 0.022 - inside)


def _leaves_higher(parts: Parts, side: str) -> float:
    """Each nerve leaves psoas where its first point outside the belly lies."""
    belly = surface_of(parts[f"psoas_major_{side}"])

    def leaves(name: str) -> float:
        v = parts[f"{name}_{side}"].mesh.v
        return float(v[belly.nearest(v).height_m > 0.001][:, 1].max())

    return 1e3 * (leaves("lateral_femoral_cutaneous_nerve") - leaves("femoral_nerve"))


def _arch_between(parts: Parts, side: str) -> float:
    y = _artery_y(parts, side)
    arch = slice_at(parts[f"iliopectineal_arch_{side}"], y, 0.006)
    front = arch[arch[:, 0] >= np.quantile(arch[:, 0], 0.6)]
    at = float(np.mean([_out(p, side) for p in front]))
    nerve, artery = (_out(middle_at(parts[f"{k}_{side}"], y), side) for k in ("femoral_nerve", "femoral_artery"))
    return 1e3 * min(nerve - at, at - artery)


def _fascia_over_nerve(parts: Parts, side: str) -> float:
    y = _artery_y(parts, side) + 0.012
    nerve = middle_at(parts[f"femoral_nerve_{side}"], y)
    return 1e3 * (front_at(parts[f"iliac_fascia_{side}"], y, float(nerve[2])) - float(nerve[0]))


def _bursa_behind(parts: Parts, side: str) -> float:
    bursa = parts[f"iliopectineal_bursa_{side}"].mesh.v
    y = float(bursa[:, 1].mean())
    muscle = middle_at(parts[f"psoas_major_{side}"], y)
    joint = spine_point("femoral_head", side)
    x = float(bursa[:, 0].mean())
    return 1e3 * min(float(muscle[0]) - x, x - float(joint[0]))


def _epigastric(parts: Parts, side: str) -> float:
    start = parts[f"inferior_epigastric_artery_{side}"].mesh.v
    y = _artery_y(parts, side)
    low = start[start[:, 1] < y + 0.030]
    artery = _out(middle_at(parts[f"external_iliac_artery_{side}"], y + 0.015), side)
    rises = float(start[:, 1].max()) - y
    return 1e3 * min(artery - float(np.median([_out(p, side) for p in low])), rises)


def _ends_on_trochanter(parts: Parts, side: str) -> float:
    tendon = parts[f"iliopsoas_tendon_{side}"].mesh.v
    lowest = tendon[tendon[:, 1] < tendon[:, 1].min() + 0.006].mean(0)
    return 1e3 * (0.010 - float(np.linalg.norm(lowest - spine_point("lesser_trochanter", side))))


_LACUNAE = ("gray1918", "standring2016")

ROWS = (
    Relation(
        "nerve_lateral_to_artery",
        "At the inguinal ligament the femoral nerve lies lateral to the femoral artery.",
        ("gray1918", "gruber2003"),
        ("femoral_nerve", "femoral_artery"),
        _beside("femoral_nerve", "femoral_artery"),
    ),
    Relation(
        "artery_lateral_to_vein",
        "At the inguinal ligament the femoral artery lies lateral to the femoral vein.",
        ("gray1918",),
        ("femoral_artery", "femoral_vein"),
        _beside("femoral_artery", "femoral_vein"),
    ),
    Relation(
        "vein_lateral_to_canal",
        "The femoral canal lies on the inner side of the femoral vein.",
        ("gray1918",),
        ("femoral_vein", "femoral_canal"),
        _beside("femoral_vein", "femoral_canal"),
    ),
    Relation(
        "no_window_beside_the_artery",
        "Between femoral nerve and femoral artery there is no bare muscle: the gap is under 5 mm as drawn.",
        ("gruber2003",),
        ("femoral_nerve", "femoral_artery"),
        both(_no_window),
    ),
    Relation(
        "psoas_behind_femoral_artery",
        "At the inguinal ligament psoas major lies behind the femoral artery.",
        ("gray1918",),
        ("psoas_major", "femoral_artery"),
        both(_psoas_behind),
    ),
    Relation(
        "femoral_nerve_on_iliopsoas",
        "At the inguinal ligament the femoral nerve lies on the front of iliopsoas.",
        ("gruber2003",),
        ("femoral_nerve", "psoas_major", "iliacus"),
        both(_nerve_on_psoas),
    ),
    *(
        Relation(
            f"ligament_before_{name}",
            f"The inguinal ligament passes in front of the {name.replace('_', ' ')}.",
            ("gray1918",),
            ("inguinal_ligament", name),
            _under_ligament(name),
        )
        for name in ("femoral_artery", "femoral_vein", "femoral_nerve")
    ),
    Relation(
        "cutaneous_nerve_by_the_spine",
        "The lateral femoral cutaneous nerve passes under the ligament 1 to 2 cm inside the front hip-bone spine.",
        ("gray1918", "standring2016"),
        ("lateral_femoral_cutaneous_nerve",),
        both(_by_the_spine),
    ),
    Relation(
        "cutaneous_nerve_leaves_above_femoral",
        "The lateral femoral cutaneous nerve leaves the outer border of psoas above the femoral nerve.",
        ("gray1918",),
        ("lateral_femoral_cutaneous_nerve", "femoral_nerve"),
        both(_leaves_higher),
    ),
    Relation(
        "arch_between_nerve_and_artery",
        "The iliopectineal arch stands between the femoral nerve and the femoral artery.",
        _LACUNAE,
        ("iliopectineal_arch", "femoral_nerve", "femoral_artery"),
        both(_arch_between),
    ),
    Relation(
        "fascia_over_femoral_nerve",
        "The iliac fascia covers the femoral nerve above the groin.",
        ("gruber2003", "gray1918"),
        ("iliac_fascia", "femoral_nerve"),
        both(_fascia_over_nerve),
    ),
    Relation(
        "bursa_between_muscle_and_joint",
        "The iliopectineal bursa lies between iliopsoas and the hip joint.",
        ("gray1918",),
        ("iliopectineal_bursa", "psoas_major"),
        both(_bursa_behind),
    ),
    Relation(
        "epigastric_rises_inside",
        "The inferior epigastric artery leaves the external iliac just above the ligament and rises on its inner side.",
        ("gray1918",),
        ("inferior_epigastric_artery", "external_iliac_artery"),
        both(_epigastric),
    ),
    Relation(
        "tendon_ends_on_lesser_trochanter",
        "The tendon of iliopsoas ends on the lesser trochanter.",
        ("gray1918",),
        ("iliopsoas_tendon",),
        both(_ends_on_trochanter),
    ),
)
