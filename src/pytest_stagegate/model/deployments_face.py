"""The records of deployments as a gate reads them: what is known to run where the decision is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.deployments import RUNS, running
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.times import parsed
from pytest_stagegate.model.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_stagegate.model.deployments import DeploymentRow
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.tally import Tally


class Deployments:
    """What is known to run of each service in each environment, and what it should be.

    Attributes:
        rows: The newest record of each service in each environment.
        subject: What is decided: version, commit and artifacts.
    """

    def __init__(self, evidence: Evidence, tally: Tally) -> None:
        self.rows = running(evidence.deployments)
        self.subject = evidence.subject
        self._began = evidence.began
        self._reports = evidence.environments
        rules = evidence.environment_rules
        self._asked = {rule.name: rule.sha256 for rule in rules if rule.probe is not None and rule.probe.version}
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return f"<{len(self.rows)} deployed services>"

    def here(self, environment: str, service: str = "") -> tuple[DeploymentRow, ...]:
        """Return the newest record of each service in an environment, or of one service alone."""
        found = [each for each in self.rows if each.environment == environment and service in ("", each.service)]
        self._tally.note(len(found))
        return tuple(found)

    def not_running(self, rows: Sequence[DeploymentRow]) -> Measure:
        """How many services are not known to run: `where` says why; `inspected` counts all."""
        return self._short(rows, lambda row: "" if row.state == RUNS else f"{row.state} since {row.at}")

    def other_version(self, rows: Sequence[DeploymentRow]) -> Measure:
        """How many services run in another version, or of another commit, than the one that is decided."""
        return self._short(rows, self._differs)

    def not_stated(self, rows: Sequence[DeploymentRow]) -> tuple[DeploymentRow, ...]:
        """Return the services of which neither version nor commit can be compared with what is decided."""
        return tuple(row for row in rows if row.state == RUNS and not self._comparable(row))

    def tested_before(self, rows: Sequence[DeploymentRow], environment: str) -> Measure:
        """How many runs against an environment began before what they tested had been deployed; unit: runs.

        A run that does not say when it began counts as one.
        """
        deployed = max((parsed(row.at) for row in rows), default=None)
        began = [when for place, when in self._began if place == environment]
        self._tally.note(len(began))
        early = [when or "a run that does not say when it began" for when in began if _before(when, deployed)]
        return Measure(len(early), unit="runs", inspected=len(began), where=tuple(sorted(early)))

    def asks_for_version(self, environment: str) -> bool:
        """Return whether the policy lets the environment's readiness probe ask which version runs."""
        return environment in self._asked

    def answered_otherwise(self, rows: Sequence[DeploymentRow], environment: str) -> Measure:
        """How many looks at an environment since the deployment heard of another version; unit: looks.

        Looks under another declaration count for nothing, and so do those that heard of no version. A look is known to
        the second.
        """
        since = max((parsed(row.at).replace(microsecond=0) for row in rows), default=None)
        looks = [
            (each.when, each.probe.version)
            for each in self._reports
            if (each.environment, each.declared_sha256) == (environment, self._asked.get(environment))
            and each.probe is not None
            and each.probe.version is not None
            and (since is None or parsed(each.when) >= since)
        ]
        self._tally.note(len(looks))
        mine = self.subject.version
        others = [(when, told) for when, told in looks if mine is None or not same_version(told, mine)]
        where = tuple(f"{environment} answered {told} at {when}" for when, told in others)
        return Measure(len(where), unit="looks", inspected=len(looks), where=where)

    def _comparable(self, row: DeploymentRow) -> bool:
        versions = row.version is not None and self.subject.version is not None
        return versions or (row.commit is not None and self.subject.commit is not None)

    def _differs(self, row: DeploymentRow) -> str:
        mine = self.subject
        if row.version is not None and mine.version is not None and not same_version(row.version, mine.version):
            return f"{row.version} runs, {mine.version} is decided"
        if differ(row.commit, mine.commit):
            return f"commit {short(row.commit)} runs, {short(mine.commit)} is decided"
        return ""

    def _short(self, rows: Sequence[DeploymentRow], why: Callable[[DeploymentRow], str]) -> Measure:
        self._tally.note(len(rows))
        where = tuple(f"{row.service}: {told}" for row in rows if (told := why(row)))
        return Measure(len(where), unit="services", inspected=len(rows), where=where)


def _before(when: str | None, deployed: object) -> bool:
    return when is None or (deployed is not None and parsed(when) < deployed)  # type: ignore[operator]
