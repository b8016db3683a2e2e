"""What has to be known of a deployment before anything is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.deployments import DeploymentRow
    from pytest_stagegate.model.deployments_face import Deployments
    from pytest_stagegate.model.verdicts import Check


def rows_of(deployments: Deployments, environment: str | None, service: str) -> tuple[DeploymentRow, ...]:
    """Return what is known of the environment that is decided; nothing where none is."""
    return () if environment is None else deployments.here(environment, service)


def deployed(
    deployments: Deployments, rows: Sequence[DeploymentRow], environment: str | None, service: str
) -> Iterator[Check]:
    """Yield checks that the decided version runs, as far as the newest records say."""
    if environment is None:
        text = "no environment is decided, so nobody can tell what runs there"
        yield no_evidence("deployed", "environment-not-named", text, unit="services")
        return
    if not rows:
        what = f"the deployment of {service}" if service else "a deployment"
        yield no_evidence("deployed", "not-deployed", f"no record says of {what} in {environment}", unit="services")
        return
    known = check("not-known", deployments.not_running(rows), at_most=0)
    if known.verdict is Verdict.FAIL:
        text = "; ".join(known.where[:3])
        known = msgspec.structs.replace(known, verdict=Verdict.NO_EVIDENCE, reason="not-deployed", text=text)
    yield known
    version = check("other-version", deployments.other_version(rows), at_most=0)
    if version.verdict is Verdict.FAIL:
        told = "; ".join(version.where[:3])
        version = msgspec.structs.replace(version, reason="other-version-runs", text=told)
    yield version
    if silent := deployments.not_stated(rows):
        names = ", ".join(row.service for row in silent[:3])
        text = f"the newest record of {names} names neither version nor commit that could be compared"
        yield no_evidence("other-version", "version-not-stated", text, unit="services")
    if deployments.asks_for_version(environment):
        yield _answered(deployments, rows, environment)


def _answered(deployments: Deployments, rows: Sequence[DeploymentRow], environment: str) -> Check:
    """Return whether the environment itself says that the decided version runs."""
    mine = deployments.subject.version
    if mine is None:
        text = "the project declares no version that could be compared with what the environment answers"
        return no_evidence("other-answer", "version-unknown", text, unit="looks")
    found = deployments.answered_otherwise(rows, environment)
    if not found.inspected:
        text = f"nobody has asked {environment} since the deployment which version runs there, or it did not say"
        return no_evidence("other-answer", "environment-not-probed", text, unit="looks")
    made = check("other-answer", found, at_most=0)
    if made.verdict is not Verdict.FAIL:
        return made
    told = f"{'; '.join(made.where[:3])}, and {mine} is decided"
    return msgspec.structs.replace(made, reason="other-version-runs", text=told)
