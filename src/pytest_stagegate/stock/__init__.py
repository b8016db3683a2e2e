"""The gates that are shipped, one file a family; listed in `STOCK_GATES` and registered like anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.stock import (
    artifacts,
    changed_lines,
    coverage,
    coverage_ratchet,
    debt,
    durations,
    environment,
    executed,
    findings,
    flaky,
    manual,
    matrix,
    metrics,
    notes,
    operations,
    property_tests,
    provenance,
    requirements,
    requirements_ratchet,
    results,
    review,
    roadmap,
    sbom,
    sign_off,
    skips,
    slo,
    telemetry,
    upstream,
    vulnerabilities,
    warnings,
)

if TYPE_CHECKING:
    from types import ModuleType

STOCK_GATES: Final[tuple[ModuleType, ...]] = (
    results,
    coverage,
    changed_lines,
    coverage_ratchet,
    executed,
    skips,
    flaky,
    durations,
    warnings,
    debt,
    manual,
    matrix,
    findings,
    metrics,
    property_tests,
    sign_off,
    upstream,
    operations,
    notes,
    sbom,
    vulnerabilities,
    requirements,
    roadmap,
    artifacts,
    provenance,
    review,
    requirements_ratchet,
    environment,
    slo,
    telemetry,
)
