"""What every test shares: nothing of the person who runs them is read or changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import browser_lab as lab

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


@pytest.fixture(scope="module")
def chromium():
    """Give a browser, where `browser_lab.marks` lets a test run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = lab.launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """Give a JupyterLab of this module's own."""
    server = lab.Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def notes():
    """Collect what pages ask for and what goes wrong in them."""
    return {"asked": [], "problems": []}


@pytest.fixture
def open_page(chromium, notes):
    """Open pages; call it with HTML, a selector to wait for, and what a browser context takes."""
    contexts = []

    def opened(html: str, ready: str, **options):
        contexts.append(chromium.new_context(**options))
        page = lab.page_of(contexts[-1], notes["asked"], notes["problems"])
        page.set_content(html)
        page.wait_for_selector(ready)
        return page

    yield opened
    for context in contexts:
        context.close()
