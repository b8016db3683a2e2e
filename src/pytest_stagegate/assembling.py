"""Assembling what is decided upon: the question, the files that may be used for it, and what they say together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.chaining import decisions_among, other_artifacts
from pytest_stagegate.checkout import flags_at, levels_of, operations_of, plans_of, written_tests
from pytest_stagegate.evidence.artifacts import unlisted
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.evidence.gathering import Defaults, gather, undelivered
from pytest_stagegate.evidence.merging import merged, of_environment
from pytest_stagegate.evidence.origins import environment_of, stage_of, start_of
from pytest_stagegate.evidence.vetting import Vetted, Yardstick, missing_cells, never_run, summed, vet, without_own
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.decision import Note, Subject
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.progress import under
from pytest_stagegate.model.released import ReleasedPolicy
from pytest_stagegate.model.rings import ring_of
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.model.told import ToldData
from pytest_stagegate.permitting import refuse_contradiction
from pytest_stagegate.summing import manual_data
from pytest_stagegate.tagging import stages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.baseline import BaselineData
    from pytest_stagegate.model.deployments import Deployment
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.repository import RepositoryData
    from pytest_stagegate.model.reviews import TrailersData
    from pytest_stagegate.model.rings import Ring
    from pytest_stagegate.project import Project


_LACKING: Final = (State.MISSING, State.UNREADABLE, State.FOREIGN, State.DUPLICATE)
_LACKING_COVERAGE: Final = Absent("coverage-incomplete", "evidence is missing, and with it what it had covered")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be decided.

    Attributes:
        given: The evidence files.
        checkout: The project as its work tree is, and why a decision on it would be provisional.
        at: The stage; the records' own when None, else the policy's default stage.
        environment: The environment; the records' own when None.
        as_of: The instant at which ages and dates are judged; the start of the latest run when None.
        repository: What git says of the sources here, for evidence that does not say it; None when nobody asked.
        released: The policy at the last release, for evidence without a record of a run; None when nobody asked.
        trailers: Who made and who reviewed the commit here, for evidence that does not say it; None when nobody asked.
        told: What the release notes tell here, for evidence that does not say it; None when nobody asked.
        basis: What sign-offs are held against, for a drill whose evidence is not what was signed; None for the
            decision's own.
        sources: Where the sources are that evidence files speak of; the project's root when None.
        opens: The ring that is to open, ``complete`` where the last one is left, or empty where no step of a rollout is
            decided.
    """

    given: tuple[Given, ...]
    checkout: tuple[Subject, tuple[Note, ...]]
    at: str | None = None
    environment: str | None = None
    as_of: dt.datetime | None = None
    repository: RepositoryData | None = None
    released: ReleasedPolicy | None = None
    told: ToldData | Absent | None = None
    trailers: TrailersData | Absent | None = None
    basis: str | None = None
    sources: Path | None = None
    opens: str = ""


def vetted_for(project: Project, question: Question) -> tuple[Vetted, Place]:
    """Read the files and hold each against what is decided; and find out what that is."""
    policy = project.policy
    fallback = question.environment or policy.default_environment
    defaults = Defaults(project.rootdir, policy.evidence, policy.default_stage, fallback, question.sources)
    sources = gather(question.given, defaults)
    # The decision states whole seconds; judged at any other instant it could not be made once more.
    instant = (question.as_of or start_of(sources)).replace(microsecond=0)
    runs = [each for each in sources if each.evidence is not None]
    environment = question.environment or (environment_of(runs) if runs else policy.default_environment)
    yardstick = Yardstick(
        name=project.name,
        commit=question.checkout[0].commit,
        environment=environment,
        stages=policy.stages,
        shape_sha256=policy.shape_sha256,
        as_of=instant,
        artifacts=question.checkout[0].artifacts,
    )
    vetted = vet(sources, yardstick)
    stage = question.at or stage_of(vetted.sources) or policy.default_stage
    # As with cells, only a word of the user's asks for one environment alone.
    missing = undelivered(project.producers(stage, question.environment, environment), vetted.sources)
    refuse_contradiction(policy, stage, environment)
    vetted = summed([*without_own(vetted.sources, stage, environment), *missing], instant)
    return vetted, Place(stage=stage, environment=environment, instant=instant)


def evidence_for(project: Project, vetted: Vetted, question: Question, place: Place) -> Evidence:
    """Return what the usable sources say together."""
    subject, notes = question.checkout
    whole = merged(vetted.sources, subject, rfc3339(place.instant))
    # What arrived must not say what is expected: only a word of the user's asks for one environment alone.
    expected = project.expected(place.stage, question.environment)
    cells = missing_cells(whole.tests, expected)
    # Before the first ring opens nothing runs anywhere that could be tested.
    silent = bool(question.opens) and not has_tests(whole)
    unasked = () if silent else _left_out(project, whole, place.stage, question.at)
    nowhere, perhaps_nowhere = never_run(vetted.sources)
    own = () if whole.origins else notes
    lacking = any("coverage" in each.kinds and each.state in _LACKING for each in vetted.sources)
    lacking = lacking or (bool(cells) and any(origin.shard is not None for origin in whole.origins))
    measured = whole.coverage if isinstance(whole.coverage, Absent) or not lacking else _LACKING_COVERAGE
    decisions = decisions_among(vetted.sources, project.policy, project.registry.gates, place)
    written = written_tests(project, recorded=bool(whole.origins))
    changed = other_artifacts(decisions, whole.subject.artifacts)
    return replace(
        whole,
        coverage=measured,
        incomplete=(*whole.incomplete, *vetted.notes, *cells, *unasked, *nowhere, *changed),
        provisional=tuple(
            dict.fromkeys(
                (*own, *whole.provisional, *vetted.provisional, *perhaps_nowhere, *unlisted(whole.subject, subject))
            )
        ),
        rings=project.policy.rings,
        steps=under(whole.steps, project.policy.sha256),
        deployments=_of_ring(whole.deployments, project.policy.rings, question.opens),
        opens=question.opens,
        ages=vetted.ages,
        unfit=vetted.unfit,
        expected=expected,
        repository=whole.repository or question.repository,
        released=whole.released if whole.origins else question.released,
        told=whole.told or question.told,
        trailers=whole.trailers or question.trailers,
        decisions=decisions,
        operations=operations_of(project, place.stage),
        goals=plans_of(project, vetted.sources, place.stage),
        environment_rules=project.policy.environment_rules,
        service_levels=levels_of(project.policy, whole.service_levels),
        flags=flags_at(project, vetted.sources),
        manual=manual_data(whole, vetted.sources, stages_of(project.vocabulary, place.stage), written),
    )


def _of_ring(deployments: tuple[Deployment, ...], rings: Sequence[Ring], opens: str) -> tuple[Deployment, ...]:
    """Return the records of deployments that a step of a rollout may look at: one of another ring tells it nothing."""
    if not opens:
        return deployments
    ring = ring_of(rings, opens).name
    return tuple(each for each in deployments if each.ring in (None, ring))


def has_tests(evidence: Evidence) -> bool:
    """Return whether any run or file with test results is among the evidence."""
    return bool(evidence.began)


def of_environment_alone(
    project: Project, vetted: Vetted, question: Question, place: Place, environment: str, baseline: BaselineData
) -> tuple[Evidence, Place]:
    """Return the evidence of one environment alone, and where it is judged."""
    there = of_environment(vetted.sources, environment)
    asked = replace(question, environment=environment)
    at = replace(place, environment=environment)
    return replace(evidence_for(project, summed(there, place.instant), asked, at), baseline=baseline), at


def _left_out(project: Project, whole: Evidence, stage: str, asked: str | None) -> tuple[Note, ...]:
    """Return that the runs were for another stage, and what this decision would have to judge was not run."""
    if asked is None or (whole.origins and all(origin.stage == stage for origin in whole.origins)):
        return ()
    judged = stages_of(project.vocabulary, stage)
    made = ", ".join(sorted({origin.stage for origin in whole.origins}))
    count = whole.tests.not_selected_of(judged)
    if count:
        tests = "1 test" if count == 1 else f"{count} tests"
        text = f"{tests} that the stage {stage} is decided by were left out: the run was for the stage {made}."
        return (Note(reason="stage-not-run", text=text),)
    if not whole.tests.counts(lambda tag: tag.stage in judged).executed:
        text = f"No test that the stage {stage} is decided by was executed."
        return (Note(reason="stage-not-run", text=text),)
    return ()
