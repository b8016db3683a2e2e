"""Faults in flag files: in those that were handed over, and in the one that the policy names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pytest_stagegate.drill.files import in_files
from pytest_stagegate.hooks import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME: Final = "there is no flag file"
_FLAG: Final = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on"}


def _one_more(text: str) -> str:
    whole = json.loads(text)
    whole["flags"]["planted-by-the-drill"] = _FLAG
    return json.dumps(whole)


def faults(formats: Callable[[Path], str]) -> tuple[Fault, ...]:
    """Return the faults in flag files that were handed over.

    Args:
        formats: Tells the format of a copy.
    """
    return (Fault("a flag reveals what nobody has declared", in_files({"flagd": _one_more}, formats)),)
