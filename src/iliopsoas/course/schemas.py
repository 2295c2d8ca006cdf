"""JSON schemas of questions and cases, made from the columns that the loaders check, and published beside the data.

``python -m iliopsoas.course.schemas`` writes them anew. A schema says which fields a row may have and of what type;
what needs to know the course (sources, structures, one tier a condition) is checked by the loaders alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iliopsoas.course.cases import COLUMNS, STEP, TIERS
from iliopsoas.course.cases import STEPS as CASE_STEPS
from iliopsoas.course.claims import LESSONS
from iliopsoas.course.questions import CHOICES, COMMON, KINDS, OF_KIND, STEPS, TOPICS
from iliopsoas.sources.tables import Column

HERE = Path(__file__).resolve().parent
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string", "minLength": 1, "pattern": r"^\S(.*\S)?$"}
_ID = {"type": "string", "pattern": "^[a-z][a-z0-9]*(_{1,2}[a-z0-9]+)*$"}
_KEYS = {"type": "array", "items": _ID, "minItems": 1, "uniqueItems": True}
_WRONG = {
    "type": "array",
    "minItems": CHOICES[0] - 1,
    "maxItems": CHOICES[1] - 1,
    "items": {
        "type": "object",
        "properties": {"text": _TEXT, "why": _TEXT},
        "required": ["text", "why"],
        "additionalProperties": False,
    },
}
_PLACE = {
    "type": "object",
    "properties": {
        "folio": _ID,
        "view": _ID,
        "structure": _ID,
        "shown": {"enum": ["with", "after"]},
        "off": {"type": "array", "items": _ID, "uniqueItems": True},
        "stop": _ID,
    },
    "required": ["folio", "view", "structure"],
    "additionalProperties": False,
}
# Type of each field; a field that the loader knows and this does not fails the test that compares the two.
_TYPES: Mapping[str, Any] = {
    "lesson": {"enum": list(LESSONS)},
    "topic": {"enum": list(TOPICS)},
    "kind": {"enum": list(KINDS)},
    "safety": {"type": "boolean"},
    "true": {"type": "boolean"},
    "value": {"type": "number"},
    "tolerance": {"type": "number", "minimum": 0},
    "items": {
        "type": "array",
        "items": _TEXT,
        "minItems": STEPS[0],
        "maxItems": STEPS[1],
        "uniqueItems": True,
    },
    "wrong": _WRONG,
    "sources": _KEYS,
    "structure": _ID,
    "plate": _PLACE,
    "tier": {"enum": list(TIERS)},
}


def question_schema() -> dict[str, Any]:
    """Return the schema of ``questions.toml``: for each kind its own fields, all of them and no others."""
    kinds = [
        _row({**COMMON, **columns}, {"kind": {"const": kind}}, r"^q\d{3}$", also)
        for kind, columns, also in ((k, c, ["plate"] if k == "click" else []) for k, c in OF_KIND.items())
    ]
    return _table("question", {"oneOf": kinds}, "Questions of the course")


def case_schema() -> dict[str, Any]:
    """Return the schema of ``cases.toml``."""
    step = _row(STEP, {}, "", [])
    steps = {"type": "array", "items": step, "minItems": CASE_STEPS[0], "maxItems": CASE_STEPS[1]}
    return _table("case", _row(COLUMNS, {"steps": steps}, r"^k\d{2}$", []), "Cases of the course")


def _row(
    columns: Mapping[str, Column], own: Mapping[str, Any], id_pattern: str, also_required: list[str]
) -> dict[str, Any]:
    fields = {name: own.get(name) or _TYPES.get(name, _TEXT) for name in columns}
    required = [name for name, column in columns.items() if column.required] + also_required
    if id_pattern:
        fields = {"id": {"type": "string", "pattern": id_pattern}, **fields}
        required = ["id", *required]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _table(name: str, row: dict[str, Any], title: str) -> dict[str, Any]:
    return {
        "$schema": DRAFT,
        "title": title,
        "type": "object",
        "properties": {name: {"type": "array", "minItems": 1, "items": row}},
        "required": [name],
        "additionalProperties": False,
    }


def published() -> dict[Path, str]:
    """Return what the schema files hold, by their paths."""
    made = {"questions.schema.json": question_schema(), "cases.schema.json": case_schema()}
    return {HERE / name: json.dumps(schema, indent=1) + "\n" for name, schema in made.items()}


if __name__ == "__main__":
    for path, text in published().items():
        path.write_text(text, encoding="utf-8")
