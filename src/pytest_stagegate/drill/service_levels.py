"""Faults in what was measured of service levels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault
from pytest_stagegate.model.service_levels import KIND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _all_bad(whole: dict[str, Any]) -> None:
    for reading in whole["readings"]:
        for counts in reading["counts"]:
            if counts["good"] is not None:
                counts["good"] = "0"
            if counts["bad"] is not None:
                counts["bad"] = counts["total"]


def _no_labels(whole: dict[str, Any]) -> None:
    for metric in whole["metrics"]:
        metric["labels"] = dict.fromkeys(metric["labels"], 0)


def _no_series(whole: dict[str, Any]) -> None:
    for metric in whole["metrics"]:
        metric["series"] = 0


def _edits(change: Callable[[dict[str, Any]], None]) -> dict[str, Callable[[str], str]]:
    def in_file(text: str) -> str:
        whole = json.loads(text)
        change(whole)
        return json.dumps(whole)

    return {KIND: in_file}


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in measured service levels.

    Args:
        formats: Tells the format of a copy.
    """
    return (
        Fault("every event that an objective counts is bad", in_files(_edits(_all_bad), formats)),
        Fault("no series has a label that is expected", in_files(_edits(_no_labels), formats)),
        Fault("no expected metric has a series", in_files(_edits(_no_series), formats)),
    )
