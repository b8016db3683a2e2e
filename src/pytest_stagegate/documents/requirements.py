"""The requirements of a decision as finished strings."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_stagegate.model.decision import EvidenceItem
    from pytest_stagegate.model.goals import GoalRow
    from pytest_stagegate.model.manual import ManualRow
    from pytest_stagegate.model.requirements import LinkedTest, RequirementRow

_SHOWN: Final = 200
_TESTS: Final = 5
_WORST_FIRST: Final = ("failed", "not-run", "partial", "passed")
_SIGNS: Final = {
    "failed": ("✘", "no-go"),
    "not-run": ("?", "hold"),
    "partial": ("◐", "conditional"),
    "passed": ("✔", "go"),
}


class RequirementView(msgspec.Struct, frozen=True):
    """One requirement as strings.

    Attributes:
        anchor: Id in the page.
        id: Its id.
        verdict: The outcome's word.
        sign: Tells the outcomes apart without colour.
        style: Style class.
        tests: The worst and, where there are more, a line that says how many.
        goal: Anchor of its goal; empty where no plan has it.
        evidence: Anchor and id of each piece of evidence that holds such a test.
    """

    anchor: str
    id: str
    verdict: str
    sign: str
    style: str
    tests: tuple[str, ...]
    goal: str
    evidence: tuple[tuple[str, str], ...]


class RequirementsView(msgspec.Struct, frozen=True):
    """All requirements, worst first.

    Attributes:
        sentence: How many there are, and how many of each outcome.
        rows: At most 200 of them.
        more: A sentence when there are more; empty otherwise.
        anchors: For each id that is shown its anchor.
    """

    sentence: str
    rows: tuple[RequirementView, ...]
    more: str
    anchors: dict[str, str]


def requirements_view(
    rows: Sequence[RequirementRow],
    evidence: Sequence[EvidenceItem] = (),
    goals: Mapping[str, GoalRow] = MappingProxyType({}),
    manual: Sequence[ManualRow] = (),
) -> RequirementsView:
    """Return the requirements as finished strings.

    Args:
        rows: The requirements.
        evidence: What the decision rests on.
        goals: The goals that are shown, by their anchors.
        manual: The manual tests of the decision.
    """
    counts = Counter(row.outcome for row in rows)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in _WORST_FIRST if counts[outcome])
    ordered = sorted(rows, key=lambda row: (_WORST_FIRST.index(row.outcome), row.id))
    more = len(rows) - _SHOWN
    files = _Files(evidence, manual)
    goal_of = {row.id: anchor for anchor, row in goals.items()}
    numbered = {f"requirement-{number}": row for number, row in enumerate(ordered[:_SHOWN], start=1)}
    return RequirementsView(
        sentence=f"{plural(len(rows), 'requirement')}: {told}.",
        rows=tuple(_row(row, anchor, files, goal_of.get(row.id, "")) for anchor, row in numbered.items()),
        more=f"{plural(more, 'more requirement')} in decision.json." if more > 0 else "",
        anchors={clean(row.id): anchor for anchor, row in numbered.items()},
    )


class _Files:
    """Which files hold what is known of a linked test."""

    def __init__(self, evidence: Sequence[EvidenceItem], manual: Sequence[ManualRow]) -> None:
        listed = [(f"evidence-{number}", item) for number, item in enumerate(evidence, start=1)]
        self._runs = [(at, item) for at, item in listed if item.kind == "tests"]
        self._results = [(at, item) for at, item in listed if item.kind == "manual"]
        self._source = {(row.id, row.environment): row.source for row in manual}

    def of(self, tests: Sequence[LinkedTest]) -> tuple[tuple[str, str], ...]:
        """Return anchor and id of each."""
        places = {(test.environment, test.shard) for test in tests if not test.manual}
        sources = {self._source.get((test.id, test.environment)) for test in tests if test.manual}
        found = [(at, item) for at, item in self._runs if (item.environment, item.shard) in places]
        found += [(at, item) for at, item in self._results if item.source in sources]
        return tuple((at, clean(item.id)) for at, item in found)


def _row(row: RequirementRow, anchor: str, files: _Files, goal: str) -> RequirementView:
    sign, style = _SIGNS[row.outcome]
    more = len(row.tests) + row.tests_omitted - _TESTS
    tests = [_test(each) for each in row.tests[:_TESTS]]
    return RequirementView(
        anchor=anchor,
        id=clean(row.id),
        verdict=row.outcome,
        sign=sign,
        style=style,
        tests=(*tests, f"… and {more} more in decision.json") if more > 0 else tuple(tests),
        goal=goal,
        evidence=files.of(row.tests),
    )


def _test(test: LinkedTest) -> str:
    place = ", ".join(part for part in (test.stage, test.environment, test.shard) if part)
    return clean(f"{test.id} ({'manual, ' if test.manual else ''}{test.outcome}; {place})")
