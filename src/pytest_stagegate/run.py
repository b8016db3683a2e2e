"""The one use case: policy + evidence → decision → documents. Knows neither pytest nor a command line."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate import __version__, decide
from pytest_stagegate.basis import basis_of
from pytest_stagegate.chaining import decisions_among, other_artifacts, upstream_rows
from pytest_stagegate.checkout import baseline_of, flags_at, levels_of, operations_of, plans_of, written_tests
from pytest_stagegate.documents.rendering import EVIDENCE_FILES, Wanted, documents_of, write_documents
from pytest_stagegate.evidence.artifacts import unlisted
from pytest_stagegate.evidence.attaching import attachment_path
from pytest_stagegate.evidence.finding import PRODUCED, Given, handed, produced_below, sha256_of
from pytest_stagegate.evidence.gathering import Defaults, gather, undelivered
from pytest_stagegate.evidence.merging import merged, of_environment
from pytest_stagegate.evidence.origins import environment_of, stage_of, start_of
from pytest_stagegate.evidence.vetting import Vetted, Yardstick, missing_cells, never_run, summed, vet, without_own
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.decision import (
    Asked,
    Decision,
    Extended,
    Note,
    PolicyReference,
    Subject,
    Word,
)
from pytest_stagegate.model.deployments import running
from pytest_stagegate.model.incidents import united
from pytest_stagegate.model.linked import requirement_rows
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.readiness import environment_rows
from pytest_stagegate.model.readying import feature_rows
from pytest_stagegate.model.released import ReleasedPolicy
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.support import support_rows
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.model.told import ToldData
from pytest_stagegate.permitting import refuse_contradiction
from pytest_stagegate.planning import planned
from pytest_stagegate.project import drift_of
from pytest_stagegate.signing import Terms, overridden, said_of
from pytest_stagegate.summing import (
    drills_of,
    further_files,
    index,
    manual_data,
    manual_of,
    matrix,
    review_rows,
    rows_of,
    shipped_rows,
    totals,
)
from pytest_stagegate.tagging import stages_of
from pytest_stagegate.waiving import judge_with_waivers
from pytest_stagegate.waiving import rows as waiver_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.documents.view import View
    from pytest_stagegate.judging import ActiveGate
    from pytest_stagegate.model.baseline import BaselineData
    from pytest_stagegate.model.decision import Blocker
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.repository import RepositoryData
    from pytest_stagegate.model.reviews import TrailersData
    from pytest_stagegate.model.tests import TestData
    from pytest_stagegate.model.verdicts import GateResult
    from pytest_stagegate.model.waivers import Waiver, WaiverRow
    from pytest_stagegate.policy.model import Policy
    from pytest_stagegate.project import Project


@dataclass(frozen=True)
class Decided:
    """A decision with its documents, ready to be written.

    Attributes:
        decision: The decision.
        view: The same as finished strings.
        files: Content of each document by its path.
        tests: What became of every test.
        evidence: Evidence files that lie beside them.
    """

    decision: Decision
    view: View
    files: dict[Path, bytes]
    tests: TestData
    evidence: tuple[Path, ...] = ()


_LACKING: Final = (State.MISSING, State.UNREADABLE, State.FOREIGN, State.DUPLICATE)
_LACKING_COVERAGE: Final = Absent("coverage-incomplete", "evidence is missing, and with it what it had covered")


@dataclass(frozen=True, kw_only=True)
class Question:
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


def decide_on(project: Project, question: Question, *, wanted: tuple[Wanted, ...], out: Path) -> Decided:
    """Decide from evidence files and render the documents; nothing is written.

    Args:
        project: Policy and gates.
        question: What is to be decided, and from which files.
        wanted: Which documents.
        out: The output folder, for the documents' paths.

    Raises:
        UsageError: When the files leave open what is asked.
        StageGateError: When a template of the project's own is broken.
    """
    decision, evidence = decision_of(project, question)
    shown, files = documents_of(decision, wanted, out, project.templates)
    own = out / EVIDENCE_FILES[0] in [each.path.resolve() for each in question.given]
    return Decided(decision, shown, files, evidence.tests, tuple(_beside(out)) if own else ())


def decision_of(project: Project, question: Question) -> tuple[Decision, Evidence]:
    """Decide from evidence files; return the evidence too, of which a baseline is taken.

    Raises:
        UsageError: When the files leave open what is asked.
    """
    vetted, place = _vetted(project, question)
    evidence = replace(_evidence(project, vetted, question, place), baseline=baseline_of(project, place.stage))
    asked = _asked(project, vetted, question, evidence, place)
    first, evidence = _first(project, asked, evidence)
    draft = _draft(project, vetted, evidence, place, tuple(result for result, _, _ in first.values()))
    draft = msgspec.structs.replace(draft, basis=basis_of(draft))
    signed = said_of(draft, vetted.sources, _terms(project, question, asked, evidence), question.basis or draft.basis)
    given = [
        first.get(number) or _ruled(project, replace(each, evidence=replace(each.evidence, sign_offs=signed.data)))
        for number, each in enumerate(asked)
    ]
    results = tuple(result for result, _, _ in given)
    goals, milestones = planned(
        project, evidence, draft.manual, (each for _, used, _ in given for each in used), place.day
    )
    blockers, override = overridden(_blockers(results, asked, evidence, place), signed.data.rows)
    decision = msgspec.structs.replace(
        draft,
        decision=decide.decide(blockers),
        blockers=blockers,
        gates=results,
        waivers=_waivers(project, given, asked, place),
        evidence=(*index(signed.sources), *signed.allowed, *further_files(evidence)),
        sign_offs=signed.data.rows,
        override=override,
        goals=goals,
        milestones=milestones,
        question=_put(project, question, vetted),
    )
    return decision, evidence


def _draft(
    project: Project, vetted: Vetted, evidence: Evidence, place: Place, results: tuple[GateResult, ...]
) -> Decision:
    """Return a decision as it is before anybody's word on it."""
    rows, omitted = rows_of(evidence.tests)
    manual = manual_of(evidence, project.gates(place.stage, place.environment), place)
    return Decision(
        decision=Word.HOLD,
        provisional=evidence.provisional,
        incomplete=evidence.incomplete,
        blockers=(),
        stage=place.stage,
        environment=place.environment,
        as_of=rfc3339(place.instant),
        subject=evidence.subject,
        gates=results,
        tests=totals(evidence.tests),
        matrix=matrix(project.policy.stages, evidence.tests),
        not_passed=rows,
        not_passed_omitted=omitted,
        collection_errors=evidence.collection_errors,
        run=evidence.facts,
        evidence=(*index(vetted.sources), *further_files(evidence)),
        waivers=(),
        policy=_reference(project.policy, evidence),
        drift=drift_of(project, evidence.released, place.day),
        manual=manual,
        environments=environment_rows(evidence.environments, evidence.environment_rules, place, evidence.tests.tags),
        requirements=requirement_rows(evidence.tests, manual),
        reviews=review_rows(evidence),
        incidents=tuple(each for each in united(evidence.incidents) if each.open),
        support=support_rows(evidence.support, evidence.in_use, place.day),
        drills=drills_of(evidence, place.day),
        deployments=running(evidence.deployments, place.environment),
        features=evidence.features,
        upstream=upstream_rows(vetted.sources, project.policy),
        shipped=shipped_rows(evidence),
    )


def _put(project: Project, question: Question, vetted: Vetted) -> Asked:
    """Return the question as the decision records it; what a record names comes with the record."""
    checkout, notes = question.checkout
    named = {each.name for each in vetted.sources if each.recorded}
    return Asked(
        at=question.at,
        environment=question.environment,
        project=project.name,
        checkout=checkout,
        notes=notes,
        given=tuple(each for each in handed(question.given, project.rootdir) if each.source not in named),
        version=__version__,
    )


def _beside(out: Path) -> Iterator[Path]:
    """Yield what a run has left in the output folder beside its documents."""
    made = [path for each in produced_below(out / PRODUCED) for path in (each, attachment_path(each))]
    yield from (path for path in (*(out / name for name in EVIDENCE_FILES), *made) if path.is_file())


def _reference(policy: Policy, evidence: Evidence) -> PolicyReference:
    return PolicyReference(
        source=policy.source,
        sha256=policy.sha256,
        compared_with=evidence.released.tag if evidence.released is not None else None,
        extends=tuple(Extended(source=each.source, sha256=each.sha256) for each in policy.extended),
        recorded=tuple(sorted({origin.policy_sha256 for origin in evidence.origins})),
        content=json.loads(policy.content),
    )


def _vetted(project: Project, question: Question) -> tuple[Vetted, Place]:
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


def _evidence(project: Project, vetted: Vetted, question: Question, place: Place) -> Evidence:
    """Return what the usable sources say together."""
    subject, notes = question.checkout
    whole = merged(vetted.sources, subject, rfc3339(place.instant))
    # What arrived must not say what is expected: only a word of the user's asks for one environment alone.
    expected = project.expected(place.stage, question.environment)
    cells = missing_cells(whole.tests, expected)
    unasked = _left_out(project, whole, place.stage, question.at)
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


def _of_environment(
    project: Project, vetted: Vetted, question: Question, place: Place, environment: str, baseline: BaselineData
) -> tuple[Evidence, Place]:
    """Return the evidence of one environment alone, and where it is judged."""
    there = of_environment(vetted.sources, environment)
    asked = replace(question, environment=environment)
    at = replace(place, environment=environment)
    return replace(_evidence(project, summed(there, place.instant), asked, at), baseline=baseline), at


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


@dataclass(frozen=True)
class _Asked:
    """A gate with what it judges, and where."""

    active: ActiveGate
    evidence: Evidence
    place: Place


_Ruled = tuple["GateResult", tuple["Waiver", ...], tuple["Waiver", ...]]
"""A gate's result, the waivers that it needed, and those that were not enough."""


def _asked(project: Project, vetted: Vetted, question: Question, evidence: Evidence, place: Place) -> list[_Asked]:
    asked = [_Asked(active, evidence, place) for active in project.gates(place.stage, place.environment)]
    known = {(each.active.id, each.active.declared_in) for each in asked}
    # Where runs against several environments are decided together, each one's own gates judge its own evidence.
    for environment in sorted({tag.ran_in for tag in evidence.tests.tags if tag.ran_in} - {place.environment}):
        own = [each for each in project.gates(place.stage, environment) if (each.id, each.declared_in) not in known]
        if own:
            narrowed = _of_environment(project, vetted, question, place, environment, evidence.baseline)
            asked += [_Asked(active, *narrowed) for active in own]
    return asked


def _first(project: Project, asked: Sequence[_Asked], evidence: Evidence) -> tuple[dict[int, _Ruled], Evidence]:
    """Judge all gates but those that read sign-offs; the last of them are those that read which features are ready."""
    rest = {number: each for number, each in enumerate(asked) if not each.active.reads_sign_offs}
    ruled = {number: _ruled(project, each) for number, each in rest.items() if not each.active.reads_features}
    results = [result for result, _, _ in ruled.values()]
    for number, each in rest.items():
        if each.active.reads_features:
            ruled[number] = _ruled(project, replace(each, evidence=_with_features(each.evidence, results)))
    return dict(sorted(ruled.items())), _with_features(evidence, results)


def _with_features(evidence: Evidence, results: Sequence[GateResult]) -> Evidence:
    rows = feature_rows(evidence.flags, evidence.tests, results, whole=not evidence.incomplete)
    return replace(evidence, features=rows)


def _ruled(project: Project, asked: _Asked) -> _Ruled:
    return judge_with_waivers(asked.active, asked.evidence, asked.place, project.rootdir, project.waivers)


def _waivers(project: Project, given: Sequence[_Ruled], asked: Sequence[_Asked], place: Place) -> tuple[WaiverRow, ...]:
    used = [waiver for _, needed, _ in given for waiver in needed]
    short = [waiver for _, _, tried in given for waiver in tried]
    return waiver_rows(project.waivers, used, short, [place, *(each.place for each in asked)])


def _terms(project: Project, question: Question, asked: Sequence[_Asked], evidence: Evidence) -> Terms:
    """Return what sign-offs are held against; who made the commit comes from where git was asked at that commit."""
    told = [each.people for each in (evidence.repository, question.repository) if each is not None and each.people]
    authors = next((each.addresses for each in told if each.commit == evidence.subject.commit), None)
    reading = [each.active.options for each in asked if each.active.reads_sign_offs]
    not_author = not reading or any(getattr(options, "not_author", True) for options in reading)
    return Terms(project.rootdir, project.policy.allowed_signers, project.policy.override, authors, not_author)


def _blockers(
    results: Sequence[GateResult], asked: Sequence[_Asked], evidence: Evidence, place: Place
) -> tuple[Blocker, ...]:
    levels = [each.active.enforcement.on(place.day) for each in asked]
    judged = decide.judged_anything(zip([result.verdict for result in results], levels, strict=True))
    return decide.blockers(results, evidence.incomplete, judged=judged)


def publish(decided: Decided, out: Path) -> None:
    """Write the documents and the list of digests.

    Raises:
        OSError: When a file can't be written.
    """
    digests = {path: sha256_of(path) for path in decided.evidence}
    named = {path.relative_to(out).as_posix(): digest for path, digest in digests.items() if digest is not None}
    write_documents(decided.files, out, named)
