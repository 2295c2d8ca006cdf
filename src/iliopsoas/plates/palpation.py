"""The palpation map: belly and groin from the front, a verdict on every square, and what lies under it in layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from iliopsoas.body import squares, under_hand
from iliopsoas.body.basis import said, sources_of
from iliopsoas.body.margins import VERDICTS, Verdict, margins
from iliopsoas.plates import route, standing
from iliopsoas.plates.on_skin import SIGNS, MapBody, landmarks_on_skin
from iliopsoas.plates.plate import Fact, Folio, LabelSpec, Layer, LazyPlates, Plate
from iliopsoas.plates.view import View, view_at

VIEW = "front"
NAMES: Mapping[Verdict, str] = {"superficial": "Stay superficial", "caution": "Caution", "never": "Never"}
MEANS: Mapping[Verdict, str] = {
    "superficial": "skin and belly wall only, flat and without weight, where level, insurance and consent permit",
    "caution": "something here is easily hurt: leave it out, or skin only with your tutor beside you",
    "never": "no pressing and no device here, at no level of this course",
}
NO_PRESSING = (
    "No square is for pressing, and no device belongs on any of them. The stroke of lesson 08 crosses the midline only "
    "above the navel, flat and without weight."
)
ONE_BODY = (
    "One standing adult is drawn; people differ, and lying down everything is nearer. Depths are counted from the skin "
    "straight back; they are approximate."
)
RANGE = (
    "The range of a depth holds the least and the most within the square. Above the groin it is also stretched to what "
    "ultrasound found near the navel in women lying for surgery: belly wall 18 to 37 mm, aorta 45 to 79 mm from the "
    "skin, means of normal weight and of obese women, from an abstract whose figures do not quite agree."
)
LEFT_OUT = (
    "Not drawn are small bowel, stomach, liver, spleen, pancreas and transverse colon, uterus and ovaries, lymph nodes "
    "and the muscles of the thigh."
)
SOURCES = ("aagl2024", "hurd1992")
_MIDDLE, _WIDTH_M, _SIZE_PX = (0.0, 0.018, 0.0), 0.350, (656, 900)


def palpation_folio() -> Folio:
    """Return the palpation map, in layers from the skin to the bones."""
    return Folio("palpation", "Palpation map", LazyPlates((VIEW,), lambda name: _plate()))


def counted() -> Mapping[Verdict, int]:
    """Return how many squares have each verdict."""
    found = Counter(one.verdict for one in under_hand.verdicts().values())
    return {name: found[name] for name in VERDICTS}


def map_facts() -> tuple[Fact, ...]:
    """Return how many squares have which verdict, and how deep the muscle and the aorta lie as drawn."""
    of = counted()
    total = sum(of.values())
    facts = [
        Fact(f"squares_{name}", of[name], "squares", f"{NAMES[name]} ({SIGNS[name]}): {of[name]} of {total} squares.")
        for name in VERDICTS
    ]
    for name, where, id in (("abdominal_aorta", "At the navel the aorta", "E5"), ("psoas_major", _BESIDE, "E4")):
        met = next(one for one in under_hand.readings()[id].met if one.structure == name)
        text = f"{where} is drawn {met.depth_mm:.0f} mm deep, range {met.low_mm:.0f} to {met.high_mm:.0f} mm."
        facts.append(Fact(f"{name}_{id.lower()}_mm", round(met.depth_mm), "mm", text, ("aagl2024",)))
    return tuple(facts)


_BESIDE = "A quarter of the way out to the ASIS from there (E4), behind vessels and ureter, psoas major"


def _view() -> View:
    said = "Belly and groin seen from the front, the client's right on the left of the picture"
    rows = f"{len(squares.squares())} squares in rows A to S from the ribs to a hand's breadth below the groin"
    return view_at(VIEW, 0, 0, _MIDDLE, _WIDTH_M, _SIZE_PX, "From the front", f"{said}, with {rows}.")


def _layers() -> tuple[Layer, ...]:
    both = lambda names: standing.on_sides(names, ("r", "l"))  # noqa: E731
    of = counted()
    kinds = ", ".join(f"{of[name]} {SIGNS[name]} ({NAMES[name].lower()})" for name in reversed(VERDICTS))
    marks = tuple(f"on_skin_{name}" for name in landmarks_on_skin())
    bowel = [*(f"{k}_r" for k in route.RIGHT_BOWEL), *(f"{k}_l" for k in route.LEFT_BOWEL)]
    wall = ("transversus_abdominis", "internal_oblique", "external_oblique", "rectus_abdominis", "rectus_sheath",
            "rectus_sheath_posterior")  # fmt: skip
    bones = standing.bones_layer("anterior")
    ribs = both(["rib_7", "rib_8", "rib_9", "rib_10", "rib_11", "costal_margin"])
    return (
        Layer(
            "bones",
            "Bones",
            (*bones.parts, *both(["hip_bone"]), "pubic_symphysis", *ribs, "sternum"),
            locked=True,
            sentence="Under everything the spine, the pelvis and the thigh bones.",
        ),
        Layer(
            "muscles",
            "Psoas, iliacus and inguinal ligament",
            both(route.MUSCLES),
            sentence="Deepest of the soft parts psoas major and iliacus.",
        ),
        Layer("nerves", "Nerves", both(route.NERVES), sentence="On and in the muscles the nerves."),
        Layer(
            "vessels",
            "Vessels",
            ("abdominal_aorta", "inferior_vena_cava", *both(route.VESSELS), *both(["femoral_canal"])),
            sentence="Before them the aorta, the vena cava, and the iliac and femoral vessels.",
        ),
        Layer(
            "organs",
            "Kidneys, ureters, bladder and large bowel",
            (*both(["kidney", "adrenal", "ureter"]), "bladder", *bowel),
            sentence="Kidneys, ureters, bladder and large bowel.",
        ),
        Layer("wall", "Belly wall", both(wall), sentence="The belly wall."),
        Layer("skin", "Skin", ("skin", *both(["thigh_skin"])), sentence="The skin over all of it."),
        Layer(
            "squares",
            "Squares",
            tuple(f"squares_{name}" for name in VERDICTS if of[name]),
            locked=True,
            glass=True,
            sentence=f"Every square carries a letter and a pattern: {kinds}.",
        ),
        Layer(
            "marks",
            "Letters and landmarks",
            ("square_hatching", "square_letters", "square_names", *marks),
            locked=True,
            sentence="Buttons mark the front hip-bone spines (ASIS) and the pubic tubercles, a ring the navel, bands "
            "the costal margin and the inguinal ligament.",
        ),
    )


def _labels() -> tuple[LabelSpec, ...]:
    def felt(id: str, text: str, weight: int = 9) -> LabelSpec:
        return LabelSpec(id, text, parts=(f"on_skin_{id}",), weight=weight, layer="marks")

    own = lambda id, side="r", **more: route.label(id, side, **more)  # noqa: E731
    return (
        felt("costal_margin", "Costal margin"),
        felt("navel", "Navel"),
        felt("asis", "Front hip-bone spine (ASIS)"),
        felt("inguinal_ligament", "Inguinal ligament"),
        felt("pubic_tubercle", "Pubic tubercle"),
        own("psoas_major", weight=6),
        own("iliacus", weight=6),
        own("femoral_nerve", parts=route.FEMORAL[:1], weight=6),
        own("lateral_femoral_cutaneous_nerve", weight=6),
        own("abdominal_aorta", weight=6),
        own("inferior_vena_cava", weight=6),
        own("external_iliac_artery", "l", weight=6),
        own("femoral_artery", "l", weight=6),
        own("femoral_vein", "l", weight=6),
        own("inferior_epigastric_artery", "l", weight=5),
        own("kidney", weight=5),
        own("ureter", "l", weight=5),
        own("caecum", parts=["caecum"], weight=5),
        own("sigmoid_colon", "l", parts=["sigmoid_colon"], weight=5),
        standing.named("rectus_sheath", layer="wall", weight=5),
        standing.named("external_oblique", layer="wall", weight=5),
    )


def _plate() -> Plate:
    layers = _layers()
    around = route.structures_of(layers)
    facts = map_facts()
    legend = "; ".join(f"{SIGNS[name]}, {NAMES[name].lower()}: {MEANS[name]}" for name in reversed(VERDICTS))
    keys = (*SOURCES, *(key for one in margins().values() for key in one.sources))
    return Plate(
        id=f"palpation_{VIEW}",
        title="Palpation map",
        caption=f"{legend[0].upper()}{legend[1:]}. {NO_PRESSING}",
        view=_view(),
        layers=layers,
        labels=_labels(),
        facts=facts,
        description=(
            "Columns divide the way from the midline to the front hip-bone spine into quarters: 1 is on the client's "
            "right spine, 5 on the midline, 9 on the left spine. Rows run from the ribs (A) past the navel (E) and the "
            "spines (J, K) to a hand's breadth below the inguinal ligament (S). I and O are left out.",
            " ".join(fact.text for fact in facts),
            f"{ONE_BODY} {RANGE}",
        ),
        sources=tuple(dict.fromkeys((*keys, *sources_of(around), *standing.SOURCES))),
        schematic=f"{standing.SCHEMATIC} {ONE_BODY} Skin, fat, belly wall and organs are schematic. {said(around)} "
        f"{LEFT_OUT}",
        peel="in_order",
        body=MapBody(),
    )
