"""``smoke``: does the version that was deployed here work, as its smoke tests find it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.deployments_face import Deployments
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._deployed import deployed, rows_of
from pytest_stagegate.stock._ran_here import RanHereOptions, ran_here
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class SmokeOptions(RanHereOptions, frozen=True):
    """Options of the gate ``smoke``.

    Attributes:
        service: The service that was deployed, where records name several; every one when empty.
    """

    service: str = ""


@gate(
    name="smoke",
    title="The version that was deployed works, as its smoke tests find it",
    stage="deploy",
    options=SmokeOptions,
    remedy="Deploy the version that is decided, then run its smoke tests against the environment.",
)
def smoke(tests: TestResults, deployments: Deployments, place: Place, options: SmokeOptions) -> Iterator[Check]:
    """Checks that the decided version runs, that its tests began afterwards, and that they passed."""
    rows = rows_of(deployments, place.environment, options.service)
    yield from deployed(deployments, rows, place.environment, options.service)
    if rows and place.environment is not None:
        after = check("tested-before", deployments.tested_before(rows, place.environment), at_most=0)
        if after.verdict is Verdict.FAIL:
            since = max(row.at for row in rows)
            text = f"tests began at {', '.join(after.where[:3])}, before the deployment at {since}"
            after = msgspec.structs.replace(after, verdict=Verdict.STALE, reason="before-deployment", text=text)
        yield after
    yield from ran_here(tests, place.stage, place.environment, options)
