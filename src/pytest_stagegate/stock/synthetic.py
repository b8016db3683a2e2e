"""``synthetic``: do the tests that play a user pass against the real environment, and did they lately?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.stock._ran_here import RanHereOptions, ran_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class SyntheticOptions(RanHereOptions, frozen=True):
    """Limits of the gate ``synthetic``; see `RanHereOptions`."""


@gate(
    name="synthetic",
    title="Tests that play a user pass against the environment, and did so lately",
    stage="monitor",
    options=SyntheticOptions,
    max_age="1 h",
    remedy="See what the tests listed under 'where' show: users of this environment meet it too.",
)
def synthetic(tests: TestResults, place: Place, options: SyntheticOptions) -> Iterator[Check]:
    """Checks the tests of the stage that ran against the environment: failed, lost, passed and skipped."""
    yield from ran_here(tests, place.stage, place.environment, options)
