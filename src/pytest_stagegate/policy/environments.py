"""The policy's word on environments: the tables ``[tool.stagegate.environment.NAME]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pytest_stagegate.errors import nearest
from pytest_stagegate.model.environments import EnvironmentRule, Inquiry, Requirement
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.policy.artifacts import below_root
from pytest_stagegate.policy.finding import canonical, digest
from pytest_stagegate.policy.making import command_of, time_limit

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

KEY: Final = "environment"
_KEYS: Final = ("protected", "stages", "require", "run_by", "settings", "probe", "data")
_DECLARED: Final = ("protected", "stages", "require", "run_by", "probe", "data")
"""Keys that a report on the environment answers; settings are for tests alone."""
_PROBE: Final[dict[str, tuple[str, ...]]] = {
    "http": ("http", "status", "version", "timeout"),
    "tcp": ("tcp", "timeout"),
    "command": ("command", "timeout"),
}
_DATA: Final[dict[str, tuple[str, ...]]] = {
    "command": ("name", "command", "timeout"),
    "path": ("name", "path", "min_files"),
}
_LIMIT: Final = Duration.parse("5 s").microseconds
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_POINTER: Final = re.compile(r"(?:/(?:[^/~]|~[01])*)+")
_STATUSES: Final = range(100, 600)
_PORTS: Final = range(1, 65536)


def environment_rules(
    reader: Reader, table: dict[str, Any], stages: tuple[str, ...], environments: tuple[str, ...], default: str | None
) -> tuple[EnvironmentRule, ...]:
    """Return what is declared of each environment; what is not in order is noted.

    Args:
        reader: Collects the mistakes.
        table: The policy's keys.
        stages: Known stages.
        environments: Known environments.
        default: The environment of a run that names none.
    """
    rules = []
    for name, entry in reader.table(table, (KEY,)).items():
        path = (KEY, name)
        if name not in environments:
            reader.mistake(path, f"unknown environment {name!r}; {nearest(name, environments)}")
        if not isinstance(entry, dict):
            reader.mistake(path, f"has to be a table: [{'.'.join((*reader.prefix, *path))}]")
            continue
        rules.append(_rule(reader, name, entry, stages))
        if rules[-1].protected and name == default:
            text = (
                f"{name!r} is protected: it has to be asked for by name, and can't be what a run takes that names none"
            )
            reader.mistake(("default_environment",), text)
    return tuple(rules)


def _rule(reader: Reader, name: str, entry: dict[str, Any], stages: tuple[str, ...]) -> EnvironmentRule:
    path = (KEY, name)
    reader.no_other(entry, path, _KEYS)
    allowed = reader.names(entry, (*path, "stages")) or ()
    reader.in_vocabulary(allowed, (*path, "stages"), "stage", stages)
    return EnvironmentRule(
        name=name,
        protected=_flag(reader, entry, (*path, "protected")),
        stages=allowed,
        require=_requirements(reader, entry, (*path, "require")),
        run_by=reader.names(entry, (*path, "run_by")) or (),
        settings=reader.table(entry, (*path, "settings")),
        probe=_probe(reader, entry, (*path, "probe")),
        data=_data(reader, entry, (*path, "data")),
        sha256=digest(canonical({key: entry[key] for key in _DECLARED if key in entry})),
        place=reader.place(path),
    )


def _flag(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Return a yes or no; what is neither counts as yes, so that no mistake takes protection away."""
    value = entry.get(path[-1], False)
    if not isinstance(value, bool):
        reader.mistake(path, f"has to be true or false, not {value!r}")
    return value is not False


def _requirements(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> tuple[Requirement, ...]:
    found = []
    for name, value in reader.table(entry, path).items():
        if not _VARIABLE.fullmatch(name):
            reader.mistake((*path, name), f"{name!r} is no name of a variable")
        elif value is not True and not (isinstance(value, str) and value):
            reader.mistake((*path, name), f"has to be true (it is set) or the text that it has to hold, not {value!r}")
        else:
            found.append(Requirement(name, None if value is True else value))
    return tuple(found)


def _kind(
    reader: Reader, entry: dict[str, Any], path: tuple[str, ...], kinds: dict[str, tuple[str, ...]]
) -> str | None:
    """Return the one of several keys that an entry has; None, and a mistake, where it has none or two."""
    named = [kind for kind in kinds if kind in entry]
    if len(named) != 1:
        reader.mistake(path, f"has to have one of {', '.join(kinds)}{', and not two' if named else ''}")
        return None
    reader.no_other(entry, path, kinds[named[0]])
    return named[0]


def _probe(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> Inquiry | None:
    if path[-1] not in entry:
        return None
    written = reader.table(entry, path)
    kind = _kind(reader, written, path, _PROBE)
    if kind is None:
        return None
    limit = time_limit(reader, written, (*path, "timeout"), _LIMIT)
    if kind == "command":
        return Inquiry("probe", kind, command=command_of(reader, written, (*path, kind)), limit=limit)
    target = reader.text_of(written, (*path, kind))
    if target and (fault := fault_of_url(target) if kind == "http" else _fault_of_address(target)):
        reader.mistake((*path, kind), fault)
    status = _count(reader, written, (*path, "status"), 200, _STATUSES) if kind == "http" else 0
    version = _pointer(reader, written, (*path, "version"))
    return Inquiry("probe", kind, target=target, limit=limit, wanted=status, version=version)


def _pointer(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> str:
    """Return where an answer states a version (RFC 6901); empty where nobody asks."""
    if path[-1] not in entry:
        return ""
    written = reader.text_of(entry, path)
    if written and not _POINTER.fullmatch(written):
        reader.mistake(path, f'{written!r} is no JSON pointer; write for example "/version"')
    return written


def _data(reader: Reader, entry: dict[str, Any], path: tuple[str, ...]) -> tuple[Inquiry, ...]:
    found: list[Inquiry] = []
    for index, written in enumerate(reader.tables(entry, path)):
        here = (*path, str(index))
        kind = _kind(reader, written, here, _DATA)
        name = reader.text_of(written, (*here, "name"))
        if "name" not in written:
            reader.mistake(here, "has no name")
        if name == "probe" or name in [each.name for each in found]:
            reader.mistake((*here, "name"), f"{name!r} is the name of something else that is asked there")
        if kind == "command":
            command = command_of(reader, written, (*here, kind))
            limit = time_limit(reader, written, (*here, "timeout"), _LIMIT)
            found.append(Inquiry(name, kind, command=command, limit=limit))
        elif kind == "path":
            glob = below_root(reader, reader.text_of(written, (*here, kind)), (*here, kind))
            found.append(Inquiry(name, "files", target=glob, wanted=_files(reader, written, here)))
    return tuple(found)


def _files(reader: Reader, written: dict[str, Any], path: tuple[str, ...]) -> int:
    return _count(reader, written, (*path, "min_files"), 1, range(1, 1 << 31))


def _count(reader: Reader, entry: dict[str, Any], path: tuple[str, ...], default: int, known: range) -> int:
    value = entry.get(path[-1], default)
    if type(value) is int and value in known:
        return value
    reader.mistake(path, f"has to be a whole number from {known[0]} to {known[-1]}, not {value!r}")
    return default


def fault_of_url(url: str) -> str:
    """Return what is wrong with the address of a probe, as a part of a sentence; empty when all is in order."""
    example = 'write for example "https://staging.example/health"'
    # What can't be taken apart may hold a password too.
    shown = "what stands there" if "@" in url else repr(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"{shown} is no address{'' if '@' in url else f': {error}'}; {example}"
    if parts.username is not None or parts.password is not None:
        return "has a user or a password in it, which every record would show; ask with a command instead"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or parts.fragment:
        return f"{shown} is no address of a page; {example}"
    return "" if url.isascii() and url.isprintable() and " " not in url else f"{shown} is no address; {example}"


def _fault_of_address(address: str) -> str:
    host, _, port = address.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    sound = host and host.isprintable() and not set(host) & set(" /@[]")
    if sound and port.isascii() and port.isdigit() and int(port) in _PORTS:
        return ""
    return f'{address!r} is no host with a port; write for example "db.staging.example:5432"'
