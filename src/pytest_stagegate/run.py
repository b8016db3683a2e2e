"""The one use case: policy + evidence → decision → documents. Knows neither pytest nor a command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from pytest_stagegate import __version__, decide
from pytest_stagegate.assembling import Question, evidence_for, has_tests, of_environment_alone, vetted_for
from pytest_stagegate.basis import basis_of
from pytest_stagegate.chaining import stage_rows, upstream_rows
from pytest_stagegate.checkout import baseline_of
from pytest_stagegate.documents.rendering import EVIDENCE_FILES, Wanted, documents_of, write_documents
from pytest_stagegate.evidence.attaching import attachment_path
from pytest_stagegate.evidence.finding import PRODUCED, handed, produced_below, sha256_of
from pytest_stagegate.evidence.vetting import Vetted
from pytest_stagegate.figures import coverage_figures, duration_figures, progress_rows
from pytest_stagegate.model.decision import Asked, Decision, Extended, PolicyReference
from pytest_stagegate.model.deployments import running
from pytest_stagegate.model.filled import expected_rows
from pytest_stagegate.model.incidents import united
from pytest_stagegate.model.linked import requirement_rows
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.readiness import environment_rows
from pytest_stagegate.model.readying import feature_rows, found_before
from pytest_stagegate.model.rings import gates_of
from pytest_stagegate.model.support import support_rows
from pytest_stagegate.model.times import rfc3339
from pytest_stagegate.model.word import Word
from pytest_stagegate.planning import planned
from pytest_stagegate.project import drift_of
from pytest_stagegate.releasing import rollback_of, rollout_of, supply_at
from pytest_stagegate.signing import Terms, overridden, said_of
from pytest_stagegate.since import last_release, with_since
from pytest_stagegate.stepping import step
from pytest_stagegate.summing import (
    drills_of,
    further_files,
    index,
    manual_of,
    matrix,
    needed_cells,
    review_rows,
    rows_of,
    shipped_rows,
    totals,
)
from pytest_stagegate.waiving import judge_with_waivers
from pytest_stagegate.waiving import rows as waiver_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.documents.view import View
    from pytest_stagegate.judging import ActiveGate
    from pytest_stagegate.model.decision import Blocker, EvidenceItem
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.tests import TestData
    from pytest_stagegate.model.verdicts import GateResult
    from pytest_stagegate.model.waivers import Waiver, WaiverRow
    from pytest_stagegate.policy.model import Policy
    from pytest_stagegate.project import Project


class Decided(msgspec.Struct, frozen=True):
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
    step("making the documents")
    shown, files = documents_of(decision, wanted, out, project.templates)
    own = out / EVIDENCE_FILES[0] in [each.path.resolve() for each in question.given]
    return Decided(decision, shown, files, evidence.tests, tuple(_beside(out)) if own else ())


def decision_of(project: Project, question: Question) -> tuple[Decision, Evidence]:
    """Decide from evidence files; return the evidence too, of which a baseline is taken.

    Raises:
        UsageError: When the files leave open what is asked.
    """
    project = project.opening(question.opens)
    step("looking for evidence")
    vetted, place = vetted_for(project, question)
    evidence = replace(evidence_for(project, vetted, question, place), baseline=baseline_of(project, place.stage))
    step("judging")
    asked = _asked(project, vetted, question, evidence, place)
    first, evidence = _first(project, asked, evidence)
    last = last_release(project.policy.since, project.rootdir, evidence.subject.name, place)
    further = (*further_files(evidence), *(last.items if last is not None else ()))
    draft = _draft(project, vetted, evidence, place, tuple(result for result, _, _ in first.values()), further)
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
        evidence=(*index(signed.sources), *signed.allowed, *further),
        sign_offs=signed.data.rows,
        override=override,
        goals=goals,
        milestones=milestones,
        progress=progress_rows(goals, milestones, draft.requirements),
        question=_put(project, question, vetted),
    )
    decision = msgspec.structs.replace(decision, stages=stage_rows(project.policy.stages, decision))
    if last is not None:
        step("comparing with the last release")
    return with_since(last, decision, evidence.tests), evidence


def _draft(
    project: Project,
    vetted: Vetted,
    evidence: Evidence,
    place: Place,
    results: tuple[GateResult, ...],
    further: tuple[EvidenceItem, ...],
) -> Decision:
    """Return a decision as it is before anybody's word on it."""
    rows, omitted = rows_of(evidence.tests)
    gates = project.gates(place.stage, place.environment)
    manual = manual_of(evidence, gates, place)
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
        expected=expected_rows(needed_cells(evidence, gates, place), evidence.tests),
        not_passed=rows,
        not_passed_omitted=omitted,
        collection_errors=evidence.collection_errors,
        run=evidence.facts,
        evidence=(*index(vetted.sources), *further),
        waivers=(),
        policy=_reference(project.policy, evidence),
        drift=drift_of(project, evidence.released, place.day),
        manual=manual,
        environments=environment_rows(evidence.environments, evidence.environment_rules, place, evidence.tests.tags),
        requirements=requirement_rows(evidence.tests, manual),
        reviews=review_rows(evidence),
        incidents=tuple(each for each in united(evidence.incidents) if each.open),
        support=support_rows(evidence.support, evidence.in_use, place.day),
        rollout=rollout_of(project.policy, evidence, place),
        rollback=rollback_of(project.policy, evidence, gates, place),
        supply=supply_at(project.policy, evidence, vetted.sources, gates, place),
        drills=drills_of(evidence, place.day),
        deployments=running(evidence.deployments, place.environment),
        features=evidence.features,
        coverage=coverage_figures(project.policy.stages, evidence.coverage),
        durations=duration_figures(evidence.tests),
        upstream=upstream_rows(vetted.sources, project.policy),
        shipped=shipped_rows(evidence),
    )


def _put(project: Project, question: Question, vetted: Vetted) -> Asked:
    """Return the question as the decision records it; what a record names comes with the record."""
    checkout, notes = question.checkout
    named = {each.name for each in vetted.sources if each.recorded}
    return Asked(
        at=question.at,
        opens=question.opens,
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


class _Asked(msgspec.Struct, frozen=True):
    """A gate with what it judges, and where."""

    active: ActiveGate
    evidence: Evidence
    place: Place


_Ruled = tuple["GateResult", tuple["Waiver", ...], tuple["Waiver", ...]]
"""A gate's result, the waivers that it needed, and those that were not enough."""


def _asked(project: Project, vetted: Vetted, question: Question, evidence: Evidence, place: Place) -> list[_Asked]:
    gates = project.gates(place.stage, place.environment)
    if question.opens:
        # Where nothing was run there is nothing for `results` to look at, unless the rings ask for it.
        named = gates_of(project.policy.rings, question.opens)
        there = has_tests(evidence)
        told = [each for each in gates if there or each.id in named or each.gate.name != "results"]
        return [_Asked(each, evidence, place) for each in told]
    asked = [_Asked(active, evidence, place) for active in gates]
    known = {(each.active.id, each.active.declared_in) for each in asked}
    # Where runs against several environments are decided together, each one's own gates judge its own evidence.
    for environment in sorted({tag.ran_in for tag in evidence.tests.tags if tag.ran_in} - {place.environment}):
        own = [each for each in project.gates(place.stage, environment) if (each.id, each.declared_in) not in known]
        if own:
            narrowed = of_environment_alone(project, vetted, question, place, environment, evidence.baseline)
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
    before = found_before(evidence.decisions, evidence.subject.commit, results)
    rows = feature_rows(evidence.flags, evidence.tests, [*results, *before], whole=not evidence.incomplete)
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
