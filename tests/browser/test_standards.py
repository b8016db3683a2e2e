"""The pages hold what the standards ask: no finding of axe-core at WCAG 2.2 AA, and valid HTML for Nu's checker."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.browser import report_samples as samples
from tests.browser.conftest import Looker
from tests.browser.test_notes_page import write as write_notes

MODULES: Final = Path(__file__).parent / "node_modules"
SAMPLES: Final = (samples.provisional_go, samples.hold, samples.no_go, samples.after_releases, samples.release)
HOW: Final = "npm ci --ignore-scripts --prefix tests/browser"
AXE: Final = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
  return found.violations.map((each) => [each.id, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
}"""


def installed(path: str) -> Path:
    found = MODULES / path
    if not found.is_file():
        pytest.skip(f"needs the program {path.partition('/')[0]}: {HOW}")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    return installed("axe-core/axe.min.js").read_text(encoding="utf-8")


def written(looker: Looker) -> list[Path]:
    """Write pages that have every section between them; return their paths."""
    pages = [looker.write(each(), name=f"report-{each.__name__}.html") for each in SAMPLES]
    write_notes(looker)
    return [*pages, looker.folder / "notes.html", looker.folder / "hostile.html"]


@pytest.mark.parametrize(
    ("width", "dark"), [(320, False), (1280, False), (1280, True)], ids=["narrow", "light", "dark"]
)
def test_axe_finds_nothing(looker: Looker, axe: str, width: int, *, dark: bool) -> None:
    found: dict[str, Any] = {}
    for path in written(looker):
        page = looker.open(path, width=width, dark=dark)
        page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") is dark
        page.evaluate(axe)
        found[path.name] = page.evaluate(AXE)
    assert {name: violations for name, violations in found.items() if violations} == {}


def test_axe_would_find_something(looker: Looker, axe: str) -> None:
    path = looker.write(samples.go(), lambda text: text.replace('<html lang="en">', "<html>"))
    page = looker.open(path)
    page.evaluate(axe)
    assert [id for id, _ in page.evaluate(AXE)] == ["html-has-lang"]


def test_the_pages_are_valid_html(looker: Looker) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs the program java")
    checker = installed("vnu-jar/build/dist/vnu.jar")
    pages = [str(path) for path in written(looker)]
    broken = looker.folder / "broken.html"
    broken.write_text("<!doctype html><html lang=en><title>x</title><p id=a><p id=a>", encoding="utf-8")
    command = [java, "-jar", str(checker), "--format", "json", *pages, str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    messages = json.loads(done.stderr)["messages"]
    errors = [(Path(each["url"]).name, each["message"]) for each in messages if each["type"] == "error"]
    assert [each for each in errors if each[0] != broken.name] == []
    assert any("Duplicate ID" in message for _, message in errors)
