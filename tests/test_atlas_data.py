"""Structures, attachments, levels and measures: what they say, and how bad rows are refused."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.atlas.attachments import (
    UnknownAttachment,
    attachment,
    attachments,
    attachments_of,
    levels,
)
from iliopsoas.atlas.measures import UnknownMeasure, measure, measures, measures_of
from iliopsoas.atlas.structures import (
    LAST_TA2,
    TERMINOLOGIES,
    UnknownStructure,
    structure,
    structures,
)
from iliopsoas.sources import reference

VERTEBRAE = ("t12", "l1", "l2", "l3", "l4", "l5")
DRAWN = [
    *(
        "t11",
        *VERTEBRAE,
        "sacrum",
        "coccyx",
        "hip_bone",
        "femur",
        "rib_9",
        "rib_10",
        "rib_11",
        "rib_12",
        "costal_margin",
    ),
    *("disc_t11_t12", "disc_t12_l1", "disc_l1_l2", "disc_l2_l3", "disc_l3_l4", "disc_l4_l5", "disc_l5_s1"),
    *("costal_margin", "pubic_symphysis", "psoas_major", "psoas_major_superficial", "psoas_major_deep", "psoas_minor"),
    *("iliacus", "iliopsoas", "iliopsoas_tendon", "inguinal_ligament"),
]
LANDMARKS = {
    *("asis", "aiis", "psis", "iliac_crest", "iliac_fossa", "iliopubic_eminence", "pubic_tubercle", "ischial_spine"),
    *("ischial_tuberosity", "promontory", "lesser_trochanter", "greater_trochanter", "transverse_process"),
    *("arcuate_line", "pelvic_brim"),
}
# ---------------------------------------------------------------- what is there


def test_everything_that_is_drawn_or_named_has_a_row():
    assert [id for id in DRAWN if id not in structures()] == []
    assert {s.id for s in structures().values() if s.kind == "landmark"} >= LANDMARKS


@pytest.mark.parametrize("kind", ["vessel", "nerve", "organ", "fascia"])
def test_what_a_hand_could_hurt_has_rows(kind):
    assert len([s for s in structures().values() if s.kind == kind]) >= 5


def test_danger_structures_that_lessons_need():
    needed = {
        *("common_iliac_artery", "external_iliac_vein", "femoral_artery", "femoral_vein", "inferior_epigastric_artery"),
        *("obturator_nerve", "lateral_femoral_cutaneous_nerve", "iliohypogastric_nerve", "ilioinguinal_nerve"),
        *("subcostal_nerve", "sciatic_nerve", "sympathetic_trunk", "lumbosacral_trunk", "femoral_nerve"),
        *("muscular_lacuna", "vascular_lacuna", "bladder", "oesophagus", "ureter", "kidney"),
    }
    assert needed <= set(structures())


def test_every_sentence_is_one_plain_sentence():
    for s in structures().values():
        for text in (s.sentence, *(part.text for part in (s.action, s.nerve, s.fibres) if part)):
            assert len(text.split()) <= 30, (s.id, text)
            assert text.endswith("."), s.id
            assert not re.search(r"[.!?] +[A-Z]", text), s.id


def test_latin_names_carry_their_noun():
    nouns = {
        "muscle": "Musculus ",
        "nerve": ("Nervus ", "Plexus ", "Truncus "),
        "vessel": ("Arteri", "Vena ", "Aorta "),
    }
    for s in structures().values():
        if s.kind in nouns and s.latin and s.latin != "Diaphragma":
            assert s.latin.startswith(nouns[s.kind]), s.id
        assert not re.search(r"[()\[\]*]", s.latin), s.id


def test_muscles_have_latin_names():
    assert all(s.latin for s in structures().values() if s.kind in ("muscle", "bone", "disc", "landmark", "nerve"))


def test_identifiers_are_official_and_belong_to_one_structure():
    for field in ("ta2", "uberon", "fma"):
        given_ids = [getattr(s, field) for s in structures().values() if getattr(s, field)]
        assert len(set(given_ids)) == len(given_ids), field
    assert all(s.ta2 <= LAST_TA2 for s in structures().values() if s.ta2)
    # Numbers that one uncorroborated file alone gives stay out.
    assert not {s.ta2 for s in structures().values()} & {4205, 4991, 6529, 2695, 2732, 2386, 2387}
    assert all(reference(key).title for key in TERMINOLOGIES.values())


def test_the_iliopsoas_muscles_say_what_they_do_and_what_supplies_them():
    for id in ("psoas_major", "psoas_minor", "iliacus", "iliopsoas"):
        assert structure(id).action, id
        assert structure(id).nerve, id


def test_respellings_stress_a_syllable_and_follow_the_name_word_by_word():
    for s in structures().values():
        words = re.findall(r"[\w']+", s.name)
        assert re.search(r"[A-Z]{2}", s.say), (s.id, s.say)
        if not re.search(r"\d", s.name):
            assert abs(len(s.say.split()) - len(words)) <= 1, (s.id, s.say)


def test_every_source_resolves():
    cited = {key for s in structures().values() for key in s.all_sources}
    cited |= {key for a in attachments().values() for key in a.sources}
    cited |= {key for row in levels() for key in row.sources} | {key for m in measures().values() for key in m.sources}
    assert all(reference(key).key == key for key in cited)


def test_all_sources_holds_each_key_once():
    got = structure("psoas_major").all_sources
    assert set(got) >= {"bogduk_ch9", "bogduk1992", "park2013", "arbanas2009"}
    assert len(set(got)) == len(got)


# ---------------------------------------------------------------- attachments by level


def test_levels_light_disc_margins_and_process_as_the_source_says():
    want = {}
    for above, below in pairwise(VERTEBRAE):
        want[f"{above}_{below}"] = (
            f"psoas_major_disc_{above}_{below}",
            f"psoas_major_margin_{above}_lower",
            f"psoas_major_margin_{below}_upper",
            f"psoas_major_tp_{below}",
        )
    want["l5"] = ("psoas_major_body_l5",)
    assert {row.id: row.areas for row in levels()} == want
    assert [row.name for row in levels()] == ["T12–L1", "L1–L2", "L2–L3", "L3–L4", "L4–L5", "L5"]


def test_every_lumbar_origin_of_psoas_major_is_lit_by_exactly_one_level():
    lit = [id for row in levels() for id in row.areas]
    origins = [a.id for a in attachments_of("psoas_major") if a.role == "origin"]
    assert sorted(lit) == sorted(origins)
    assert len(set(lit)) == len(lit)


def test_level_sentences_name_the_level_and_its_process():
    for row in levels()[:-1]:
        below = row.name.split("–")[1]
        assert row.sentence.startswith(f"At {row.name} ")
        assert row.sentence.endswith(f"transverse process of {below}.")
        assert "without naming it" in row.note
        assert "bogduk_ch9" in row.sources


def test_psoas_major_takes_nothing_from_the_lowest_and_the_highest_disc():
    held = {a.on for a in attachments().values() if a.muscle == "psoas_major"}
    assert not held & {"disc_l5_s1", "disc_t11_t12", "sacrum"}


def test_areas_lie_on_the_bone_or_disc_that_their_name_says():
    for a in attachments().values():
        found = re.search(r"_(disc|margin|tp|body)_(\w+?)(_upper|_lower)?$", a.id)
        if found:
            assert a.on == (f"disc_{found[2]}" if found[1] == "disc" else found[2]), a.id


def test_ids_of_the_other_areas():
    want = {
        "psoas_minor_insertion",
        "iliacus_fossa",
        "iliacus_sacral_ala",
        "psoas_major_insertion",
        "iliacus_insertion",
    }
    assert want <= set(attachments())
    assert attachment("iliacus_sacral_ala").certainty == "varies"
    assert all(a.certainty == "varies" for a in attachments_of("psoas_minor"))
    assert {a.on for a in attachments_of("iliacus") if a.role == "insertion"} == {"femur"}


# ---------------------------------------------------------------- unknown names


@pytest.mark.parametrize(
    ("look", "name", "hint", "kind"),
    [
        (structure, "psoas_majr", "psoas_major", UnknownStructure),
        (structure, "psoas", "psoas_major", UnknownStructure),
        (structure, "Trochanter", "greater_trochanter", UnknownStructure),
        (attachment, "iliacus_fosa", "iliacus_fossa", UnknownAttachment),
        (measure, "lumbar_lordosis", "lumbar_lordosis_standing", UnknownMeasure),
    ],
)
def test_unknown_name_brings_close_ones(look, name, hint, kind):
    with pytest.raises(kind, match=hint) as caught:
        look(name)
    assert isinstance(caught.value, KeyError)
    assert hint in caught.value.matches


@given(st.text(max_size=20))
def test_any_name_either_exists_or_is_refused_with_a_sentence(name):
    try:
        assert structure(name).id == name
    except UnknownStructure as error:
        assert str(error).startswith("No structure is called")


def test_numbers_and_structures_cannot_be_changed():
    with pytest.raises(AttributeError):
        structure("l3").name = "L4"
    with pytest.raises(TypeError):
        structures()["l3"] = structure("l4")


def test_measures_of_a_structure_are_printed_with_unit():
    assert [m.text for m in measures_of("psoas_minor")][:3] == ["65.6%", "60%", "27%"]
    assert measure("iliopsoas_merging_height").text == "24.9 ± 17.9 mm"
