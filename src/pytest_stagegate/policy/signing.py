"""The policy's word on sign-offs: whose keys are known, and who may go over a NO_GO."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pytest_stagegate.model.sign_offs import OverrideRule
from pytest_stagegate.policy.model import DEFAULT_SIGNERS

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_KEYS = ("roles", "max_days")


def allowed_signers(reader: Reader, table: dict[str, Any]) -> str:
    """Return the file of ``allowed_signers``, relative to the root and below it."""
    path = PurePosixPath(reader.text_of(table, ("allowed_signers",), DEFAULT_SIGNERS))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        reader.mistake(("allowed_signers",), f"has to be a file below the root, not {str(path)!r}")
    return path.as_posix()


def override_rule(reader: Reader, table: dict[str, Any]) -> OverrideRule | None:
    """Return the rule of ``[tool.stagegate.override]``; both of its keys are required."""
    if "override" not in table:
        return None
    entry = reader.table(table, ("override",))
    reader.no_other(entry, ("override",), _KEYS)
    lacking = [key for key in _KEYS if key not in entry]
    if lacking and isinstance(table["override"], dict):
        reader.mistake(("override",), f"an override needs {', '.join(lacking)}")
    roles, days = reader.names(entry, ("override", "roles")), entry.get("max_days")
    if days is not None and (type(days) is not int or days < 1):
        reader.mistake(("override", "max_days"), f"has to be a number of days above 0, not {days!r}")
        return None
    return OverrideRule(roles, days) if roles and days is not None else None
