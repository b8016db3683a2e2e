"""Text for people: made safe for any sink, and in the right number."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]")
# Control characters and the marks that reorder text; tab and line feed stay.
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def clean(text: str) -> str:
    """Return text without terminal escapes, control characters and marks that reorder it."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _ANSI.sub("", text))


def plural(count: int, noun: str) -> str:
    """Return ``1 test`` or ``2 tests``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def wrapped(head: str, text: str, columns: int) -> Iterator[str]:
    """Yield a text behind its head, on lines that a terminal of that many columns can hold."""
    indent = " " * min(len(head), max(8, columns // 3))
    words = " ".join(clean(text).split())
    yield from textwrap.wrap(
        words,
        max(20, columns - 1),
        initial_indent=re.sub(r"\s", " ", clean(head)),
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
