"""The rings of a rollout, in the terminal and as Markdown: what each asks, and how far the rollout is."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pytest_stagegate.documents.templating import markdown_text
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.times import parsed
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.progress import Progress
    from pytest_stagegate.model.rings import Ring, RingRow


def plan_lines(rings: Sequence[Ring]) -> Iterator[str]:
    """Yield the rings in their order, with what each asks."""
    for number, ring in enumerate(rings, start=1):
        who = ", ".join(filter(None, (ring.percent, ring.audience)))
        yield _line(f"{number}. {ring.name}{f': {who}' if who else ''}")
        for name, text in _asked(ring).items():
            if text:
                yield f"   {_line(f'{name}: {text}')}"


def plan_markdown(rings: Sequence[Ring]) -> Iterator[str]:
    """Yield the rings as a table of Markdown, without the columns that none of them has."""
    rows = [{"ring": ring.name, "percent": ring.percent, "audience": ring.audience, **_asked(ring)} for ring in rings]
    head = [name for name in rows[0] if any(row[name] for row in rows)]
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(markdown_text(clean(row[name])) for name in head)} |"


def _asked(ring: Ring) -> dict[str, str]:
    return {
        "environment": ring.environment or "",
        "systems": ", ".join(ring.systems),
        "places": ", ".join(ring.places),
        "opens with": ", ".join(ring.enter),
        "is left with": ", ".join(ring.exit),
        "soaks for": show_duration(Fraction(ring.soak), upward=False) if ring.soak else "",
    }


def status_lines(progress: Progress, subject: Subject, instant: dt.datetime) -> Iterator[str]:
    """Yield how far the rollout of a version is."""
    yield clean(f"{subject.name} {subject.version or 'without a version'}, commit {(subject.commit or 'unknown')[:12]}")
    for row in progress.rows:
        yield clean(f"  {row.ring}: {_state(row, instant)}")
    if progress.halted is not None:
        yield _line(f"halted by {progress.halted.by} at {progress.halted.at}: {progress.halted.reason}")
    if progress.completed is not None:
        yield clean(f"complete since {progress.completed}")
    elif progress.next:
        yield clean(f"next: {progress.next}")


def _line(text: str) -> str:
    """Return a text in one line, so that no part of it looks like a line of ours."""
    return " ".join(clean(text).split())


def _state(row: RingRow, instant: dt.datetime) -> str:
    if row.opened is None:
        return f"not open{f'; last decision {row.decision}' if row.decision else ''}"
    open_for = int((instant - parsed(row.opened)).total_seconds() * 1_000_000)
    left = row.soak - open_for
    soak = f", soaks for {show_duration(Fraction(left), upward=True)} more" if left > 0 else ""
    return f"open since {row.opened}{soak}"
