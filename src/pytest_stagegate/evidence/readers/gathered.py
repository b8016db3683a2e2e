"""What readers of other tools' results gather: the tests, and what is odd about the file."""

from __future__ import annotations

import functools
from array import array
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.links import Link, is_link_name
from pytest_stagegate.model.redaction import redacted
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import QUICK, Detail, Outcome, TestData
from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_LIMIT: Final = 2000
"""Characters kept of a test's name."""

_MESSAGES: Final = 1000
_NOTES: Final = 10

WORDS: Final = {
    **dict.fromkeys(("", "run", "pass", "passed", "ok", "success", "successful", "succeeded"), Outcome.PASSED),
    **dict.fromkeys(("completed", "executed", "finished"), Outcome.PASSED),
    **dict.fromkeys(("fail", "failed", "failure", "not ok", "notok", "ko"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored", "errors", "broken", "crash", "crashed", "undefined"), Outcome.ERROR),
    **dict.fromkeys(("timeout", "timedout", "timed out", "aborted", "interrupted"), Outcome.ERROR),
    **dict.fromkeys(("skip", "skipped", "disabled", "suppressed", "ignored", "notrun"), Outcome.SKIPPED),
    **dict.fromkeys(("xfail", "xfailed"), Outcome.XFAILED),
    **dict.fromkeys(("xpass", "xpassed"), Outcome.XPASSED),
}
"""The words that tools use for the outcome of a case, in lower case; any other word is no outcome."""


class Gathered:
    """The tests of one file, in flat memory.

    Names of tests that passed at once are not kept; failure texts are kept of the first 1,000 tests that have one.

    Attributes:
        data: The tests, all of one tag that the caller replaces.
        quick: Microseconds of the tests whose names are not kept; part of `data`.
        notes: Sentences on what is odd, at most 10 of each kind.
    """

    def __init__(self) -> None:
        self.quick = array("I")
        self.data = TestData(tags=[Tag("", (), False)], unnamed={0: self.quick})
        self.notes: list[str] = []
        self._seen: dict[str, int] = {}
        self._messages = 0
        self._noted: dict[str, int] = {}
        self._tallies: dict[str, list[str | int]] = {}

    def passed(self, name: str, microseconds: int) -> None:
        """Take in a test that plainly passed."""
        if microseconds < QUICK:
            self.quick.append(microseconds)
        else:
            self.add(name, Outcome.PASSED, microseconds)

    def add(self, name: str, outcome: Outcome, microseconds: int, detail: Detail | None = None) -> None:
        """Take in a test whose name is kept; a name that came before is numbered."""
        name = shortened(name, NAME_LIMIT)
        times = self._seen[name] = self._seen.get(name, 0) + 1
        self.data.add(name if times == 1 else f"{name} ({times})", outcome, microseconds, detail)

    def link(self, links: Iterable[Link], index: int) -> None:
        """Link the test of an index; what can be no name of a requirement, feature or exercise is told."""
        for each in links:
            if is_link_name(each.name):
                self.data.links.add(each, [index])
            else:
                self.tally(f"{each.kind}s of test cases are no ids", repr(each.name[:100]))

    def detail(self, executed: bool, reason: str, message: str, reruns: int) -> Detail:
        """Return the detail of a test; without its message where the file has too many of them."""
        self._messages += bool(message)
        if not message or self._messages > _MESSAGES:
            return _without_message(executed, reason, reruns)
        return Detail(executed=executed, reason=redacted(reason), message=redacted(message), reruns=reruns)

    def note(self, kind: str, sentence: str) -> None:
        """Keep a sentence; of each kind at most 10, and the number of the rest."""
        times = self._noted[kind] = self._noted.get(kind, 0) + 1
        if times <= _NOTES:
            self.notes.append(sentence)

    def tally(self, kind: str, example: str) -> None:
        """Count one more oddity of a kind, with its first example."""
        self._tallies.setdefault(kind, [0, shortened(example, 100)])[0] += 1  # type: ignore[operator]

    def warnings(self) -> tuple[str, ...]:
        """Return everything noted, with one sentence for each kind of oddity that was only counted."""
        more = [f"and {times - _NOTES} more {kind}" for kind, times in self._noted.items() if times > _NOTES]
        counted = [f"{times} {kind}, the first: {example}" for kind, (times, example) in self._tallies.items()]
        if self._messages > _MESSAGES:
            counted.append(f"failure texts are kept of the first {_MESSAGES} of {self._messages} tests that have one")
        return (*self.notes, *more, *counted)


@functools.lru_cache(maxsize=256)
def _without_message(executed: bool, reason: str, reruns: int) -> Detail:
    # Hundreds of thousands of tests are skipped for the same reason.
    return Detail(executed=executed, reason=redacted(reason), reruns=reruns)
