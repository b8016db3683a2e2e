"""Faults in plans and trackers' exports that were handed over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ID: Final = "DRILL-1"


def _in_plan(text: str) -> str:
    return f'{text}\n[[goal]]\nid = "{_ID}"\npriority = "must"\n'


def _in_needs(text: str) -> str:
    whole = json.loads(text)
    for version in whole["versions"].values():
        version["needs"][_ID] = {"id": _ID, "type": "req", "priority": "must"}
    return json.dumps(whole)


def _in_json(text: str) -> str:
    whole = json.loads(text)
    goals = whole if isinstance(whole, list) else whole.setdefault("goals", [])
    goals.append({"id": _ID, "priority": "must"})
    return json.dumps(whole)


def _in_tracker(text: str) -> str:
    return json.dumps([*json.loads(text), {"number": 0, "iid": 0, "labels": ["must"], "title": _ID}])


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in plans.

    Args:
        formats: Tells the format of a copy.
    """
    edits: dict[str, Callable[[str], str]] = {
        "plan": _in_plan,
        "needs-json": _in_needs,
        "goals-json": _in_json,
        "github-issues": _in_tracker,
        "gitlab-issues": _in_tracker,
    }
    return (Fault("the plan has one more goal that must be met", in_files(edits, formats)),)
