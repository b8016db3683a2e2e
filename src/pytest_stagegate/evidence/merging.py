"""Merging: the sources of one decision become one `Evidence`, whatever their order and grouping."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.evidence.operated import (
    began_of,
    deployments_of,
    drilled_in,
    drills_of,
    incidents_of,
    levels_of,
    steps_of,
    support_of,
)
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData, FileCoverage, united
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Evidence, WarningLine
from pytest_stagegate.model.extent import PYTHON, Scope
from pytest_stagegate.model.manual import ManualData, united_tests
from pytest_stagegate.model.property_tests import least
from pytest_stagegate.model.service_levels import LevelsData
from pytest_stagegate.model.tests import Outcome, TestData

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Artifact, Subject
    from pytest_stagegate.model.environments import EnvironmentReport
    from pytest_stagegate.model.findings import FindingsData
    from pytest_stagegate.model.repository import RepositoryData
    from pytest_stagegate.model.reviews import ReviewExport, TrailersData
    from pytest_stagegate.model.sources import Source
    from pytest_stagegate.model.tags import Tag
    from pytest_stagegate.model.told import ToldData

_NOT_MEASURED: Final = Absent("not-measured", "no evidence holds any coverage")

_OF_NO_ENVIRONMENT: Final = (
    "decisions",
    "manual",
    "goals",
    "reviews",
    "deployments",
    "incidents",
    "drills",
    "support",
    "rollout",
)
"""Kinds of which no file as a whole is of one environment."""


def merged(sources: Iterable[Source], subject: Subject, instant: str) -> Evidence:
    """Return what all usable sources say together.

    Tests are merged by node id: one that a shard ran and others left out counts where it ran; one that several
    shards or environments ran counts once for each, and is named with them. Coverage is the union of what was run.

    Args:
        sources: In any order.
        subject: What is decided, where no run says; its artifacts are those that are there now.
        instant: Time that stands for the start, where no run says; RFC 3339, UTC.
    """
    usable = sorted((each for each in sources if each.usable), key=_place)
    runs = [each.evidence for each in usable if each.evidence is not None]
    contents = [each.contents for each in usable if each.contents is not None]
    labels = [_label(each) for each in usable if each.evidence is not None]
    return Evidence(
        tests=_tests([*(run.tests for run in runs), *(each.tests for each in contents if each.tests is not None)]),
        coverage=_coverage(
            [(label, run.coverage) for label, run in zip(labels, runs, strict=True)],
            [each.coverage for each in contents if each.coverage is not None],
        ),
        findings=tuple(report for each in usable for report in _findings(each)),
        metrics=tuple(each.metrics for each in contents if each.metrics is not None),
        sboms=tuple(each.sbom for each in contents if each.sbom is not None),
        scans=tuple(each.scan for each in contents if each.scan is not None),
        statements=tuple(said for each in contents for said in each.statements or ()),
        reviews=tuple(_reviews(each) for each in usable if _holds_reviews(each)),
        properties=least(test for run in runs for test in run.properties),
        repository=_repository(runs),
        released=min((run.released for run in runs if run.released is not None), key=msgspec.json.encode, default=None),
        told=_told(runs),
        trailers=_trailers(runs),
        environments=_environments(usable),
        incidents=incidents_of(usable),
        drills=drills_of(usable),
        steps=steps_of(usable),
        support=support_of(usable),
        pythons=tuple(sorted({run.facts["python"] for run in runs if run.facts.get("python")})),
        deployments=deployments_of(usable),
        began=began_of(usable),
        drilled=drilled_in(usable),
        service_levels=LevelsData(files=levels_of(usable)),
        manual=ManualData(united_tests(run.manual.tests for run in runs)),
        warnings=_warnings(runs),
        warnings_recorded=bool(runs) and all(run.warnings_recorded for run in runs),
        subject=_subject(runs, subject),
        started=max((run.started for run in runs), default=instant),
        finished=_finished(runs),
        exits=tuple(each for run in runs for each in run.exits),
        incomplete=_notes(runs, labels),
        provisional=tuple(dict.fromkeys(note for run in runs for note in run.provisional)),
        collection_errors=tuple(dict.fromkeys(error for run in runs for error in run.collection_errors)),
        facts=_facts(runs, labels),
        origins=tuple(origin for run in runs for origin in run.origins),
    )


def _environments(usable: Iterable[Source]) -> tuple[EnvironmentReport, ...]:
    """Return what runs and files say of environments, each once."""
    found = [report for each in usable if each.evidence is not None for report in each.evidence.environments]
    found += [each.contents.looked_at for each in usable if each.contents is not None and each.contents.looked_at]
    return tuple(sorted(set(found), key=msgspec.json.encode))


def of_environment(sources: Iterable[Source], environment: str) -> list[Source]:
    """Return the sources of one environment, and those that are of none as a whole."""
    return [each for each in sources if each.environment == environment or each.kind in _OF_NO_ENVIRONMENT]


def _place(source: Source) -> tuple[str, ...]:
    return (source.environment or "", source.shard or "", source.kind, source.name, source.sha256 or "")


def _findings(source: Source) -> tuple[FindingsData, ...]:
    """Return what tools found; where a format names no tool, it is the one that an attachment names."""
    reports = (source.contents.findings or ()) if source.contents is not None else ()
    maker = source.producer.split(" ")[0].lower()
    return tuple(report if report.producer or not maker else replace(report, tool=maker) for report in reports)


def _holds_reviews(source: Source) -> bool:
    return source.contents is not None and source.contents.reviews is not None


def _reviews(source: Source) -> ReviewExport:
    """Return what a file says of a change; what it does not say of its commit, an attachment may."""
    assert source.contents is not None
    assert source.contents.reviews is not None
    export = source.contents.reviews
    return replace(export, file=source.name, head=export.head or source.commit)


def _label(source: Source) -> str:
    return " ".join(part for part in (source.environment, source.shard) if part) or source.name


def _subject(runs: Sequence[Evidence], subject: Subject) -> Subject:
    """Return the first run's subject; dirty where any of them was.

    A run without artifacts says nothing of them: it came before the build. Where no run has any, they are those that
    are there now.
    """
    named = [artifact for run in runs for artifact in run.subject.artifacts] or subject.artifacts
    # Of two words on the same bytes the one counts that says more, and of two second builds the one that differs.
    shipped = {each.identity: each for each in sorted(named, key=_said_of)}
    dirty = [run.subject for run in runs if run.subject.dirty]
    first = next(iter(dirty), runs[0].subject if runs else subject)
    return msgspec.structs.replace(first, artifacts=tuple(shipped[each] for each in sorted(shipped)))


def _said_of(artifact: Artifact) -> tuple[bool, bool, bool, bytes]:
    again = artifact.rebuilt
    differs = again is not None and again.sha256 != artifact.sha256
    return bool(artifact.kind), again is not None, differs, msgspec.json.encode(artifact)


def _repository(runs: Sequence[Evidence]) -> RepositoryData | None:
    """Return what the runs say of the sources; of several that differ the one that knows most."""
    known = [run.repository for run in runs if run.repository is not None]
    return min(known, key=_ignorance, default=None)


def _told(runs: Sequence[Evidence]) -> ToldData | Absent | None:
    """Return what the runs tell of the changes, where those that say anything say the same."""
    said = sorted({msgspec.json.encode(run.told): run.told for run in runs if run.told is not None}.items())
    if len(said) < 2:
        return said[0][1] if said else None
    absent = next((told for _, told in said if isinstance(told, Absent)), None)
    return absent or Absent("notes-differ", "the records tell different things of what changed, so one of them errs")


def _trailers(runs: Sequence[Evidence]) -> TrailersData | Absent | None:
    """Return who made and who reviewed the commit, of several runs that differ what the one says that knows it."""
    said = [run.trailers for run in runs if run.trailers is not None]
    return min(said, key=lambda each: (isinstance(each, Absent), msgspec.json.encode(each)), default=None)


def _ignorance(data: RepositoryData) -> tuple[bool, bool, bool, bool, bytes]:
    # Of two that know as much, the order must not depend on that of the files.
    diffs = (isinstance(data.branch, Absent), isinstance(data.release, Absent))
    unknown = (*diffs, data.tracked is None, data.people is None)
    return (*unknown, msgspec.json.encode(data))


def _finished(runs: Sequence[Evidence]) -> str | None:
    times = [run.finished for run in runs]
    return max((time for time in times if time is not None), default=None) if None not in times else None


def _notes(runs: Sequence[Evidence], labels: Sequence[str]) -> tuple[Note, ...]:
    if len(runs) == 1:
        return runs[0].incomplete
    return tuple(
        type(note)(reason=note.reason, text=f"{label}: {note.text}")
        for label, run in zip(labels, runs, strict=True)
        for note in run.incomplete
    )


def _facts(runs: Sequence[Evidence], labels: Sequence[str]) -> dict[str, str]:
    """Return the facts of all runs; where they differ, each with its run."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for label, run in zip(labels, runs, strict=True):
        for key, value in run.facts.items():
            found[key][label] = value
    return {key: _fact(values) for key, values in found.items()}


def _fact(values: dict[str, str]) -> str:
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{label}: {value}" for label, value in values.items())


def _warnings(runs: Sequence[Evidence]) -> tuple[WarningLine, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    texts: dict[tuple[str, str], str] = {}
    for run in runs:
        for line in run.warnings:
            key = (line.category, line.place)
            counts[key] += line.count
            texts[key] = min(line.message, texts.get(key, line.message))
    lines = [WarningLine(category=c, place=p, count=n, message=texts[c, p]) for (c, p), n in counts.items()]
    return tuple(sorted(lines, key=lambda each: (-each.count, each.place, each.category)))


# ---- tests


def _tests(parts: Sequence[TestData]) -> TestData:
    if len(parts) == 1:
        return parts[0]
    whole = TestData()
    index_of: dict[Tag, int] = {}
    for part in parts:
        moved = [index_of.setdefault(tag, len(index_of)) for tag in part.tags]
        first = len(whole.ids)
        whole.ids.extend(part.ids)
        whole.tag_of.extend(moved[tag] for tag in part.tag_of)
        whole.outcomes.extend(part.outcomes)
        whole.durations.extend(part.durations)
        whole.details.update((first + index, detail) for index, detail in part.details.items())
        for tag, passed in part.unnamed.items():
            whole.unnamed.setdefault(moved[tag], array("I")).extend(passed)
        for link, linked in part.links:
            whole.links.add(link, (first + index for index in linked))
    whole.tags = list(index_of)
    whole.skipped_files = _skipped_files(parts)
    return _once(whole)


def _skipped_files(parts: Sequence[TestData]) -> dict[str, str]:
    """Return each module with all reasons that runs gave for leaving it out; with none where one of them gave none."""
    reasons: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        for path, reason in part.skipped_files.items():
            reasons[path].add(reason)
    return {path: "; ".join(sorted(told)) if all(told) else "" for path, told in sorted(reasons.items())}


def _once(data: TestData) -> TestData:
    """Take out what one shard left out and another ran, and name tests of one id apart."""
    by_id: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(data.ids):
        by_id[name].append(index)
    dropped: dict[int, list[int]] = {}
    for name, indexes in by_id.items():
        if len(indexes) > 1:
            dropped.update(_left_out_elsewhere(data, indexes))
            ran = [index for index in indexes if index not in dropped]
            for index in ran if len(ran) > 1 else ():
                data.ids[index] = name + data.tags[data.tag_of[index]].suffix
    if not dropped:
        return data
    for link, linked in data.links:
        # What is said of a test that is dropped holds for those that stand for it.
        data.links.add(link, (other for index in linked for other in dropped.get(index, ())))
    return data.without(dropped)


def _left_out_elsewhere(data: TestData, indexes: list[int]) -> dict[int, list[int]]:
    """Return which of the tests of one id are left out where another of the same environment counts, with those."""
    dropped = {}
    by_environment: dict[str | None, list[int]] = defaultdict(list)
    for index in indexes:
        by_environment[data.tags[data.tag_of[index]].ran_in].append(index)
    for same in by_environment.values():
        left_out = [index for index in same if data.outcomes[index] == Outcome.DESELECTED]
        # Left out everywhere: it stays once, by the choice of stage only where every shard says so.
        left_out.sort(key=lambda index: data.details[index].not_selected)
        gone = left_out if len(left_out) < len(same) else left_out[1:]
        staying = [index for index in same if index not in gone]
        dropped.update(dict.fromkeys(gone, staying))
    return dropped


# ---- coverage


def _coverage(
    runs: Sequence[tuple[str, CoverageData | Absent]], files: Sequence[CoverageData]
) -> CoverageData | Absent:
    """Return the union, unless a run that should have measured did not: less evidence must never look better."""
    measured = [each for _, each in runs if isinstance(each, CoverageData)]
    absent = [(label, each) for label, each in runs if isinstance(each, Absent)]
    if measured or files:
        # A part that measured and ran no line of the source adds nothing to the others.
        absent = [(label, each) for label, each in absent if each.reason != "nothing-covered"]
    broken = [(label, each) for label, each in absent if each.reason not in ("not-measured", "nothing-covered")]
    if broken:
        label, first = broken[0]
        return first if len(runs) == 1 else Absent(first.reason, f"{label}: {first.text}", first.remedy)
    if absent and measured:
        text = f"{absent[0][0]} measured no coverage, while other runs of the same evidence did"
        return Absent("coverage-incomplete", text)
    parts = [*measured, *files]
    if not parts:
        return absent[0][1] if absent else _NOT_MEASURED
    # Of runs every one has to measure branches; a tool that knows none takes nothing from the others.
    branches = [each.measured_branches for each in measured]
    known = all(branches) if branches else any(each.measured_branches for each in files)
    return parts[0] if len(parts) == 1 else replace(union(parts), measured_branches=known)


def union(parts: Sequence[CoverageData]) -> CoverageData:
    """Return what several measurements of the same sources have run together; exact, and in any order the same.

    Raises:
        ValueError: When a set of lines is not written as it should be.
    """
    files: dict[str, list[FileCoverage]] = defaultdict(list)
    for part in parts:
        for file in part.files:
            files[file.path].append(file)
    problems = sorted({part.label_problem for part in parts if not part.labelled})
    return CoverageData(
        producer=", ".join(sorted({name for part in parts for name in part.producer.split(", ")})),
        measured_branches=all(part.measured_branches for part in parts),
        labelled=not problems,
        label_problem=problems[0] if problems else "",
        files=tuple(united(files[path], labelled=not problems) for path in sorted(files)),
        scopes=_scopes(parts),
    )


def _scopes(parts: Sequence[CoverageData]) -> tuple[Scope, ...]:
    """Return what the parts were told to measure; where some say, also that one that measured Python doesn't."""
    told = {scope for part in parts for scope in part.scopes}
    silent = [part for part in parts if told and not part.scopes]
    python = any(file.path.endswith(PYTHON) for part in silent for file in part.files)
    return tuple(sorted(told | {Scope()} if python else told))
