"""The claims ledger: what is taught where, and how bad entries are refused."""

import pytest

from iliopsoas.course import UnknownClaim, claim, claims
from iliopsoas.course.claims import read_claims
from iliopsoas.sources import DataError, reference

GOOD = """
[[claim]]
id = "c99"
lesson = "02"
article = "A sentence."
evidence = "supported"
safety = "no concern"
finding = "What is known."
say = "What to say."
sources = ["bogduk_ch9"]
"""


def test_lesson_00_and_02_teach_their_claims():
    taught = {lesson: {c.label for c in claims().values() if c.lesson == lesson} for lesson in ("00", "02")}
    assert taught == {"00": {"C48", "C50"}, "02": {"C02", "C05"}}


def test_every_source_of_every_claim_resolves():
    for c in claims().values():
        assert all(reference(key).title for key in c.sources)


def test_capital_and_small_ids_name_the_same_claim():
    assert claim("C02") is claim("c02")


def test_unknown_claim_names_the_ones_there_are():
    with pytest.raises(UnknownClaim, match="C0"):
        claim("C2")


def test_a_good_entry_is_read():
    assert read_claims(GOOD)["c99"].finding == "What is known."


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('evidence = "supported"', 'evidence = "proven"', "evidence"),
        ('safety = "no concern"', 'safety = "fine"', "safety"),
        ('lesson = "02"', 'lesson = "12"', "lesson"),
        ('sources = ["bogduk_ch9"]', 'sources = ["bogduk_ch8"]', "sources"),
        ('sources = ["bogduk_ch9"]', "sources = []", "sources"),
        ('say = "What to say."\n', "", "say"),
    ],
)
def test_a_bad_entry_names_file_entry_and_field(old, new, field):
    with pytest.raises(DataError) as error:
        read_claims(GOOD.replace(old, new), "my.toml")
    assert (error.value.file, error.value.entry, error.value.field) == ("my.toml", "c99", field)
