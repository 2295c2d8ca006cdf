"""Reads ``screening.toml``: whatever is not allowed is refused with file, entry, field and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from iliopsoas.atlas.structures import source_keys
from iliopsoas.course.grounds import BASES
from iliopsoas.course.screening_rows import (
    ANY,
    GROUPS,
    LEVELS,
    OUTCOMES,
    SEVERITY,
    Client,
    Contradiction,
    Reason,
    Screening,
    Work,
)  # fmt: skip
from iliopsoas.sources import DataError
from iliopsoas.sources.tables import Column, Refused, flag, list_of, one_of, read_rows, text, whole

FILE = "screening.toml"
_ON_YES = tuple(o for o in OUTCOMES if o not in ("clear", "ask_first"))


def parse(toml: str, file: str = FILE) -> Screening:
    """Parse the rows and check each by itself and against the others; raises `DataError`.

    Whether each client ends as its row says is checked where it is decided (`iliopsoas.course.screening`).
    """
    rows = read_rows(file, toml, _TABLES)
    works = {row["id"]: Work(**row) for row in rows["work"]}
    questions = {row["id"]: Reason(**row) for row in rows["question"]}
    rules = {row["id"]: Reason(**row) for row in rows["rule"]}
    checks = {row["id"]: row["ask"] for row in rows["check"]}
    contradictions = tuple(Contradiction(**row) for row in rows["contradiction"])
    clients = {row["id"]: Client(**row) for row in rows["client"]}

    def known(entry: str, field: str, ids: tuple[str, ...], allowed: Mapping[str, Any]) -> None:
        for id in ids:
            if id not in allowed:
                raise DataError(file, entry, field, id, f"one of {', '.join(allowed)}")

    asked = {**questions, **checks}
    for q in questions.values():
        known(q.id, "works", tuple(w for w in q.works if w != ANY), works)
        known(q.id, "declines", q.declines, {w: works[w] for w in works if w in q.works or ANY in q.works})
        if q.declines and SEVERITY[q.outcome] >= SEVERITY["decline"]:
            raise DataError(
                file, q.id, "declines", q.declines, "left out, since its outcome is as serious for all works"
            )
    for rule in rules.values():
        known(rule.id, "all_of", rule.all_of, questions)
        worst = max(SEVERITY[questions[id].outcome] for id in rule.all_of)
        if SEVERITY[rule.outcome] < worst:
            raise DataError(
                file, rule.id, "outcome", rule.outcome, "nothing milder than what its answers ask for alone"
            )
    for c in contradictions:
        known(c.id, "answers", tuple(c.answers), asked)
    twice = (set(questions) & set(checks)) | (set(rules) & set(asked))
    if twice:
        raise DataError(file, min(twice), "id", min(twice), "an id that no other row has")
    for client in clients.values():
        known(client.id, "work", (client.work,), works)
        known(client.id, "yes", client.yes, questions)
    frozen = MappingProxyType
    return Screening(frozen(questions), frozen(rules), contradictions, frozen(checks), frozen(works), frozen(clients))


def _answers(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or len(value) < 2 or not set(value.values()) <= {"yes", "no"}:
        raise Refused("a table of at least two answers, each yes or no", value)
    return MappingProxyType(dict(value))


_GROUND: dict[str, Column] = {"basis": Column(one_of(BASES)), "sources": Column(source_keys())}
_TABLES = {
    "question": {
        "group": Column(one_of(GROUPS)),
        "ask": Column(text(r".*\?", "a question")),
        "outcome": Column(one_of(_ON_YES)),
        "works": Column(list_of(text(), 1)),
        "declines": Column(list_of(text()), required=False, default=()),
        "do": Column(text()),
        "why": Column(text()),
        **_GROUND,
    },
    "rule": {
        "all_of": Column(list_of(text(), 2)),
        "outcome": Column(one_of(_ON_YES)),
        "do": Column(text()),
        "why": Column(text()),
        **_GROUND,
    },
    "contradiction": {"answers": Column(_answers), "ask": Column(text(r".*\?", "a question"))},
    "check": {"ask": Column(text(r".*\?", "a question"))},
    "client": {
        "name": Column(text()),
        "told": Column(text()),
        "work": Column(text()),
        "level": Column(whole(LEVELS[0], LEVELS[-1])),
        "yes": Column(list_of(text())),
        "outcome": Column(one_of(OUTCOMES)),
    },
    "work": {
        "name": Column(text()),
        "least_level": Column(whole(LEVELS[0], LEVELS[-1])),
        "offered": Column(flag),
        "note": Column(text()),
        **_GROUND,
    },
}
