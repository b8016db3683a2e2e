"""``notes.md``: release notes as Markdown, as long as the place where they go allows.

What has no room falls away in this order, each first shortened to titles, then counted: entries for the team alone;
contributors; lines that are too long for a title; the last section; the texts of the other sections, from the last on;
known issues; sections, from the last on; highlights and what is not available yet; upgrade notes; the texts before the
changes. Breaking changes come last: their further text, what they break and what to do, and in the end their number
stands for those that have no room. The head and the digests stay always.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pytest_stagegate.documents.notes import Trim
from pytest_stagegate.documents.notes_view import notes_view
from pytest_stagegate.documents.prose import markdown_blocks, markdown_runs
from pytest_stagegate.documents.templating import render
from pytest_stagegate.errors import StageGateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pytest_stagegate.documents.room import Sink
    from pytest_stagegate.model.notes import Notes

TEMPLATE: Final = "notes.md.j2"
FULL: Final = "notes.md"
"""Name that the full text has where a shorter one refers to it."""

FILTERS: Final[Mapping[str, Callable[..., str]]] = {"runs": markdown_runs, "blocks": markdown_blocks}
"""What the template writes prose with."""


def notes_md(notes: Notes, audience: str | None, sink: Sink, templates: Path | None) -> bytes:
    """Return notes as Markdown.

    Args:
        notes: The notes, for one audience already.
        audience: That audience, or None for everybody.
        sink: Where they go.
        templates: A folder of the project's own templates, or None.

    Raises:
        StageGateError: When a template of the project's own is broken, or makes more than fits of hardly anything.
    """
    whole = render(TEMPLATE, notes_view(notes, audience), templates, FILTERS)
    if sink.takes(whole):
        return whole.encode()
    full = f"{FULL}, sha256 {hashlib.sha256(whole.encode()).hexdigest()}"

    def made(trim: Trim) -> str:
        return render(TEMPLATE, notes_view(notes, audience, trim, full), templates, FILTERS)

    steps = list(_steps(len(notes.sections)))
    text = _least(len(steps), lambda number: made(steps[number]), sink)
    if text is None:
        # The fewer are named the shorter it is.
        breaking = sum(each.breaking for each in notes.entries)
        text = _least(breaking + 1, lambda number: made(replace(steps[-1], most=breaking - number)), sink)
    if text is None:
        raise StageGateError(f"{TEMPLATE}: makes too long a text even where nearly all is left out", code="template")
    return text.encode()


def _least(count: int, made: Callable[[int], str], sink: Sink) -> str | None:
    """Return the text of the first step that fits, found by halving; None where the last one does not."""
    low, high = 0, count - 1
    best = made(high)
    if not sink.takes(best):
        return None
    while low < high:
        middle = (low + high) // 2
        text = made(middle)
        if sink.takes(text):
            best, high = text, middle
        else:
            low = middle + 1
    return best


def _steps(sections: int) -> Iterator[Trim]:
    """Yield what falls away, each step with everything of those before it."""
    trim = Trim()
    last = min(1, sections)
    changes: list[dict[str, int]] = [
        {"internal": 1},
        {"internal": 2},
        {"contributors": 1},
        {"long": 1},
        {"bodies": last},
        {"counted": last},
        *({"bodies": number} for number in range(2, sections + 1)),
        {"known_issues": 1},
        {"known_issues": 2},
        *({"counted": number} for number in range(2, sections + 1)),
        {"together": 1},
        {"highlights": 1},
        {"highlights": 2},
        {"upgrades": 1},
        {"prelude": 1},
        {"breaking": 1},
        {"breaking": 2},
        {"long": 2},
    ]
    for change in changes:
        trim = replace(trim, **change)
        yield trim
