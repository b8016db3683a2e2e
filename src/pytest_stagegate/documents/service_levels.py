"""Service levels as strings, out of what the gates that judged them say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.verdicts import Check, GateResult

_GATE: Final = "slo"
SERVICE_LEVELS_HEAD: Final = ("objective", "gate", "promised", "good events", "error budget left", "burn rates")
_QUIET: Final = (Verdict.PASS, Verdict.NOT_APPLICABLE)


def service_level_rows(gates: Iterable[GateResult]) -> list[tuple[str, ...]]:
    """Return a row for each objective of each gate; a figure that falls short has its verdict beside it."""
    judged = (each for each in gates if each.uses == _GATE)
    return [_row(gate.gate, group) for gate in judged for group in _groups(gate.checks)]


def _groups(checks: Iterable[Check]) -> Iterator[list[Check]]:
    """Yield each objective's own check with those that follow it and are of the same objective."""
    group: list[Check] = []
    for check in checks:
        budget = len(group) == 1 and check.name == f"{group[0].name} budget"
        if group and (budget or check.name.startswith(f"{group[0].name} burn ")):
            group.append(check)
            continue
        if group:
            yield group
        group = [check]
    if group:
        yield group


def _row(gate: str, group: list[Check]) -> tuple[str, ...]:
    own, *more = group
    budget = [_figure(each) for each in more if not each.name.startswith(f"{own.name} burn ")]
    windows = [each for each in more if each.name.startswith(f"{own.name} burn ")]
    burn = [f"{each.name.removeprefix(f'{own.name} burn ')}: {_figure(each)}" for each in windows]
    return own.name, gate, own.limit_shown, _figure(own), "".join(budget), ", ".join(burn)


def _figure(check: Check) -> str:
    verdict = "" if check.verdict in _QUIET else f" ({check.verdict.value.replace('_', ' ')})"
    return f"{check.shown}{verdict}"
