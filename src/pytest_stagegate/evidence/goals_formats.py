"""Telling the format of a plan or of a tracker's export from the beginning of its content."""

from __future__ import annotations

import re
from typing import Final

_PLAN: Final = re.compile(r"^[ \t]*\[\[[ \t]*(?:goal|milestone)[ \t]*\]\]", re.MULTILINE)
_NEEDS: Final = re.compile(r'"current_version"\s*:\s*"|"versions"\s*:\s*\{\s*"[^"]*"\s*:\s*\{')
_GOALS: Final = re.compile(r'\{\s*"(?:goals|milestones)"\s*:\s*\[')
_LIST: Final = re.compile(r"\[\s*\{")
_KEY: Final = re.compile(r'"(\w+)"\s*:')
_CSV: Final = re.compile(
    r'(?:"?(?:id|key|identifier|issue key)"?[,;\t]|.*[,;\t]"?(?:id|key|issue key)"?[,;\t])', re.IGNORECASE
)
_ABOUT_GOALS: Final = re.compile(r"\b(?:title|summary|priority|acceptance)\b", re.IGNORECASE)


def format_of_goals(start: str) -> str:
    """Return the format that the beginning of a file tells; empty when it is none with goals.

    Args:
        start: The first characters, without leading blanks.
    """
    if start.startswith("{"):
        return "needs-json" if _NEEDS.search(start) else "goals-json" if _GOALS.match(start) else ""
    if _LIST.match(start):
        return _of_list({match[1] for match in _KEY.finditer(start)})
    if _PLAN.search(start):
        return "plan"
    head = start.partition("\n")[0]
    return "goals-csv" if _CSV.match(head) and _ABOUT_GOALS.search(head) else ""


def _of_list(keys: set[str]) -> str:
    if {"iid", "title"} <= keys:
        return "gitlab-issues"
    if {"number", "title"} <= keys and keys & {"state", "labels", "due_on"}:
        return "github-issues"
    return "goals-json" if {"id", "priority"} <= keys and keys & {"title", "acceptance"} else ""
