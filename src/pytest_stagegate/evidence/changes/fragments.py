"""Fragments of towncrier (https://towncrier.readthedocs.io) and scriv (https://scriv.readthedocs.io)."""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

import msgspec

from pytest_stagegate.evidence.changes.drafted import draft_of
from pytest_stagegate.evidence.changes.headed import Heading, headed
from pytest_stagegate.evidence.changes.tree import fragments_in, text_at
from pytest_stagegate.model.changes import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.evidence.changes.drafted import Reading
    from pytest_stagegate.evidence.changes.tree import Fragment
    from pytest_stagegate.model.changes import Draft

_TOWNCRIER_TYPES: Final = ("feature", "bugfix", "doc", "removal", "misc")
_BY_SCRIV: Final = re.compile(r"\d{8}_\d{6}_.*\.(?:rst|md)")
_NO_FRAGMENTS: Final = ("readme", "template", "_template", "scriv")


def towncrier(reading: Reading) -> Told | None:
    """Return what towncrier's fragments of a range tell; None where the project has no towncrier."""
    config = _table(reading, "towncrier.toml", "towncrier") or _table(reading, "pyproject.toml", "towncrier")
    if config is None:
        return None
    package = str(config.get("package", ""))
    home = str(PurePosixPath(str(config.get("package_dir", ".")), *package.split("."))) if package else "."
    folder = str(config.get("directory") or PurePosixPath(home, "newsfragments"))
    types = {name.lower() for name in _types(config)}
    ignored = {str(name).lower() for name in _listed(config, "ignore")}
    files = _told(reading, folder, str(config.get("filename", "NEWS.rst")), ignored)
    drafts = _joined(_towncrier(reading, file, folder, types, _sections(config)) for file in files)
    return Told(f"towncrier fragments ({folder})", tuple(drafts), written=True)


def scriv(reading: Reading) -> Told | None:
    """Return what scriv's fragments of a range tell; None where the project has no scriv."""
    config = _scriv_config(reading)
    table = config or {}
    folder = str(table.get("fragment_directory", "changelog.d"))
    files = _told(reading, folder, str(table.get("changelog", f"CHANGELOG.{table.get('format', 'rst')}")), set())
    # Scriv works without any configuration too.
    if config is None and not any(_BY_SCRIV.match(PurePosixPath(file.path).name) for file in files):
        return None
    drafts = tuple(draft for file in files for draft in _scriv(reading, file))
    return Told(f"scriv fragments ({folder})", drafts, written=True)


def _told(reading: Reading, folder: str, changelog: str, ignored: set[str]) -> list[Fragment]:
    found = fragments_in(reading.rootdir, reading.span, folder.strip("/").removeprefix("./"), changelog)
    return [file for file in found if _is_fragment(PurePosixPath(file.path).name.lower(), ignored)]


def _is_fragment(name: str, ignored: set[str]) -> bool:
    return not name.startswith(".") and name.split(".")[0] not in _NO_FRAGMENTS and name not in ignored


def _towncrier(
    reading: Reading, file: Fragment, folder: str, types: set[str], sections: dict[str, str]
) -> tuple[str, Draft]:
    """Return the draft of one fragment, with what several of them have in common that tell the same."""
    path = PurePosixPath(file.path)
    issue, category = _named(path.name, types)
    inside = path.parent.relative_to(folder.strip("/").removeprefix("./")).as_posix()
    package = sections.get("" if inside == "." else inside, "" if inside == "." else inside)
    number = "" if issue.startswith("+") else (f"#{issue}" if issue.isdigit() else issue)
    text = file.text.strip() or number or path.name
    first, _, body = text.partition("\n\n")
    draft = draft_of(
        reading, category, first, body, "fragment", file.path, file.commits, [number] if number else [], package
    )
    return f"{package}\0{category}\0{text}", draft


def _named(name: str, types: set[str]) -> tuple[str, str]:
    """Return issue and type of ``123.feature.1.md``; the last part that is a type counts."""
    parts = name.split(".")
    for at in range(len(parts) - 1, 0, -1):
        if parts[at].lower() in types:
            return ".".join(parts[:at]), parts[at].lower()
    return parts[0], parts[1].lower() if len(parts) > 1 else ""


def _joined(drafts: Iterable[tuple[str, Draft]]) -> Iterator[Draft]:
    """Yield drafts; those that tell the same of several issues become one."""
    held: dict[str, Draft] = {}
    for same, draft in drafts:
        before = held.get(same)
        if before is None:
            held[same] = draft
            continue
        references = tuple(dict.fromkeys((*before.entry.references, *draft.entry.references)))
        entry = msgspec.structs.replace(before.entry, references=references)
        held[same] = replace(before, entry=entry, tells=before.tells | draft.tells)
    yield from held.values()


def _types(config: dict[str, Any]) -> Iterator[str]:
    named = [
        str(each.get("directory") or str(each.get("name", "")).lower())
        for each in _listed(config, "type")
        if isinstance(each, dict)
    ]
    if isinstance(config.get("fragment"), dict):
        named += [str(key) for key in config["fragment"]]
    yield from named or _TOWNCRIER_TYPES


def _sections(config: dict[str, Any]) -> dict[str, str]:
    tables = (each for each in _listed(config, "section") if isinstance(each, dict))
    return {str(each.get("path", "")): str(each.get("name", "")) for each in tables}


def _listed(config: dict[str, Any], key: str) -> list[Any]:
    found = config.get(key)
    return found if isinstance(found, list) else []


def _table(reading: Reading, file: str, tool: str) -> dict[str, Any] | None:
    text = text_at(reading.rootdir, reading.span.last, file)
    if text is None:
        return None
    try:
        found: Any = tomllib.loads(text).get("tool", {}).get(tool)
    except (tomllib.TOMLDecodeError, AttributeError):
        return None
    return found if isinstance(found, dict) else None


def _scriv_config(reading: Reading) -> dict[str, Any] | None:
    if (table := _table(reading, "pyproject.toml", "scriv")) is not None:
        return table
    for file in ("changelog.d/scriv.ini", "setup.cfg", "tox.ini"):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(text_at(reading.rootdir, reading.span.last, file) or "")
        except configparser.Error:
            continue
        for name in ("scriv", "tool:scriv"):
            if parser.has_section(name):
                return dict(parser.items(name))
    return None


def _scriv(reading: Reading, file: Fragment) -> Iterator[Draft]:
    category = ""
    for part in headed(file.text, rst=file.path.endswith(".rst")):
        if isinstance(part, Heading):
            category = part.title.lower()
        else:
            yield draft_of(reading, category, part.text, part.body, "fragment", file.path, file.commits)
