"""``features``: is everything concealed that is not ready to be seen?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.features_face import Features
from pytest_stagegate.model.place import Place
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.flags import FeatureRow
    from pytest_stagegate.model.verdicts import Check


class FeaturesOptions(GateOptions, frozen=True):
    """The gate ``features`` has no options of its own: the policy's tables of features say it all."""


@gate(
    name="features",
    title="Every feature that users can see is ready",
    stage="release",
    options=FeaturesOptions,
    remedy="Finish what is not ready, or let nobody see it yet: stagegate features --out FILE writes a flag file in "
    "which it is off.",
)
def features(found: Features, place: Place) -> Iterator[Check]:
    """Checks that what is revealed is ready and may be seen here, and that each flag is known and can be concealed."""
    if found.problem:
        yield no_evidence("features", "no-flag-file", found.problem, unit="features")
        return
    rows = [row for row in found.rows if row.declared]
    revealed = [row for row in rows if row.state == "revealed"]
    yield _told(found, "not-ready", "feature-not-ready", [_not_ready(row) for row in revealed if not row.ready])
    yield from _elsewhere(found, revealed, place.environment)
    yield _told(found, "missing", "flag-missing", [row.name for row in rows if row.state == "missing"])
    yield _told(found, "not-concealable", "no-off-variant", [row.name for row in rows if row.state == "unknown"])
    yield _told(found, "undeclared", "flag-undeclared", [row.name for row in found.rows if not row.declared])
    if found.strangers:
        yield _told(found, "unknown-marks", "feature-unknown", list(found.strangers))


def _not_ready(row: FeatureRow) -> str:
    return f"{row.name}: {'; '.join(row.why_not)}"


def _elsewhere(found: Features, revealed: Sequence[FeatureRow], environment: str | None) -> Iterator[Check]:
    """Yield whether what is revealed may be seen in the environment that is decided."""
    bound = [row for row in revealed if row.reveal]
    if bound and environment is None:
        text = f"{bound[0].name} may be seen in {', '.join(bound[0].reveal)} alone, and no environment is decided"
        yield no_evidence("elsewhere", "environment-not-named", text, unit="features")
        return
    places = [row for row in bound if environment not in {each.partition("/")[0] for each in row.reveal}]
    told = [f"{row.name} may be seen in {', '.join(row.reveal)} alone" for row in places]
    yield _told(found, "elsewhere", "feature-elsewhere", told)


def _told(found: Features, name: str, reason: str, places: list[str]) -> Check:
    made = check(name, found.measure(places, "features"), at_most=0)
    if not places:
        return made
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    return msgspec.structs.replace(made, reason=reason, text=f"{places[0]}{more}")
