"""Bad rows of the atlas are refused by file, entry and field, with what is allowed and what was probably meant."""

import re

import pytest

from iliopsoas.atlas.attachments import read_attachments
from iliopsoas.atlas.measures import read_measures
from iliopsoas.atlas.structures import LAST_TA2, read_structures
from iliopsoas.sources import DataError

GOOD_STRUCTURE = """
[[structure]]
id = "thing"
name = "Thing"
latin = "Musculus rei"
ta2 = 12
uberon = "UBERON:0000001"
fma = "FMA:12345"
kind = "muscle"
paired = true
sentence = "Thing runs from L1 to the femur."
say = "THING"
sources = ["gray1918"]
action = { text = "Bends the hip.", sources = ["bogduk1992"] }
"""
GOOD_ATTACHMENT = """
[[level]]
id = "l1_l2"
name = "L1–L2"
sentence = "Here it arises."
sources = ["bogduk_ch9"]

[[attachment]]
id = "here"
muscle = "psoas_major"
role = "origin"
level = "l1_l2"
on = "disc_l1_l2"
kind = "disc"
text = "side of the disc"
sources = ["bogduk_ch9"]
certainty = "firm"
"""
GOOD_MEASURE = """
[[measure]]
id = "size"
structure = "iliacus"
name = "Size"
value = 4
sd = 0.5
unit = "mm"
people = "ten people"
sources = ["reid1994"]
"""


STRUCTURE_FAULTS = [
    ('kind = "muscle"', 'kind = "musle"', "kind", "Did you mean 'muscle'"),
    ("paired = true", 'paired = "yes"', "paired", "true or false"),
    ("paired = true\n", "", "paired", "is missing"),
    ('sources = ["gray1918"]', "sources = []", "sources", "at least 1"),
    ('sources = ["gray1918"]\n', "", "sources", "is missing"),
    ('sources = ["gray1918"]', 'sources = ["grey1918"]', "sources", "Did you mean 'gray1918'"),
    ('sources = ["gray1918"]', 'sources = ["gray1918", "gray1918"]', "sources", "nothing stands twice"),
    ('sources = ["gray1918"]', 'sources = "gray1918"', "sources", "a list"),
    ("ta2 = 12", "ta2 = 7176", "ta2", f"1 to {LAST_TA2}"),
    ("ta2 = 12", 'ta2 = "1068*1"', "ta2", "whole number"),
    ("ta2 = 12", "ta2 = true", "ta2", "whole number"),
    ("UBERON:0000001", "UBERON:1", "uberon", "seven digits"),
    ("FMA:12345", "FMA12345", "fma", "FMA:"),
    ("Musculus rei", "(Musculus rei)", "latin", "no brackets"),
    ('name = "Thing"', 'name = ""', "name", "not empty"),
    ('name = "Thing"', "name = 3", "name", "not empty"),
    ("to the femur.", "to the femur", "sentence", "one sentence"),
    ("to the femur.", "to the femur. It ends there.", "sentence", "one sentence"),
    ('say = "THING"', 'sayy = "THING"', "sayy", "Did you mean 'say'"),
    ('id = "thing"', 'id = "Thing One"', "id", "small letters"),
    ('["bogduk1992"]', '["bogduk92"]', "action.sources", "Did you mean 'bogduk1992'"),
    ("{ text", "{ txt", "action.txt", "text"),
]


@pytest.mark.parametrize(("old", "new", "field", "words"), STRUCTURE_FAULTS)
def test_bad_structure_is_refused_by_name(old, new, field, words):
    assert old in GOOD_STRUCTURE
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        read_structures(GOOD_STRUCTURE.replace(old, new), file="mine.toml")
    assert caught.value.file == "mine.toml"
    assert caught.value.field == field
    assert caught.value.entry == ("Thing One" if field == "id" else "thing")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (GOOD_STRUCTURE * 2, "an id that no other row has"),
        ("[[structure]\n", "valid TOML"),
        ("", "at least one"),
        (GOOD_STRUCTURE.replace("[[structure]]", "[[structures]]"), "Did you mean 'structure'"),
        (GOOD_STRUCTURE.replace("[[structure]]", "[structure]"), "at least one"),
        (GOOD_STRUCTURE.replace('id = "thing"\n', ""), "structure 1"),
    ],
)
def test_bad_table_of_structures_is_refused(toml, words):
    with pytest.raises(DataError, match=re.escape(words)):
        read_structures(toml)


ATTACHMENT_FAULTS = [
    ('muscle = "psoas_major"', 'muscle = "psoas_majr"', "muscle", "Did you mean 'psoas_major'"),
    ('muscle = "psoas_major"', 'muscle = "l1"', "muscle", "of kind muscle"),
    ('on = "disc_l1_l2"', 'on = "disc_l1_l3"', "on", "disc_l1_l2"),
    ('on = "disc_l1_l2"', 'on = "iliacus"', "on", "bone or disc"),
    ('role = "origin"', 'role = "start"', "role", "origin, insertion"),
    ('kind = "disc"', 'kind = "disk"', "kind", "Did you mean 'disc'"),
    ('certainty = "firm"', 'certainty = "sure"', "certainty", "firm, varies, disputed, schematic"),
    ('level = "l1_l2"', 'level = "l1_l3"', "level", "Did you mean 'l1_l2'"),
    ('level = "l1_l2"\n', "", "areas", "at least one origin"),
    ('certainty = "firm"', 'certainty = "firm"\nside = "r"', "side", "the fields"),
]


@pytest.mark.parametrize(("old", "new", "field", "words"), ATTACHMENT_FAULTS)
def test_bad_attachment_is_refused_by_name(old, new, field, words):
    assert old in GOOD_ATTACHMENT
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        read_attachments(GOOD_ATTACHMENT.replace(old, new))
    assert caught.value.field == field
    assert caught.value.entry == ("l1_l2" if field == "areas" else "here")


MEASURE_FAULTS = [
    ('unit = "mm"', 'unit = "inch"', "unit", "mm, mm2"),
    ('unit = "mm"\n', "", "unit", "is missing"),
    ("value = 4", 'value = "4"', "value", "a number"),
    ("value = 4", "value = nan", "value", "a number"),
    ("sd = 0.5", "sd = true", "sd", "a number"),
    ('structure = "iliacus"', 'structure = "iliacs"', "structure", "Did you mean 'iliacus'"),
    ('sources = ["reid1994"]\n', "", "sources", "is missing"),
]


@pytest.mark.parametrize(("old", "new", "field", "words"), MEASURE_FAULTS)
def test_bad_measure_is_refused_by_name(old, new, field, words):
    assert old in GOOD_MEASURE
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        read_measures(GOOD_MEASURE.replace(old, new))
    assert (caught.value.entry, caught.value.field) == ("size", field)


def test_good_texts_are_read():
    assert read_structures(GOOD_STRUCTURE)["thing"].action.sources == ("bogduk1992",)
    assert read_attachments(GOOD_ATTACHMENT)[1][0].areas == ("here",)
    assert read_measures(GOOD_MEASURE)["size"].text == "4 ± 0.5 mm"
