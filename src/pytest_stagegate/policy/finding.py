"""Where a project's policy stands, and one file of it read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from pytest_stagegate.errors import Mistake, MistakesError
from pytest_stagegate.policy.model import BUILT_IN, Layer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Read: TypeAlias = Callable[[Path], str]
"""Returns a file's text; raises OSError or UnicodeDecodeError."""

NO_FILE: Final = Layer(BUILT_IN, "", (), {}, "")
"""Stands for the file where a project has no policy."""


def from_disk(path: Path) -> str:
    """Return the text of a file as it is now."""
    return path.read_text(encoding="utf-8-sig")


def find(rootdir: Path, file: Path | None, read: Read) -> tuple[Path, Layer] | None:
    """Return a project's own policy file.

    Args:
        rootdir: The project's root.
        file: A policy file; when None ``[tool.stagegate]`` in ``pyproject.toml``, else ``stagegate.toml``.
        read: Reads a file.

    Raises:
        MistakesError: When a file can't be read, or when there are two policies.
    """
    if file is not None:
        return file, layer_of(file, rootdir, read)
    pyproject, own = rootdir / "pyproject.toml", rootdir / "stagegate.toml"
    inside, beside = _there(pyproject, rootdir, read), _there(own, rootdir, read)
    if inside is None or not inside.prefix:
        return (own, beside) if beside is not None else None
    if beside is not None:
        text = "there is a second policy, [tool.stagegate] in pyproject.toml; keep one of them"
        raise MistakesError("the policy", [Mistake("stagegate.toml", text)], code="policy")
    return pyproject, inside


def _there(path: Path, rootdir: Path, read: Read) -> Layer | None:
    try:
        return layer_of(path, rootdir, read)
    except MistakesError as error:
        if isinstance(error.__cause__, (FileNotFoundError, IsADirectoryError)):
            return None
        raise


def layer_of(path: Path, rootdir: Path, read: Read) -> Layer:
    """Return a policy file, with its keys at the top or under ``[tool.stagegate]``.

    Raises:
        MistakesError: When it can't be read.
    """
    name = _relative(path, rootdir)
    try:
        return layer(name, read(path))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise MistakesError("the policy", [Mistake(name, f"can't be read: {reason}")], code="policy") from error


_OWN: Final = frozenset({"environments", "evidence", "expect", "extends", "gate", "stages", "tag", "waiver"})
"""Keys that no other tool has at the top of a file of its own."""


def layer(source: str, text: str) -> Layer:
    """Return the layer that a file's text makes.

    Raises:
        ValueError: When it is no TOML.
    """
    whole = tomllib.loads(text)
    tool = whole.get("tool")
    inner = tool.get("stagegate") if isinstance(tool, dict) else None
    if inner is None:
        return Layer(source, text, (), whole, digest(canonical(whole)))
    both = sorted(_OWN & set(whole))
    if both:
        raise ValueError(f"{', '.join(both)} stand at the top and [tool.stagegate] is there too; keep one of them")
    return Layer(source, text, ("tool", "stagegate"), inner, digest(canonical(inner)))


def _relative(path: Path, rootdir: Path) -> str:
    try:
        return path.resolve().relative_to(rootdir.resolve()).as_posix()
    except ValueError:
        return path.name


def revived(table: Any) -> Any:
    """Return a policy's table that was written as JSON with the dates that TOML has, where a policy can have them."""
    if not isinstance(table, dict):
        return table
    gates = table.get("gate")
    tables = list(gates.values()) if isinstance(gates, dict) else []
    for entry in [each for each in tables if isinstance(each, dict)]:
        _revive(entry.get("enforcement"), "block_from")
    waivers = table.get("waiver")
    for entry in waivers if isinstance(waivers, list) else ():
        _revive(entry, "expires")
    return table


def _revive(entry: Any, key: str) -> None:
    if isinstance(entry, dict) and isinstance(entry.get(key), str):
        with suppress(ValueError):
            entry[key] = dt.date.fromisoformat(entry[key])


def canonical(table: Any) -> str:
    """Return a table as JSON that depends on nothing but its content."""
    return json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
