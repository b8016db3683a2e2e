"""Faults in what was found of environments, in records of runs and in reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault
from pytest_stagegate.model.environments import FAILED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TEXT: Final = "planted by the drill"


def _unanswered(report: dict[str, Any]) -> dict[str, Any]:
    failed = {"outcome": FAILED, "text": _TEXT}
    probe = report.get("probe")
    return {"probe": probe and {**probe, **failed}, "data": [{**each, **failed} for each in report.get("data", ())]}


def _not_held(report: dict[str, Any]) -> dict[str, Any]:
    return {"conditions": [{**each, "held": False, "text": _TEXT} for each in report.get("conditions", ())]}


def _of_another(_report: dict[str, Any]) -> dict[str, Any]:
    return {"declared_sha256": "0" * 64}


def _another_version(report: dict[str, Any]) -> dict[str, Any]:
    probe = report.get("probe")
    return {"probe": {**probe, "version": "0.0.0"} if probe and probe.get("version") else probe}


def _edits(change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Callable[[str], str]]:
    def in_report(text: str) -> str:
        whole = json.loads(text)
        whole["seen"] |= change(whole["seen"])
        return json.dumps(whole)

    def in_record(text: str) -> str:
        return "".join(_in_line(line) for line in text.splitlines(keepends=True))

    def _in_line(line: str) -> str:
        if '"record":"environment"' not in line:
            return line
        whole = json.loads(line)
        whole["report"] |= change(whole["report"])
        return json.dumps(whole, separators=(",", ":"), ensure_ascii=False) + "\n"

    return {"environment": in_report, "stagegate": in_record}


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in what was found of environments.

    Args:
        formats: Tells the format of a copy.
    """
    return (
        Fault("no environment answers, and its test data are gone", in_files(_edits(_unanswered), formats)),
        Fault("no condition of an environment held", in_files(_edits(_not_held), formats)),
        Fault("every environment was looked at under another policy", in_files(_edits(_of_another), formats)),
        Fault("every environment answers that another version runs", in_files(_edits(_another_version), formats)),
    )
