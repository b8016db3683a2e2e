"""Faults: what went wrong, where, and what to do, each with a stable code.

A fault is about the tool's own input (a policy, a command line, a file). What a gate finds wrong with
the software under decision is never a fault: it is a verdict.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec


class StageGateError(Exception):
    """Base of all faults that are told to a user as one sentence, without a traceback.

    Args:
        message: What is wrong and where, in one sentence.
        code: Stable identifier of the kind of fault, kebab-case.
        remedy: What to do about it; empty when the message already says so.
    """

    def __init__(self, message: str, *, code: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.remedy = remedy

    def __str__(self) -> str:
        """Return message and remedy as one text."""
        return f"{self.message} {self.remedy}".strip()


class UsageError(StageGateError):
    """A mistake on the command line."""

    def __init__(self, message: str, *, code: str = "usage", remedy: str = "") -> None:
        super().__init__(message, code=code, remedy=remedy)


class EvidenceError(StageGateError):
    """Evidence that is missing or can't be read; blocks as HOLD, never passes."""

    def __init__(self, message: str, *, code: str = "unreadable", remedy: str = "") -> None:
        super().__init__(message, code=code, remedy=remedy)


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return ``did you mean 'x'?``, or the names that would be right.

    Args:
        name: What was written.
        known: The names that would be right.
        otherwise: What to say where none is near, in place of all names: for lists that are too long to be read.
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1) or [each for each in names if name and each.startswith(name)]
    if close:
        return f"did you mean {close[0]!r}?"
    if otherwise:
        return otherwise
    return f"known: {', '.join(names)}" if names else "none is declared"


class Mistake(msgspec.Struct, frozen=True):
    """One mistake in a policy, a tag or a gate module.

    Attributes:
        place: Where it stands, for example ``pyproject.toml:12 [tool.stagegate.gate.coverage] line``.
        text: What is wrong, with the nearest valid name where there is one.
    """

    place: str
    text: str

    def __str__(self) -> str:
        """Return ``place: text``."""
        return f"{self.place}: {self.text}"


class MistakesError(StageGateError):
    """All mistakes of one kind of input at once.

    Args:
        heading: What was being read, for example ``the policy``.
        mistakes: At least one; reported in the order given.
        code: Stable identifier, ``policy`` or ``tags``.
    """

    def __init__(self, heading: str, mistakes: list[Mistake], *, code: str) -> None:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        lines = "\n".join(f"  {mistake}" for mistake in mistakes)
        super().__init__(f"stagegate: {count} in {heading}\n{lines}", code=code)
        self.mistakes = mistakes
