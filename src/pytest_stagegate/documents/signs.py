"""The signs and style classes of decisions and verdicts; a sign tells them apart without colour."""

from __future__ import annotations

from typing import Final

import msgspec

from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word

WORDS: Final = {
    Word.GO: ("GO", "✔", "go"),
    Word.CONDITIONAL: ("CONDITIONAL", "◐", "conditional"),
    Word.HOLD: ("HOLD", "‖", "hold"),
    Word.NO_GO: ("NO GO", "✘", "no-go"),
}
"""Decision to its name, its sign and its style class."""


def named(decision: Word, *, provisional: bool) -> str:
    """Return the name of a decision, and whether it is provisional."""
    return WORDS[decision][0] + (" (provisional)" if provisional else "")


SIGNS: Final = {
    Verdict.PASS: ("✔", "go"),
    Verdict.WARN: ("!", "conditional"),
    Verdict.TOO_SMALL: ("~", "conditional"),
    Verdict.WAIVED: ("w", "waived"),
    Verdict.FAIL: ("✘", "no-go"),
    Verdict.NO_EVIDENCE: ("?", "hold"),
    Verdict.STALE: ("⌛", "hold"),
    Verdict.ERROR: ("‼", "hold"),
    Verdict.NOT_APPLICABLE: ("–", "quiet"),
}
"""Verdict to its sign and its style class."""


class CellView(msgspec.Struct, frozen=True):
    """How tests ended at one stage in one environment; an empty text where there are none."""

    sign: str
    style: str
    text: str


EMPTY_CELL: Final = CellView("", "quiet", "")
