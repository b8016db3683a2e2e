"""Environments of a decision as finished strings: their conditions, what they answered, and their test data."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.environments import PASSED
from pytest_stagegate.model.readiness import NOT_PROBED, NOT_READY, READY, STALE
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.environments import Answer
    from pytest_stagegate.model.readiness import EnvironmentRow

_SIGNS: Final = {
    NOT_READY: ("✘", "no-go", "not ready"),
    STALE: ("⌛", "hold", "stale"),
    NOT_PROBED: ("?", "hold", "not probed"),
    READY: ("✔", "go", "ready"),
}
"""State to its sign, its style class and its words, the worst first."""


class EnvironmentView(msgspec.Struct, frozen=True):
    """One look at an environment as strings.

    Attributes:
        verdict: Its state in words.
        sign: Its sign.
        style: Its style class.
        name: The environment, and whether it is protected.
        when: When somebody looked.
        lines: Sign and text of each condition and each question.
    """

    verdict: str
    sign: str
    style: str
    name: str
    when: str
    lines: tuple[tuple[str, str], ...]


def environments_view(rows: Iterable[EnvironmentRow]) -> tuple[EnvironmentView, ...]:
    """Return what is known of environments as finished strings, the worst first."""
    order = list(_SIGNS)
    ordered = sorted(rows, key=lambda row: (order.index(row.state), row.environment, row.when or ""))
    return tuple(_row(row) for row in ordered)


def _row(row: EnvironmentRow) -> EnvironmentView:
    sign, style, words = _SIGNS[row.state]
    return EnvironmentView(
        verdict=words,
        sign=sign,
        style=style,
        name=clean(f"{row.environment}, protected" if row.protected else row.environment),
        when=clean(row.when or "nobody looked"),
        lines=tuple(_lines(row)),
    )


def _lines(row: EnvironmentRow) -> Iterator[tuple[str, str]]:
    if row.note:
        yield "?", clean(row.note)
    for condition in row.conditions:
        yield "✔" if condition.held else "✘", clean(f"condition {condition.name}: {condition.text}")
    for answer in (*((row.probe,) if row.probe is not None else ()), *row.data):
        yield "✔" if answer.outcome == PASSED else "✘", clean(_told(answer))


def _told(answer: Answer) -> str:
    took = show_duration(Fraction(answer.us), upward=False)
    name = answer.name if answer.name == "probe" else f"test data {answer.name}"
    return f"{name}: {answer.asked}: {answer.text} ({took})"
