"""What sources say of running software, each with the file that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from pytest_stagegate.model.drills import Logged
from pytest_stagegate.model.links import DRILL
from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.contents import Contents
    from pytest_stagegate.model.deployments import Deployment
    from pytest_stagegate.model.incidents import IncidentsData
    from pytest_stagegate.model.rings import RolloutStep
    from pytest_stagegate.model.service_levels import ServiceLevelsFile
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.model.support import SupportData


def deployments_of(sources: Iterable[Source]) -> tuple[Deployment, ...]:
    """Return every record of a deployment."""
    return tuple(
        msgspec.structs.replace(record, file=name)
        for name, contents in _read(sources)
        for record in contents.deployments or ()
    )


def began_of(sources: Iterable[Source]) -> tuple[tuple[str | None, str | None], ...]:
    """Return the environment of each source with tests, and when these began, as far as it says by itself."""
    return tuple(_began(each) for each in sources if _holds_tests(each))


def incidents_of(sources: Iterable[Source]) -> tuple[IncidentsData, ...]:
    """Return every export of incidents."""
    found = ((name, contents.incidents) for name, contents in _read(sources))
    return tuple(replace(export, file=name) for name, export in found if export is not None)


def drills_of(sources: Iterable[Source]) -> tuple[Logged, ...]:
    """Return every exercise of a log."""
    return tuple(
        Logged(entry=entry, source=name) for name, contents in _read(sources) for entry in contents.drills or ()
    )


def drilled_in(sources: Iterable[Source]) -> dict[str, str]:
    """Return each kind of exercises among tests, with when the oldest source began that has one.

    A file of another tool that does not say it by itself counts from when it was made, as its age does.
    """
    found: dict[str, str] = {}
    for each in sources:
        said = each.evidence or each.contents
        at = each.evidence.started if each.evidence is not None else each.created
        if said is not None and said.tests is not None and at is not None:
            found |= {kind: min(found.get(kind, at), at, key=parsed) for kind in said.tests.links.of(DRILL)}
    return found


def steps_of(sources: Iterable[Source]) -> tuple[RolloutStep, ...]:
    """Return every step of a log of a rollout, in the order of the files and of their lines."""
    return tuple(step for _, contents in _read(sources) for step in contents.steps or ())


def support_of(sources: Iterable[Source]) -> tuple[SupportData, ...]:
    """Return every table of support end dates."""
    found = ((name, contents.support) for name, contents in _read(sources))
    return tuple(replace(table, file=name) for name, table in found if table is not None)


def levels_of(sources: Iterable[Source]) -> tuple[ServiceLevelsFile, ...]:
    """Return what files say of service levels, each once."""
    measured = (contents.service_levels for _, contents in _read(sources) if contents.service_levels is not None)
    found = {msgspec.json.encode(each): each for each in measured}
    return tuple(found[key] for key in sorted(found))


def _read(sources: Iterable[Source]) -> Iterator[tuple[str, Contents]]:
    return ((each.name, each.contents) for each in sources if each.contents is not None)


def _holds_tests(source: Source) -> bool:
    return source.evidence is not None or (source.contents is not None and source.contents.tests is not None)


def _began(source: Source) -> tuple[str | None, str | None]:
    if source.evidence is not None:
        return source.environment, source.evidence.started
    said = source.contents.created if source.contents is not None else None
    return source.environment, said if said is not None and said.endswith("Z") else None
