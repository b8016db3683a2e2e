"""The page of release notes in a real browser."""

from __future__ import annotations

import pytest

from pytest_stagegate.documents.notes_files import notes_file
from tests.browser.conftest import ADDRESS, Looker
from tests.unit.documents.notes_samples import HOSTILE, believable, hostile


def write(made: Looker) -> None:
    everything = " ".join((*HOSTILE, "0123456789" * 1_000))
    for name, notes, audience in (("notes", believable(), None), ("hostile", hostile(everything), "developer")):
        (made.folder / f"{name}.html").write_bytes(notes_file(notes, "html", audience))


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_sticks_out_sideways(looker: Looker, width: int) -> None:
    write(looker)
    pages = [looker.folder / "notes.html", looker.folder / "hostile.html"]
    seen = looker.ask(
        "(doc, win, all) => doc.documentElement.scrollWidth - doc.documentElement.clientWidth", width=width, pages=pages
    )
    assert seen == [0, 0]


def test_no_request_leaves_the_page(looker: Looker) -> None:
    write(looker)
    _, asked = looker.served(looker.folder / "hostile.html")
    assert asked == [ADDRESS]


def test_the_structure_is_one_that_assistive_technology_can_use(looker: Looker) -> None:
    write(looker)
    (seen,) = looker.ask(
        """(doc, win, all) => ({
          lang: doc.documentElement.lang,
          levels: all("h1, h2, h3").map((n) => Number(n.tagName[1])),
          landmarks: ["header", "nav", "main", "footer"].map((name) => all(name).length),
          ids: all("[id]").map((n) => n.id),
          targets: all("a[href^='#'], [aria-labelledby]").map((n) => n.getAttribute("aria-labelledby") ||
            n.hash.slice(1)),
        })""",
        pages=[looker.folder / "notes.html"],
    )
    assert seen["lang"] == "en"
    assert seen["levels"] == [1] + [2] * (len(seen["levels"]) - 1)
    assert seen["landmarks"] == [1, 1, 1, 1]
    assert len(seen["ids"]) == len(set(seen["ids"]))
    assert set(seen["targets"]) <= set(seen["ids"])
