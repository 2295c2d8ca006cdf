"""What every test shares: nothing of the person who runs them is read or changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("iliopsoas", deadline=None)  # a slow machine is no fault of the code
settings.load_profile("iliopsoas")
TOP = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Draw into a cache of this run, and let a lesson wait for its plates, so that one that fails fails its cell."""
    scratch = tempfile.TemporaryDirectory(prefix="iliopsoas-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(scratch.cleanup)
    here = {"ILIOPSOAS_CACHE": "cache", "ILIOPSOAS_SETTINGS": "settings", "ILIOPSOAS_FOLDER": "lessons"}
    os.environ.update({name: str(Path(scratch.name) / folder) for name, folder in here.items()})
    os.environ["ILIOPSOAS_WAIT"] = "1"


@pytest.fixture(scope="session")
def top() -> Iterator[Path]:
    """Give the folder of the checkout."""
    yield TOP
