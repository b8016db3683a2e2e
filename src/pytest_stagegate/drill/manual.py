"""Faults in results of manual tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _all(**changed: Any) -> Callable[[str], str]:
    """Return what changes every result of a file."""

    def change(text: str) -> str:
        whole = json.loads(text)
        return json.dumps(whole | {"results": [each | changed for each in whole["results"]]})

    return change


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in results of manual tests.

    Args:
        formats: Tells the format of a copy.
    """
    return (
        Fault("every manual test failed", in_files({"manual": _all(outcome="failed")}, formats)),
        Fault("every manual test was of other steps", in_files({"manual": _all(digest="0" * 64)}, formats)),
        Fault("every manual test is of another commit", in_files({"manual": _all(commit="0" * 40)}, formats)),
    )
