"""``telemetry``: are the metrics there by which operators see what the service does?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import structs

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.service_levels import TELEMETRY, ServiceLevels
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.service_levels import MetricSeen

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class TelemetryOptions(GateOptions, frozen=True):
    """What the gate ``telemetry`` expects.

    Attributes:
        expect: Names of metrics as their samples are called, each with the labels that every series of it has.
    """

    expect: dict[str, list[str]] = {}  # noqa: RUF012 - msgspec copies it for each instance

    def declares_a_limit(self) -> bool:
        """Return whether any metric is expected."""
        return bool(self.expect)

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield what is no name of a metric or label."""
        for name, labels in self.expect.items():
            if not _METRIC.fullmatch(name):
                yield ("expect", name), f"{name!r} is no name of a metric"
            for label in labels:
                if not _LABEL.fullmatch(label):
                    yield ("expect", name), f"{label!r} is no name of a label"


@gate(
    name=TELEMETRY,
    title="The metrics are there by which the service is watched",
    stage="monitor",
    options=TelemetryOptions,
    remedy="Let the service expose what 'where' lists, and see that it is scraped.",
)
def telemetry(levels: ServiceLevels, options: TelemetryOptions) -> Iterator[Check]:
    """Checks that each expected metric has series, and that each of those has the expected labels."""
    wanted = {name: labels for name, labels in sorted(options.expect.items()) if name not in levels.excused}
    if not levels.scraped:
        yield no_evidence("metrics", "not-reported", "there is no scrape: no metric is among the evidence")
        return
    for name, labels in wanted.items():
        if levels.looked_for(name):
            yield _metric(name, sorted(set(labels)), levels.seen(name))
        else:
            yield no_evidence(name, "not-reported", f"Prometheus was not asked for {name} when it was measured")
    if not wanted:
        nothing = no_evidence("metrics", "not-declared", "every metric is waived")
        yield structs.replace(nothing, verdict=Verdict.NOT_APPLICABLE, shown="")


def _metric(name: str, labels: Sequence[str], seen: Sequence[MetricSeen]) -> Check:
    problem = next((each.problem for each in seen if each.problem is not None), None)
    if problem is not None:
        return no_evidence(name, problem.reason, problem.text)
    found = [each for each in seen if each.series]
    if not found:
        made = check(name, Measure(1, unit="missing metrics", inspected=1, where=(name,)), at_most=0)
        return structs.replace(made, reason="series-missing", text="nothing has a series of this name")
    lacks = tuple(
        f"{each.series - each.labels.get(label, 0)} of {each.series} series without the label {label}"
        for each in found
        for label in labels
        if each.labels.get(label, 0) < each.series
    )
    where = tuple(f"{name}: {lack}" for lack in lacks)
    series = sum(each.series for each in found)
    made = check(name, Measure(len(where), unit="missing labels", inspected=series, where=where), at_most=0)
    if not where:
        return structs.replace(made, text=f"{name} has {series} series")
    return structs.replace(made, reason="label-missing", text="; ".join(lacks[:3]))
