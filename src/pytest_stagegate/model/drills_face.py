"""The exercises of a decision, in logs and among its tests, as a gate reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.model.commits import differ
from pytest_stagegate.model.drills import FAILED, PASSED, DrillEntry, DrillRow, Logged, drill_rows
from pytest_stagegate.model.links import DRILL
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.times import parsed, rfc3339
from pytest_stagegate.model.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.tally import Tally
    from pytest_stagegate.model.tests import TestData


def exercised(tests: TestData, started: str, drilled: Mapping[str, str], subject: Subject) -> tuple[DrillEntry, ...]:
    """Return the exercises among the tests of a decision: those that passed, failed or could not be started.

    Where they come from several runs or files, nobody knows of which one each is: one that passed counts as done when
    the oldest began, one that failed when the newest did.

    Args:
        tests: The tests.
        started: When the newest run began.
        drilled: When the oldest began, for each kind of exercises.
        subject: What is decided.
    """
    return tuple(
        DrillEntry(
            drill=kind,
            at=rfc3339(parsed(drilled.get(kind, started) if tests.outcomes[index] == Outcome.PASSED else started)),
            outcome=PASSED if tests.outcomes[index] == Outcome.PASSED else FAILED,
            test=tests.plain_id(index),
            environment=tests.tags[tests.tag_of[index]].ran_in or "",
            version=subject.version or "",
            commit=subject.commit or "",
        )
        for kind, indexes in tests.links.of(DRILL).items()
        for index in indexes
        if tests.outcomes[index] in (Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.XFAILED, Outcome.LOST)
    )


class Drills:
    """The exercises as a gate reads them.

    Attributes:
        rows: What is known of each kind.
        subject: What is decided: version and commit.
    """

    def __init__(
        self, logs: Iterable[Logged], tests: Iterable[DrillEntry], subject: Subject, place: Place, tally: Tally
    ) -> None:
        self._all = (*logs, *(Logged(entry=each) for each in tests))
        self.rows = drill_rows(self._all, place.day)
        self.subject = subject
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self._all)} drills>"

    def of(self, kind: str) -> DrillRow | None:
        """Return what is known of a kind of exercises, or None where nothing is."""
        self._tally.note(sum(each.entry.drill == kind for each in self._all))
        return next((row for row in self.rows if row.drill == kind), None)

    def days_since(self, kind: str) -> Measure:
        """How many days ago one of a kind last passed; unit: days."""
        row = self.of(kind)
        days = row.days if row is not None else None
        where = (f"{kind}: last passed {row.passed}: {row.what}",) if row is not None and row.passed else ()
        return Measure(days, unit="days", inspected=0 if days is None else 1, where=where)

    def rehearsed(self, kind: str, environments: Iterable[str] = ()) -> tuple[Measure, Measure]:
        """Return how many of a kind passed and failed with the version that is decided; unit: drills.

        Args:
            kind: The kind.
            environments: Only those done in one of these; all when empty.
        """
        places = frozenset(environments)
        here = [
            each.entry
            for each in self._all
            if each.entry.drill == kind
            and self._of_this_version(each)
            and (not places or each.entry.environment in places)
        ]
        self._tally.note(len(here))
        return self._count(here, PASSED), self._count(here, FAILED)

    def _of_this_version(self, logged: Logged) -> bool:
        entry, mine = logged.entry, self.subject
        if not logged.source:
            return True
        if entry.commit and mine.commit:
            return not differ(entry.commit, mine.commit)
        return bool(entry.version and mine.version) and same_version(entry.version, mine.version or "")

    @staticmethod
    def _count(entries: Sequence[DrillEntry], outcome: str) -> Measure:
        where = tuple(each.test or each.by or each.at for each in entries if each.outcome == outcome)
        return Measure(len(where), unit="drills", inspected=len(entries), where=where)
