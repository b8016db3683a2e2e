"""The policy's word on who makes evidence: entries of ``[[tool.stagegate.evidence]]`` with a ``command``."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.sources import FORMATS, Producer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.model.sources import EvidenceRule
    from pytest_stagegate.policy.reading import Reader

PRODUCER_KEYS: Final = ("name", "command", "timeout", "exit_ok", "version")
_LIMIT: Final = Duration.parse("10 min").microseconds
# The name becomes a file's name, and must not be that of another file's attachment.
_NAME: Final = re.compile(r"(?!.*\.stagegate)[A-Za-z0-9_][A-Za-z0-9._-]*")
_STATUSES: Final = range(256)
_PYLINT_BROKE_OFF: Final = 1 | 32
"""Bits of pylint's exit status for a fatal message and for a usage error: https://pylint.readthedocs.io/."""


def producer(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], format_: str) -> Producer | None:
    """Return how an entry says that its evidence is made; None where it does not, or not as it should.

    Args:
        reader: Collects the mistakes.
        entry: The table.
        path: Where it stands.
        format_: The format that it names, or empty.
    """
    if "command" not in entry:
        for key in PRODUCER_KEYS:
            if key in entry:
                reader.mistake((*path, key), "is about a tool that is run, and the entry has no command")
        return None
    command = command_of(reader, entry, (*path, "command"))
    name = _name(reader, entry, path)
    _literal(reader, entry, (*path, "path"))
    if format_ == "stagegate":
        reader.mistake((*path, "format"), "a record is made by pytest --stage-gate, and by no other command")
    version = command_of(reader, entry, (*path, "version"))
    limit = time_limit(reader, entry, (*path, "timeout"), _LIMIT)
    statuses = _exit_ok(reader, entry, (*path, "exit_ok"), format_)
    return Producer(name, command, limit, statuses, version) if command and name else None


def no_output_twice(reader: Reader, rules: Iterable[tuple[tuple[str, ...], EvidenceRule]]) -> None:
    """Note two producers of one name, and two that write the same file; each rule comes with where it stands."""
    names: set[str] = set()
    files: set[str] = set()
    for path, rule in rules:
        if rule.producer is None:
            continue
        # Some file systems know only one of two names that differ in case.
        name = rule.producer.name.casefold()
        if name in names:
            reader.mistake((*path, "name"), f"two commands have the name {rule.producer.name!r}")
        if rule.path and rule.path in files:
            reader.mistake((*path, "path"), f"two commands write {rule.path!r}")
        names.add(name)
        files.add(rule.path)


def command_of(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> tuple[str, ...]:
    """Return program and arguments; empty where the key is absent or not in order."""
    if path[-1] not in entry:
        return ()
    value = entry[path[-1]]
    if isinstance(value, str):
        reader.mistake(path, f"is run without a shell; write it as a list: {_as_list(value)}")
    elif not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
        reader.mistake(path, 'has to be a list of texts, the program first: ["ruff", "check"]')
    elif any("\0" in each for each in value):
        reader.mistake(path, "holds a NUL character, which no program can be given")
    else:
        return tuple(value)
    return ()


def _as_list(written: str) -> str:
    try:
        words = shlex.split(written)
    except ValueError:
        words = written.split()
    return json.dumps(words or ["ruff", "check"], ensure_ascii=False)


def _name(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> str:
    if "name" not in entry:
        reader.mistake(path, "has a command and no name")
        return ""
    name = reader.text_of(entry, (*path, "name"))
    if name and not _NAME.fullmatch(name):
        text = f"{name!r} is no plain name: letters, digits and the signs . _ - without '.stagegate'"
        reader.mistake((*path, "name"), text)
        return ""
    return name


def _literal(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> None:
    """Note a path that is not that of one file below the root."""
    written = entry.get(path[-1])
    if not isinstance(written, str):
        return
    if set(written) & set("*?"):
        reader.mistake(path, f"{written!r} is a pattern; the command writes one file")
    elif written.startswith(("/", "\\")) or ".." in written.split("/") or written[1:2] == ":":
        reader.mistake(path, f"{written!r} has to be relative to the root and below it")


def time_limit(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], default: int) -> int:
    """Return a time limit in microseconds; the default where there is none."""
    if path[-1] not in entry:
        return default
    try:
        limit = Duration.parse(entry[path[-1]]).microseconds
    except ValueError as error:
        reader.mistake(path, str(error))
        return default
    if limit <= 0:
        reader.mistake(path, "has to be longer than 0 s")
    return limit


def _exit_ok(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], format_: str) -> frozenset[int]:
    """Return the statuses with which the tool came to its end.

    Where the policy names none: 0, and 1 where it is the usual answer of a tool that has found something. A tool that
    only measures has no such answer.
    """
    if path[-1] not in entry:
        if format_ == "pylint-json":
            return frozenset(status for status in range(64) if not status & _PYLINT_BROKE_OFF)
        if format_ == "environment":
            # stagegate probe says with 20 that an environment is not ready.
            return frozenset({0, 20})
        measures = FORMATS.get(format_) in ("coverage", "metrics")
        return frozenset({0} if measures else {0, 1})
    value = entry[path[-1]]
    if isinstance(value, list) and value and all(type(each) is int and each in _STATUSES for each in value):
        return frozenset(value)
    reader.mistake(path, f"has to be a list of exit statuses from 0 to 255, such as [0, 1], not {value!r}")
    return frozenset()
