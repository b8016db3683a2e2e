"""Every kind of test has run: a suite that lost a folder would be green without this."""

from __future__ import annotations

from pytest_stagegate import TestResults, gate


@gate(
    stage="test",
    title="Unit and plugin tests have all run",
    remedy="Look for a folder that is not collected.",
)
def every_kind_of_test_ran(results: TestResults) -> None:
    """Assert a floor for each kind, well below what there is, and that nothing failed."""
    assert results.tagged(stage="code").passed >= 1000
    assert results.tagged(stage="test").passed >= 150
    assert results.failed == 0
    assert results.lost == 0
