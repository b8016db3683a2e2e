"""Telling the format of a plan or of a tracker's export from the beginning of its content."""

from __future__ import annotations

import re
from typing import Final

_PLAN: Final = re.compile(r"^[ \t]*\[\[[ \t]*(?:goal|milestone)[ \t]*\]\]", re.MULTILINE)
_NEEDS: Final = re.compile(r'"current_version"\s*:\s*"|"versions"\s*:\s*\{\s*"[^"]*"\s*:\s*\{')


def format_of_goals(start: str) -> str:
    """Return the format that the beginning of a file tells; empty when it is none with goals.

    Args:
        start: The first characters, without leading blanks.
    """
    if start.startswith("{"):
        return "needs-json" if _NEEDS.search(start) else ""
    return "plan" if _PLAN.search(start) else ""
