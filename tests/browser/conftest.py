"""Chromium, one for all tests of a worker, and pages in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from pytest_stagegate.model.decision import Decision
from tests.browser import report_samples as samples

ADDRESS: Final = "http://report.test/"
"""Where a page is served from without a network: whatever is asked for there is answered by the test."""


@dataclass(frozen=True)
class Looker:
    """Writes pages and opens them, each in a context of its own, so that no test sees what another one left.

    Attributes:
        chromium: The browser.
        folder: Where pages are written.
        heard: What pages said on their consoles and which of their scripts broke.
    """

    chromium: Browser
    folder: Path
    heard: list[str] = field(default_factory=list)

    def write(self, decision: Decision, change: Callable[[str], str] = str, name: str = "report.html") -> Path:
        """Write a decision's page, changed where a test needs a control."""
        page = self.folder / name
        page.write_text(change(samples.render(decision, "html")), encoding="utf-8")
        return page

    def page(self, *, width: int = 1280, height: int = 800, dark: bool = False, script: bool = True) -> Page:
        """Return an empty page."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        return page

    def open(self, path: Path, **more: Any) -> Page:
        """Return a page that shows a file."""
        page = self.page(**more)
        page.goto(path.as_uri())
        return page

    def served(self, path: Path, headers: dict[str, str] | None = None, **more: Any) -> tuple[Page, list[str]]:
        """Return a page that a web server has sent, and everything that was asked of any server, all else refused."""
        asked: list[str] = []

        def answer(route: Route) -> None:
            asked.append(route.request.url)
            if route.request.url == ADDRESS:
                route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/html", headers=headers or {})
            else:
                route.abort()

        page = self.page(**more)
        page.context.route("**/*", answer)
        page.goto(ADDRESS)
        return page, asked

    def ask(self, function: str, *, width: int = 1280, dark: bool = False, pages: Sequence[Path] = ()) -> list[Any]:
        """Return what a JavaScript function of (document, window, query) says about each page, or ``report.html``."""
        call = f"() => ({function})(document, window, (s) => [...document.querySelectorAll(s)])"
        paths = pages or [self.folder / "report.html"]
        return [self.open(path, width=width, dark=dark).evaluate(call) for path in paths]

    def ask_each(
        self, decisions: Sequence[Callable[[], Decision]], function: str, *, width: int, dark: bool = False
    ) -> dict[str, Any]:
        """Ask about several decisions at once; return the answers by name."""
        pages = [self.write(each(), name=f"{each.__name__}.html") for each in decisions]
        answers = self.ask(function, width=width, dark=dark, pages=pages)
        return {each.__name__: answer for each, answer in zip(decisions, answers, strict=True)}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs the program chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def looker(chromium: Browser, tmp_path: Path) -> Iterator[Looker]:
    made = Looker(chromium, tmp_path)
    yield made
    for context in chromium.contexts:
        context.close()
