"""The doctor inside a notebook: the verdict first, faults in sight, the rest folded."""

import pytest

from iliopsoas.cli import notebook
from iliopsoas.cli.doctor import Row

WELL = Row("Python", "3.12 on Linux")
ILL = Row("Font", "missing <none>", "Install the course again.")


@pytest.fixture
def found(monkeypatch):
    def look(*rows):
        monkeypatch.setattr(notebook, "rows", lambda folder: iter(rows))
        return notebook.doctor()

    return look


def test_all_well_is_said_in_one_sentence_and_the_rest_is_folded(found):
    page = found(WELL)._repr_html_()
    before, folded = page.split("<details>")
    assert "All is well" in before and "<table>" not in before
    assert WELL.found in folded


def test_a_fault_stands_in_sight_with_what_to_do(found):
    page = found(WELL, ILL)
    before = page._repr_html_().split("<details>")[0]
    assert "1 to put right" in before and ILL.remedy in before and WELL.found not in before
    assert "missing &lt;none&gt;" in before, "what was found is text, not markup"
    assert ILL.remedy in repr(page)
