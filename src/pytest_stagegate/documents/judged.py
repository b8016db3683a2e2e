"""Gates and their checks as finished strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.sign_offs import unsigned
from pytest_stagegate.documents.signs import SIGNS
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from pytest_stagegate.model.verdicts import Check, GateResult

PLACES: Final = 5
"""How many places are shown where space is short."""


class CheckView(msgspec.Struct, frozen=True):
    """One check as strings; `where` is complete or ends in a line that says how many more there are."""

    name: str
    shown: str
    limit: str
    verdict: str
    sign: str
    style: str
    reason: str
    inspected: str
    text: str
    where: tuple[str, ...]


class GateView(msgspec.Struct, frozen=True):
    """One gate as strings.

    Attributes:
        uses: Name of its definition.
        would: The decision that it would stop with at ``block``; empty where it would not, or does.
        asked: The roles whose sign-off it lacks.
        short: Whether the gate fell short (anything but PASS, NOT_APPLICABLE).
        where: Places of all checks that fell short, each once.
        where_omitted: How many further places the checks did not list.
    """

    id: str
    uses: str
    anchor: str
    title: str
    verdict: str
    sign: str
    style: str
    reason: str
    enforcement: str
    effect: str
    would: str
    owner: str
    asked: tuple[str, ...]
    summary: str
    remedy: str
    short: bool
    where: tuple[str, ...]
    where_omitted: int
    checks: tuple[CheckView, ...]


def gate_view(result: GateResult, number: int) -> GateView:
    """Return one gate; the number tells its row from others."""
    sign, style = SIGNS[result.verdict]
    if result.verdict is Verdict.FAIL and result.effect != Word.NO_GO.value:
        style = "conditional" if result.effect else "quiet"
    checks = tuple(_check(check, style) for check in result.checks)
    short = [check for check in result.checks if check.verdict is not Verdict.PASS]
    return GateView(
        id=clean(result.gate),
        uses=clean(result.uses),
        anchor=f"gate-{number}",
        title=clean(result.title),
        verdict=_words(result.verdict.value),
        sign=sign,
        style=style,
        reason=clean(result.reason),
        enforcement=clean(result.enforcement),
        effect=_words(result.effect),
        would=_words(result.would),
        owner=clean(result.owner),
        asked=tuple(clean(each) for each in unsigned(result)),
        summary=clean(result.summary),
        remedy=clean(result.remedy),
        short=result.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE),
        where=tuple(dict.fromkeys(clean(place) for check in short for place in check.where)),
        where_omitted=sum(check.where_omitted for check in short),
        checks=checks,
    )


def _words(value: str) -> str:
    return clean(value.replace("_", " "))


def _check(check: Check, gate_style: str) -> CheckView:
    sign, style = SIGNS[check.verdict]
    if check.verdict is Verdict.FAIL:
        # A failure that only warns looks like a warning in every row.
        style = gate_style
    more = (f"… and {check.where_omitted} more",) if check.where_omitted else ()
    return CheckView(
        name=clean(check.name),
        shown=clean(check.shown),
        limit=clean(check.limit_shown),
        verdict=_words(check.verdict.value),
        sign=sign,
        style=style,
        reason=check.reason,
        inspected=str(check.inspected),
        text=clean(check.text),
        where=(*(clean(place) for place in check.where), *more),
    )


def first_places(gate: GateView) -> tuple[str, ...]:
    """Return the first five places of a gate and, where there are more, how many."""
    more = len(gate.where) + gate.where_omitted - PLACES
    return (*gate.where[:PLACES], f"… and {more} more in report.html") if more > 0 else gate.where
