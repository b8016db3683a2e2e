"""Vetting: which sources may be used for this decision, and what is missing among them. No clock, no files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.model.commits import differ, short
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.deployments import KIND as DEPLOYMENTS
from pytest_stagegate.model.drills import KIND as DRILLS
from pytest_stagegate.model.environments import KIND as ENVIRONMENT
from pytest_stagegate.model.evidence import Age, Unfit
from pytest_stagegate.model.expected import executed_by_tag, executed_in
from pytest_stagegate.model.flags import KIND as FLAGS
from pytest_stagegate.model.incidents import KIND as INCIDENTS
from pytest_stagegate.model.lasting import LASTING
from pytest_stagegate.model.manual import KIND as MANUAL
from pytest_stagegate.model.plan import KIND as GOALS
from pytest_stagegate.model.reviews import KIND as REVIEWS
from pytest_stagegate.model.rings import KIND as ROLLOUT
from pytest_stagegate.model.service_levels import KIND as SERVICE_LEVELS
from pytest_stagegate.model.sign_offs import KIND as SIGN_OFFS
from pytest_stagegate.model.sources import Source, State
from pytest_stagegate.model.support import KIND as SUPPORT
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.times import parsed
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.decision import Artifact, Subject
    from pytest_stagegate.model.expected import Expected
    from pytest_stagegate.model.manual import ManualResult
    from pytest_stagegate.model.tests import TestData

_BY_THEMSELVES: Final = (SIGN_OFFS, MANUAL)
"""Kinds of evidence of which no file is held against the decision as a whole."""

_OF_NO_COMMIT: Final = (GOALS, REVIEWS, DEPLOYMENTS, INCIDENTS, DRILLS, SUPPORT, ROLLOUT)
"""Kinds of which no file as a whole is about a commit and an environment."""

_AGELESS: Final = (MANUAL, *LASTING)
"""Kinds of which no file as a whole has an age; each result of a manual test has one of its own."""

_TOLERANCE: Final = dt.timedelta(minutes=5)
"""How far clocks of two machines may differ."""


_UNFIT: Final = {
    State.STALE: Verdict.STALE,
    State.FAILED: Verdict.ERROR,
    State.MISSING: Verdict.NO_EVIDENCE,
    State.UNREADABLE: Verdict.NO_EVIDENCE,
    State.FOREIGN: Verdict.NO_EVIDENCE,
    State.DUPLICATE: Verdict.NO_EVIDENCE,
}
"""What a file in each state makes of a gate that would read it."""

_REPEATABLE: Final = (
    "coverage",
    "metrics",
    "sbom",
    "vulnerabilities",
    "provenance",
    "decisions",
    GOALS,
    REVIEWS,
    ENVIRONMENT,
    DEPLOYMENTS,
    INCIDENTS,
    DRILLS,
    SUPPORT,
    ROLLOUT,
    SERVICE_LEVELS,
    FLAGS,
)
"""Kinds of which the same twice is no more than once."""

_TOLD_BY_GATES: Final = (State.STALE, State.FAILED)
"""States that say something of the gates that read the file, and not of the evidence as a whole."""


class Yardstick(msgspec.Struct, frozen=True, kw_only=True):
    """What evidence is held against.

    Attributes:
        name: The project's declared name, or None when it declares none.
        commit: The commit that is decided, or None when it is not known from the work tree.
        environment: The environment that is decided, or None when none was named.
        stages: Stages of the policy.
        shape_sha256: Digest of that part of the policy which shapes a record.
        as_of: The instant at which ages are judged.
        artifacts: What is shipped, as it lies in the work tree now; empty where nothing does.
    """

    name: str | None
    commit: str | None
    environment: str | None
    stages: tuple[str, ...]
    shape_sha256: str
    as_of: dt.datetime
    artifacts: tuple[Artifact, ...] = ()


class Vetted(msgspec.Struct, frozen=True):
    """What became of the sources.

    Attributes:
        sources: All of them, with their states.
        notes: Why the evidence is not whole.
        provisional: Why a decision on it is provisional.
        ages: How old each usable piece is.
        unfit: Pieces that gates can't rely on.
    """

    sources: tuple[Source, ...]
    notes: tuple[Note, ...]
    provisional: tuple[Note, ...]
    ages: tuple[Age, ...]
    unfit: tuple[Unfit, ...]


def vet(sources: Iterable[Source], yardstick: Yardstick) -> Vetted:
    """Hold each source against what is decided; the order of the sources makes no difference.

    A sign-off is bound to what was decided upon and to nothing else, which is not known yet. Of results of manual tests
    each one says by itself when and where it was made, and of which commit: it is judged alone.
    """
    ordered = sorted(sources, key=_order)
    ordered, said = ([each for each in ordered if (each.kind in _BY_THEMSELVES) is later] for later in (False, True))
    commit = yardstick.commit or _most_stated(ordered)
    latest = (
        max([yardstick.as_of, *(parsed(each.created) for each in ordered if each.evidence and each.created)])
        + _TOLERANCE
    )
    checked = [_foreign(_early(each, latest, yardstick.as_of), yardstick, commit) for each in ordered]
    checked = _of_other_artifacts(checked, yardstick.artifacts)
    return summed([*_duplicates(checked), *said], yardstick.as_of)


def summed(checked: Sequence[Source], as_of: dt.datetime) -> Vetted:
    """Return what sources that have been held against a yardstick add up to."""
    return Vetted(
        sources=tuple(checked),
        notes=tuple(each.note for each in checked if each.note is not None and each.state not in _TOLD_BY_GATES),
        provisional=tuple(note for each in checked if not _told_by_run(each, checked) for note in _provisional(each)),
        ages=tuple(age for each in checked for age in _ages(each, as_of)),
        unfit=tuple(
            Unfit(kind, verdict, each.note)
            for each in checked
            if each.note is not None and (verdict := _UNFIT.get(each.state)) is not None
            for kind in each.kinds
        ),
    )


def never_run(sources: Iterable[Source]) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """Return the tests that every shard left out, as notes that hold the decision, and as notes of a provisional one.

    Where a suite is split and some tests ran twice while others ran nowhere, two jobs have run the same part. Where
    some ran nowhere and none twice, a part may be missing, or the project's own conftest leaves them out. What its
    configuration leaves out (``-m`` in ``addopts``) is no part of the suite.
    """
    shards = [(each.environment, each.evidence) for each in sources if each.usable and each.shard and each.evidence]
    if any(origin.configured_out for _, evidence in shards for origin in evidence.origins):
        return (), ()
    ran: Counter[tuple[str | None, str]] = Counter()
    left_out: set[tuple[str | None, str]] = set()
    for environment, evidence in shards:
        tests = evidence.tests
        for index, name in enumerate(tests.ids):
            if tests.outcomes[index] != Outcome.DESELECTED:
                ran[environment, name] += 1
            elif not tests.details[index].not_selected:
                left_out.add((environment, name))
    nowhere = sorted(name for place, name in left_out if (place, name) not in ran)
    split = len(shards) == 1 or any(each in ran for each in left_out)
    if not nowhere or not split:
        return (), ()
    twice = any(times > 1 for times in ran.values())
    more = f" and {len(nowhere) - 3} more" if len(nowhere) > 3 else ""
    tests_ = "1 test was" if len(nowhere) == 1 else f"{len(nowhere)} tests were"
    why = ", while others ran in several" if twice else ""
    text = f"{tests_} left out by every shard{why}: {', '.join(nowhere[:3])}{more}."
    note = Note(reason="never-run", text=text)
    return ((note,), ()) if twice else ((), (note,))


def missing_cells(tests: TestData, expected: Sequence[Expected]) -> tuple[Note, ...]:
    """Return each expected cell of which no test was executed."""
    executed = executed_by_tag(tests) if expected else {}
    return tuple(
        Note(reason="cell-missing", text=f"No test was executed for the expected {cell}.")
        for cell in expected
        if not executed_in(cell, executed)
    )


def _order(source: Source) -> tuple[str, ...]:
    # Of two copies the one that says more comes first.
    stated = "0" if source.commit is not None else "1"
    return (source.kind, source.environment or "", source.shard or "", stated, source.name, source.sha256 or "")


def _most_stated(sources: Sequence[Source]) -> str | None:
    """Return the commit that most runs are of; the first by name among equals."""
    counts = Counter(each.commit for each in sources if each.kind == "run" and each.commit is not None)
    return min(counts, key=lambda commit: (-counts[commit], commit), default=None)


def _early(source: Source, latest: dt.datetime, as_of: dt.datetime) -> Source:
    """Refuse what is not made yet: evidence from the future is a wrong clock, or is not what it says."""
    if not source.usable or source.created is None:
        return source
    began = source.evidence.started if source.evidence is not None else source.created
    limit = as_of + _TOLERANCE if source.evidence is not None else latest
    if parsed(began) <= limit:
        return source
    text = f"{_named(source)}: it was made at {began}, which lies after the instant of the decision."
    return replace(source, state=State.STALE, note=Note(reason="from-the-future", text=text))


def _foreign(source: Source, yardstick: Yardstick, commit: str | None) -> Source:
    if not source.usable:
        return source
    if source.kind in _OF_NO_COMMIT:
        # Each review and deployment says by itself of which commit it is.
        return source
    if source.contents is not None and source.contents.decision is not None:
        return _other_commit(_other_project(source, source.contents.decision.subject, yardstick), commit)
    if yardstick.environment is not None and source.environment != yardstick.environment:
        against = source.environment or "no named environment"
        text = f"{_named(source)}: it is of a run against {against}; {yardstick.environment} is decided."
        return replace(source, state=State.FOREIGN, note=Note(reason="other-environment", text=text))
    if source.evidence is None:
        return _other_commit(source, commit)
    (origin,) = source.evidence.origins
    subject = source.evidence.subject
    note = None
    if yardstick.name is not None and subject.name != yardstick.name:
        text = f"{_named(source)}: it is of the project {subject.name!r}; {yardstick.name!r} is decided."
        note = Note(reason="other-project", text=text)
    elif differ(subject.commit, commit):
        text = f"{_named(source)}: it is of commit {short(subject.commit)}; {short(commit)} is decided."
        note = Note(reason="other-commit", text=text)
    elif origin.stage not in yardstick.stages:
        text = f"{_named(source)}: its stage {origin.stage!r} is not one of the policy's stages."
        note = Note(reason="other-policy", text=text)
    elif origin.shape_sha256 != yardstick.shape_sha256:
        what = "other stages, environments, tag rules or expected cells"
        note = Note(reason="other-policy", text=f"{_named(source)}: it was recorded under {what} than the policy has.")
    return source if note is None else replace(source, state=State.FOREIGN, note=note)


def _other_project(source: Source, subject: Subject, yardstick: Yardstick) -> Source:
    if yardstick.name is None or subject.name == yardstick.name:
        return source
    text = f"{_named(source)}: it is of the project {subject.name!r}; {yardstick.name!r} is decided."
    return replace(source, state=State.FOREIGN, note=Note(reason="other-project", text=text))


def _other_commit(source: Source, commit: str | None) -> Source:
    if not source.usable:
        return source
    note = None
    if differ(source.commit, commit):
        text = f"{source.name}: it is of commit {short(source.commit)}; {short(commit)} is decided."
        note = Note(reason="other-commit", text=text)
    elif source.commit is None and source.commit_required:
        text = f"{source.name}: it does not state its commit, and the policy requires one."
        note = Note(reason="commit-not-stated", text=text)
    return source if note is None else replace(source, state=State.STALE, note=note)


def _of_other_artifacts(sources: Sequence[Source], present: tuple[Artifact, ...]) -> list[Source]:
    """Refuse runs that name an artifact whose bytes are others than those of the artifact that is decided.

    That is the one that lies in the work tree now; where none of its name does, the one that most runs name.
    """
    named = [_digests(each.evidence.subject.artifacts) for each in sources if each.usable and each.evidence is not None]
    counts = Counter(each for digests in named for each in digests.items())
    most = sorted(counts, key=lambda each: (-counts[each], *each))
    decided = dict(reversed(most)) | _digests(present)
    return [_with_artifacts(each, decided) for each in sources]


def _with_artifacts(source: Source, decided: dict[str, tuple[str, ...]]) -> Source:
    if not source.usable or source.evidence is None:
        return source
    own = _digests(source.evidence.subject.artifacts)
    other = next((name for name, digests in sorted(own.items()) if decided[name] != digests), None)
    if other is None:
        return source
    text = f"{_named(source)}: its artifact {other} has other bytes than the one that is decided."
    return replace(source, state=State.FOREIGN, note=Note(reason="other-artifact", text=text))


def _digests(artifacts: Iterable[Artifact]) -> dict[str, tuple[str, ...]]:
    """Return the digests of each name; two, where two files have it."""
    found: dict[str, tuple[str, ...]] = {}
    for each in artifacts:
        found[each.name] = tuple(sorted({*found.get(each.name, ()), each.sha256}))
    return found


def without_own(sources: Iterable[Source], stage: str, environment: str | None) -> list[Source]:
    """Refuse decisions about the very stage and environment that is decided: none is evidence of itself."""
    return [_not_own(each, (stage, environment)) for each in sources]


def _not_own(source: Source, cell: tuple[str, str | None]) -> Source:
    decision = source.contents.decision if source.contents is not None else None
    if decision is None or not source.usable or (decision.stage, decision.environment) != cell:
        return source
    about = " against ".join(part for part in cell if part)
    text = f"{source.name}: it is a decision about {about}, which is decided now; none is evidence of itself."
    return replace(source, state=State.FOREIGN, note=Note(reason="own-decision", text=text))


def _duplicates(sources: Sequence[Source]) -> list[Source]:
    """Keep the first of several records of one cell, and of several results with the same bytes; name the others.

    The same coverage, metrics or decision twice are no more than once, and so it is no fault. Two tools that found
    nothing may well write the same bytes. Of one producer there is one file.
    """
    first: dict[tuple[str, ...], Source] = {}
    kept = []
    for source in sources:
        cell = (source.environment or "", source.shard or "")
        key = (source.kind, *cell) if source.kind == "run" else (source.kind, *cell, source.sha256 or "")
        if source.made_by:
            key = ("made by", *cell, source.made_by)
        harmless = source.kind in _REPEATABLE or _found_nothing(source)
        alone = not source.usable or (not source.made_by and harmless)
        known = source if alone else first.setdefault(key, source)
        if known is not source:
            text = f"{_named(source)}: {_named(known)} is evidence of the same; only one of them can count."
            source = replace(source, state=State.DUPLICATE, note=Note(reason="duplicate", text=text))
        kept.append(source)
    return kept


def _found_nothing(source: Source) -> bool:
    reports = source.contents.findings if source.contents is not None else None
    return reports is not None and not any(report.findings for report in reports)


def _told_by_run(source: Source, sources: Sequence[Source]) -> bool:
    """Return whether a producer's file is of the same work tree as a run, whose own notes say the same of it."""
    runs = [each.evidence.subject for each in sources if each.usable and each.evidence is not None]
    return bool(source.made_by) and any((run.commit, bool(run.dirty)) == (source.commit, source.dirty) for run in runs)


def _provisional(source: Source) -> list[Note]:
    if not source.usable or source.kind in ("run", SIGN_OFFS, FLAGS, *_OF_NO_COMMIT):
        return []
    if source.contents is not None and source.contents.manual is not None:
        return _provisional_results(source.name, source.contents.manual)
    if source.commit is None:
        return [Note(reason="commit-not-stated", text=f"{source.name} does not state the commit that it is about.")]
    if source.dirty:
        text = f"{source.name} got its commit from a work tree with changes that are in no commit."
        return [Note(reason="dirty-tree", text=text)]
    return []


def _provisional_results(name: str, results: Iterable[ManualResult]) -> list[Note]:
    notes = {}
    for each in results:
        if each.commit is None:
            text = f"{name} has results of manual tests that do not state their commit."
            notes["commit-not-stated"] = text
        elif each.dirty:
            notes["dirty-tree"] = f"{name} has results of manual tests from a work tree with changes in no commit."
    return [Note(reason=reason, text=text) for reason, text in sorted(notes.items())]


def _ages(source: Source, as_of: dt.datetime) -> list[Age]:
    if not source.usable or source.created is None or source.kind in _AGELESS:
        return []
    return [
        Age(kind, source.name, _age(when, as_of), source.max_age)
        for kind in source.kinds
        for when in _times(source, kind, source.created)
    ]


def _times(source: Source, kind: str, created: str) -> list[str]:
    """Return when a piece of evidence was made: a long run looks at its environment once, when it begins."""
    if kind == ENVIRONMENT and source.evidence is not None:
        return [each.when for each in source.evidence.environments]
    return [created]


def _age(when: str, as_of: dt.datetime) -> int:
    return max(0, (as_of - parsed(when)) // dt.timedelta(microseconds=1))


def _named(source: Source) -> str:
    cell = " ".join(part for part in (source.environment, source.shard) if part)
    return f"{source.name} ({cell})" if cell else source.name
