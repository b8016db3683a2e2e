"""The report for places that take only so much, or only plain text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.fitting import VERIFY, fitted
from pytest_stagegate.documents.questions import verified_elsewhere
from pytest_stagegate.documents.room import SINKS
from pytest_stagegate.documents.templating import markdown_code, markdown_text
from pytest_stagegate.documents.terminal import last_word, section
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from pytest_stagegate.documents.view import View

SINK_FILES: Final = {
    "release": "report.release.md",
    "comment": "report.comment.md",
    "summary": "report.summary.md",
    "check": "report.check.md",
    "text": "report.txt",
}
"""Place to its file in the output folder; only written when it is asked for."""

_COLUMNS: Final = 80
_VERIFY: Final = re.compile(rf"^## {VERIFY}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._+]+")


def report_for(place: str, markdown: str, view: View) -> str:
    """Return a report that a place takes.

    Args:
        place: One of `SINK_FILES`.
        markdown: ``report.md``.
        view: The decision.
    """
    if place == "text":
        return plain(view)
    whole = f"All of it is in report.html and in decision.json, whose sha256 is `{view.digest}`."
    head = f"{_marker(view)}\n" if place == "comment" else ""
    least = f"# {view.sign} {view.word}{' (provisional)' if view.provisional else ''}"
    text = _VERIFY.sub(lambda _: _verify(view), markdown)
    return head + fitted(text, lambda text: SINKS[place].takes(head + text), whole, least)


def _verify(view: View) -> str:
    """Return how a text is verified that lies in no folder."""
    steps = verified_elsewhere(view.digest)
    rows = (f"1. {markdown_code(command)}: {markdown_text(does)}\n" for command, does in steps)
    return f"## {VERIFY}\n\n{''.join(rows)}"


def plain(view: View) -> str:
    """Return a report in plain text, 80 columns wide."""
    facts = dict(view.identity)
    rows = [
        f"{facts['project']}, version {facts['version']}",
        view.question,
        *([view.left_out] if view.left_out else []),
        "",
        last_word(view, "").line,
        "",
        *(text.line for text in section(view, verbosity=0, width=_COLUMNS)),
        "",
        *(f"{label}: {value}" for label, value in view.front),
        f"decision.json in full: sha256 {view.digest}",
    ]
    return "\n".join(clean(each) for each in rows) + "\n"


def _marker(view: View) -> str:
    """Return a line that nobody sees, by which the comment of an earlier run is found and replaced."""
    facts = dict(view.identity)
    return f"<!-- stagegate {' '.join(_named(facts[key]) for key in ('project', 'stage', 'environment'))} -->"


def _named(text: str) -> str:
    """Return a name in letters that every tool finds again; a digest tells those apart that have others."""
    text = unicodedata.normalize("NFC", text)
    name = _UNSAFE.sub("-", text).strip("-")
    if text.isascii() and name:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return "-".join(filter(None, (name, digest)))
