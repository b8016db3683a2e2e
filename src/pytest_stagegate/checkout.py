"""What a decision reads from the checkout itself, beside the evidence files.

The baseline, plans, manual tests in Markdown, and texts for operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pytest_stagegate.by_hand import tests_in
from pytest_stagegate.evidence.baselines import read_baseline
from pytest_stagegate.evidence.flags import flags_of
from pytest_stagegate.evidence.operations import read_operations
from pytest_stagegate.evidence.plans import goals_of
from pytest_stagegate.model.baseline import Baseline, BaselineData
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.manual import WrittenTests
from pytest_stagegate.model.operations import Operations, OperationsData
from pytest_stagegate.model.plan import GoalsData

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.model.flags import FlagsEvidence
    from pytest_stagegate.model.service_levels import LevelsData
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.policy.model import Policy
    from pytest_stagegate.project import Project

_VERIFIED_FROM: Final = "test"


def baseline_of(project: Project, stage: str) -> BaselineData:
    """Return the project's baseline where a gate asks for it."""
    if not project.asks_for(Baseline, stage):
        return BaselineData()
    return read_baseline(project.rootdir, project.policy.baseline, project.name)


def operations_of(project: Project, stage: str) -> OperationsData:
    """Return the texts for the operational documents where a gate asks for them."""
    asked = project.asks_for(Operations, stage)
    return read_operations(project.rootdir, project.policy.operations) if asked else OperationsData()


def levels_of(policy: Policy, measured: LevelsData) -> LevelsData:
    """Return what was measured of service levels, with what the policy promises."""
    address = policy.prometheus.address if policy.prometheus is not None else ""
    return replace(measured, objectives=policy.objectives, globs=policy.slo_files, address=address)


def plans_of(project: Project, sources: Iterable[Source], stage: str) -> GoalsData:
    """Return the plans of a decision where a gate asks for goals; those that were handed over in any case."""
    sources = tuple(sources)
    given = any(each.contents is not None and each.contents.goals is not None for each in sources)
    if not given and not _asked(project, stage):
        return GoalsData()
    return goals_of(project.rootdir, project.policy.plan, sources, verified_here=_verified_here(project.policy, stage))


def flags_at(project: Project, sources: Iterable[Source]) -> FlagsEvidence:
    """Return the flag files of a decision; the one of the checkout where the policy names one."""
    return flags_of(project.rootdir, project.policy.features, sources)


def written_tests(project: Project, *, recorded: bool) -> WrittenTests:
    """Return the manual tests that stand in Markdown.

    Args:
        project: The project.
        recorded: Whether a run is among the evidence, whose record lists them as they were then.

    Raises:
        MistakesError: With everything that is wrong with them.
    """
    if recorded:
        return WrittenTests()
    return tests_in(project.rootdir, project.policy.manual_folder, project.vocabulary)


def _verified_here(policy: Policy, stage: str) -> bool:
    """Return whether goals have to be verified at a stage: from *test* on, or from the default stage of other names."""
    first = _VERIFIED_FROM if _VERIFIED_FROM in policy.stages else policy.default_stage
    return policy.stages.index(stage) >= policy.stages.index(first)


def _asked(project: Project, stage: str) -> bool:
    """Return whether a gate reads goals at a stage, be it to show them only."""
    places = (None, *project.policy.environments)
    reading = [each for each in project.bound if Goals in each.gate.needs.values()]
    return any(each.applies(stage, place) for each in reading for place in places)
