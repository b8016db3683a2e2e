"""The word of a decision."""

from __future__ import annotations

import enum


class Word(str, enum.Enum):
    """The decision; the order is from worst to best."""

    NO_GO = "NO_GO"
    HOLD = "HOLD"
    CONDITIONAL = "CONDITIONAL"
    GO = "GO"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value
