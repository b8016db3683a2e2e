"""What changed since the last release: its decision is read where the policy names it, and compared with the new one.

It decides nothing. What can't be used is told with its reason, and never looks as if nothing had changed.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.carrying import contradiction, trend
from pytest_stagegate.comparing import compared
from pytest_stagegate.comparing.cutting import ROWS, TESTS, cut, first
from pytest_stagegate.comparing.gates import check_moves
from pytest_stagegate.comparing.results import appeared
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.readers.decision import read
from pytest_stagegate.model.decision import EvidenceItem
from pytest_stagegate.model.roll import roll_of_decision, roll_of_tests
from pytest_stagegate.model.since import KIND, RECORD_FORMAT, Since
from pytest_stagegate.model.sources import State
from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.times import rfc3339, utc_time
from pytest_stagegate.since.opening import DECISION, Opened, about, decision_file, in_words, record_of, roll_in

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.moves import CheckMove
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.tests import TestData

_NOWHERE: Final = "none"
"""Stands for the environment of a decision that names none."""

_REMEDIES: Final = {
    State.MISSING: "Download the decision of the last release to this place first; before the first one there is none.",
    State.UNREADABLE: "Download it again, as it was released.",
    State.FOREIGN: "Name the one about the same project, stage and environment; {stage} and {environment} stand for "
    "what is decided.",
    State.STALE: "Name the decision of an earlier release.",
}


class Last(msgspec.Struct, frozen=True):
    """The decision of the last release, as far as it could be read.

    Attributes:
        row: What is told of it, before anything is compared.
        items: The files that it comes from, for the list of evidence.
        opened: The decision where it can be compared with, else None.
    """

    row: Since
    items: tuple[EvidenceItem, ...]
    opened: Opened | None = None


def last_release(rule: str | None, root: Path, project: str, place: Place) -> Last | None:
    """Read the decision of the last release.

    Args:
        rule: Where the policy says that it lies; None where it says nothing.
        root: The project's root.
        project: The project that is decided on.
        place: What is decided, and when.

    Returns:
        The decision, or why there is none; None where nothing is asked for.
    """
    if rule is None:
        return None
    named = rule.replace("{stage}", place.stage).replace("{environment}", place.environment or _NOWHERE)
    if ".." in PurePosixPath(named).parts:
        return _unused(Since(source=named, state=""), State.MISSING, f"{named}: it would lie outside the root")
    try:
        with decision_file(root / named, named) as file:
            source = named if file == root / named else f"{named}/{DECISION}"
            return _read(file, source, (project, place.stage, place.environment), place)
    except EvidenceError as error:
        state = State.MISSING if error.code == "missing" else State.UNREADABLE
        return _unused(Since(source=named, state=""), state, error.message)
    except OSError as error:
        text = f"{named}: it can't be read: {error.strerror}"
        return _unused(Since(source=named, state=""), State.UNREADABLE, text)


def _read(file: Path, source: str, asked: tuple[str, str, str | None], place: Place) -> Last:
    row = Since(source=source, state=State.WHOLE.value, sha256=sha256_of(file))
    try:
        decision = read(file, file.parent).decision
    except EvidenceError as error:
        return _unused(row, State.UNREADABLE, error.message)
    assert decision is not None
    row = msgspec.structs.replace(
        row,
        version=decision.subject.version,
        commit=decision.subject.commit,
        as_of=rfc3339(utc_time(decision.as_of)),
        decision=decision.decision,
        provisional=bool(decision.provisional),
    )
    if wrong := contradiction(decision):
        return _unused(row, State.UNREADABLE, f"{file.name}: it contradicts itself: {wrong}")
    if about(decision) != asked:
        text = f"it is about {in_words(about(decision))}, and this one about {in_words(asked)}"
        return _unused(row, State.FOREIGN, text)
    if utc_time(decision.as_of) > place.instant:
        return _unused(row, State.STALE, f"it is of {row.as_of}, later than this decision")
    record = record_of(decision, file.parent)
    roll = roll_in(record, decision) if record is not None else None
    items = [_item(row)]
    if record is not None and roll is not None:
        name = f"{source.removesuffix(file.name)}{record.relative_to(file.parent).as_posix()}"
        items.append(_item(row, source=name, sha256=sha256_of(record), format=RECORD_FORMAT))
    return Last(row, _numbered(items), Opened(decision, roll or roll_of_decision(decision)))


def _unused(row: Since, state: State, text: str) -> Last:
    row = msgspec.structs.replace(row, state=state.value, text=text, remedy=_REMEDIES[state])
    return Last(row, _numbered([_item(row)]))


def _item(row: Since, **more: str | None) -> EvidenceItem:
    item = EvidenceItem(
        id=KIND,
        kind=KIND,
        format="decision",
        source=row.source,
        sha256=row.sha256,
        producer="",
        created=row.as_of or None,
        commit=row.commit,
        state=row.state,
        text=row.text,
    )
    return msgspec.structs.replace(item, **more)


def _numbered(items: list[EvidenceItem]) -> tuple[EvidenceItem, ...]:
    return tuple(msgspec.structs.replace(each, id=f"{KIND}-{number}") for number, each in enumerate(items, start=1))


def with_since(last: Last | None, decision: Decision, tests: TestData) -> Decision:
    """Return a decision that tells what changed since the last release, and what it carries forward.

    Args:
        last: The decision of the last release; None where nothing is asked for.
        decision: The decision, complete but for that.
        tests: What became of its tests.
    """
    if last is None:
        return decision
    if last.opened is None:
        return msgspec.structs.replace(decision, since=last.row)
    return told(last.row, last.opened, Opened(decision, roll_of_tests(tests, decision)))


def told(row: Since, then: Opened, now: Opened) -> Decision:
    """Return a decision that tells what moved since another one, and carries forward what that one knew.

    Args:
        row: What is told of the other one.
        then: The other one.
        now: The decision.
    """
    before, decision, rolls = then.decision, now.decision, (then.roll, now.roll)
    found = compared(before, decision, rolls)
    omitted: Counter[str] = Counter()
    row = msgspec.structs.replace(
        row,
        tests_known=rolls[0].unlisted == {Standing.ABSENT},
        changed=found.changed,
        other_policy=before.policy.sha256 != decision.policy.sha256,
        moves=cut(found, omitted),
        added=first("added", sorted(appeared(*rolls)), TESTS, omitted),
        uncollectable=first("uncollectable", [each.path for each in found.uncollectable], TESTS, omitted),
        collectable=first("collectable", found.collectable, TESTS, omitted),
        coverage=first("coverage", _coverage(before, decision), ROWS, omitted),
        omitted=dict(omitted),
    )
    return msgspec.structs.replace(decision, since=row, trend=trend(before, decision, rolls))


def _coverage(before: Decision, now: Decision) -> tuple[CheckMove, ...]:
    """Return what the gates of that definition measured of lines and branches, then and now; named by their gate."""
    was = {(each.gate, each.environment): each for each in before.gates if each.uses == "coverage"}
    return tuple(
        msgspec.structs.replace(move, name=f"{result.gate} {move.name}".removeprefix("coverage "))
        for result in now.gates
        if result.uses == "coverage" and (result.gate, result.environment) in was
        for move in check_moves(was[result.gate, result.environment], result)
        if move.name in ("line", "branch")
    )
