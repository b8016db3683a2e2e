"""Vetting: which sources may be used for this decision, and what is missing among them. No clock, no files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Age, Stale
from pytest_stagegate.model.sources import Source, State
from pytest_stagegate.model.tests import Outcome, TestData

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.sources import Expected

_SHORTEST: Final = 7
"""Characters that a shortened commit id has at least."""

_TOLERANCE: Final = dt.timedelta(minutes=5)
"""How far clocks of two machines may differ."""


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """What evidence is held against.

    Attributes:
        name: The project's declared name, or None when it declares none.
        commit: The commit that is decided, or None when it is not known from the work tree.
        environment: The environment that is decided, or None when none was named.
        stages: Stages of the policy.
        shape_sha256: Digest of that part of the policy which shapes a record.
        as_of: The instant at which ages are judged.
    """

    name: str | None
    commit: str | None
    environment: str | None
    stages: tuple[str, ...]
    shape_sha256: str
    as_of: dt.datetime


@dataclass(frozen=True)
class Vetted:
    """What became of the sources.

    Attributes:
        sources: All of them, with their states.
        notes: Why the evidence is not whole.
        provisional: Why a decision on it is provisional.
        ages: How old each usable piece is.
        stale: Pieces that no gate may use.
    """

    sources: tuple[Source, ...]
    notes: tuple[Note, ...]
    provisional: tuple[Note, ...]
    ages: tuple[Age, ...]
    stale: tuple[Stale, ...]


def vet(sources: Iterable[Source], yardstick: Yardstick) -> Vetted:
    """Hold each source against what is decided; the order of the sources makes no difference."""
    ordered = sorted(sources, key=_order)
    commit = yardstick.commit or _most_stated(ordered)
    latest = max([yardstick.as_of, *(_instant(each.created) for each in ordered if each.evidence)]) + _TOLERANCE
    checked = [_foreign(_early(each, latest, yardstick.as_of), yardstick, commit) for each in ordered]
    checked = _duplicates(checked)
    return Vetted(
        sources=tuple(checked),
        notes=tuple(each.note for each in checked if each.note is not None and each.state is not State.STALE),
        provisional=tuple(note for each in checked for note in _provisional(each)),
        ages=tuple(age for each in checked for age in _ages(each, yardstick.as_of)),
        stale=tuple(
            Stale(kind, each.note)
            for each in checked
            if each.state is State.STALE and each.note is not None
            for kind in each.kinds
        ),
    )


def missing_cells(tests: TestData, expected: Sequence[Expected]) -> tuple[Note, ...]:
    """Return each expected cell of which no test was executed."""
    executed: Counter[int] = Counter(
        tag for index, tag in enumerate(tests.tag_of) if tests.outcomes[index] != Outcome.LOST and tests.executed(index)
    )
    executed.update({tag: len(passed) for tag, passed in tests.unnamed.items()})
    present = [tests.tags[tag] for tag in executed]
    return tuple(
        Note(reason="cell-missing", text=f"No test was executed for the expected {cell}.")
        for cell in expected
        if not any(
            cell.stage == tag.stage and cell.environment in (None, tag.ran_in) and cell.shard in (None, tag.shard)
            for tag in present
        )
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
    if _instant(began) <= limit:
        return source
    text = f"{_named(source)}: it was made at {began}, which lies after the instant of the decision."
    return replace(source, state=State.STALE, note=Note(reason="from-the-future", text=text))


def _foreign(source: Source, yardstick: Yardstick, commit: str | None) -> Source:
    if not source.usable:
        return source
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
    elif _differ(subject.commit, commit):
        text = f"{_named(source)}: it is of commit {_short(subject.commit)}; {_short(commit)} is decided."
        note = Note(reason="other-commit", text=text)
    elif origin.stage not in yardstick.stages:
        text = f"{_named(source)}: its stage {origin.stage!r} is not one of the policy's stages."
        note = Note(reason="other-policy", text=text)
    elif origin.shape_sha256 != yardstick.shape_sha256:
        what = "other stages, environments, tag rules or expected cells"
        note = Note(reason="other-policy", text=f"{_named(source)}: it was recorded under {what} than the policy has.")
    return source if note is None else replace(source, state=State.FOREIGN, note=note)


def _other_commit(source: Source, commit: str | None) -> Source:
    note = None
    if _differ(source.commit, commit):
        text = f"{source.name}: it is of commit {_short(source.commit)}; {_short(commit)} is decided."
        note = Note(reason="other-commit", text=text)
    elif source.commit is None and source.commit_required:
        text = f"{source.name}: it does not state its commit, and the policy requires one."
        note = Note(reason="commit-not-stated", text=text)
    return source if note is None else replace(source, state=State.STALE, note=note)


def _differ(one: str | None, other: str | None) -> bool:
    """Return whether two stated commits are different; a shortened id is the commit that it begins."""
    if one is None or other is None:
        return False
    shorter, longer = sorted((one.lower(), other.lower()), key=len)
    return not longer.startswith(shorter) or (shorter != longer and len(shorter) < _SHORTEST)


def _short(commit: str | None) -> str:
    return (commit or "")[:12]


def _duplicates(sources: Sequence[Source]) -> list[Source]:
    """Keep the first of several records of one cell, and of several results with the same bytes; name the others.

    The same coverage twice is no more than once, and so it is no fault.
    """
    first: dict[tuple[str, ...], Source] = {}
    kept = []
    for source in sources:
        cell = (source.environment or "", source.shard or "")
        key = (source.kind, *cell) if source.kind == "run" else (source.kind, *cell, source.sha256 or "")
        alone = not source.usable or source.kind == "coverage"
        known = source if alone else first.setdefault(key, source)
        if known is not source:
            text = f"{_named(source)}: {_named(known)} is evidence of the same; only one of them can count."
            source = replace(source, state=State.DUPLICATE, note=Note(reason="duplicate", text=text))
        kept.append(source)
    return kept


def _provisional(source: Source) -> list[Note]:
    if not source.usable or source.kind == "run":
        return []
    if source.commit is None:
        return [Note(reason="commit-not-stated", text=f"{source.name} does not state the commit that it is about.")]
    if source.dirty:
        text = f"{source.name} was attached to in a work tree with changes that are in no commit."
        return [Note(reason="dirty-tree", text=text)]
    return []


def _ages(source: Source, as_of: dt.datetime) -> list[Age]:
    if not source.usable or source.created is None:
        return []
    age = max(0, (as_of - _instant(source.created)) // dt.timedelta(microseconds=1))
    return [Age(kind, source.name, age, source.max_age) for kind in source.kinds]


def _named(source: Source) -> str:
    cell = " ".join(part for part in (source.environment, source.shard) if part)
    return f"{source.name} ({cell})" if cell else source.name


def _instant(written: str | None) -> dt.datetime:
    """Return an RFC 3339 time; readers have made sure that it is one."""
    return dt.datetime.fromisoformat((written or "1970-01-01T00:00:00Z").replace("Z", "+00:00"))
