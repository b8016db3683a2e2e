"""``executed``: were enough tests executed, and those that once were?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.numbers import Count, EnvironmentName, Share, StageName
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._comparing import without_baseline
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class ExecutedOptions(LimitOptions, frozen=True):
    """Limits of the gate ``executed``.

    Attributes:
        min_executed: How many tests have to be executed.
        per_stage: Likewise, of the tests of a stage.
        per_environment: Likewise, in the runs against an environment.
        min_of_baseline: Which share of the baseline's tests has to be executed again.
    """

    lower_limits: ClassVar[tuple[str, ...]] = ("per_stage", "per_environment")

    min_executed: Count | None = None
    per_stage: dict[StageName, Count] = {}  # noqa: RUF012 - msgspec copies it for each instance
    per_environment: dict[EnvironmentName, Count] = {}  # noqa: RUF012 - likewise
    min_of_baseline: Share | None = None


@gate(
    name="executed",
    title="Enough tests are executed, and none gets lost on the way",
    stage="test",
    options=ExecutedOptions,
    remedy=(
        "See why the tests under 'where' were not executed. Where they were renamed or taken out on purpose: "
        "stagegate baseline update --accept GATE, with the name of this gate."
    ),
)
def executed(tests: TestResults, baseline: Baseline, options: ExecutedOptions) -> Iterator[Check]:
    """Checks each number of executed tests that is asked for, and the tests of the baseline."""
    if options.min_executed is not None:
        yield _enough("executed", tests, options.min_executed)
    for stage, least in sorted(options.per_stage.items()):
        yield _enough(f"stage {stage}", tests.tagged(stage=stage), least)
    for environment, least in sorted(options.per_environment.items()):
        yield _enough(f"environment {environment}", tests.ran_in(environment), least)
    if options.min_of_baseline is not None:
        yield _again(tests, baseline, options.min_of_baseline)


def _enough(name: str, tests: TestResults, least: int) -> Check:
    made = check(name, tests.executed, at_least=least)
    if tests.counts.executed:
        return made
    return no_evidence(name, "nothing-executed", "no test was executed", unit="tests", limit_shown=made.limit_shown)


def _again(tests: TestResults, baseline: Baseline, least: Share) -> Check:
    stored = baseline.of("tests")
    if isinstance(stored, Absent):
        return without_baseline("of-baseline", stored, unit="tests")
    if not stored:
        text = "the baseline of tests names none, so there is nothing to compare with"
        return no_evidence("of-baseline", "no-baseline", text, unit="tests")
    again = tests.executed_of(stored)
    made = check("of-baseline", again, at_least=least)
    if made.verdict is Verdict.NO_EVIDENCE:
        return no_evidence("of-baseline", "nothing-executed", "no test was executed", limit_shown=made.limit_shown)
    return made
