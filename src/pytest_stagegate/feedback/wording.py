"""The words of an item: on one line, of a length that a plan can hold, and with nothing in them that acts."""

from __future__ import annotations

import re
from typing import Final

from pytest_stagegate.model.texts import shortened

TITLE: Final = 200
WHY: Final = 1_000

# What a terminal or a page acts on: control characters, marks that reorder text, and halves of surrogate pairs.
_ACTING: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def one_line(text: str, limit: int = WHY) -> str:
    """Return a text on one line, cut in the middle where it is longer than the limit."""
    return shortened(" ".join(_ACTING.sub("\N{REPLACEMENT CHARACTER}", text).split()), limit)


def place_of(stage: str, environment: str | None) -> str:
    """Return where something was found, in words."""
    return f"at {stage} against {environment}" if environment else f"at {stage}"
