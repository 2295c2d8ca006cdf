"""References and claims as a lesson prints them."""

import html
import re

import pytest

from iliopsoas import course
from iliopsoas.course import UnknownClaim, claim
from iliopsoas.course.claims import EVIDENCE, SAFETY, TOPICS
from iliopsoas.sources import UnknownName, UnknownReference, reference
from iliopsoas.widgets.prose import claims, ledger, references


def test_references_are_printed_whole_once_and_in_alphabetical_order():
    printed = repr(references("reid1994", "bogduk1992", "reid1994")).splitlines()
    assert printed == [reference("bogduk1992").text, reference("reid1994").text]


def test_an_unread_reference_says_so_on_screen():
    assert "not checked against the source" in references("mungall2012")._repr_html_()


def test_unknown_reference_is_refused_by_name():
    with pytest.raises(UnknownReference, match="bogduk1992"):
        references("bogduk1993")


def test_a_verdict_is_hidden_until_asked_for_and_complete_when_open():
    page = claims("C05")._repr_html_()
    before, inside = re.fullmatch(r"(.*)<details>(.*)</details></div>", page, re.S).groups()
    c = claim("C05")
    assert html.escape(c.article) in before and c.evidence not in before
    assert all(html.escape(part) in inside for part in (c.evidence, c.safety, c.say, reference(c.sources[0]).short))


def test_unknown_claim_is_refused_by_name():
    with pytest.raises(UnknownClaim):
        claims("C02", "C99")


def shown(prose):
    """Return the labels of the claims in a piece of prose, in order."""
    return re.findall(r"<strong>(C\d\d)\.</strong>", prose.markup)


def cells(prose):
    """Return the table at the top as {row: [numbers]}."""
    body = re.search(r"<tbody>(.*?)</tbody>", prose.markup, re.S).group(1)
    rows = re.findall(r'<tr><th scope="row">\S+ (.*?)</th>(.*?)</tr>', body)
    return {name: [int(n) for n in re.findall(r"<td>(\d+)</td>", numbers)] for name, numbers in rows}


def test_the_ledger_shows_every_claim_once_under_the_heading_of_its_topic():
    page = ledger()
    assert sorted(shown(page)) == [c.label for c in course.claims().values()]
    assert re.findall(r"<h3>(.*?)(?: \(\d+\))?</h3>", page.markup) == [*(t.capitalize() for t in TOPICS), "Sources"]
    for part in page.markup.split("<h3>")[1:-1]:
        labels = re.findall(r"<strong>(C\d\d)\.</strong>", part)
        topic, number = re.match(r"(.*?) \((\d+)\)</h3>", part).groups()
        assert {claim(label).topic.capitalize() for label in labels} == {topic}
        assert int(number) == len(labels)


def test_the_table_counts_the_verdicts_and_names_its_rows_and_columns():
    page = ledger()
    assert re.findall(r'<th scope="col">(.*?)</th>', page.markup) == ["Evidence", *SAFETY, "all"]
    assert "<caption>Verdicts on 50 claims" in page.markup
    table = cells(page)
    assert list(table) == list(EVIDENCE)
    for grade, numbers in table.items():
        graded = [c for c in course.claims().values() if c.evidence == grade]
        assert numbers == [*(sum(c.safety == s for c in graded) for s in SAFETY), len(graded)]
    assert sum(numbers[-1] for numbers in table.values()) == 50
    assert all(html.escape(what) in page.markup for what in [*EVIDENCE.values(), *SAFETY.values()])


def test_filters_of_the_ledger_narrow_it_together():
    assert shown(ledger(lesson="08")) == ["C12", "C13", "C40", "C41", "C42"]
    assert shown(ledger(topic="safety")) == ["C49"]
    contradicted = shown(ledger(topic="technique", evidence="contradicted"))
    assert contradicted == ["C42"]
    assert shown(ledger(topic="technique", evidence="contradicted", lesson="07")) == []


def test_a_choice_that_nothing_fits_says_so():
    page = ledger(topic="safety", lesson="00")
    assert "No claim" in page.markup and "No claim" in repr(page)


@pytest.mark.parametrize(
    ("choice", "hint"),
    [
        ({"topic": "walkin"}, "No topic is called 'walkin'. Did you mean 'walking'"),
        ({"evidence": "proven"}, "No grade of evidence is called 'proven'. There are 4, such as supported"),
        ({"lesson": 6}, "No lesson is called 6. Did you mean '06'?"),
        ({"lesson": "6"}, "No lesson is called '6'"),
        ({"topic": ["walking"]}, "No topic is called"),
    ],
)
def test_unknown_choice_is_refused_by_name(choice, hint):
    with pytest.raises(UnknownName, match=re.escape(hint)):
        ledger(**choice)


def test_the_ledger_hides_each_verdict_and_prints_each_source_whole():
    page = ledger(lesson="07")
    for id in ("C39", "C49"):
        c = claim(id)
        assert page.markup.index(html.escape(c.article)) < page.markup.index(html.escape(c.finding))
        assert all(html.escape(reference(key).text) in page.markup for key in c.sources)
    outside = re.sub(r"<details>.*?</details>", "", page.markup, flags=re.S)
    assert claim("C49").finding not in html.unescape(outside)
    assert outside.count("unsafe as written") == 1, "in the table's head only"


def test_the_ledger_reads_as_plain_text():
    plain = repr(ledger())
    assert plain.startswith("Verdicts on 50 claims\nsupported: ")
    assert all(c.finding in plain and c.say in plain for c in course.claims().values())
    assert not re.search(r"<\w", plain)
