"""Tests of a stage that ran against the environment that is decided: how many passed, and how many did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from pytest_stagegate.hooks import GateOptions
from pytest_stagegate.model.numbers import Count, Measure
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.tests import TestResults
    from pytest_stagegate.model.verdicts import Check


class RanHereOptions(GateOptions, frozen=True):
    """Limits of a gate about tests that ran against an environment.

    Attributes:
        min_passed: How many tests have to pass.
        max_skipped: How many may be skipped.
    """

    min_passed: Annotated[int, msgspec.Meta(ge=1)] = 1
    max_skipped: Count = 0


def ran_here(tests: TestResults, stage: str, environment: str | None, options: RanHereOptions) -> Iterator[Check]:
    """Yield checks of the tests of a stage that ran against an environment: failed, lost, passed and skipped."""
    if environment is None:
        text = "no environment is decided, so nobody can tell what the tests ran against"
        yield no_evidence("passed", "environment-not-named", text, unit="tests")
        return
    here = tests.tagged(stage=stage).ran_in(environment)
    if not here.counts.executed and not here.counts.errors:
        yield _nothing_ran(tests.tagged(stage=stage), stage, environment)
        return
    yield _not_passed(here)
    lost = check("lost", here.lost, at_most=0)
    if lost.verdict is Verdict.FAIL:
        lost = msgspec.structs.replace(lost, verdict=Verdict.NO_EVIDENCE, reason="tests-lost")
    yield lost
    yield check("passed", here.passed, at_least=options.min_passed)
    yield check("skipped", here.skipped, at_most=options.max_skipped)


def _not_passed(here: TestResults) -> Check:
    """Return how many did not pass; a failure that is expected is one that users meet all the same."""
    bad = (here.failed, here.errors, here.xfailed)
    where = tuple(name for measure in bad for name in measure.where)
    count = sum(int(measure.value or 0) for measure in bad)
    inspected = max(measure.inspected for measure in bad)
    return check("failed", Measure(count, unit="tests", inspected=inspected, where=where), at_most=0)


def _nothing_ran(tagged: TestResults, stage: str, environment: str) -> Check:
    elsewhere = tagged.counts.executed
    if not elsewhere:
        text = f"no test tagged {stage} was executed against {environment}"
        return no_evidence("passed", "nothing-executed", text, unit="tests")
    ran = "1 test" if elsewhere == 1 else f"{elsewhere} tests"
    text = f"{ran} tagged {stage} ran, and none against {environment}"
    return no_evidence("passed", "other-environment", text, unit="tests")
