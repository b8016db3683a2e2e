"""Our signs on a terminal whose code page does not have them: others that tell the same apart."""

from __future__ import annotations

import codecs
from typing import Final

ERRORS: Final = "stagegate.signs"
"""Name of the handler for what a code page can't show, to be used as ``errors`` of a stream."""

_INSTEAD: Final = {
    "✔": "+",
    "✘": "X",
    "‖": "=",
    "◐": "~",
    "⌛": "@",
    "‼": "!!",
    "–": "-",
    "≥": ">=",
    "≤": "<=",
    "→": "->",
    "…": "...",
    "“": '"',
    "”": '"',
    "µ": "u",
}
_UNKNOWN: Final = "?"


def _shown(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(_INSTEAD.get(each, _UNKNOWN) for each in missing), error.end


codecs.register_error(ERRORS, _shown)


def shown_in(text: str, encoding: str | None) -> str:
    """Return a text as a code page can show it.

    Args:
        text: The text.
        encoding: Name of the code page; None and one that is not known stand for all characters.
    """
    try:
        return text.encode(encoding or "utf-8", ERRORS).decode(encoding or "utf-8")
    except LookupError:
        return text
