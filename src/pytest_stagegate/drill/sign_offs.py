"""Faults in sign-offs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _rejected(text: str) -> str:
    return json.dumps(json.loads(text) | {"answer": "reject"})


def _of_another(text: str) -> str:
    return json.dumps(json.loads(text) | {"basis": "0" * 64})


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in sign-offs; a signature is none of the changed bytes.

    Args:
        formats: Tells the format of a copy.
    """
    return (
        Fault("every sign-off says no", in_files({"sign-off": _rejected}, formats)),
        Fault("every sign-off is of another decision", in_files({"sign-off": _of_another}, formats)),
    )
