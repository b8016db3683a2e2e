"""Suites and the counts that they announce: where these contradict the cases, the file says so in a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.evidence.readers.hardened_xml import DEPTH, BadXml
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.evidence.readers.gathered import Gathered
    from pytest_stagegate.evidence.readers.junit_cases import Judged

# Catch2 and doctest announce assertions, Qt Test counts warnings as errors. These are the host that Catch2 writes, and
# no other tool, and a property of Qt Test.
_CATCH2_HOST: Final = "tbd"
_QT_PROPERTY: Final = "QTestVersion"
_SKIPS: Final = ("skipped", "disabled", "ignored", "skips", "skip")
_ANNOUNCED: Final = ("tests", "failures", "errors", *_SKIPS)
_LONGEST: Final = 20


class Tally(NamedTuple):
    """Cases so far or of a suite, as the file shows them.

    Attributes:
        cases: All of them.
        failed: Those with a failure.
        errors: Those with an error, and no failure.
        skipped: Those with a skip.
        further: Attempts, failures and errors of any of them beyond its first.
        broken: Faults of suites themselves.
    """

    cases: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    further: int = 0
    broken: int = 0

    def minus(self, other: Tally) -> Tally:
        """Return what lies between two moments."""
        return Tally(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        return Tally(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def tests(self) -> set[int]:
        """Return the numbers of tests that are right; Maven counts all attempts."""
        return {self.cases, self.cases + self.further}

    def problems(self) -> set[int]:
        """Return the numbers of failures and errors that are right: of tests, with suites, or of all that is shown."""
        return {self.failed + self.errors + extra for extra in (0, self.broken, self.further)}


class Suite:
    """A suite that is open.

    Args:
        name: Its name, or that of the element where it has none.
        attributes: Its attributes.
        before: The cases of the file before it began.

    Attributes:
        inner: The cases of the suites in it that are complete.
        counts_otherwise: Whether its counts are known to be no counts of cases.
    """

    __slots__ = ("_announced", "_timed", "before", "counts_otherwise", "inner", "name")

    def __init__(self, name: str, attributes: Mapping[str, str], before: Tally) -> None:
        self.name = shortened(name, 200)
        self._announced = {key: attributes[key][:_LONGEST] for key in _ANNOUNCED if key in attributes}
        self.before = before
        self.inner = Tally()
        self._timed = "timestamp" in attributes
        self.counts_otherwise = attributes.get("hostname") == _CATCH2_HOST or "doctest_version" in attributes

    def contradiction(self, all_of_it: Tally) -> str:
        """Return how the counts that it announces differ from its cases; empty when they fit.

        Args:
            all_of_it: Its cases together with those of the suites in it. Some tools announce these, others only the
                suite's own; either is right.
        """
        if self.counts_otherwise:
            return ""
        own = all_of_it.minus(self.inner)
        tests, problems, skips = self._number("tests"), self._problems(), self._skips()
        parts = []
        counted = own.tests() | all_of_it.tests()
        if not self._timed:
            # Boost.Test does not count what it left out, and lists it all the same.
            counted |= {each.cases - each.skipped for each in (own, all_of_it)}
        if tests is not None and tests not in counted:
            parts.append((_counted(tests, "test"), _counted(all_of_it.cases, "case")))
        fitting = own.problems() | all_of_it.problems()
        if problems is not None and problems not in fitting:
            found = all_of_it.failed + all_of_it.errors + all_of_it.broken
            parts.append((_counted(problems, "failure or error", "failures and errors"), f"{found}"))
        if skips > all_of_it.skipped:
            parts.append((f"{skips} skipped", f"{all_of_it.skipped}"))
        if not parts:
            return ""
        said, shown = (" and ".join(words) for words in zip(*parts, strict=True))
        return f"suite {self.name!r} says {said}, and has {shown}"

    def hides_problems(self, all_of_it: Tally, *, outermost: bool) -> bool:
        """Return whether it announces a failure or an error that no case shows.

        A suite inside another one that shows any is taken at its cases; some tools count a crash twice.
        """
        shown = all_of_it.failed + all_of_it.errors + all_of_it.broken
        if self.counts_otherwise or (self._problems() or 0) <= max(all_of_it.problems()):
            return False
        beyond = (self._number("errors") or 0) > all_of_it.errors + all_of_it.broken
        return not shown or (outermost and (beyond or (self._number("failures") or 0) > shown))

    def _problems(self) -> int | None:
        numbers = [number for key in ("failures", "errors") if (number := self._number(key)) is not None]
        return sum(numbers) if numbers else None

    def _skips(self) -> int:
        return max((number for key in _SKIPS if (number := self._number(key)) is not None), default=0)

    def _number(self, key: str) -> int | None:
        text = self._announced.get(key, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class Suites:
    """The suites that are open, each inside the one before it.

    Args:
        gathered: Where the cases go, and the contradictions.

    Attributes:
        open: The open suites from the outermost on; None for an element that is no suite.
    """

    def __init__(self, gathered: Gathered) -> None:
        self.open: list[Suite | None] = []
        self._gathered = gathered
        self._failed = self._errors = self._skipped = self._further = self._broken = 0

    def restart(self) -> None:
        """Begin a new document."""
        self.open.clear()

    def count(self, judged: Judged) -> None:
        """Count a case that did not plainly pass, as the file shows it."""
        self._failed += judged.failure
        self._errors += judged.error and not judged.failure
        self._skipped += judged.skip
        self._further += judged.further

    def broke(self, name: str, reason: str, message: str = "") -> None:
        """Take in the fault of a suite itself: an error of its name among the tests, and no case."""
        self._broken += 1
        self._gathered.add(name, Outcome.ERROR, 0, self._gathered.detail(False, reason, message, 0))

    def begin(self, element: str, attributes: Mapping[str, str]) -> None:
        """Open a suite, or an element that is none."""
        if len(self.open) >= DEPTH:
            raise BadXml(f"elements are nested deeper than {DEPTH}")
        if element in ("testsuites", "testsuite"):
            self.open.append(Suite(attributes.get("name") or element, attributes, self._now()))
            return
        self.open.append(None)
        if attributes.get("name") == _QT_PROPERTY and (suite := self._innermost()):
            suite.counts_otherwise = True

    def end(self) -> None:
        """Close the innermost one, and note how it contradicts itself."""
        suite = self.open.pop()
        if suite is None:
            return
        all_of_it = self._now().minus(suite.before)
        sentence = suite.contradiction(all_of_it)
        if sentence:
            self._gathered.note("suites that contradict their cases", sentence)
        if suite.hides_problems(all_of_it, outermost=not self.open):
            # A module that did not compile, or a file that lost its cases.
            self.broke(suite.name, sentence)
            all_of_it = self._now().minus(suite.before)
        if outer := self._innermost():
            outer.inner = outer.inner.plus(all_of_it)

    def name(self) -> str:
        """Return the name of the innermost suite."""
        suite = self._innermost()
        return suite.name if suite else "testsuite"

    def _innermost(self) -> Suite | None:
        return next((suite for suite in reversed(self.open) if suite is not None), None)

    def _now(self) -> Tally:
        cases = len(self._gathered.quick) + len(self._gathered.data.ids) - self._broken
        return Tally(cases, self._failed, self._errors, self._skipped, self._further, self._broken)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
