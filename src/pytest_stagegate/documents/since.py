"""What changed since the last release, as finished strings: a few facts, and all that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.signs import named
from pytest_stagegate.documents.standup_gates import gate_sections
from pytest_stagegate.documents.standup_parts import Section, item, section
from pytest_stagegate.documents.standup_people import manual_sections, plan_sections, waiver_sections
from pytest_stagegate.documents.standup_tests import Modules, result_sections
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short
from pytest_stagegate.model.moves import Direction, Group
from pytest_stagegate.model.sources import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.moves import GateMove, Moves
    from pytest_stagegate.model.since import Since

_NAMED: Final = 3
"""Gates, limits and waivers that are named on the first screen; of others it says how many there are."""

_GATES: Final = (
    (Direction.WORSE, "worse"),
    (Direction.REMOVED, "judging no more"),
    (Direction.OTHER, "otherwise"),
    (Direction.ADDED, "new"),
    (Direction.BETTER, "better"),
)
_TESTS: Final = (
    (Group.NEWLY_FAILING, "newly failing"),
    (Group.NEWLY_FLAKY, "newly flaky"),
    (Group.NEWLY_SKIPPED, "newly skipped"),
    (Group.NEWLY_XFAILED, "newly expected to fail"),
    (Group.GONE, "removed"),
    (Group.NOT_RUN, "not run any more"),
    (Group.FIXED, "fixed"),
    (Group.NO_LONGER_FLAKY, "no longer flaky"),
)
_LIMITS: Final = ((Direction.WORSE, "looser"), (Direction.OTHER, "otherwise"), (Direction.BETTER, "tighter"))
_GOALS: Final = (
    (Direction.WORSE, "fell back"),
    (Direction.REMOVED, "no longer planned"),
    (Direction.BETTER, "advanced"),
    (Direction.ADDED, "new"),
)
_LISTS: Final = {
    "gates": "gate",
    "checks": "check",
    "goals": "goal",
    "milestones": "milestone",
    "waivers": "waiver",
    "manual": "manual test",
}
"""Lists of which no section says how much of it was cut, with the word for one of them."""


class SinceView(msgspec.Struct, frozen=True):
    """What changed since the last release.

    Attributes:
        asked: Whether the policy asks for it.
        used: Whether the decision of the last release could be compared with.
        before: Which decision that is.
        problem: Why it could not be used, and what to do; empty where it could.
        facts: Label and value of what matters most.
        sections: All that moved, one after the other.
        more: What is not listed for want of room; may be empty.
        line: The facts in one line.
        brief: Fewer of them, to stand beside the decision.
    """

    asked: bool = False
    used: bool = False
    before: str = ""
    problem: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    more: str = ""
    line: str = ""
    brief: str = ""


def since_view(decision: Decision) -> SinceView:
    """Return what changed since the last release, as finished strings."""
    row = decision.since
    if row is None:
        return SinceView()
    before = clean(_before(row))
    if row.moves is None or row.state != State.WHOLE.value:
        problem = clean(f"What changed can't be told: {row.text.rstrip('.')}. {row.remedy}")
        brief = "What changed since the last release can't be told"
        return SinceView(asked=True, before=before, problem=problem, line=problem, brief=brief)
    facts = tuple((label, clean(text)) for label, text in _facts(decision, row, row.moves) if text)
    told = "; ".join(f"{label}: {text}" for label, text in facts)
    return SinceView(
        asked=True,
        used=True,
        before=before,
        facts=facts,
        sections=tuple(_sections(row, row.moves, decision.environment)),
        more=_more(row),
        line=f"{before}: {told}",
        brief=clean(", ".join([f"Since {_named(row)}: {_words(row, decision)}", *_brief(row)])),
    )


def _before(row: Since) -> str:
    """Return which decision the earlier one is; empty where it could not be read."""
    if not row.as_of:
        return ""
    commit = f", commit {short(row.commit)}" if row.commit else ""
    return f"{row.version or 'a version that it does not state'}, decided on {row.as_of.partition('T')[0]}{commit}"


def _facts(decision: Decision, row: Since, moves: Moves) -> Iterator[tuple[str, str]]:
    yield "decision", _words(row, decision)
    if not row.changed:
        yield "otherwise", "nothing changed"
        return
    yield "gates", _listed((each.gate for each in moves.gates if each.direction is way) for way, _ in _GATES)
    yield "limits", _few(_limits(moves.gates))
    yield "policy", "another one than then" if row.other_policy else ""
    yield "tests", _tests(decision, row, moves)
    yield (
        "coverage",
        _few(f"{each.name} {each.before} → {each.now}" for each in row.coverage if each.before != each.now),
    )
    goals = [each.direction for each in moves.goals]
    yield "goals", ", ".join(f"{goals.count(way)} {text}" for way, text in _GOALS if way in goals)
    yield "waivers", _few(f"{each.gate} {each.kind.replace('-', ' ')}" for each in moves.waivers)


def _named(row: Since) -> str:
    return f"{row.version or 'the last release'} ({row.as_of.partition('T')[0]})"


def _brief(row: Since) -> Iterator[str]:
    """Yield how much moved that people want to know first."""
    assert row.moves is not None
    if not row.changed:
        yield "nothing changed"
        return
    worse = sum(each.direction is Direction.WORSE for each in row.moves.gates)
    looser = sum(check.limit is Direction.WORSE for gate in row.moves.gates for check in gate.checks)
    tests = [f"{count} {text}" for count, text in _counted(row, row.moves)]
    yield from ([f"{plural(worse, 'gate')} worse"] if worse else [])
    yield from ([f"{plural(looser, 'limit')} looser"] if looser else [])
    yield from ([f"tests: {', '.join(tests)}"] if tests else [])


def _words(row: Since, decision: Decision) -> str:
    was = "not known" if row.decision is None else named(row.decision, provisional=row.provisional)
    now = named(decision.decision, provisional=bool(decision.provisional))
    return f"{was} → {now}" if was != now else f"{now}, as then"


def _listed(by_way: Iterable[Iterable[str]]) -> str:
    told = ((_few(gates, ", "), text) for gates, (_, text) in zip(by_way, _GATES, strict=True))
    return "; ".join(f"{text}: {gates}" for gates, text in told if gates)


def _few(parts: Iterable[str], between: str = "; ") -> str:
    every = list(parts)
    more = [f"{len(every) - _NAMED} more"] if len(every) > _NAMED else []
    return between.join([*every[:_NAMED], *more])


def _limits(gates: Sequence[GateMove]) -> Iterator[str]:
    """Yield limits that are looser or otherwise, then those that are tighter, and how gates are taken otherwise."""
    moved = [(gate, check) for gate in gates for check in gate.checks if check.limit_before != check.limit_now]
    for way, text in _LIMITS:
        for gate, check in moved:
            if check.limit is way:
                limits = f"{check.limit_before or 'none'} → {check.limit_now or 'none'}"
                yield f"{gate.gate} {check.name} {limits} ({text})"
    for gate in gates:
        if gate.enforcement_before and gate.enforcement_now and gate.enforcement_before != gate.enforcement_now:
            yield f"{gate.gate} {gate.enforcement_before} → {gate.enforcement_now}"


def _counted(row: Since, moves: Moves) -> list[tuple[int, str]]:
    """Return how many tests did what."""
    counts = [(len(moves.of(group)) + row.omitted.get(group.value, 0), text) for group, text in _TESTS]
    return [(count, text) for count, text in (*counts, (moves.appeared, "new")) if count]


def _tests(decision: Decision, row: Since, moves: Moves) -> str:
    told = [f"{count} {text}" for count, text in _counted(row, moves)]
    was = decision.trend.decisions[-2].collected if len(decision.trend.decisions) > 1 else decision.tests.collected
    now = decision.tests.collected
    collected = f"{now} collected, {was} then" if was != now else f"{now} collected, as then"
    known = [] if row.tests_known else ["which are new or removed can't be told: the record of then is not with it"]
    return "; ".join([*([", ".join(told)] if told else []), collected, *known])


def _sections(row: Since, moves: Moves, environment: str | None) -> Iterator[Section]:
    more = row.omitted.get("uncollectable", 0), row.omitted.get("collectable", 0)
    modules = Modules(tuple((path, "") for path in row.uncollectable), row.collectable, more)
    yield from result_sections(moves, modules, row.omitted)
    yield from _added(row)
    yield from gate_sections(moves, environment)
    yield from plan_sections(moves)
    yield from waiver_sections(moves)
    yield from manual_sections(moves)


def _added(row: Since) -> Iterator[Section]:
    more = row.omitted.get("added", 0)
    yield from section(map(item, row.added), "test is new.", "tests are new.", "", more)


def _more(row: Since) -> str:
    """Return what of gates, goals and people is not listed; a section of tests says so itself."""
    left = [plural(row.omitted[name], noun) for name, noun in _LISTS.items() if name in row.omitted]
    return f"Not listed here: {', '.join(left)}." if left else ""
