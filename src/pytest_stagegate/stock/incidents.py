"""``incidents``: is anything broken right now that people know of?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.incidents import SEVERITIES, Incidents, Severity
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class IncidentsOptions(GateOptions, frozen=True):
    """Limits of the gate ``incidents``; each takes in the severities above its own.

    Attributes:
        max_critical: How many critical ones may be open.
        max_high: How many critical and high ones may be open together.
        max_medium: How many critical, high and medium ones may be open together.
        max_low: How many of any severity may be open.
        unknown: The severity of those of which nobody states one.
        services: Services that count; all when empty. An incident that names none counts always.
    """

    max_critical: Count = 0
    max_high: Count = 0
    max_medium: Count | None = None
    max_low: Count | None = None
    unknown: Severity = "critical"
    services: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield a service without a name: no incident is of it, so that none would count."""
        if not all(each.strip() for each in self.services):
            yield ("services",), "names a service that is only blanks"


@gate(
    name="incidents",
    title="Nothing is broken that people know of",
    stage="manage",
    options=IncidentsOptions,
    remedy="Resolve the incidents that 'where' lists, close those that are over, and export again.",
)
def incidents(found: Incidents, options: IncidentsOptions) -> Iterator[Check]:
    """Checks that there is an export that has all, and the open incidents of each severity and above."""
    if not found.exports:
        yield no_evidence("exports", "not-reported", "no export of incidents is among the evidence")
        return
    for told in found.cut:
        yield no_evidence("exports", "incidents-cut-off", told)
    limits = (options.max_critical, options.max_high, options.max_medium, options.max_low)
    for severity, limit in zip(SEVERITIES, limits, strict=True):
        name = severity if severity == "critical" else f"{severity}-or-worse"
        measured = found.open(severity, services=frozenset(options.services), unknown=options.unknown)
        yield check(name, measured, at_most=limit)
