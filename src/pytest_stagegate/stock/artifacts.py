"""``artifacts``: is everything there that is shipped, whole, and of the version that the project declares?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.artifacts import UNREADABLE, Artifacts
from pytest_stagegate.model.numbers import Measure, Ratio
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._none_of import none_of
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class ArtifactsOptions(GateOptions, frozen=True):
    """What the gate ``artifacts`` asks of what is shipped.

    Attributes:
        require: What has to be there: ``wheel``, ``sdist``, or a glob of file names.
        require_version: Whether wheels and source distributions have to be of the name and version that the project
            declares; without, all of them have to be of one.
        require_version_in_name: Whether the declared version has to stand in the file name of everything else.
        require_reproducible: Whether a second build has to have made the same bytes.
    """

    require: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance
    require_version: bool = True
    require_version_in_name: bool = False
    require_reproducible: bool = False


@gate(
    name="artifacts",
    title="What is shipped is there, whole, and of the declared version",
    stage="build",
    options=ArtifactsOptions,
    remedy="Build again from the commit that is decided, into an empty folder, and run again.",
)
def artifacts(found: Artifacts, options: ArtifactsOptions) -> Iterator[Check]:
    """Checks what is there, whether it can be read, of which version it is, and what a second build made of it."""
    if found.unreadable:
        yield no_evidence("readable", UNREADABLE, "; ".join(found.unreadable))
    if not found.all:
        yield no_evidence("artifacts", "artifact-missing", "no artifact is there")
        return
    yield check("artifacts", Measure(len(found.all), unit="artifacts", inspected=len(found.all)), at_least=1)
    if options.require:
        yield _required(found, options)
    yield none_of("ambiguous", found.ambiguous, "artifact-ambiguous")
    if found.not_looked_into:
        text = f"the record does not say what {found.not_looked_into[0]} is, or states no digest of it"
        yield no_evidence("damaged", "not-measured", text, where=found.not_looked_into)
    if found.damaged.inspected:
        yield none_of("damaged", found.damaged, "artifact-damaged")
    yield from _versions(found, options)
    if options.require_reproducible:
        yield from _reproducible(found)


def _required(found: Artifacts, options: ArtifactsOptions) -> Check:
    wanted = list(dict.fromkeys(options.require))
    missing = [each for each in wanted if not found.like(each)]
    if missing:
        there = ", ".join(each.name for each in found.all[:3])
        text = f"there is no {', no '.join(missing)}; there is {there}"
        return no_evidence("required", "artifact-missing", text, where=tuple(missing))
    share = Measure(Ratio(len(wanted), len(wanted)), unit="kinds", inspected=len(wanted))
    return check("required", share, at_least="100 %")


def _versions(found: Artifacts, options: ArtifactsOptions) -> Iterator[Check]:
    others = options.require_version_in_name
    declared = found.project.version
    if declared is None and (others or (options.require_version and found.packages)):
        text = "the project's version is not declared in pyproject.toml, so it can't be compared"
        yield no_evidence("other-version", "version-unknown", text)
    if found.packages and not options.require_version:
        yield none_of("other-version", found.of_several_versions, "other-version")
    elif found.packages and declared is not None:
        yield none_of("other-version", found.of_another_version, "other-version")
    if others and declared is not None and found.without_version_in_name.inspected:
        yield none_of("unversioned", found.without_version_in_name, "other-version")


def _reproducible(found: Artifacts) -> Iterator[Check]:
    if found.not_rebuilt:
        text = f"no second build of {', '.join(found.not_rebuilt[:3])} is there"
        yield no_evidence("reproducible", "not-rebuilt", text, where=found.not_rebuilt)
    if found.reproduced.inspected:
        made = check("reproducible", found.reproduced, at_least="100 %")
        failed = made.verdict is Verdict.FAIL
        yield msgspec.structs.replace(made, reason="not-reproducible") if failed else made
