"""A suite that stays worth running: quiet, quick, nothing passed by luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate import TestResults, Warnings, check, gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate import Check


@gate(stage="test", title="The suite is quiet and quick", remedy="Mend the test that is named, not the limit.")
def suite_stays_worth_running(results: TestResults, warnings: Warnings) -> Iterator[Check]:
    """Yield one check for each thing that makes people stop believing a suite."""
    yield check("warnings", warnings.total, at_most=0)
    yield check("flaky", results.flaky, at_most=0)
    yield check("expected failures", results.xfailed, at_most=0)
    yield check("slowest test", results.longest, at_most="60 s", warn_above="30 s")
