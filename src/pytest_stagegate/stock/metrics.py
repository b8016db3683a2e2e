"""``metrics``: do the numbers that tools measured stay within their limits, and near those of the last good run?"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pytest_stagegate.errors import nearest
from pytest_stagegate.hooks import gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.metrics import Metrics, exact
from pytest_stagegate.model.numbers import NotANumber, Number, Percentage
from pytest_stagegate.stock._comparing import (
    change,
    every_metric_is_waived,
    judged,
    missing,
    shown,
    shown_limit,
    without_baseline,
)
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from fractions import Fraction

    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.verdicts import Check


class MetricsOptions(LimitOptions, frozen=True):
    """Limits of the gate ``metrics``, each by the name of its metric.

    Attributes:
        at_most: What the highest number of that name may be.
        at_least: What the lowest number of that name has to be.
        warn_above: With `at_most`: from where on the check warns.
        warn_below: With `at_least`: likewise.
        max_growth: By how much the highest number may lie above the baseline's, relative to that.
        max_drop: By how much the lowest number may lie below the baseline's, relative to that.
    """

    at_most: dict[str, Number] = {}  # noqa: RUF012 - msgspec copies it for each instance
    at_least: dict[str, Number] = {}  # noqa: RUF012 - likewise
    warn_above: dict[str, Number] = {}  # noqa: RUF012 - likewise
    warn_below: dict[str, Number] = {}  # noqa: RUF012 - likewise
    max_growth: dict[str, Percentage] = {}  # noqa: RUF012 - likewise
    max_drop: dict[str, Percentage] = {}  # noqa: RUF012 - likewise

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield limits of one metric that can't stand together."""
        for name, limit in self.at_least.items():
            if name in self.at_most and self.at_most[name].value < limit.value:
                yield ("at_least", name), f"{name!r} can't be at least that and at most what at_most says"
        for warn, limits, key, of, reaches in (
            (self.warn_above, self.at_most, "warn_above", "at_most", operator.ge),
            (self.warn_below, self.at_least, "warn_below", "at_least", operator.le),
        ):
            for name, number in warn.items():
                if name not in limits:
                    yield (key, name), f"{name!r} needs a limit in {of} too; {nearest(name, limits)}"
                elif reaches(number.value, limits[name].value):
                    yield (key, name), f"{name!r} can never warn: its limit in {of} is reached first"


@gate(
    name="metrics",
    title="The numbers that tools measured keep their limits",
    options=MetricsOptions,
    remedy="Find out what changed the number; where the new one is right, change the limit or take a new baseline.",
)
def metrics(measured: Metrics, baseline: Baseline, options: MetricsOptions) -> Iterator[Check]:
    """Checks each limit of each metric."""
    limited = (options.at_most, options.at_least, options.max_growth, options.max_drop)
    if all(measured.waived(name) for limits in limited for name in limits):
        yield every_metric_is_waived()
        return
    if not measured.names:
        yield no_evidence("metrics", "metric-missing", "no evidence holds any metric")
        return
    for name, _ in judged(measured, options.at_most):
        yield _absolute(measured, name, options, upper=True)
    for name, _ in judged(measured, options.at_least):
        yield _absolute(measured, name, options, upper=False)
    for name, tolerance in judged(measured, options.max_growth):
        yield _relative(measured, baseline, name, tolerance, grows=True)
    for name, tolerance in judged(measured, options.max_drop):
        yield _relative(measured, baseline, name, tolerance, grows=False)


def _absolute(measured: Metrics, name: str, options: MetricsOptions, *, upper: bool) -> Check:
    title = f"{name} {'highest' if upper else 'lowest'}"
    try:
        number = measured.highest(name) if upper else measured.lowest(name)
    except NotANumber as error:
        return no_evidence(title, error.reason, str(error))
    if upper:
        made = check(title, number, at_most=options.at_most[name], warn_above=options.warn_above.get(name))
    else:
        made = check(title, number, at_least=options.at_least[name], warn_below=options.warn_below.get(name))
    if number.inspected:
        return made
    return no_evidence(title, "metric-missing", missing(measured, name), limit_shown=made.limit_shown)


def _relative(measured: Metrics, baseline: Baseline, name: str, tolerance: Percentage, *, grows: bool) -> Check:
    """Return how far a metric lies on the wrong side of its baseline, in parts of the baseline's size."""
    title = f"{name} {'growth' if grows else 'drop'}"
    table = baseline.of("metrics")
    limit = shown_limit(title, tolerance)
    try:
        number = (measured.highest if grows else measured.lowest)(name)
        if number.value is None:
            return no_evidence(title, "metric-missing", missing(measured, name), limit_shown=limit)
        if isinstance(table, Absent):
            return without_baseline(title, table, limit_shown=limit)
        if not table.get(name):
            return no_evidence(title, "no-baseline", f"the baseline has no metric {name}", limit_shown=limit)
        before = _before(table, name, max if grows else min)
    except NotANumber as error:
        return no_evidence(title, error.reason, str(error), limit_shown=limit)
    where = f"{shown(number.value)} now, {shown(before)} in the baseline"
    return change(title, number, before, tolerance, grows=grows, where=where)


def _before(table: Table, name: str, choose: Callable[[Iterable[Fraction]], Fraction]) -> Fraction:
    try:
        return choose([exact(name, str(each)) for each in table[name]])
    except NotANumber as error:
        raise NotANumber(f"in the baseline {error}") from error
