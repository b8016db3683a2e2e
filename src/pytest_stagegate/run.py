"""The one use case: policy + evidence → decision → documents. Knows neither pytest nor a command line."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate import decide
from pytest_stagegate.documents.rendering import Wanted, documents_of, write_documents
from pytest_stagegate.documents.writing import sha256_of
from pytest_stagegate.errors import EvidenceError, Mistake, MistakesError, nearest
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.judging import ActiveGate, Place, judge
from pytest_stagegate.model.decision import Cell, Decision, EvidenceItem, PolicyReference, TestRow, Tests
from pytest_stagegate.model.evidence import Absent, Evidence
from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.tests import Outcome, TestData
from pytest_stagegate.policy.binding import BoundGate, applying, bind
from pytest_stagegate.policy.loading import load
from pytest_stagegate.registry import Registry
from pytest_stagegate.tagging import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.view import View
    from pytest_stagegate.evidence.lines import Run
    from pytest_stagegate.model.decision import Blocker
    from pytest_stagegate.model.verdicts import GateResult
    from pytest_stagegate.policy.model import Policy

NOT_PASSED_LIMIT: Final = 500
_DEFAULT_MAX_AGE: Final = Duration.parse("24 h").microseconds
_ROW_ORDER: Final = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.LOST,
    Outcome.XPASSED,
    Outcome.PASSED,
    Outcome.SKIPPED,
    Outcome.XFAILED,
)


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

    def gates(self, stage: str, environment: str | None, *, max_age: int | None = None) -> list[ActiveGate]:
        """Return the gates of one decision; `max_age` (microseconds) is taken where the policy names none."""
        return [_active(each, max_age) for each in applying(self.bound, stage, environment)]

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
    """

    decision: Decision
    view: View
    files: dict[Path, bytes]


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


def _active(bound: BoundGate, max_age: int | None) -> ActiveGate:
    table = bound.table
    if table is None:
        return ActiveGate(
            bound.id, bound.gate, bound.options, bound.enforcement, remedy=bound.gate.remedy, max_age=max_age
        )
    return ActiveGate(
        bound.id,
        bound.gate,
        bound.options,
        bound.enforcement,
        on_missing=table.on_missing,
        owner=table.owner,
        remedy=table.remedy or bound.gate.remedy,
        max_age=table.max_age if table.max_age is not None else max_age,
        declared_in=table.place,
    )


def decide_record(
    project: Project,
    record: Path,
    *,
    wanted: tuple[Wanted, ...],
    out: Path,
    as_of: dt.datetime | None = None,
) -> Decided:
    """Decide from a record and render the documents; nothing is written.

    Args:
        project: Policy and gates.
        record: The run's ``evidence.jsonl``.
        wanted: Which documents.
        out: The output folder, for the documents' paths.
        as_of: The instant at which ages and dates are judged; the run's own start when None.

    Raises:
        EvidenceError: When the record can't be read.
        StageGateError: When a template of the project's own is broken.
    """
    header, evidence = read_record(record)
    instant = as_of or _time(evidence.started, record)
    place = _place(header, evidence, instant, record, project)
    results, blockers = _judged(project, evidence, place)
    rows, omitted = _rows(evidence.tests)
    decision = Decision(
        decision=decide.decide(blockers),
        provisional=evidence.provisional,
        incomplete=evidence.incomplete,
        blockers=blockers,
        stage=place.stage,
        environment=place.environment,
        as_of=_written(instant),
        subject=evidence.subject,
        gates=results,
        tests=_totals(evidence.tests),
        matrix=_matrix(project, evidence.tests, place.environment),
        not_passed=rows,
        not_passed_omitted=omitted,
        collection_errors=evidence.collection_errors,
        run=evidence.facts,
        evidence=_index(record, evidence),
        policy=PolicyReference(source=project.policy.source, sha256=project.policy.sha256),
    )
    shown, files = documents_of(decision, wanted, out, project.templates)
    return Decided(decision, shown, files)


def _place(header: Run, evidence: Evidence, instant: dt.datetime, record: Path, project: Project) -> Place:
    if header.stage not in project.policy.stages:
        text = f"{record.name}: its stage {header.stage!r} is not one of the policy's stages"
        raise EvidenceError(text, code="foreign")
    finished = _time(evidence.finished or evidence.started, record)
    return Place(
        stage=header.stage,
        environment=header.environment,
        day=instant.astimezone(dt.timezone.utc).date(),
        evidence_age=max(0, (instant - finished) // dt.timedelta(microseconds=1)),
    )


def _judged(project: Project, evidence: Evidence, place: Place) -> tuple[tuple[GateResult, ...], tuple[Blocker, ...]]:
    gates = project.gates(place.stage, place.environment, max_age=_DEFAULT_MAX_AGE)
    results = tuple(judge(active, evidence, place) for active in gates)
    levels = [active.enforcement.on(place.day) for active in gates]
    judged = decide.judged_anything(zip([result.verdict for result in results], levels, strict=True))
    return results, decide.blockers(results, evidence.incomplete, judged=judged)


def publish(decided: Decided, out: Path, record: Path) -> None:
    """Write the documents and the list of digests.

    Raises:
        OSError: When a file can't be written.
    """
    write_documents(decided.files, out, (record, out / "coverage.data"))


def _time(written: str, record: Path) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(written.replace("Z", "+00:00"))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise EvidenceError(f"{record.name}: {written!r} is not a time with its zone", code="damaged")
    return instant


def _written(instant: dt.datetime) -> str:
    return instant.astimezone(dt.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _totals(tests: TestData) -> Tests:
    counts = tests.counts()
    return Tests(
        **{name: getattr(counts, name) for name in counts.__struct_fields__},
        skipped_files=len(tests.skipped_files),
        not_selected=sum(detail.not_selected for detail in tests.details.values()),
        untagged=tests.counts(lambda tag: not tag.tagged).collected,
        subtests=sum(detail.subtest_count for detail in tests.details.values()),
    )


def _matrix(project: Project, tests: TestData, environment: str | None) -> tuple[Cell, ...]:
    present = {tag.stage for tag in tests.tags}
    cells = []
    for stage in project.policy.stages:
        if stage in present:
            counts = tests.counts(lambda tag, stage=stage: tag.stage == stage)  # type: ignore[misc]
            values = {name: getattr(counts, name) for name in counts.__struct_fields__}
            cells.append(Cell(stage=stage, environment=environment, **values))
    return tuple(cells)


def _rows(tests: TestData) -> tuple[tuple[TestRow, ...], int]:
    """Return the tests that did not plainly pass, failures first; deselected ones are only counted."""
    lost = (index for index, outcome in enumerate(tests.outcomes) if outcome == Outcome.LOST)
    plain_subtests = (index for index, detail in tests.details.items() if detail.reruns or not _plain(tests, index))
    indexes = sorted({*lost, *plain_subtests}, key=lambda i: (_ROW_ORDER.index(Outcome(tests.outcomes[i])), i))
    return tuple(_row(tests, index) for index in indexes[:NOT_PASSED_LIMIT]), max(0, len(indexes) - NOT_PASSED_LIMIT)


def _plain(tests: TestData, index: int) -> bool:
    return tests.outcomes[index] in (Outcome.PASSED, Outcome.DESELECTED)


def _row(tests: TestData, index: int) -> TestRow:
    detail = tests.details.get(index)
    return TestRow(
        id=tests.ids[index],
        stage=tests.tags[tests.tag_of[index]].stage,
        outcome=Outcome(tests.outcomes[index]).word,
        reason=detail.reason if detail else "",
        message=detail.message if detail else "",
        reruns=detail.reruns if detail else 0,
        subtests=detail.subtests if detail else (),
    )


def _index(record: Path, evidence: Evidence) -> tuple[EvidenceItem, ...]:
    run = EvidenceItem(
        id="run",
        kind="tests",
        source=record.name,
        sha256=sha256_of(record),
        producer=evidence.producer,
        created=evidence.finished or evidence.started,
        state="incomplete" if evidence.incomplete else "whole",
    )
    if isinstance(evidence.coverage, Absent):
        return (run,)
    return (
        run,
        EvidenceItem(
            id="coverage",
            kind="coverage",
            source=record.name,
            sha256=None,
            producer=evidence.coverage.producer,
            created=evidence.finished or evidence.started,
            state="whole",
        ),
    )
