"""``regression``: are the numbers that tools measured near those of the last good runs?"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import KEPT_RUNS, Baseline, GoodRun
from pytest_stagegate.model.metrics import Metrics, exact
from pytest_stagegate.model.numbers import NotANumber, Percentage, UnitsDiffer
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.stock._comparing import (
    change,
    every_metric_is_waived,
    judged,
    missing,
    shown,
    shown_limit,
    without_baseline,
)
from pytest_stagegate.thresholds import no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class RegressionOptions(GateOptions, frozen=True):
    """Limits of the gate ``regression``, each by the name of its metric.

    Attributes:
        max_growth: By how much the highest number may lie above the median of the last good runs, relative to that.
        max_drop: By how much the lowest number may lie below that median, likewise.
        runs: How many of the last good runs the median is of.
        min_runs: How many there have to be; with fewer the metric is TOO_SMALL to judge.
    """

    leeway: ClassVar[tuple[str, ...]] = ("min_runs",)

    max_growth: dict[str, Percentage] = {}  # noqa: RUF012 - msgspec copies it for each instance
    max_drop: dict[str, Percentage] = {}  # noqa: RUF012 - likewise
    runs: Annotated[int, msgspec.Meta(ge=1, le=KEPT_RUNS)] = 5
    min_runs: Annotated[int, msgspec.Meta(ge=1, le=KEPT_RUNS)] = 3

    def declares_a_limit(self) -> bool:
        """Return whether any metric is named."""
        return bool(self.max_growth or self.max_drop)

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield that more runs are asked for than are looked at."""
        if self.min_runs > self.runs:
            yield ("min_runs",), f"{self.min_runs} can't be reached: only the last {self.runs} runs are looked at"


@gate(
    name="regression",
    title="What is measured is no worse than in the last good runs",
    stage="monitor",
    options=RegressionOptions,
    remedy=(
        "Find out what changed the number. Where the new one is right: stagegate baseline update --accept GATE, with "
        "the name of this gate."
    ),
)
def regression(measured: Metrics, baseline: Baseline, place: Place, options: RegressionOptions) -> Iterator[Check]:
    """Checks how far each metric lies on the wrong side of its median in the environment that is decided."""
    growth, drop = judged(measured, options.max_growth), judged(measured, options.max_drop)
    if not growth and not drop:
        yield every_metric_is_waived()
    for limits, grows in ((growth, True), (drop, False)):
        for name, tolerance in limits:
            runs = baseline.runs_of(name, place.environment)
            yield _against(measured, runs, name, tolerance, options, grows=grows)


def _against(
    measured: Metrics,
    runs: tuple[GoodRun, ...] | Absent,
    name: str,
    tolerance: Percentage,
    options: RegressionOptions,
    *,
    grows: bool,
) -> Check:
    title = f"{name} {'growth' if grows else 'drop'}"
    limit = shown_limit(title, tolerance)
    try:
        number = (measured.highest if grows else measured.lowest)(name)
        if number.value is None:
            return no_evidence(title, "metric-missing", missing(measured, name), limit_shown=limit)
        if isinstance(runs, Absent):
            return without_baseline(title, runs, limit_shown=limit)
        _same_unit(name, number.unit, runs[-options.runs :])
        last = [exact(name, run.highest if grows else run.lowest) for run in runs[-options.runs :]]
    except NotANumber as error:
        return no_evidence(title, error.reason, str(error), limit_shown=limit)
    if not last:
        return no_evidence(
            title, "no-baseline", f"the baseline has no good run of {name} in the same environment", limit_shown=limit
        )
    of = f"{len(last)} good runs" if len(last) > 1 else "1 good run"
    if len(last) < options.min_runs:
        return _too_few(title, limit, f"{of}, and {options.min_runs} are needed to judge by", number.inspected)
    middle = median(last)
    where = f"{shown(number.value)} now, {shown(middle)} in the middle of the last {of}"
    return change(title, number, middle, tolerance, grows=grows, where=where)


def _same_unit(name: str, unit: str, runs: Sequence[GoodRun]) -> None:
    named = sorted({unit, *(each.unit for each in runs)} - {""})
    if len(named) > 1:
        raise UnitsDiffer(f"{name} and its last good runs are in several units: {', '.join(named[:3])[:60]}")


def _too_few(title: str, limit: str, text: str, inspected: int) -> Check:
    few = no_evidence(title, "too-few-runs", text, limit_shown=limit)
    return msgspec.structs.replace(few, verdict=Verdict.TOO_SMALL, inspected=inspected)
