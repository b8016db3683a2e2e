"""The policy's word on running the release: the table ``[tool.stagegate.operations]``."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.model.operations import HandOver, OperationsPlan, Rollback, Runbook, Step

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_KEY: Final = "operations"
_TABLES: Final = {"rollback": Rollback, "runbook": Runbook, "hand_over": HandOver}
_NO_TEXT: Final = ("rehearsed_by",)


def operations_of(reader: Reader, table: dict[str, Any]) -> OperationsPlan:
    """Return the plan; what is not in order is left out of it and noted."""
    written = reader.table(table, (_KEY,))
    reader.no_other(written, (_KEY,), OperationsPlan.__struct_fields__)
    kept: dict[str, Any] = _texts(reader, written, (_KEY,), ("owner", "on_call", "alerts"))
    kept["dashboards"] = _addresses(reader, written)
    for name, kind in _TABLES.items():
        kept[name] = _entry(reader, reader.table(written, (_KEY, name)), (_KEY, name), kind.__struct_fields__)
    steps = enumerate(reader.tables(written, (_KEY, "rollout")))
    kept["rollout"] = [
        _entry(reader, step, (_KEY, "rollout", str(number)), Step.__struct_fields__) for number, step in steps
    ]
    return msgspec.convert(kept, OperationsPlan)


def _entry(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], keys: tuple[str, ...]) -> dict[str, Any]:
    reader.no_other(entry, path, keys)
    plain = {key: reader.text_of(entry, (*path, key)) for key in _NO_TEXT if key in keys and key in entry}
    return {**_texts(reader, entry, path, tuple(key for key in keys if key not in _NO_TEXT)), **plain}


def _texts(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], keys: tuple[str, ...]) -> dict[str, Any]:
    """Return those texts, each itself or ``{ file = "ops/rollback.md" }``."""
    return {key: entry[key] for key in keys if key in entry and _is_text(reader, (*path, key), entry[key])}


def _is_text(reader: Reader, path: tuple[str, ...], value: Any) -> bool:
    if isinstance(value, str):
        return True
    if not isinstance(value, dict) or set(value) != {"file"} or not isinstance(value["file"], str):
        reader.mistake(path, 'has to be a text, or a file with it: { file = "ops/rollback.md" }')
        return False
    file = PurePosixPath(value["file"])
    if file.is_absolute() or ".." in file.parts or not file.parts or "\\" in value["file"]:
        reader.mistake(path, f"has to name a file below the root, not {value['file']!r}")
        return False
    return True


def _addresses(reader: Reader, written: dict[str, Any]) -> tuple[str, ...]:
    path = (_KEY, "dashboards")
    addresses = reader.names(written, path) or ()
    for each in addresses:
        if not each.startswith(("https://", "http://")) or any(sign.isspace() for sign in each):
            reader.mistake(path, f"has to hold addresses that begin with https://, not {each!r}")
    return addresses
