"""What the browser tests stand on: an installed Chromium, a JupyterLab of their own, a page without a kernel.

The fixtures that start and end these are in conftest.py.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from iliopsoas.widgets.card import joined

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_S = 60
COMMANDS = ("a", "b", "x", "d", "d", "m", "y", "0", "0", "Shift+Enter", "ArrowDown", "ArrowUp")  # of a notebook's cells


def why_no_browser() -> str:
    """Say what is missing for the browser tests; empty when nothing is."""
    for package in ("playwright", "axe_playwright_python"):
        try:
            __import__(package)
        except ImportError:
            return f"{package} is not installed; `uv sync --group browser` does it"
    return "" if chromium() else f"no installed Chromium found under the names {', '.join(CHROMIUM)}"


def marks() -> list[pytest.MarkDecorator]:
    """Give the marks of a module of browser tests: skipped without a browser, failed where one was asked for."""
    missing = why_no_browser()
    if missing and os.environ.get("ILIOPSOAS_REQUIRE_BROWSER"):
        pytest.fail(f"The browser tests were asked for, but {missing}.", pytrace=False)
    return [pytest.mark.browser, pytest.mark.skipif(bool(missing), reason=missing)]


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def launched(playwright):
    return playwright.chromium.launch(executable_path=chromium(), args=ARGS)


def page_of(context, asked: list[str], problems: list[str]):
    """Open a page that notes every address it asks for and everything that goes wrong in what we send.

    JupyterLab writes errors of its own to the console, such as that a kernel which was ended does not answer.
    """
    words = ("acetates", "anywidget", "pack", "blob:")

    def on_error(error) -> None:
        if "/static/lab/" not in str(error.stack):
            problems.append(str(error.stack))

    def on_message(message) -> None:
        is_jupyters_own = message.text.startswith("Could not send widget sync message")  # after its kernel was ended
        if message.type == "error" and not is_jupyters_own and any(word in message.text.lower() for word in words):
            problems.append(message.text)

    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", on_error)
    page.on("console", on_message)
    return page


def is_local(address: str) -> bool:
    parts = urllib.parse.urlparse(address)
    return parts.scheme in ("data", "blob", "file", "about") or parts.hostname in ("127.0.0.1", "localhost")


class Lab:
    """JupyterLab on a free port with folders of its own; keeps nothing and changes nothing elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        env = {name: value for name, value in os.environ.items() if name != "ILIOPSOAS_WAIT"}
        for name in ("CONFIG", "DATA", "RUNTIME"):
            env[f"JUPYTER_{name}_DIR"] = str(folder / name)
        for name in ("SETTINGS", "WORKSPACES"):
            env[f"JUPYTERLAB_{name}_DIR"] = str(folder / name)
        env |= {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1"}
        # Cells out of sight are there too, as they are when a reader scrolls to them.
        tracker = folder / "SETTINGS" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
        tracker.parent.mkdir(parents=True)
        tracker.write_text('{"windowingMode": "none"}', encoding="utf-8")
        self.log = (folder / "lab.log").open("w", encoding="utf-8")
        options = [
            f"--ServerApp.root_dir={self.root}", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1", "--ServerApp.allow_root=True", "--ServerApp.open_browser=False",
            "--ServerApp.disable_check_xsrf=True", "--IdentityProvider.token=", "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.expose_app_in_browser=True",
        ]  # fmt: skip
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=env, stdout=self.log, stderr=subprocess.STDOUT
        )
        self._await_start(folder / "lab.log")

    def _await_start(self, log: Path) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.server.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("GET", "/api")
                return
            time.sleep(0.1)
        self.close()
        raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")

    def ask(self, method: str, path: str, body: object = None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def notebook(self, name: str, *cells: str) -> None:
        """Write a notebook of code cells."""
        rows = [
            {"cell_type": "code", "id": f"c{k}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
            for k, cell in enumerate(cells)
        ]
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nb = {"cells": rows, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
        (self.root / name).write_text(json.dumps(nb), encoding="utf-8")

    def open(self, page, name: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        page.goto(f"{self.url}/lab/tree/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )

    def reopen_saved(self, page, name: str) -> None:
        """Save the notebook that is open with Ctrl+S, end its kernel, and open it again; nothing of it is run."""
        page.evaluate(
            """() => {
                const { context } = window.jupyterapp.shell.currentWidget;
                window.savedByTest = '';
                context.saveState.connect((_, state) => { window.savedByTest = state; });
            }"""
        )
        page.keyboard.press("Control+s")
        page.wait_for_function("window.savedByTest === 'completed'")
        page.goto("about:blank")
        self.end_kernels()
        self.open(page, name)

    def lose_kernel(self, page) -> None:
        """End the kernel of the notebook that is open, and wait until JupyterLab knows."""
        self.end_kernels()
        page.wait_for_function("!window.jupyterapp.shell.currentWidget.sessionContext.session", timeout=60_000)

    def end_kernels(self) -> None:
        for session in self.ask("GET", "/api/sessions"):
            with contextlib.suppress(urllib.error.HTTPError):
                self.ask("DELETE", f"/api/sessions/{session['id']}")

    def close(self) -> None:
        if self.server.poll() is None:
            with contextlib.suppress(OSError):
                self.end_kernels()
            self.server.terminate()
            try:
                self.server.wait(15)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        self.log.close()


def run_cell(page, k: int) -> None:
    """Run the cell with this number."""
    page.locator(".jp-Notebook .jp-Cell").nth(k).locator(".jp-InputArea-editor").first.click()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")


def printed(page, k: int, *words: str) -> str:
    """Run a cell that prints until all these words are in its output, and return that: a page sends when it can."""
    output = page.locator(".jp-Notebook .jp-Cell").nth(k).locator(".jp-OutputArea-output pre")
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        run_cell(page, k)
        page.wait_for_function(
            "k => window.jupyterapp.shell.currentWidget.content.widgets[k].model.executionState !== 'running'", arg=k
        )
        text = output.last.inner_text() if output.count() else ""
        if all(word in text for word in words):
            return text
        page.wait_for_timeout(200)
    raise AssertionError(f"cell {k} never printed {words}")


def comes_true(page, check) -> None:
    """Call a check until it raises no AssertionError any more; the last one is raised when the time is over."""
    until = time.monotonic() + 20
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > until:
                raise
        page.wait_for_timeout(50)


def answers(page) -> list[dict]:
    """Return what the card of a page without a kernel has taken as answers."""
    return page.evaluate("model.get('answers')")


def press(page, name: str) -> None:
    """Press the button with this name."""
    page.get_by_role("button", name=name, exact=True).click()


def check(page) -> None:
    """Press the button that checks an answer."""
    page.locator("button[type=submit]").click()


def go_on(page) -> None:
    """Press the button that goes on after an answer."""
    page.locator(".qu-buttons button.qu-main").click()


def said(page) -> str:
    """Return what a card of questions tells a screen reader."""
    return page.locator(".questions [role=status]").inner_text()


def focused(page) -> str:
    """Return the text of what has the focus, or its kind."""
    return page.evaluate("document.activeElement.textContent || document.activeElement.tagName")


def answer_by_keyboard(page, asked, given: object = None, sure: str = "") -> None:
    """Answer the question that is shown, from where the card has put the focus to the check, without a pointer.

    `asked` is the question; `given` what to answer, its right answer if None; `sure` is "Sure" or "Not sure" where the
    card asks that too.
    """
    keys, given = page.keyboard, asked.solution if given is None else given

    def tab_to(what: str) -> None:
        for _ in range(20):
            if page.evaluate(f"(one => {what})(document.activeElement)"):
                return
            keys.press("Tab")
        raise AssertionError(f"no Tab reaches {what}")

    if asked.kind in ("choice", "true_false"):
        options = list(asked.choices) or ["True", "False"]
        for _ in range(options.index(given)):
            keys.press("ArrowDown")
        if given == options[0]:
            keys.press("Space")
    elif asked.kind == "order":
        for place, item in enumerate(asked.items):
            rows = page.locator(".qu-order li > span:first-of-type").all_inner_texts()
            for _ in range(rows.index(item) - place):
                page.get_by_role("button", name=f"Move up: {item}", exact=True).focus()
                keys.press("Enter")
    elif asked.kind == "click":
        tab_to("one.tagName === 'SUMMARY'")
        keys.press("Enter")
        keys.press("Tab")
        keys.type(given)
    else:
        keys.type(f"{asked.value:g}" if asked.kind == "number" else str(given))
    if sure:
        tab_to("one.closest('.qu-sure')")
        keys.press("Space" if sure == "Sure" else "ArrowDown")
    tab_to("one.type === 'submit'")
    keys.press("Enter")


def out_of_sight(page, *selectors: str) -> list[str]:
    """Return which of these are not wholly in the window, as "selector: from top to bottom"."""
    return page.evaluate(
        """selectors => selectors.flatMap(selector => {
            const { top, bottom } = document.querySelector(selector).getBoundingClientRect();
            return top < 0 || bottom > innerHeight ? [`${selector}: ${top} to ${bottom} of ${innerHeight}`] : [];
        })""",
        list(selectors),
    )


def run_all(page) -> None:
    """Begin to run every cell of the notebook that is open."""
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")


def cell_count(page) -> int:
    return page.locator(".jp-Notebook .jp-Cell").count()


def set_theme(page, name: str) -> None:
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)


def page_without_kernel(widget, title: str, data: object, also: str = "") -> str:
    """Return a page that holds a widget and what it shows, as an exported lesson does.

    The page's script knows the model as `model`, and by its name what else of the module is named in `also`.
    """
    text = json.dumps(data).replace("<", "\\u003c")
    script, styles = joined(*widget.scripts), joined(*widget.stylesheets)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>body {{ margin: 0; background: #fff }} {styles}</style><main><div id=here></div></main>"
        f'<script type="application/json" id=data>{text}</script><script type=module>{script}\n'
        "const read = JSON.parse(document.getElementById('data').textContent);"
        f"Object.assign(window, {{ model: mount(document.getElementById('here'), read), {also} }});"
        "</script></html>"
    )


def barriers(page, card: str) -> list[str]:
    """Return what axe finds serious or critical in a card, named by its selector: rule, and the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context={"include": [[card]]}).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def cut_off(page, card: str) -> list[str]:
    """Return the controls and words of a card, named by its selector, that reach beyond its right edge."""
    return page.locator(card).evaluate(
        """card => [...card.querySelectorAll('button, input, select, label, p, li, summary, th, td')].filter(node => {
            const { right, width, height } = node.getBoundingClientRect();
            const scrolls = node.closest('.ac-poses');
            return width > 1 && height > 1 && !scrolls && right > card.getBoundingClientRect().right;
        }).map(node => node.outerHTML.slice(0, 120))"""
    )


def canvas_pixels(widget, canvas: str = "canvas") -> np.ndarray:
    """Return what the canvas of a widget (a locator) shows, as straight RGBA."""
    size, data = widget.locator(canvas).evaluate(
        """canvas => {
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let text = '';
            for (let k = 0; k < data.length; k += 32768) text += String.fromCharCode(...data.subarray(k, k + 32768));
            return [[canvas.height, canvas.width, 4], btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(size)


def on_paper(rgba: np.ndarray) -> np.ndarray:
    """Return colours as seen on white."""
    alpha = rgba[..., 3:].astype(float) / 255
    return rgba[..., :3] * alpha + 255 * (1 - alpha)
