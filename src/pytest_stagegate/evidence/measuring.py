"""Measuring service levels: each objective and each expected metric asked of Prometheus, all at one instant."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pytest_stagegate import __version__
from pytest_stagegate.evidence.prometheus import Prometheus
from pytest_stagegate.model.metrics import exact
from pytest_stagegate.model.service_levels import (
    SCHEMA,
    Counts,
    MetricSeen,
    Problem,
    Reading,
    ServiceLevelsFile,
    Unmeasured,
)
from pytest_stagegate.model.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_stagegate.model.service_levels import Objective, ToMeasure


def measure(wanted: ToMeasure, environ: Mapping[str, str]) -> ServiceLevelsFile:
    """Ask Prometheus; whatever happens is a part of the answer.

    Args:
        wanted: What is asked.
        environ: Variables, in which the values of headers are looked for.
    """
    now = dt.datetime.now(dt.timezone.utc)
    server = Prometheus(wanted.rule, environ, f"{now.timestamp():.3f}")
    objectives = sorted(wanted.objectives, key=lambda each: each.name)
    return ServiceLevelsFile(
        schema=SCHEMA,
        producer=f"pytest-stagegate {__version__}",
        address=wanted.rule.address,
        when=rfc3339(now, "milliseconds"),
        readings=tuple(_reading(server, each) for each in objectives),
        metrics=tuple(_metric(server, name, labels) for name, labels in sorted(wanted.metrics.items())),
    )


def _reading(server: Prometheus, objective: Objective) -> Reading:
    windows = dict.fromkeys((objective.window, *objective.burn))
    return Reading(asked=objective, counts=tuple(_counts(server, objective, window) for window in windows))


def _counts(server: Prometheus, objective: Objective, window: int) -> Counts:
    good, bad, total = objective.queries(window)
    try:
        return Counts(
            window=window,
            good=_count(server, good, "good") if good else None,
            bad=_count(server, bad, "bad") if bad else None,
            total=_count(server, total, "total"),
        )
    except Unmeasured as error:
        return Counts(window=window, problem=error.problem)


def _count(server: Prometheus, query: str, key: str) -> str:
    number = server.number(query)
    if number is None:
        raise Unmeasured(Problem("no-series", f"the query {key} gives no series, so nothing was counted"))
    return number


def _metric(server: Prometheus, name: str, labels: Iterable[str]) -> MetricSeen:
    try:
        series = _series(server, f'count({{__name__="{name}"}})')
        counts = {
            label: _series(server, f'count({{__name__="{name}",{label}!=""}})') for label in (labels if series else ())
        }
    except Unmeasured as error:
        return MetricSeen(name=name, problem=error.problem)
    if max(counts.values(), default=0) > series:
        problem = Problem("counts-contradict", "more series are said to have a label than there are series")
        return MetricSeen(name=name, problem=problem)
    return MetricSeen(name=name, series=series, labels=counts)


def _series(server: Prometheus, query: str) -> int:
    found = exact("count", server.number(query) or "0")
    if found < 0 or found.denominator != 1:
        raise Unmeasured(Problem("prometheus-nonsense", "the answer is no number of series"))
    return int(found)
