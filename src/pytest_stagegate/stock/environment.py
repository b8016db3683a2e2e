"""``environment``: was what the tests ran against ready, with its conditions held and its test data there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.readiness import NOT_PROBED, STALE, Environments
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.numbers import Measure
    from pytest_stagegate.model.readiness import EnvironmentRow

_NOTHING: Final = "the policy asks nothing of the environment that is decided"


class EnvironmentOptions(GateOptions, frozen=True):
    """The gate ``environment`` has no options of its own: what is declared of an environment has to hold."""


@gate(
    name="environment",
    title="The environment was ready, its conditions held and its test data were there",
    stage=("test", "deploy", "manage", "monitor"),
    options=EnvironmentOptions,
    remedy="Bring the environment into order, and run again.",
)
def environment(environments: Environments) -> Iterator[Check]:
    """Checks the conditions, the readiness probe and the test data of each environment that is decided."""
    if not environments.rows:
        nothing = no_evidence("environment", "not-declared", _NOTHING)
        yield msgspec.structs.replace(nothing, verdict=Verdict.NOT_APPLICABLE, shown="")
    for row in environments.rows:
        yield from _judged(environments, row)


def _judged(environments: Environments, row: EnvironmentRow) -> Iterator[Check]:
    if row.state == NOT_PROBED:
        yield no_evidence(row.environment, "environment-not-probed", row.note)
    if row.state == STALE:
        old = no_evidence(row.environment, "other-policy", row.note)
        yield msgspec.structs.replace(old, verdict=Verdict.STALE)
        return
    if row.conditions:
        yield _none(row, "conditions", environments.broken_conditions(row), "condition-not-held")
    if row.probe is not None:
        yield _none(row, "probe", environments.unanswered(row), "environment-not-ready")
    if row.data:
        yield _none(row, "data", environments.lacking_data(row), "data-not-ready")


def _none(row: EnvironmentRow, name: str, measured: Measure, reason: str) -> Check:
    made = check(f"{row.environment} {name}", measured, at_most=0)
    if made.verdict is Verdict.PASS:
        return msgspec.structs.replace(made, text=f"{made.name} in order ({made.inspected} of {made.inspected})")
    return msgspec.structs.replace(made, reason=reason, text="; ".join(made.where[:3]))
