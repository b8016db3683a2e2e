"""Summing up: what a decision says of its evidence beside the gates: counts, tests by name, the index of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from packaging.utils import canonicalize_name

from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import Cell, EvidenceItem, ShippedRow, TestRow, Tests
from pytest_stagegate.model.drills import Logged, drill_rows
from pytest_stagegate.model.drills_face import exercised
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.flags import FILE_KIND as FLAG_FILES
from pytest_stagegate.model.lasting import LASTING
from pytest_stagegate.model.manual import FILE_KIND as MANUAL_FILES
from pytest_stagegate.model.manual import ManualData, ManualRow, ManualTests, Stated, manual_rows
from pytest_stagegate.model.operations import NO_SUCH_FILE
from pytest_stagegate.model.plan import FILE_KIND as PLAN_FILES
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.tests import Outcome, TestData
from pytest_stagegate.model.versions import same_version
from pytest_stagegate.stock._ran_here import RanHereOptions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.judging import ActiveGate
    from pytest_stagegate.model.baseline import BaselineData
    from pytest_stagegate.model.decision import Artifact
    from pytest_stagegate.model.drills import DrillRow
    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.flags import FlagFile, FlagsEvidence
    from pytest_stagegate.model.manual import WrittenTests
    from pytest_stagegate.model.operations import OperationsData, OperationsFile
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.plan import GoalsData, PlanFile
    from pytest_stagegate.model.provenance import StatementData
    from pytest_stagegate.model.reviews import ReviewRow
    from pytest_stagegate.model.sbom import SbomData, SbomSubject
    from pytest_stagegate.model.sources import Source

NOT_PASSED_LIMIT: Final = 500
_STATES: Final = {"unreadable": State.UNREADABLE, "other-project": State.FOREIGN}
_ROW_ORDER: Final = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.LOST,
    Outcome.XPASSED,
    Outcome.PASSED,
    Outcome.SKIPPED,
    Outcome.XFAILED,
)


def drills_of(evidence: Evidence, day: dt.date) -> tuple[DrillRow, ...]:
    """Return what is known of each kind of exercises, from logs and from the tests of a decision."""
    here = exercised(evidence.tests, evidence.started, evidence.drilled, evidence.subject)
    return drill_rows((*evidence.drills, *(Logged(entry=each) for each in here)), day)


def totals(tests: TestData) -> Tests:
    """Return the counts of all tests."""
    counts = tests.counts()
    return Tests(
        **{name: getattr(counts, name) for name in counts.__struct_fields__},
        skipped_files=len(tests.skipped_files),
        not_selected=sum(detail.not_selected and not detail.manual for detail in tests.details.values()),
        manual=sum(detail.manual for detail in tests.details.values()),
        untagged=tests.counts(lambda tag: not tag.tagged).collected,
        subtests=sum(detail.subtest_count for detail in tests.details.values()),
    )


def matrix(stages: Sequence[str], tests: TestData) -> tuple[Cell, ...]:
    """Return the counts of each stage and environment that has tests, in the order of the flow."""
    present = sorted({(stages.index(tag.stage), tag.ran_in or "") for tag in tests.tags if tag.stage in stages})
    cells = []
    for position, place in present:
        cell = (stages[position], place or None)
        counts = tests.counts(lambda tag, cell=cell: (tag.stage, tag.ran_in) == cell)  # type: ignore[misc]
        values = {name: getattr(counts, name) for name in counts.__struct_fields__}
        cells.append(Cell(stage=cell[0], environment=cell[1], **values))
    return tuple(cells)


def needed_cells(evidence: Evidence, gates: Iterable[ActiveGate], place: Place) -> tuple[Expected, ...]:
    """Return the cells that must have tests: those of the policy, and the one whose tests a gate judges by itself."""
    here = [each for each in gates if isinstance(each.options, RanHereOptions)] if place.environment else []
    return (*evidence.expected, *(Expected(place.stage, place.environment, None) for _ in here[:1]))


def rows_of(tests: TestData) -> tuple[tuple[TestRow, ...], int]:
    """Return the tests that did not plainly pass, failures first; deselected ones are only counted."""
    lost = (index for index, outcome in enumerate(tests.outcomes) if outcome == Outcome.LOST)
    plain_subtests = (index for index, detail in tests.details.items() if detail.reruns or not _plain(tests, index))
    indexes = sorted({*lost, *plain_subtests}, key=lambda i: (_ROW_ORDER.index(Outcome(tests.outcomes[i])), i))
    return tuple(_row(tests, index) for index in indexes[:NOT_PASSED_LIMIT]), max(0, len(indexes) - NOT_PASSED_LIMIT)


def _plain(tests: TestData, index: int) -> bool:
    return tests.outcomes[index] in (Outcome.PASSED, Outcome.DESELECTED)


def _row(tests: TestData, index: int) -> TestRow:
    detail = tests.details.get(index)
    tag = tests.tags[tests.tag_of[index]]
    return TestRow(
        id=tests.ids[index],
        stage=tag.stage,
        environment=tag.ran_in,
        shard=tag.shard,
        outcome=Outcome(tests.outcomes[index]).word,
        reason=detail.reason if detail else "",
        message=detail.message if detail else "",
        reruns=detail.reruns if detail else 0,
        subtests=detail.subtests if detail else (),
    )


def index(sources: Iterable[Source]) -> tuple[EvidenceItem, ...]:
    """Return the evidence index: each file, and the coverage that a record holds by itself."""
    items = [item for source in sources for item in _items(source)]
    names: dict[str, int] = {}
    for item in items:
        names[item.id] = names.get(item.id, 0) + 1
    seen: dict[str, int] = {}
    numbered = []
    for item in items:
        seen[item.id] = seen.get(item.id, 0) + 1
        name = item.id if names[item.id] == 1 else f"{item.id}-{seen[item.id]}"
        numbered.append(msgspec.structs.replace(item, id=name))
    return tuple(numbered)


def manual_data(
    whole: Evidence, sources: Iterable[Source], stages: frozenset[str], written: WrittenTests
) -> ManualData:
    """Return the manual tests that are listed, with every result that can be used.

    Args:
        whole: What all sources say together.
        sources: All of them.
        stages: Stages whose manual tests have to be done.
        written: Those of the checkout, where no record lists them.
    """
    results = [
        Stated(result, each.name, each.max_age, each.commit_required)
        for each in sources
        if each.usable and each.contents is not None
        for result in each.contents.manual or ()
    ]
    tests = (*whole.manual.tests, *written.tests)
    return ManualData(tests, tuple(results), stages, whole.subject.commit, written.files)


def manual_of(evidence: Evidence, gates: Iterable[ActiveGate], place: Place) -> tuple[ManualRow, ...]:
    """Return the manual tests of a decision; the strictest age that a gate names holds."""
    return manual_rows(evidence.manual, place, strictest_age(gates))


def review_rows(evidence: Evidence) -> tuple[ReviewRow, ...]:
    """Return what was said of the change that is decided."""
    return Reviews(evidence.reviews, evidence.trailers, evidence.subject.commit, Tally()).rows


def strictest_age(gates: Iterable[ActiveGate]) -> int | None:
    """Return the least age that a gate allows to results of manual tests, in microseconds; None where none says."""
    return min((each.max_age for each in gates if each.max_age is not None and each.needs(ManualTests)), default=None)


def further_files(evidence: Evidence) -> tuple[EvidenceItem, ...]:
    """Return the files that a decision rests on beside those that were handed over."""
    return (
        *_compared_with(evidence.baseline),
        *_operations_files(evidence.operations),
        *_plan_files(evidence.goals),
        *_manual_files(evidence.manual),
        *_flag_files(evidence.flags),
    )


def _compared_with(baseline: BaselineData) -> tuple[EvidenceItem, ...]:
    """Return the files of the baseline that gates have asked for."""
    return tuple(
        EvidenceItem(
            id=f"baseline-{key}",
            kind="baseline",
            source=file.source,
            sha256=file.sha256,
            producer="",
            created=None,
            state=(State.WHOLE if key in baseline.tables else _STATES[baseline.absent[key].reason]).value,
            text=baseline.absent[key].text if key in baseline.absent else "",
        )
        for key, file in sorted(baseline.files.items())
        if key in baseline.asked
    )


def _operations_files(operations: OperationsData) -> tuple[EvidenceItem, ...]:
    """Return the files with texts for the operational documents."""
    return tuple(
        _of_checkout("operations", number, file.path, file.sha256, _text_state(file), file.problem, "text")
        for number, file in enumerate(operations.files.values(), start=1)
    )


def _plan_files(goals: GoalsData) -> tuple[EvidenceItem, ...]:
    """Return the plans of the checkout."""
    return tuple(
        _of_checkout(PLAN_FILES, number, file.path, file.sha256, _plan_state(file), file.problem)
        for number, file in enumerate(goals.files, start=1)
    )


def _manual_files(manual: ManualData) -> tuple[EvidenceItem, ...]:
    """Return the files of the checkout that list manual tests."""
    return tuple(
        _of_checkout(MANUAL_FILES, number, file.path, file.sha256, State.WHOLE)
        for number, file in enumerate(manual.files, start=1)
    )


def _flag_files(flags: FlagsEvidence) -> tuple[EvidenceItem, ...]:
    """Return the flag file of the checkout."""
    file = flags.checkout
    return (
        () if file is None else (_of_checkout(FLAG_FILES, 1, file.path, file.sha256, _plan_state(file), file.problem),)
    )


def _of_checkout(
    kind: str, number: int, path: str, sha256: str | None, state: State, text: str = "", format_: str = ""
) -> EvidenceItem:
    return EvidenceItem(
        id=f"{kind}-{number}",
        kind=kind,
        format=format_,
        source=path,
        sha256=sha256,
        producer="",
        created=None,
        state=state.value,
        text=text,
    )


def _plan_state(file: PlanFile | FlagFile) -> State:
    return State.MISSING if file.missing else State.UNREADABLE if file.problem else State.WHOLE


def _text_state(file: OperationsFile) -> State:
    if not file.problem:
        return State.WHOLE
    return State.MISSING if file.problem == NO_SUCH_FILE else State.UNREADABLE


def _items(source: Source) -> Iterator[EvidenceItem]:
    whole = EvidenceItem(
        id=source.kind or "unknown",
        kind="tests" if source.kind == "run" else source.kind or "unknown",
        format=source.format,
        source=source.name,
        sha256=source.sha256,
        attachment=source.attachment,
        producer=source.producer,
        created=source.created,
        commit=source.commit,
        environment=source.environment,
        shard=source.shard,
        max_age=None if source.kind in LASTING else source.max_age,
        state=source.state.value,
        text=source.note.text if source.note is not None else "",
        warnings=source.contents.warnings if source.contents is not None else (),
    )
    yield whole
    if source.evidence is not None and isinstance(source.evidence.coverage, CoverageData):
        producer = source.evidence.coverage.producer
        yield msgspec.structs.replace(
            whole, id="coverage", kind="coverage", sha256=None, attachment=None, producer=producer
        )


def shipped_rows(evidence: Evidence) -> tuple[ShippedRow, ...]:
    """Return what the evidence says of each artifact, in their order."""
    return tuple(
        ShippedRow(
            name=each.name,
            sha256=each.sha256,
            listed_in=tuple(sorted({told for sbom in evidence.sboms if (told := _listed(sbom, each))})),
            comes_from=tuple(sorted({told for said in evidence.statements if (told := _stated(said, each))})),
        )
        for each in evidence.subject.artifacts
    )


def _listed(sbom: SbomData, artifact: Artifact) -> str:
    how = next(filter(None, (_how(subject, artifact) for subject in sbom.subjects)), "")
    return f"{sbom.file} ({how})" if how else ""


def _how(subject: SbomSubject, artifact: Artifact) -> str:
    if subject.sha256:
        return "by its digest" if subject.sha256 == artifact.sha256 else ""
    if subject.name.rpartition("/")[2] == artifact.name:
        return "by file name"
    same = artifact.project and canonicalize_name(subject.name) == canonicalize_name(artifact.project)
    return "by name and version" if same and same_version(subject.version, artifact.version) else ""


def _stated(said: StatementData, artifact: Artifact) -> str:
    if all(subject.sha256 != artifact.sha256 for subject in said.subjects):
        return ""
    return f"{said}, {said.predicate_type}, {'signed, not verified' if said.signed else 'not signed'}"
