"""Measured service levels built by hand."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.service_levels import (
    SCHEMA,
    Counts,
    LevelsData,
    MetricSeen,
    Objective,
    Problem,
    Reading,
    ServiceLevelsFile,
)
from tests.unit.fakes import evidence_of

DAY: Final = 86_400_000_000
HOUR: Final = 3_600_000_000
DOWN: Final = Problem("prometheus-unreachable", "Prometheus could not be reached: Connection refused")


def objective(name: str = "checkout", percent: Ratio = Ratio(99, 100), **more: Any) -> Objective:  # noqa: B008
    return Objective(**{"name": name, "objective": percent, "window": 30 * DAY, "good": "g", "total": "t", **more})


def counts(good: str | None = None, total: str | None = "1000", *, window: int = 30 * DAY, **more: Any) -> Counts:
    return Counts(window=window, good=good, total=total, **more)


def file_of(*readings: Reading, metrics: tuple[MetricSeen, ...] = ()) -> ServiceLevelsFile:
    return ServiceLevelsFile(
        schema=SCHEMA,
        producer="pytest-stagegate 0.1.0",
        address="http://127.0.0.1:9090",
        when="2026-11-23T08:59:00.000Z",
        readings=readings,
        metrics=metrics,
    )


def evidence(*files: ServiceLevelsFile, declared: tuple[Objective, ...] = (), base: Evidence | None = None) -> Evidence:
    return replace(base or evidence_of(), service_levels=LevelsData(objectives=declared, files=files))


def measured(good: str | None, total: str | None = "1000", **more: Any) -> Evidence:
    """Return evidence of one objective of 99 %."""
    asked = objective()
    return evidence(file_of(Reading(asked=asked, counts=(counts(good, total, **more),))), declared=(asked,))
