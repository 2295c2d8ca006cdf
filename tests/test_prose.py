"""References and claims as a lesson prints them."""

import html
import re

import pytest

from iliopsoas.course import UnknownClaim, claim
from iliopsoas.sources import UnknownReference, reference
from iliopsoas.widgets.prose import claims, references


def test_references_are_printed_whole_once_and_in_alphabetical_order():
    printed = repr(references("reid1994", "bogduk1992", "reid1994")).splitlines()
    assert printed == [reference("bogduk1992").text, reference("reid1994").text]


def test_an_unread_reference_says_so_on_screen():
    assert "not checked against the source" in references("philippon2014")._repr_html_()


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
