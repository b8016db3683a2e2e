"""A test case that may be more than a plain pass: its elements, and junitparser's judgement of them.

What tools do with the elements inside ``testcase`` differs; the rules, which the reference page explains:

- The worst element wins: failure, error, an unknown status, skipped. A failure and an error in one case are one test.
- ``flakyFailure`` and ``flakyError`` are attempts that failed before the one that passed; ``rerunFailure`` and
  ``rerunError`` are further attempts of a test that failed in the end.
- A ``status`` or ``result`` can make the outcome worse, never better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from junitparser import Error, Failure, Skipped
from junitparser.junitparser import FinalResult
from junitparser.xunit2 import TestCase

from pytest_stagegate.evidence.readers.gathered import WORDS
from pytest_stagegate.evidence.readers.hardened_xml import DEPTH, BadXml
from pytest_stagegate.model.links import KINDS, Link
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.texts import MESSAGE_LIMIT, Excerpt, first_line, given_reason, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junitparser.junitparser import Result

RESULTS: Final = frozenset(TestCase.ITER_TYPES) - {"system-out", "system-err"}
"""Elements of a test case that say how it or one of its attempts ended."""

SILENT: Final = frozenset(
    ("system-out", "system-err", "properties", "property", "attachments", "attachment", "warning")
)
"""Elements of a test case that say nothing of how it ended."""

_INTERIM: Final = frozenset(each for each in RESULTS if each.startswith(("flaky", "rerun")))
_TOLD: Final[tuple[str, ...]] = ("message", "type")
_KEPT: Final = 20
_NAME: Final = 100
_CATCH2_MAY_FAIL: Final = "TEST_CASE tagged with !mayfail"
_UNEXPECTED_PASS: Final = "passes unexpectedly"
# pytest's words for what happened before the call.
_BEFORE_CALL: Final = ("failed on setup with", "collection failure", "internal error", "[NOTRUN]")
_NOT_EXECUTED: Final = frozenset((Outcome.SKIPPED, Outcome.LOST))
_NO_TEXT: Final = frozenset((Outcome.SKIPPED, Outcome.XFAILED))

_RANK: Final = {
    Outcome.FAILED: 0,
    Outcome.ERROR: 1,
    Outcome.LOST: 2,
    Outcome.XPASSED: 3,
    Outcome.SKIPPED: 4,
    Outcome.XFAILED: 5,
    Outcome.PASSED: 6,
}


class Judged(NamedTuple):
    """How a test case ended.

    Attributes:
        outcome: The worst of what it says.
        executed: Whether its body began to run, as far as that can be told.
        reason: Skip reason or first line of the failure.
        message: Failure text, shortened in the middle.
        reruns: How often it was run again.
        odd: Words and elements that nothing is known about.
        failure: Whether the file itself shows a failure.
        error: Whether the file itself shows an error.
        skip: Whether the file itself shows a skip.
        further: Attempts, failures and errors beyond its first failure or error.
    """

    outcome: Outcome
    executed: bool = True
    reason: str = ""
    message: str = ""
    reruns: int = 0
    odd: tuple[str, ...] = ()
    failure: bool = False
    error: bool = False
    skip: bool = False
    further: int = 0


_PASSED: Final = Judged(Outcome.PASSED)


class CaseElements:
    """The elements of one test case as they come in; of texts without end only both ends are kept.

    Args:
        attributes: Those of the ``testcase``.
        silent: How many `SILENT` elements are open in it.
        of_suite: Whether it is no test case, but one element that stands in a suite.

    Attributes:
        element: The ``testcase`` with the elements that say how it ended.
        reruns: Number of interim results.
        unknown: Names of elements that are neither a result nor known to mean nothing.
        properties: What its properties link it to.
    """

    __slots__ = ("_current", "_kept", "_path", "_text", "element", "of_suite", "properties", "reruns", "unknown")

    def __init__(self, attributes: dict[str, str], silent: int = 0, *, of_suite: bool = False) -> None:
        self.element = Element("testcase", attributes)
        self.of_suite = of_suite
        self.reruns = 0
        self.unknown: tuple[str, ...] = ()
        self.properties: list[Link] = []
        self._path = [] if of_suite else ["testcase", *["system-out"] * silent]
        self._kept: dict[str, int] = {}
        self._current: Element | None = None
        self._text: Excerpt

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in the beginning of an element."""
        if name not in RESULTS:
            name = name.rpartition(":")[2][:_NAME]
        self._path.append(name)
        if len(self._path) > DEPTH:
            raise BadXml(f"elements are nested deeper than {DEPTH}")
        if name in RESULTS:
            self._begin_result(name, attributes)
        elif links(name, attributes):
            self.properties.append(Link(attributes["name"], attributes.get("value", "")))
        elif self._current is None and name not in SILENT and name not in self.unknown and len(self.unknown) < _KEPT:
            self.unknown += (name,)

    def end(self, _: str) -> bool:
        """Take in the end of an element; return whether the test case is complete."""
        name = self._path.pop()
        if self._current is not None and name in RESULTS:
            self._current.text = self._text.text()
            self._current = None
        return not self._path

    def text(self, piece: str) -> None:
        """Take in text; it counts where it belongs to a result and is no output."""
        if self._current is not None and self._path[-1] not in SILENT:
            self._text.add(piece)

    def _begin_result(self, name: str, attributes: dict[str, str]) -> None:
        if name in _INTERIM:
            self.reruns += 1
        number = self._kept[name] = self._kept.get(name, 0) + 1
        if number <= _KEPT:
            kept = {key: shortened(attributes[key], MESSAGE_LIMIT) for key in _TOLD if key in attributes}
            self._current = SubElement(self.element, name, kept)
            self._text = Excerpt(MESSAGE_LIMIT)


def links(name: str, attributes: Mapping[str, str]) -> bool:
    """Return whether an element of a test case is a property that links it to something."""
    return name == "property" and attributes.get("name") in KINDS


def judge_plain(attributes: Mapping[str, str]) -> Judged:
    """Judge a test case that has no elements in it, by its status."""
    outcome, odd = _said(attributes)
    if outcome is Outcome.PASSED:
        return _PASSED
    return Judged(
        outcome,
        executed=outcome not in _NOT_EXECUTED,
        reason=_status_words(attributes),
        odd=(odd,) if odd else (),
        failure=outcome is Outcome.FAILED,
        error=outcome is Outcome.ERROR,
        skip=outcome is Outcome.SKIPPED,
    )


def judge(case: CaseElements) -> Judged:
    """Judge a test case by its elements and its status."""
    attributes = case.element.attrib
    if not len(case.element) and not case.unknown:
        return judge_plain(attributes)
    entries: list[Result] = list(TestCase.fromelem(case.element))  # type: ignore[no-untyped-call]
    found = [(_outcome(each, attributes), each) for each in entries if isinstance(each, FinalResult)]
    if len(found) == 1 and not (case.reruns or case.unknown or "status" in attributes or "result" in attributes):
        outcome, entry = found[0]
        reason, message = _words([entry], outcome)
        kind = type(entry)
        executed = _executed(outcome, reason)
        return Judged(outcome, executed, reason, message, 0, (), kind is Failure, kind is Error, kind is Skipped)
    if len(found) > 1 and any(each.message == _CATCH2_MAY_FAIL for _, each in found):
        found = [(Outcome.XFAILED, each) for _, each in found if not isinstance(each, Skipped)]
    return _judge_together(case, entries, found)


def _judge_together(case: CaseElements, entries: list[Result], found: list[tuple[Outcome, FinalResult]]) -> Judged:
    """Judge by several elements, or by elements and the status."""
    kinds = {type(each) for _, each in found}
    said, odd = _said_and_shown(case, bool(found))
    outcome = min((*said, *(each for each, _ in found)), key=_RANK.__getitem__)
    telling: list[Result] = [each for shown, each in found if shown is outcome] or (entries if case.reruns else [])
    reason, message = _words(telling, outcome) if telling else ("", "")
    if not reason and outcome is not Outcome.PASSED:
        reason = _status_words(case.element.attrib)
    return Judged(
        outcome,
        _executed(outcome, reason),
        reason,
        message,
        case.reruns,
        odd,
        failure=Failure in kinds or Outcome.FAILED in said,
        error=Error in kinds or Outcome.ERROR in said,
        skip=Skipped in kinds or Outcome.SKIPPED in said,
        further=case.reruns + max(len(found) - (Skipped in kinds) - 1, 0),
    )


def _outcome(entry: FinalResult, attributes: Mapping[str, str]) -> Outcome:
    if isinstance(entry, Failure):
        return Outcome.FAILED
    if isinstance(entry, Error):
        return Outcome.ERROR
    if (entry.type or "").lower().endswith("xfail"):
        return Outcome.XFAILED
    message = entry.message or ""
    if message.endswith(_UNEXPECTED_PASS):
        return Outcome.FAILED
    # CTest writes tests that could not be started as skipped; its own summary lists them as failed.
    not_started = attributes.get("status") == "notrun" and "result" not in attributes
    return Outcome.ERROR if not_started and not message.startswith("SKIP_") else Outcome.SKIPPED


def _said_and_shown(case: CaseElements, has_result: bool) -> tuple[list[Outcome], tuple[str, ...]]:
    """Return what status and unusual elements say, and the words that are not known."""
    outcome, odd_status = _said(case.element.attrib)
    outcomes, odd = [Outcome.PASSED], []
    for name in case.unknown:
        if name.lower() in WORDS:
            outcomes.append(WORDS[name.lower()])
        else:
            odd.append(f"<{name}>")
    # A word that nobody knows says less than an element that everybody knows; CTest's notrun is told with its element.
    if not (has_result and outcome in (Outcome.LOST, Outcome.SKIPPED)):
        outcomes.append(outcome)
        odd += [odd_status] if odd_status else []
    if case.reruns and not has_result:
        last = case.element[-1].tag
        outcomes += {"rerunFailure": [Outcome.FAILED], "rerunError": [Outcome.ERROR]}.get(last, [])
    return outcomes, tuple(sorted(odd))


def _said(attributes: Mapping[str, str]) -> tuple[Outcome, str]:
    """Return the worst that the status says, and the word that is not known."""
    worst, odd = Outcome.PASSED, ""
    for key in ("status", "result"):
        if key not in attributes:
            continue
        word = attributes[key].strip()
        outcome = WORDS.get(word.lower(), Outcome.LOST)
        if _RANK[outcome] < _RANK[worst]:
            worst = outcome
        if outcome is Outcome.LOST:
            odd = f"{key}={word[:60]!r}"
    return worst, odd


def _executed(outcome: Outcome, reason: str) -> bool:
    return not reason.startswith(_BEFORE_CALL) and outcome not in _NOT_EXECUTED


def _status_words(attributes: Mapping[str, str]) -> str:
    said = [f"{key} {attributes[key]}" for key in ("status", "result") if attributes.get(key)]
    return first_line(", ".join(said))


def _words(entries: list[Result], outcome: Outcome) -> tuple[str, str]:
    """Return the reason in one line, and the text; skips have no text."""
    told = (entries[0].message or "").strip()
    text = (entries[0].text or "").strip()
    if outcome in _NO_TEXT:
        return given_reason(first_line(told or text)), ""
    reason = first_line(told or text or entries[0].type or "")
    whole = _joined(told, text)
    if len(entries) > 1:
        more = [_joined((each.message or "").strip(), (each.text or "").strip()) for each in entries[1:]]
        whole = shortened("\n\n".join(filter(None, (whole, *more))), MESSAGE_LIMIT)
    return reason, whole


def _joined(told: str, text: str) -> str:
    """Return the text, behind the message where it does not repeat that."""
    return text if first_line(told) in text else f"{told}\n{text}".rstrip()
