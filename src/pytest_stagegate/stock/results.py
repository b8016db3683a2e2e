"""``results``: did the tests find the software sound, and did they all speak?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.decide import worst_check
from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count, Measure, Ratio
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.answers import Matching
    from pytest_stagegate.model.tests import Exit

_EXPLAINED_BY_FAILURES: Final = 1
_NO_TESTS: Final = 5


class ResultsOptions(GateOptions, frozen=True):
    """Limits of the gate ``results``.

    Attributes:
        max_failed: Failed tests that are tolerated.
        max_errors: Tests with a failing setup or teardown that are tolerated.
        min_passed: Tests that have to pass.
        max_xpassed: Tests that may pass though they are expected to fail.
        required: Node ids, classes, files, folders or globs; each stands for at least one test, and all of them pass.
    """

    max_failed: Count = 0
    max_errors: Count = 0
    min_passed: Count = 1
    max_xpassed: Count | None = None
    required: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance


@gate(
    name="results",
    title="The tests pass, and every collected test is accounted for",
    options=ResultsOptions,
    always=True,
    remedy="Run the tests listed under 'where' and mend what they show.",
)
def results(tests: TestResults, options: ResultsOptions) -> Iterator[Check]:
    """Checks failed, errors, lost, passed, each required pattern and the exit status."""
    yield check("failed", tests.failed, at_most=options.max_failed)
    yield check("errors", tests.errors, at_most=options.max_errors)
    yield _lost(tests)
    yield _passed(tests, options.min_passed)
    if options.max_xpassed is not None:
        yield check("xpassed", tests.xpassed, at_most=options.max_xpassed)
    for pattern in dict.fromkeys(options.required):
        yield _required(tests.matching(pattern), pattern)
    if tests.exits:
        yield exit_status_check(tests)


def _lost(tests: TestResults) -> Check:
    """Lost tests are missing evidence, not failures: nothing is known about them."""
    lost = check("lost", tests.lost, at_most=0)
    if lost.verdict is not Verdict.FAIL:
        return lost
    return msgspec.structs.replace(lost, verdict=Verdict.NO_EVIDENCE, reason="tests-lost")


def _passed(tests: TestResults, at_least: int) -> Check:
    passed = check("passed", tests.passed, at_least=at_least)
    if passed.verdict is not Verdict.NO_EVIDENCE:
        return passed
    collected = tests.counts.collected
    text = "no test was executed" if collected else "no test was collected"
    reason = "nothing-executed" if collected else "nothing-collected"
    return no_evidence("passed", reason, text, unit="tests", limit_shown=passed.limit_shown)


def _required(found: Matching, pattern: str) -> Check:
    """Return whether all tests of a pattern passed; one that did not run to its end proves nothing."""
    name, missing = f"required {pattern}", (*found.bad, *found.unproven)
    count = found.passed + len(missing)
    if not count:
        text = "there is no such test"
        if found.unnamed:
            text += " whose name is known; of another tool's test that passed in less than 0.1 s no name is kept"
        return no_evidence(name, "required-missing", text, unit="tests", limit_shown="≥ 100 %")
    made = check(
        name, Measure(Ratio(found.passed, count), unit="tests", inspected=count, where=missing), at_least="100 %"
    )
    if found.bad or not found.unproven:
        return made
    return msgspec.structs.replace(made, verdict=Verdict.NO_EVIDENCE, reason="required-missing")


def exit_status_check(tests: TestResults) -> Check:
    """Return whether pytest's own exit status is explained by the tests, of each run by itself.

    A status that neither a failed test nor the run's known ending explains comes from something that no test
    shows: another plugin's limit, too many warnings, an internal error. It fails and stands in the record, so that
    the failed test of one shard can't explain the status of another.
    """
    return worst_check([_exit_check(each, tests) for each in tests.exits])


def _exit_check(run: Exit, tests: TestResults) -> Check:
    status, inspected = run.status, tests.counts.collected
    named = f" of shard {run.shard}" if run.shard else ""
    if status is None:
        return no_evidence("exit-status", "run-incomplete", f"pytest's exit status{named} is unknown")
    if status == 0 or (status == _EXPLAINED_BY_FAILURES and run.bad > 0):
        if inspected:
            return _status_check(Verdict.PASS, "", status, inspected, "")
        return no_evidence("exit-status", "nothing-collected", "no test was collected")
    if status == _NO_TESTS and run.nothing_selected and tests.counts.executed:
        return _status_check(Verdict.PASS, "", status, inspected, "")
    if status == _NO_TESTS:
        return no_evidence("exit-status", "pytest-exit-5", f"pytest ran no test{named} (exit status 5)")
    if run.ending and not any(note.reason == "internal-error" for note in run.ending):
        return no_evidence("exit-status", "run-incomplete", f"pytest{named} ended early with exit status {status}")
    text = f"pytest{named} ended with exit status {status}, which no failed test explains"
    return _status_check(Verdict.FAIL, f"pytest-exit-{status}", status, inspected, text)


def _status_check(verdict: Verdict, reason: str, status: int, inspected: int, text: str) -> Check:
    shown = check("exit-status", status, inspected=inspected)
    return msgspec.structs.replace(shown, verdict=verdict, reason=reason, text=text)
