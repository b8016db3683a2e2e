"""Manual tests of a decision as finished strings: each row says that a person did it, and who."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.manual import ManualRow

_SHOWN: Final = 200
_SIGNS: Final = {
    "failed": ("✘", "no-go"),
    "blocked": ("✘", "no-go"),
    "stale": ("⌛", "hold"),
    "pending": ("?", "hold"),
    "passed": ("✔", "go"),
}
"""Outcome to its sign and its style class, the worst first."""


class ManualView(msgspec.Struct, frozen=True):
    """One manual test as strings.

    Attributes:
        verdict: The outcome.
        sign: Its sign.
        style: Its style class.
        title: The test in plain words.
        id: Its id.
        place: Stage and environment.
        done: Who did it when, on which commit; or that nobody did.
        notes: Why a result does not count, what the person wrote and attached.
    """

    verdict: str
    sign: str
    style: str
    title: str
    id: str
    place: str
    done: str
    notes: tuple[str, ...]


class ManualTestsView(msgspec.Struct, frozen=True):
    """All manual tests, the worst first.

    Attributes:
        sentence: How many there are, and how many of each outcome; empty where there is none.
        rows: At most 200 of them.
        more: A sentence when there are more; empty otherwise.
    """

    sentence: str
    rows: tuple[ManualView, ...]
    more: str


def manual_view(rows: Sequence[ManualRow]) -> ManualTestsView:
    """Return the manual tests as finished strings."""
    counts = Counter(row.outcome for row in rows)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in reversed(_SIGNS) if counts[outcome])
    order = list(_SIGNS)
    ordered = sorted(rows, key=lambda row: (order.index(row.outcome), row.id, row.environment or ""))
    more = len(rows) - _SHOWN
    return ManualTestsView(
        sentence=f"{plural(len(rows), 'manual test')}: {told}." if rows else "",
        rows=tuple(_row(row) for row in ordered[:_SHOWN]),
        more=f"{plural(more, 'more manual test')} in decision.json." if more > 0 else "",
    )


def _row(row: ManualRow) -> ManualView:
    sign, style = _SIGNS[row.outcome]
    commit = f"commit {short(row.commit)}" if row.commit is not None else "commit not stated"
    done = f"by {row.who}, {row.when}, {commit}, {row.source}" if row.who else "nobody has done it"
    attached = f"attached: {', '.join(row.attachments)}" if row.attachments else ""
    return ManualView(
        verdict=row.outcome,
        sign=sign,
        style=style,
        title=clean(row.title),
        id=clean(row.id),
        place=clean(", ".join(part for part in (row.stage, row.environment) if part)),
        done=clean(done),
        notes=tuple(clean(note) for note in (row.text, row.note, attached) if note),
    )
