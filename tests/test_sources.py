"""The bibliography: every entry is whole and honest, and a bad one is refused with all that is needed to mend it."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iliopsoas.sources import DRAWN_FROM, DataError, UnknownReference, close_matches, keys, reference, references
from iliopsoas.sources.bibliography import read_references

GOOD = """@article{doe2001,
  author = {Doe, J. and Roe, R. A.},
  title = {A study of something},
  journal = {Journal of Things},
  year = {2001},
  volume = {7},
  number = {2},
  pages = {109--119},
  doi = {10.1000/182},
  seen = {abstract},
}
"""


def test_a_good_entry_reads_as_one_line():
    ref = read_references(GOOD)["doe2001"]
    assert (ref.short, ref.kind, ref.link) == ("Doe & Roe 2001", "article", "https://doi.org/10.1000/182")
    assert ref.text == "Doe J, Roe RA (2001). A study of something. Journal of Things 7(2):109–119. doi:10.1000/182"


@pytest.mark.parametrize(
    ("authors", "short"),
    [
        ("Doe, J.", "Doe 2001"),
        ("Doe, J. and Roe, R. and Poe, P.", "Doe et al. 2001"),
        ("Doe, J. and others", "Doe et al. 2001"),
        ("{World Health Organization}", "World Health Organization 2001"),
        ("{Institute for Health and Care}", "Institute for Health and Care 2001"),
        ("{Institute for Health and Care} and Doe, J.", "Institute for Health and Care & Doe 2001"),
        ("van Dieën, J. H. and Pool-Goudzwaard, A.-L.", "van Dieën & Pool-Goudzwaard 2001"),
    ],
)
def test_short_form_by_number_and_kind_of_authors(authors, short):
    assert read_references(GOOD.replace("Doe, J. and Roe, R. A.", authors))["doe2001"].short == short


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ("full", ""),
        ("abstract", ""),
        ("secondary", "(read in a secondary source)"),
        ("unverified", "(not checked against the source)"),
    ],
)
def test_text_says_how_much_was_read(seen, words):
    text = read_references(GOOD.replace("{abstract}", f"{{{seen}}}"))["doe2001"].text
    assert text.endswith(words or "doi:10.1000/182")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("author = {Doe, J. and Roe, R. A.},", "", "author"),
        ("title = {A study of something},", "", "title"),
        ("year = {2001},", "", "year"),
        ("journal = {Journal of Things},", "", "journal"),
        ("seen = {abstract},", "", "seen"),
        ("title = {A study of something},", "title = {},", "title"),
        ("{2001}", "{soon}", "year"),
        ("{2001}", "{201}", "year"),
        ("{abstract}", "{abstrct}", "seen"),
        ("{10.1000/182}", "{https://doi.org/10.1000/182}", "doi"),
        ("doi = {10.1000/182},", "url = {http://120.26.44.124:3004/1},", "url"),
        ("doi = {10.1000/182},", "url = {ftp://example.org},", "url"),
        ("volume", "volum", "volum"),
        ("Doe, J. and", "J. Doe and", "author"),
        ("@article", "@paper", "type"),
    ],
)
def test_bad_entry_is_refused_by_name(old, new, field):
    assert old in GOOD
    with pytest.raises(DataError) as caught:
        read_references(GOOD.replace(old, new), file="books.bib")
    error = caught.value
    assert (error.file, error.entry, error.field) == ("books.bib", "doe2001", field)
    assert all(part in str(error) for part in ("books.bib", "doe2001", field, "Allowed: "))


def test_misspelt_values_bring_the_right_one():
    with pytest.raises(DataError, match="Did you mean 'abstract'"):
        read_references(GOOD.replace("{abstract}", "{abstrct}"))
    with pytest.raises(DataError, match="Did you mean 'volume'"):
        read_references(GOOD.replace("volume", "volum"))


def test_same_key_twice_is_refused():
    with pytest.raises(DataError, match="a key that no other entry has"):
        read_references(GOOD + GOOD)


def test_a_field_that_stands_twice_is_refused():
    with pytest.raises(DataError, match="each field once"):
        read_references(GOOD.replace("volume = {7},", "volume = {7}, volume = {8},"))


@pytest.mark.parametrize(
    "broken",
    [
        GOOD.replace("something},", "something}"),
        GOOD.replace("{2001},", "{2001}"),
        GOOD.replace("number = {2},", "number = {2}"),
        GOOD + "@article{roe2002, author = {",
        "see also @article\n" + GOOD,
    ],
)
def test_an_entry_that_the_parser_would_drop_is_refused(broken):
    with pytest.raises(DataError, match="well-formed"):
        read_references(broken)


def test_every_reference_of_the_package_is_whole():
    for key in keys():
        ref = reference(key)
        assert ref.authors
        assert ref.title
        assert ref.where
        assert 1500 < ref.year < 2100
        assert ref.short.endswith(str(ref.year))
        assert "\n" not in ref.text


def test_nothing_that_is_no_address_of_a_source_is_printed():
    words = r"stored page|from memory|\[|://\d|mirror|wikipedia|wikimsk|biologyinsights|translation|scribd"
    bad = re.compile(words, re.IGNORECASE)
    assert [r.key for r in references().values() if bad.search(r.text)] == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("cohen1994", "Cohen E, Mier A, Heywood P, Murphy K, Boultbee J, Guz A (1994)"),
        ("cohen1994", "Thorax 49(9):885–889"),
        ("hu2011", "European Spine Journal 20(5):759–765"),
        ("kumazaki2022", "Juntendo Medical Journal 68(4):352–362"),
        ("avman2019", "Musculoskeletal Science and Practice 42:38–51"),
        ("sharman2006", "Sports Medicine 36:929–939"),
        ("capdevila2002", "Anesthesia and Analgesia 94(6):1606–1613"),
    ],
)
def test_an_entry_that_a_review_found_wrong_or_incomplete_stays_mended(key, words):
    assert words in reference(key).text


def test_no_key_of_the_wrong_authors_comes_back():
    assert not {"houston1994", "trig2015", "iprfcadaver", "pmi2018", "lpbmc2011", "watt2011"} & set(references())


def test_what_was_not_checked_against_the_source_says_so_wherever_it_is_printed():
    marks = {"secondary": "(read in a secondary source)", "unverified": "(not checked against the source)"}
    for ref in references().values():
        assert ref.text.endswith(marks.get(ref.seen, "")), ref.key
        assert ref.seen in marks or not any(mark in ref.text for mark in marks.values()), ref.key


def test_dois_are_not_shared():
    dois = [r.doi.lower() for r in references().values() if r.doi]
    assert len(set(dois)) == len(dois)


def test_every_reference_is_cited_somewhere(top):
    homes = [
        p
        for folder in ("src", "notebooks")
        for end in ("py", "toml", "ipynb")
        for p in (top / folder).rglob(f"*.{end}")
    ]
    texts = "\n".join(p.read_text(encoding="utf-8") for p in homes)
    # In data and code a key stands alone between quotes, in a lesson with others in one text.
    quoted = re.findall(r'"([a-z][a-z0-9_ ]*)\\?"', texts)
    cited = {key for text in quoted for key in text.split()}
    assert [key for key in keys() if key not in cited] == []


def test_what_the_pictures_are_drawn_from_can_be_credited():
    assert all(reference(key).text for key in DRAWN_FROM)


def test_unknown_key_names_close_ones():
    with pytest.raises(UnknownReference, match="bogduk1992") as caught:
        reference("bogduk1993")
    assert isinstance(caught.value, KeyError)
    with pytest.raises(UnknownReference, match=f"There are {len(keys())}"):
        reference("zzz")


def test_importing_the_package_does_not_parse_the_bibliography():
    code = "import sys, iliopsoas, iliopsoas.sources; assert 'bibtexparser' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.sampled_from(sorted(references())), st.data())
def test_a_key_with_one_letter_lost_is_found_again(key, data):
    place = data.draw(st.integers(0, len(key) - 1))
    lost = key[:place] + key[place + 1 :]
    if lost not in references():
        assert key in close_matches(lost, references(), most=len(references()))


def test_given_names_are_initials_in_every_reference():
    run_together = re.compile(r"\b[A-Z][a-z]+[A-Z]\b,|\b[A-Z][a-z]+ [A-Z][a-z]+[A-Z]\b")
    assert [r.key for r in references().values() if run_together.search(r.text.split("(")[0])] == []
