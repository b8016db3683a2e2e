"""The page of release notes in a real browser."""

from __future__ import annotations

import pytest

from pytest_stagegate.documents.notes_files import notes_file
from tests.browser.test_report_page import CONTRAST, DARK, Browser, browser, requests
from tests.unit.documents.notes_samples import HOSTILE, believable, hostile

__all__ = ["browser", "requests"]


def write(made: Browser) -> None:
    everything = " ".join((*HOSTILE, "0123456789" * 1_000))
    for name, notes, audience in (("notes", believable(), None), ("hostile", hostile(everything), "developer")):
        (made.folder / f"{name}.html").write_bytes(notes_file(notes, "html", audience))


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_sticks_out_sideways(browser: Browser, width: int) -> None:
    write(browser)
    pages = [browser.folder / "notes.html", browser.folder / "hostile.html"]
    seen = browser.ask(
        "(doc, win, all) => doc.documentElement.scrollWidth - doc.documentElement.clientWidth", width=width, pages=pages
    )
    assert seen == [0, 0]


def test_no_request_leaves_the_page(browser: Browser, requests: tuple[str, list[str]]) -> None:
    address, asked = requests
    write(browser)
    browser.run("--dump-dom", f"{address}/hostile.html")
    assert asked == ["/hostile.html"]


@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_text_has_enough_contrast(browser: Browser, flags: tuple[str, ...]) -> None:
    write(browser)
    (seen,) = browser.ask(CONTRAST, *flags, width=320, pages=[browser.folder / "notes.html"])
    assert seen["dark"] is bool(flags)
    assert seen["looked"] > 30
    assert seen["poor"] == []


def test_the_structure_is_one_that_assistive_technology_can_use(browser: Browser) -> None:
    write(browser)
    (seen,) = browser.ask(
        """(doc, win, all) => ({
          lang: doc.documentElement.lang,
          levels: all("h1, h2, h3").map((n) => Number(n.tagName[1])),
          landmarks: ["header", "nav", "main", "footer"].map((name) => all(name).length),
          ids: all("[id]").map((n) => n.id),
          targets: all("a[href^='#'], [aria-labelledby]").map((n) => n.getAttribute("aria-labelledby") ||
            n.hash.slice(1)),
        })""",
        pages=[browser.folder / "notes.html"],
    )
    assert seen["lang"] == "en"
    assert seen["levels"] == [1] + [2] * (len(seen["levels"]) - 1)
    assert seen["landmarks"] == [1, 1, 1, 1]
    assert len(seen["ids"]) == len(set(seen["ids"]))
    assert set(seen["targets"]) <= set(seen["ids"])
