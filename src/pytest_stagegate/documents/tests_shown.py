"""Tests that did not plainly pass, as finished strings, with as much of their texts as a page has room for."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import TestRow

_ROOM: Final = 1_050_000
"""Bytes that all texts of failures may take in a page, so that it stays below 2 MB."""

_KNOWN: Final = {"xfailed": "still fails", "xpassed": "passes: it may be mended"}
_ELSEWHERE: Final = "There is no room for this text here; it is in decision.json."


class TestView(msgspec.Struct, frozen=True):
    """One test that did not plainly pass.

    Attributes:
        id: Node id.
        state: Its outcome alone.
        stage: Stage, environment and shard.
        outcome: Its outcome, and after how many reruns.
        reason: Why, in one line.
        message: The failure's text, or where it stands.
        subtests: What became of subtests that did not pass.
        known: That its failure is known, in words; empty where none is expected.
    """

    __test__ = False

    id: str
    state: str
    stage: str
    outcome: str
    reason: str
    message: str
    subtests: tuple[str, ...]
    known: str


def tests_view(rows: Sequence[TestRow]) -> tuple[TestView, ...]:
    """Return the tests in their order; texts of failures as long as there is room for them."""
    return tuple(_views(rows))


def tests_more(omitted: int) -> str:
    """Return a sentence where there are more tests than are listed; empty otherwise."""
    return f"{omitted} more are in evidence.jsonl." if omitted else ""


def _views(rows: Sequence[TestRow]) -> Iterator[TestView]:
    left = _ROOM
    for row in rows:
        message = clean(row.message)
        left -= len(html.escape(message).encode())
        yield _view(row, message if left >= 0 or not message else _ELSEWHERE)


def _view(row: TestRow, message: str) -> TestView:
    reruns = f" after {plural(row.reruns, 'rerun')}" if row.reruns else ""
    return TestView(
        id=clean(row.id),
        state=row.outcome,
        stage=clean(", ".join(part for part in (row.stage, row.environment, row.shard) if part)),
        outcome=f"{row.outcome}{reruns}",
        reason=clean(row.reason),
        message=message,
        subtests=tuple(clean(each) for each in row.subtests),
        known=_KNOWN.get(row.outcome, ""),
    )
