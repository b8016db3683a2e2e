"""The records of deployments as a gate reads them: what is known to run where the decision is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.deployments import RUNS, running
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.times import parsed
from pytest_stagegate.model.versions import same_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.deployments import Deployment, DeploymentRow
    from pytest_stagegate.model.tally import Tally


class Deployments:
    """What is known to run of each service in each environment, and what it should be.

    Attributes:
        rows: The newest record of each service in each environment.
        subject: What is decided: version, commit and artifacts.
    """

    def __init__(
        self,
        deployments: Iterable[Deployment],
        began: Iterable[tuple[str | None, str | None]],
        subject: Subject,
        tally: Tally,
    ) -> None:
        self.rows = running(deployments)
        self.subject = subject
        self._began = tuple(began)
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
