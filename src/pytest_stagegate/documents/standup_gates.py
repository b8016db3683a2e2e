"""Gates that moved between two decisions, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.standup_parts import item, owned, section
from pytest_stagegate.model.moves import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.standup_parts import Item, Section
    from pytest_stagegate.model.moves import CheckMove, GateMove, Moves
    from pytest_stagegate.model.verdicts import Verdict

_TOLD: Final = (
    (Direction.WORSE, "gate is worse.", "gates are worse.", "no-go"),
    (Direction.REMOVED, "gate judges no more.", "gates judge no more.", "conditional"),
    (Direction.OTHER, "gate says something else.", "gates say something else.", "conditional"),
    (Direction.ADDED, "gate is new.", "gates are new.", ""),
    (Direction.BETTER, "gate is better.", "gates are better.", "go"),
    (Direction.SAME, "gate moved and kept its verdict.", "gates moved and kept their verdicts.", ""),
)
_VALUES: Final = {Direction.WORSE: "worse", Direction.BETTER: "better"}
_LIMITS: Final = {Direction.WORSE: "looser", Direction.BETTER: "tighter"}


def gate_sections(found: Moves, environment: str | None) -> Iterator[Section]:
    """Yield the gates that moved, those that are worse first.

    Args:
        found: What moved.
        environment: The environment that is decided on.
    """
    for direction, one, many, style in _TOLD:
        gates = (_item(each, environment) for each in found.gates if each.direction is direction)
        yield from section(gates, one, many, style)


def _item(gate: GateMove, decided: str | None) -> Item:
    """Return a gate; its environment goes without saying where it is that of the decision."""
    elsewhere = gate.environment if gate.environment != decided else None
    name = f"{gate.gate} ({elsewhere})" if elsewhere else gate.gate
    return item(name, *_texts(gate), owner=owned(gate.owner))


def _texts(gate: GateMove) -> Iterator[str]:
    before, now = _word(gate.before), _word(gate.now)
    yield f"{before} → {now}" if before and now and before != now else now or f"it was {before}"
    if gate.enforcement_before and gate.enforcement_now and gate.enforcement_before != gate.enforcement_now:
        yield f"enforcement {gate.enforcement_before} → {gate.enforcement_now}"
    yield from (_check(each, gate.direction) for each in gate.checks)


def _word(verdict: Verdict | None) -> str:
    return verdict.value.replace("_", " ") if verdict is not None else ""


def _check(check: CheckMove, of_gate: Direction) -> str:
    return f"{check.name} {', '.join(part for part in (_value(check, of_gate), _limit(check)) if part)}"


def _value(check: CheckMove, of_gate: Direction) -> str:
    if not check.now:
        return "is not checked any more"
    if not check.before:
        return f"is new: {check.now}"
    if check.before == check.now:
        return check.now
    way = _VALUES.get(check.value) if check.value is not of_gate else None
    return f"{check.before} → {check.now}{f' ({way})' if way else ''}"


def _limit(check: CheckMove) -> str:
    if check.limit_before == check.limit_now or not check.before or not check.now:
        return f"limit {check.limit_now}" if check.limit_now else ""
    way = _LIMITS.get(check.limit)
    return f"limit {check.limit_before or 'none'} → {check.limit_now or 'none'}{f' ({way})' if way else ''}"
