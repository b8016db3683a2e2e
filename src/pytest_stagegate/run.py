"""The one use case: policy + evidence → decision → documents. Knows neither pytest nor a command line."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate import decide
from pytest_stagegate.documents.rendering import EVIDENCE_FILES, Wanted, documents_of, write_documents
from pytest_stagegate.errors import EvidenceError, Mistake, MistakesError, UsageError, nearest
from pytest_stagegate.evidence.finding import Given, sha256_of
from pytest_stagegate.evidence.gathering import Defaults, gather
from pytest_stagegate.evidence.merging import merged
from pytest_stagegate.evidence.provenance import declared_name
from pytest_stagegate.evidence.repository import repository_of
from pytest_stagegate.evidence.vetting import Vetted, Yardstick, missing_cells, never_run, summed, vet
from pytest_stagegate.judging import ActiveGate, judge
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.decision import Decision, Note, PolicyReference, Subject
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.repository import Repository
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.times import parsed, rfc3339
from pytest_stagegate.policy.binding import BoundGate, applying, bind
from pytest_stagegate.policy.loading import load
from pytest_stagegate.registry import Registry
from pytest_stagegate.summing import index, matrix, rows_of, totals
from pytest_stagegate.tagging import Vocabulary, stages_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_stagegate.documents.view import View
    from pytest_stagegate.model.decision import Blocker
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.expected import Expected
    from pytest_stagegate.model.repository import RepositoryData
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.model.verdicts import GateResult
    from pytest_stagegate.policy.model import Policy


@dataclass(frozen=True)
class Project:
    """A project's policy and gates, read and found to be in order.

    Attributes:
        rootdir: The project's root.
        policy: Its policy.
        bound: Every gate that may apply.
        vocabulary: Stages, environments and path rules for tagging.
    """

    rootdir: Path
    policy: Policy
    bound: tuple[BoundGate, ...]
    vocabulary: Vocabulary

    def gates(self, stage: str, environment: str | None) -> list[ActiveGate]:
        """Return the gates of one decision."""
        return [_active(each) for each in applying(self.bound, stage, environment)]

    def expected(self, stage: str, environment: str | None) -> tuple[Expected, ...]:
        """Return the cells that must have evidence when a stage is decided: of the stages whose tests it judges."""
        judged = stages_of(self.vocabulary, stage)
        return tuple(
            cell
            for cell in self.policy.expected
            if cell.stage in judged and (environment is None or cell.environment in (None, environment))
        )

    def repository(
        self, environ: Mapping[str, str], gates: Iterable[ActiveGate] | None = None
    ) -> RepositoryData | None:
        """Return what git says of the project's sources as they are now; None when no gate asks.

        Args:
            environ: Environment variables, in which a CI names the branch that the work goes into.
            gates: The gates of the decision; every gate of the policy where it is not known yet.
        """
        asking = gates if gates is not None else map(_active, self.bound)
        if not any(gate.needs(Repository) for gate in asking):
            return None
        return repository_of(self.rootdir, self.policy.base, self.policy.release_tag, environ)

    @property
    def templates(self) -> Path | None:
        """Folder with templates of the project's own."""
        return self.rootdir / self.policy.templates if self.policy.templates is not None else None


@dataclass(frozen=True)
class Decided:
    """A decision with its documents, ready to be written.

    Attributes:
        decision: The decision.
        view: The same as finished strings.
        files: Content of each document by its path.
        evidence: Evidence files that lie beside them.
    """

    decision: Decision
    view: View
    files: dict[Path, bytes]
    evidence: tuple[Path, ...] = ()


def load_project(rootdir: Path, policy_file: Path | None = None) -> Project:
    """Read policy and gates.

    Raises:
        MistakesError: With all mistakes in the policy, or all in the gate modules.
    """
    policy = load(rootdir, policy_file)
    registry = Registry(rootdir)
    bound = bind(policy, registry.gates, registry.local)
    if policy.templates is not None and not (rootdir / policy.templates).is_dir():
        text = f"there is no folder {policy.templates!r} below the root"
        raise MistakesError("the policy", [Mistake(f"{policy.source} templates", text)], code="policy")
    idle = [rule for rule in policy.tags if not _matches_a_file(rule.path, rootdir)]
    if idle:
        mistakes = [Mistake(rule.place, _no_file(rule.path, rootdir)) for rule in idle]
        raise MistakesError("the policy", mistakes, code="policy")
    vocabulary = Vocabulary(policy.stages, policy.environments, policy.default_stage, policy.tags)
    return Project(rootdir, policy, bound, vocabulary)


def _matches_a_file(pattern: str, rootdir: Path) -> bool:
    """Return whether a glob matches any file below the root; folders of tools (``.git``, ``.tox``) are not searched."""
    return any(map(matches(pattern), _files(rootdir, pattern)))


def _files(rootdir: Path, pattern: str) -> Iterator[str]:
    literal = "/".join(takewhile(lambda part: not set(part) & set("*?"), pattern.split("/")))
    start = rootdir / literal
    if start.is_file():
        yield literal
    for folder, inner, names in os.walk(start):
        inner[:] = [name for name in inner if not name.startswith(".") and name != "__pycache__"]
        for name in names:
            yield Path(folder, name).relative_to(rootdir).as_posix()


def _no_file(pattern: str, rootdir: Path) -> str:
    folders = {Path(path).parent.as_posix() for path in _files(rootdir, "") if path.endswith(".py")}
    patterns = {f"{folder}/**" for folder in folders} - {"./**"}
    return f"{pattern!r} matches no file below the root; {nearest(pattern, patterns)}"


def _active(bound: BoundGate) -> ActiveGate:
    table = bound.table
    if table is None:
        return ActiveGate(bound.id, bound.gate, bound.options, bound.enforcement, remedy=bound.gate.remedy)
    return ActiveGate(
        bound.id,
        bound.gate,
        bound.options,
        bound.enforcement,
        on_missing=table.on_missing,
        owner=table.owner,
        remedy=table.remedy or bound.gate.remedy,
        max_age=table.max_age,
        declared_in=table.place,
    )


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
    """

    given: tuple[Given, ...]
    checkout: tuple[Subject, tuple[Note, ...]]
    at: str | None = None
    environment: str | None = None
    as_of: dt.datetime | None = None
    repository: RepositoryData | None = None


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
    vetted, place = _vetted(project, question)
    evidence = _evidence(project, vetted, question, place)
    results, blockers = _judged(project, vetted, question, evidence, place)
    rows, omitted = rows_of(evidence.tests)
    decision = Decision(
        decision=decide.decide(blockers),
        provisional=evidence.provisional,
        incomplete=evidence.incomplete,
        blockers=blockers,
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
        evidence=index(vetted.sources),
        policy=PolicyReference(
            source=project.policy.source,
            sha256=project.policy.sha256,
            recorded=tuple(sorted({origin.policy_sha256 for origin in evidence.origins})),
        ),
    )
    shown, files = documents_of(decision, wanted, out, project.templates)
    own = out / EVIDENCE_FILES[0] in [each.path.resolve() for each in question.given]
    beside = tuple(path for name in EVIDENCE_FILES if own and (path := out / name).is_file())
    return Decided(decision, shown, files, beside)


def _vetted(project: Project, question: Question) -> tuple[Vetted, Place]:
    """Read the files and hold each against what is decided; and find out what that is."""
    policy = project.policy
    fallback = question.environment or policy.default_environment
    sources = gather(question.given, Defaults(project.rootdir, policy.evidence, policy.default_stage, fallback))
    instant = question.as_of or _start(sources)
    runs = [each for each in sources if each.evidence is not None]
    environment = question.environment or (_environment(runs) if runs else policy.default_environment)
    yardstick = Yardstick(
        name=declared_name(project.rootdir),
        commit=question.checkout[0].commit,
        environment=environment,
        stages=policy.stages,
        shape_sha256=policy.shape_sha256,
        as_of=instant,
    )
    vetted = vet(sources, yardstick)
    usable = [each for each in vetted.sources if each.usable and each.kind == "run"]
    stage = question.at or _stage(usable) or policy.default_stage
    return vetted, Place(stage=stage, environment=environment, instant=instant)


def _start(sources: Iterable[Source]) -> dt.datetime:
    """Return when the latest run began."""
    started = [each.evidence.started for each in sources if each.evidence is not None]
    if not started:
        why = " ".join(each.note.text for each in sources if each.note is not None)
        raise EvidenceError(f"nothing says when the run was: no record of one can be read. {why}".strip())
    return parsed(max(started))


def _stage(runs: Iterable[Source]) -> str | None:
    """Return the stage that all records were made for; None where there is none."""
    said = {origin.stage for each in runs if each.evidence is not None for origin in each.evidence.origins}
    if len(said) > 1:
        raise UsageError(f"the records were made for the stages {', '.join(sorted(said))}; name one of them with --at")
    return next(iter(said), None)


def _environment(runs: Iterable[Source]) -> str | None:
    """Return the environment that all runs were against; None where they differ."""
    said = {each.environment for each in runs}
    return next(iter(said)) if len(said) == 1 else None


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
    sharded = any(origin.shard is not None for origin in whole.origins)
    lost = any("coverage" in each.kinds and each.state in _LACKING for each in vetted.sources)
    lacking = lost or (sharded and bool(cells))
    measured = whole.coverage if isinstance(whole.coverage, Absent) or not lacking else _LACKING_COVERAGE
    return replace(
        whole,
        coverage=measured,
        incomplete=(*whole.incomplete, *vetted.notes, *cells, *unasked, *nowhere),
        provisional=tuple(dict.fromkeys((*own, *whole.provisional, *vetted.provisional, *perhaps_nowhere))),
        ages=vetted.ages,
        unfit=vetted.unfit,
        expected=expected,
        repository=whole.repository or question.repository,
    )


def _of_environment(
    project: Project, vetted: Vetted, question: Question, place: Place, environment: str
) -> tuple[Evidence, Place]:
    """Return the evidence of one environment alone, and where it is judged."""
    there = summed([each for each in vetted.sources if each.environment == environment], place.instant)
    asked = replace(question, environment=environment)
    at = replace(place, environment=environment)
    return _evidence(project, there, asked, at), at


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


def _judged(
    project: Project, vetted: Vetted, question: Question, evidence: Evidence, place: Place
) -> tuple[tuple[GateResult, ...], tuple[Blocker, ...]]:
    asked = [(active, evidence, place) for active in project.gates(place.stage, place.environment)]
    known = {(active.id, active.declared_in) for active, _, _ in asked}
    # Where runs against several environments are decided together, each one's own gates judge its own evidence.
    for environment in sorted({tag.ran_in for tag in evidence.tests.tags if tag.ran_in} - {place.environment}):
        own = [each for each in project.gates(place.stage, environment) if (each.id, each.declared_in) not in known]
        if own:
            narrowed = _of_environment(project, vetted, question, place, environment)
            asked += [(active, *narrowed) for active in own]
    results = tuple(judge(*each, project.rootdir) for each in asked)
    levels = [active.enforcement.on(place.day) for active, _, _ in asked]
    judged = decide.judged_anything(zip([result.verdict for result in results], levels, strict=True))
    return results, decide.blockers(results, evidence.incomplete, judged=judged)


def publish(decided: Decided, out: Path) -> None:
    """Write the documents and the list of digests.

    Raises:
        OSError: When a file can't be written.
    """
    digests = {path.name: digest for path in decided.evidence if (digest := sha256_of(path)) is not None}
    write_documents(decided.files, out, digests)
