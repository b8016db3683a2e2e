"""Commits as evidence states them: in full, or shortened."""

from __future__ import annotations

from typing import Final

_SHORTEST: Final = 7
"""Characters that a shortened commit id has at least."""


def differ(one: str | None, other: str | None) -> bool:
    """Return whether two stated commits are different; a shortened id is the commit that it begins."""
    if one is None or other is None:
        return False
    shorter, longer = sorted((one.lower(), other.lower()), key=len)
    return not longer.startswith(shorter) or (shorter != longer and len(shorter) < _SHORTEST)


def short(commit: str | None) -> str:
    """Return as much of a commit id as people compare; empty where there is none."""
    return (commit or "")[:12]
