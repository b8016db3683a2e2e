"""How far goals and requirements are, as finished strings and as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.drawing import Part, bar
from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.figures import ProgressRow

_SHOWN: Final = 50
_GROUPS: Final = (
    ("priority", "Goals by priority"),
    ("milestone", "Goals by milestone"),
    ("linked", "Requirements that tests name"),
)
STATES: Final = (
    ("verified", "✔", "go"),
    ("waived", "w", "waived"),
    ("done", "✎", "quiet"),
    ("partial", "◐", "conditional"),
    ("open", "?", "hold"),
    ("failed", "✘", "no-go"),
)
"""How a goal can stand, from the best to the worst: key of the decision, sign and style class."""
_WORDS: Final = {"done": "done, not verified"}


class StateView(msgspec.Struct, frozen=True):
    """How many of a row stand in one way."""

    sign: str
    style: str
    text: str


class ProgressRowView(msgspec.Struct, frozen=True):
    """One priority or milestone.

    Attributes:
        name: Its name.
        total: How many goals it has.
        states: How many of them stand how; those alone that there are.
        parts: The same as a bar.
    """

    name: str
    total: str
    states: tuple[StateView, ...]
    parts: tuple[Part, ...]


class ProgressGroup(msgspec.Struct, frozen=True):
    """Rows with one heading; `more` is a sentence when there are more, and empty otherwise."""

    title: str
    rows: tuple[ProgressRowView, ...]
    more: str


def progress_view(decision: Decision) -> tuple[ProgressGroup, ...]:
    """Return how far the goals and requirements of a decision are; nothing where there are none."""
    titles = {each.id: f"{each.id} {each.title}".strip() for each in decision.milestones}
    groups = [(title, [row for row in decision.progress if row.by == by]) for by, title in _GROUPS]
    return tuple(_group(title, rows, titles) for title, rows in groups if rows)


def _group(title: str, rows: Sequence[ProgressRow], titles: dict[str, str]) -> ProgressGroup:
    most = max([1, *(row.total for row in rows)])
    more = len(rows) - _SHOWN
    return ProgressGroup(
        title=title,
        rows=tuple(_row(row, most, titles) for row in rows[:_SHOWN]),
        more=f"{more} more in decision.json." if more > 0 else "",
    )


def _row(row: ProgressRow, most: int, titles: dict[str, str]) -> ProgressRowView:
    counts = [(key, sign, style, count) for key, sign, style in STATES if (count := getattr(row, key))]
    name = titles.get(row.name, row.name) if row.by == "milestone" else row.name
    return ProgressRowView(
        name=clean(name) or ("all" if row.by == "linked" else f"no {row.by}"),
        total=str(row.total),
        states=tuple(StateView(sign, style, f"{count} {_WORDS.get(key, key)}") for key, sign, style, count in counts),
        parts=bar([(style, count) for _, _, style, count in counts], most),
    )
