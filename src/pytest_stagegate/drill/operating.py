"""Faults in what is known of running software: incidents, exercises, support."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ID = "drill-1"
_TITLE = "planted by the drill"


def _with(change: Callable[[Any], None]) -> Callable[[str], str]:
    """Return what changes a JSON document in place."""

    def edit(text: str) -> str:
        whole = json.loads(text)
        change(whole)
        return json.dumps(whole)

    return edit


def _statuspage(whole: Any) -> None:
    listed = whole if isinstance(whole, list) else whole["incidents"]
    listed.append({"id": _ID, "name": _TITLE, "status": "investigating", "impact": "critical"})


def _alert(whole: Any) -> None:
    labels = {"alertname": _TITLE, "severity": "critical"}
    whole.append({"fingerprint": _ID, "labels": labels, "annotations": {}, "status": {"state": "active"}})


def _csv(text: str) -> str:
    """Let every incident be open, and critical."""
    head, *rows = text.splitlines()
    names = [name.strip().strip('"').lower() for name in re.split("[,;\t]", head)]
    mark = next((mark for mark in "\t;" if mark in head), ",")
    row = mark.join({"severity": "critical", "status": "open", "state": "open"}.get(name, _ID) for name in names)
    return "\n".join([head, *rows, row, ""])


_OPEN: dict[str, Callable[[str], str]] = {
    "pagerduty": _with(
        lambda whole: whole["incidents"].append({"id": _ID, "title": _TITLE, "status": "triggered", "urgency": "high"})
    ),
    "opsgenie": _with(
        lambda whole: whole["data"].append({"id": _ID, "message": _TITLE, "priority": "P1", "status": "open"})
    ),
    "statuspage": _with(_statuspage),
    "alertmanager": _with(_alert),
    "incidents": _with(
        lambda whole: whole["incidents"].append({"id": _ID, "title": _TITLE, "severity": "critical", "status": "open"})
    ),
    "incidents-csv": _csv,
}


def _all_failed(whole: Any) -> None:
    for each in whole["drills"]:
        each["outcome"] = "failed"


def _failed_tests(text: str) -> str:
    """Let every exercise of a record be one that its tests did not pass: no link, no exercise."""
    return "".join(line for line in text.splitlines(keepends=True) if '"record":"drill"' not in line)


def _ended(whole: Any) -> None:
    listed = whole if isinstance(whole, list) else whole["result"]["releases"]
    for each in listed:
        each |= {"eolFrom": "2000-01-01", "eol": "2000-01-01"}


def _ended_table(text: str) -> str:
    return re.sub(r"(?m)^([ \t]*end[ \t]*=[ \t]*).*$", r"\g<1>2000-01-01", text)


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in what is known of running software.

    Args:
        formats: Tells the format of a copy.
    """
    drills = {"drills": _with(_all_failed), "stagegate": _failed_tests}
    support = {"endoflife": _with(_ended), "support-table": _ended_table}
    return (
        Fault("a critical incident is open", in_files(_OPEN, formats)),
        Fault("no exercise passed", in_files(drills, formats)),
        Fault("support of everything has ended", in_files(support, formats)),
    )
