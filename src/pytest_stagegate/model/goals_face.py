"""The goals of the plan and what their tests say, as a gate reads them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.links import REQUIREMENT
from pytest_stagegate.model.numbers import Measure, Ratio
from pytest_stagegate.model.plan import says_done
from pytest_stagegate.model.planned import goal_rows, milestone_rows, must
from pytest_stagegate.model.relations import children_first

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.goals import GoalRow, MilestoneRow
    from pytest_stagegate.model.manual import ManualRow
    from pytest_stagegate.model.plan import GoalsData
    from pytest_stagegate.model.tally import Tally
    from pytest_stagegate.model.tests import TestData


_PARTS: Final = ("described", "linked", "verified")
_NOTHING: Final = (0, 0, 0)


class Goals:
    """The goals of the plan, with the tests that are linked to them.

    A goal whose priority is not known counts as one that must be met.

    Attributes:
        rows: Every goal, in the order of the plans.
        problems: Why plans that the policy names could not be read; sentences.
        verified_here: Whether at the stage that is decided goals have to be verified, and not only linked.
    """

    def __init__(
        self, data: GoalsData, tests: TestData, tally: Tally, *, day: dt.date, manual: Sequence[ManualRow] = ()
    ) -> None:
        self.rows = goal_rows(data.plans, tests, manual, data.excused)
        unread = [each for each in data.files if each.problem]
        self.problems = (*(f"{each.path}: {each.problem}" for each in unread), *data.mistakes)
        self.verified_here = data.verified_here
        self._unread = unread
        self._data = data
        self._tally = tally
        self._day = day
        self._named = {*tests.links.of(REQUIREMENT)} | {name for row in manual for name in row.requirements}
        self._must = tuple((index, row) for index, row in enumerate(self.rows) if must(row))

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<goals>"

    @property
    def problem_reason(self) -> str:
        """Reason code of `problems`: ``missing``, ``unreadable``, or ``goals-contradict``."""
        if not self._unread:
            return "goals-contradict"
        return "missing" if all(each.missing for each in self._unread) else "unreadable"

    @property
    def milestones(self) -> tuple[MilestoneRow, ...]:
        """Every milestone, by its day, with its progress on the day of the decision."""
        self._tally.note(len(self.rows))
        finished = [is_done(row) for row in self.rows]
        return milestone_rows(self._data.plans, self.rows, finished, self._day)

    @property
    def complete(self) -> Measure:
        """Share of *must* goals of which the plan says id, priority, owner and acceptance; `where` has the others."""
        return self._share({index: f"no {', no '.join(row.lacks)}" for index, row in self._must if row.lacks})

    @property
    def linked(self) -> Measure:
        """Share of *must* goals that a test is linked to, or to a *must* goal below them; `where` has the others.

        The test may be collected or manual.
        """
        linked = _linked(self.rows)
        return self._share({index: "no linked test" for index, _ in self._must if index not in linked})

    def verified(self, environments: Iterable[str] = ()) -> Measure:
        """Return the share of *must* goals whose linked tests passed, those of their *must* children too.

        `where` has the others, and what they wait for.

        Args:
            environments: In each of them linked tests have to have passed.
        """
        why = self._unverified(tuple(environments))
        return self._share(
            {
                index: told + (f", waits for {', '.join(row.waits_for)}" if row.waits_for else "")
                for index, row in self._must
                if (told := why.get(index, "not verified"))
            }
        )

    def _unverified(self, environments: Sequence[str]) -> dict[int, str]:
        """Return why goals are not verified, by index; empty for one that is, nothing for one within a circle."""
        found: dict[int, str] = {}
        for index, children in children_first(self.rows):
            row = self.rows[index]
            below = [
                each for each in children if must(self.rows[each]) and self.rows[each].id not in self._data.excused
            ]
            bad = next((self._label(self.rows[each]) for each in below if found[each]), "")
            own = _unverified(row, environments) if row.cells or not below else ""
            found[index] = f"{row.outcome}, {bad} below it is not verified" if bad else own
        return found

    @property
    def orphans(self) -> Measure:
        """How many ids tests name that no goal has; `inspected` counts ids and goals."""
        names = self._named - {row.id for row in self.rows} - self._data.excused
        return self._count(tuple(sorted(names)), "ids")

    @property
    def duplicates(self) -> Measure:
        """How many ids several goals have; `inspected` counts ids and goals."""
        files: defaultdict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            if row.id and row.id not in self._data.excused:
                files[row.id].append(row.source)
        where = tuple(f"{name} ({', '.join(sorted({*of}))})" for name, of in sorted(files.items()) if len(of) > 1)
        return self._count(where, "ids")

    def fallen(self, before: Table) -> Measure:
        """Return how many goals of a baseline are described, linked or verified less than they were.

        Args:
            before: The table ``goals`` of a baseline.
        """
        now = standing(self.rows)
        parts = tuple(enumerate(_PARTS)) if self.verified_here else tuple(enumerate(_PARTS[:2]))
        where = []
        for name, entry in sorted(before.items()):
            lost = [part for at, part in parts if entry[at] and not now.get(name, _NOTHING)[at]]
            if lost and name not in self._data.excused:
                gone = "" if name in now else ", and no plan has it"
                where.append(f"{name}: not {' and not '.join(lost)} any more{gone}")
        self._tally.note(len(before))
        return Measure(len(where), unit="goals", inspected=len(before), where=tuple(where))

    def _count(self, where: tuple[str, ...], unit: str) -> Measure:
        inspected = len(self.rows) + len(self._named)
        self._tally.note(inspected)
        return Measure(len(where), unit=unit, inspected=inspected, where=where)

    def _share(self, short: dict[int, str]) -> Measure:
        """Return the share of *must* goals that are not short of something; those that a waiver excuses are not."""
        total = len(self._must)
        self._tally.note(total)
        left = {index: why for index, why in short.items() if self.rows[index].id not in self._data.excused}
        where = tuple(f"{self._label(self.rows[index])}: {why}" for index, why in left.items())
        return Measure(Ratio(total - len(left), total), unit="goals", inspected=total, where=where)

    @staticmethod
    def _label(row: GoalRow) -> str:
        return row.id or row.title or "a goal without id and title"


def standing(rows: Sequence[GoalRow]) -> dict[str, tuple[int, int, int]]:
    """Return for each id whether the goal is described, linked and verified, 1 or 0; of several that have it, all."""
    linked = _linked(rows)
    found: dict[str, tuple[int, int, int]] = {}
    for index, row in enumerate(rows):
        if row.id:
            one = (int(not row.lacks), int(index in linked), int(row.outcome == "passed"))
            before = found.get(row.id, one)
            found[row.id] = (min(one[0], before[0]), min(one[1], before[1]), min(one[2], before[2]))
    return found


def _linked(rows: Sequence[GoalRow]) -> frozenset[int]:
    """Return the indexes of the goals that a test is linked to, or to a goal below them that must be met."""
    linked: set[int] = set()
    for index, children in children_first(rows):
        if rows[index].cells or any(each in linked and must(rows[each]) for each in children):
            linked.add(index)
    return frozenset(linked)


def is_done(row: GoalRow) -> bool:
    """Return whether a goal is done: the plan's own word, or, where it has none, that of its tests."""
    said = says_done(row.status)
    return said if said is not None else row.outcome == "passed"


def _unverified(row: GoalRow, environments: Sequence[str]) -> str:
    """Return why a goal is not verified; empty when it is."""
    if row.outcome != "passed":
        return row.outcome if row.cells else "no linked test"
    for each in environments:
        here = [cell.outcome for cell in row.cells if cell.environment == each]
        if "passed" not in here:
            return f"{here[0] if here else 'not-run'} in {each}"
    return ""
