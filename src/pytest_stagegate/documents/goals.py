"""The goals and milestones of a decision as finished strings, with links to tests and evidence; and the roadmap."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.roadmap import Roadmap, roadmap
from pytest_stagegate.documents.signs import EMPTY_CELL, CellView
from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.goals import GoalCell, GoalRow

_SHOWN: Final = 200
_OUTCOMES: Final = ("failed", "not-run", "partial", "waived", "passed")
_PRIORITIES: Final = ("must", "", "should", "could")
_SIGNS: Final = {
    "failed": ("✘", "no-go"),
    "not-run": ("?", "hold"),
    "partial": ("◐", "conditional"),
    "waived": ("w", "waived"),
    "passed": ("✔", "go"),
}
_PLANS: Final = ("goals", "plan")


class GoalView(msgspec.Struct, frozen=True):
    """One goal as strings.

    Attributes:
        anchor: Id in the page.
        id: Its id.
        title: In plain words.
        facts: Priority, milestone, owner, status, parent and what it waits for, as far as they are stated.
        lacks: What the plan does not say; empty where it says all.
        verdict: The outcome's word.
        sign: Tells the outcomes apart without colour.
        style: Style class.
        cells: One for each column.
        tests: Anchor of its linked tests; empty where there are none.
        source: The file that has it.
        evidence: Anchor of that file in the list of evidence; empty where it is not listed.
    """

    anchor: str
    id: str
    title: str
    facts: str
    lacks: str
    verdict: str
    sign: str
    style: str
    cells: tuple[CellView, ...]
    tests: str
    source: str
    evidence: str


class GoalsView(msgspec.Struct, frozen=True):
    """All goals, those that must be met and the worst first.

    Attributes:
        sentence: How many there are, and how many of each outcome.
        head: Column heads of the cells: stage and environment.
        rows: At most 200 of them.
        more: A sentence when there are more; empty otherwise.
        roadmap: The milestones.
        evidence: For each row of the list of evidence the section that rests on it, ``goals`` or ``requirements``;
            empty for none.
    """

    sentence: str
    head: tuple[str, ...]
    rows: tuple[GoalView, ...]
    more: str
    roadmap: Roadmap
    evidence: tuple[str, ...]


def goals_view(decision: Decision, tests: dict[str, str]) -> GoalsView:
    """Return the goals as finished strings.

    Args:
        decision: The decision.
        tests: For the id of each requirement that is shown the anchor of its linked tests.
    """
    rows, columns = shown_goals(decision), _columns(decision)
    counts = Counter(row.outcome for row in decision.goals)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in _OUTCOMES if counts[outcome])
    files = {item.source: f"evidence-{number}" for number, item in enumerate(decision.evidence, start=1)}
    more = len(decision.goals) - len(rows)
    return GoalsView(
        sentence=f"{plural(len(decision.goals), 'goal')}: {told}.",
        head=tuple(clean(" on ".join(part for part in column if part)) for column in columns),
        rows=tuple(_row(row, anchor, columns, tests, files) for anchor, row in rows.items()),
        more=f"{plural(more, 'more goal')} in decision.json." if more > 0 else "",
        roadmap=roadmap(decision.milestones, decision.as_of),
        evidence=tuple(_section(item.kind, decision) for item in decision.evidence),
    )


def shown_goals(decision: Decision) -> dict[str, GoalRow]:
    """Return the goals that are shown, by their anchors."""
    ordered = sorted(
        decision.goals, key=lambda row: (_PRIORITIES.index(row.priority), _OUTCOMES.index(row.outcome), row.id)
    )
    return {f"goal-{number}": row for number, row in enumerate(ordered[:_SHOWN], start=1)}


def _section(kind: str, decision: Decision) -> str:
    if kind in _PLANS and decision.goals:
        return "goals"
    return "requirements" if kind in ("tests", "manual") and decision.requirements else ""


def _columns(decision: Decision) -> tuple[tuple[str, str | None], ...]:
    """Return each stage and environment of which a goal has tests, in the order of the flow."""
    present = {(cell.stage, cell.environment) for row in decision.goals for cell in row.cells}
    flow = [(cell.stage, cell.environment) for cell in decision.matrix]
    known = [column for column in flow if column in present]
    return (*known, *sorted(present - set(known), key=lambda column: (column[0], column[1] or "")))


def _row(
    row: GoalRow,
    anchor: str,
    columns: tuple[tuple[str, str | None], ...],
    tests: dict[str, str],
    files: dict[str, str],
) -> GoalView:
    sign, style = _SIGNS[row.outcome]
    facts = [row.priority or "no priority", row.milestone, f"owner {row.owner}" if row.owner else "", row.status]
    facts += [f"part of {row.parent}" if row.parent else ""]
    facts += [f"waits for {' and '.join(row.waits_for)}" if row.waits_for else ""]
    found = {(cell.stage, cell.environment): cell for cell in row.cells}
    return GoalView(
        anchor=anchor,
        id=clean(row.id) or "no id",
        title=clean(row.title),
        facts=clean(", ".join(part for part in facts if part)),
        lacks=clean(f"The plan does not say: {', '.join(row.lacks)}.") if row.lacks else "",
        verdict=row.outcome,
        sign=sign,
        style=style,
        cells=tuple(_cell(found.get(column)) for column in columns),
        tests=tests.get(clean(row.id), ""),
        source=clean(row.source),
        evidence=files.get(row.source, ""),
    )


def _cell(cell: GoalCell | None) -> CellView:
    if cell is None:
        return EMPTY_CELL
    sign, style = _SIGNS[cell.outcome]
    by_hand = f", {cell.manual} manual" if cell.manual else ""
    return CellView(sign, style, f"{cell.outcome} ({plural(cell.tests, 'test')}{by_hand})")
