"""The requirements of a decision as finished strings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True)
class RequirementView:
    """One requirement as strings; `tests` are the worst and, where there are more, a line that says how many."""

    id: str
    verdict: str
    sign: str
    style: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class RequirementsView:
    """All requirements, worst first.

    Attributes:
        sentence: How many there are, and how many of each outcome.
        rows: At most 200 of them.
        more: A sentence when there are more; empty otherwise.
    """

    sentence: str
    rows: tuple[RequirementView, ...]
    more: str


def requirements_view(rows: Sequence[RequirementRow]) -> RequirementsView:
    """Return the requirements as finished strings."""
    counts = Counter(row.outcome for row in rows)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in _WORST_FIRST if counts[outcome])
    ordered = sorted(rows, key=lambda row: (_WORST_FIRST.index(row.outcome), row.id))
    more = len(rows) - _SHOWN
    return RequirementsView(
        sentence=f"{plural(len(rows), 'requirement')}: {told}.",
        rows=tuple(_row(row) for row in ordered[:_SHOWN]),
        more=f"{plural(more, 'more requirement')} in decision.json." if more > 0 else "",
    )


def _row(row: RequirementRow) -> RequirementView:
    sign, style = _SIGNS[row.outcome]
    more = len(row.tests) + row.tests_omitted - _TESTS
    tests = [_test(each) for each in row.tests[:_TESTS]]
    return RequirementView(
        id=clean(row.id),
        verdict=row.outcome,
        sign=sign,
        style=style,
        tests=(*tests, f"… and {more} more in decision.json") if more > 0 else tuple(tests),
    )


def _test(test: LinkedTest) -> str:
    place = ", ".join(part for part in (test.stage, test.environment, test.shard) if part)
    return clean(f"{test.id} ({'manual, ' if test.manual else ''}{test.outcome}; {place})")
