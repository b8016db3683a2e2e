"""``property-tests``: do the property tests try enough examples, and do they do so soundly?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.property_tests import PropertyTests
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class PropertyTestsOptions(GateOptions, frozen=True):
    """Limits of the gate ``property-tests``.

    Attributes:
        min_examples: How many examples each property test has to pass with; fewer are enough where there are no more.
        min_tests: How many property tests have to run.
        max_unhealthy: How many of them may fail a health check of Hypothesis.
    """

    min_examples: Count | None = None
    min_tests: Count | None = None
    max_unhealthy: Count = 0


@gate(
    name="property-tests",
    title="The property tests try enough examples",
    stage=("code", "test", "release"),
    options=PropertyTestsOptions,
    remedy="Raise max_examples where the listed tests set it, or in the policy's Hypothesis profile of the stage.",
)
def property_tests(properties: PropertyTests, options: PropertyTestsOptions) -> Iterator[Check]:
    """Checks the number of property tests, their examples where they have a limit, and their health checks."""
    if not properties.tests.inspected:
        yield no_evidence("tests", "no-property-test", "no property test was run", unit="tests")
        return
    if options.min_tests is not None:
        yield check("tests", properties.tests, at_least=options.min_tests)
    if options.min_examples is not None:
        yield from _examples(properties, options.min_examples)
    yield check("unhealthy", properties.unhealthy, at_most=options.max_unhealthy)


def _examples(properties: PropertyTests, limit: int) -> Iterator[Check]:
    unknown = properties.not_counted
    if unknown:
        text = f"Hypothesis did not say how many examples it ran: {', '.join(unknown.where[:3])}"
        yield no_evidence("examples", "examples-not-counted", text, unit="examples", limit_shown=f"≥ {limit}")
    fewest = properties.fewest
    if fewest.inspected:
        yield check("fewest-examples", fewest, at_least=limit, where=properties.short_of(limit))
    elif not unknown:
        yield check("exhausted", properties.exhausted, at_least=properties.tests.inspected)
