"""Gates about the rules that decide what a customer pays."""

from pytest_stagegate import Coverage, TestResults, check, gate


@gate(
    stage="test",
    title="Every weight band is exercised",
    remedy="Add the missing weight to tests/unit/test_weights.py.",
)
def weight_bands_covered(coverage: Coverage):
    """Measure against limit: one check for lines, one for branches."""
    weights = coverage.under("src/parcel_rates/weights.py")
    yield check("line", weights.lines, at_least="95 %")
    yield check("branch", weights.branches, at_least="90 %")


@gate(
    stage="test",
    title="Quotes are tested, and so are the rules below them",
    remedy="Test the rule in tests/unit and the offer in tests/integration/test_quotes.py.",
)
def quotes_and_rules_tested(coverage: Coverage, results: TestResults):
    """A plain assert does as well; its explanation is the one you know from pytest."""
    assert results.tagged(stage="code").passed >= 25
    assert coverage.under("src/parcel_rates/quotes.py").lines >= "80 %"
