"""A decision for GitHub Actions: annotations, outputs of the step, and the summary of the job.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands and, of how many
annotations are shown, https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.places import named
from pytest_stagegate.documents.sinks import report_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.places import Named
    from pytest_stagegate.documents.view import View

GITHUB_FILES: Final = ("github-summary.md", "github-outputs.txt", "github-annotations.txt")
"""Names of what is written: what belongs into the summary, the outputs, and what belongs on the standard output."""

_SHOWN: Final = 10
"""How many annotations of one level GitHub shows of a step."""
_LONGEST: Final = 4000
"""Characters of a message or an output: an annotation takes 64 KB, and all outputs of a job 1 MB."""
_LEVELS: Final = {"NO GO": "error", "HOLD": "error", "CONDITIONAL": "warning"}


def github_files(view: View, markdown: str) -> tuple[bytes, ...]:
    """Return the content of each of `GITHUB_FILES`.

    Args:
        view: The decision.
        markdown: ``report.md``.
    """
    told = "".join(f"{each}\n" for each in _annotations(view))
    return report_for("summary", markdown, view).encode(), _outputs(view).encode(), told.encode()


def _annotations(view: View) -> Iterator[str]:
    """Yield as many annotations of each level as are shown, and one that says how many there are besides."""
    counts: Counter[str] = Counter()
    for each in named(view):
        level = _LEVELS[each.blocker.word]
        counts[level] += 1
        if counts[level] <= _SHOWN:
            yield _annotation(each)
    more = sum(count - _SHOWN for count in counts.values() if count > _SHOWN)
    if more:
        said = "1 more reason or place is" if more == 1 else f"{more} more reasons and places are"
        yield f"::notice title=stage gate::{said} in report.html: GitHub shows {_SHOWN} of each level."


def _annotation(each: Named) -> str:
    blocker = each.blocker
    properties = {"title": f"stage gate: {blocker.name}"}
    if each.path:
        properties = {"file": each.path, "line": str(each.line), **properties}
    remedy = f"\n{blocker.remedy}" if blocker.remedy else ""
    message = f"{each.place or blocker.word}: {_short(blocker.text)}{remedy}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_LEVELS[blocker.word]} {written}::{_data(message)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} … (more in report.html)"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _outputs(view: View) -> str:
    facts = dict(view.identity)
    rows = {
        "decision": view.word.replace(" ", "_"),
        "provisional": "true" if view.provisional else "false",
        "stage": facts["stage"],
        "sentence": _short(view.sentence),
        "sha256": view.digest,
    }
    return "".join(f"{name}={' '.join(value.split())}\n" for name, value in rows.items())
