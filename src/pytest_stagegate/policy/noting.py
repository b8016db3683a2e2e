"""The policy's word on release notes: ``[tool.stagegate.notes]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from pytest_stagegate.model.note_rules import (
    BREAKING,
    DEFAULT_SECTIONS,
    LAST_SECTIONS,
    SOURCES,
    Concealed,
    LeaveOut,
    NotesRules,
    SectionRule,
)
from pytest_stagegate.model.notes import AUDIENCES, KnownIssue, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.policy.reading import Reader

_HERE: Final = ("notes",)
_FILES: Final = ("corrections", "changelog", "labels", "git_cliff")
_ADDRESSES: Final = ("issue_url", "pull_url", "commit_url")
_KEYS: Final = (
    "sources",
    "section",
    "leave_out",
    "concealed",
    "known_issue",
    "packages",
    "squash",
    *_FILES,
    *_ADDRESSES,
)
_SCHEMES: Final = ("https://", "http://")


def notes_rules(reader: Reader, table: dict[str, Any]) -> NotesRules:
    """Return the rules of ``[tool.stagegate.notes]``, with the default of each key that it leaves out."""
    own = reader.table(table, _HERE)
    reader.no_other(own, _HERE, _KEYS)
    sources = reader.names(own, (*_HERE, "sources"), single=True)
    reader.in_vocabulary(sources or (), (*_HERE, "sources"), "source", SOURCES)
    given: dict[str, str] = {key: reader.text_of(own, (*_HERE, key)) for key in (*_FILES, *_ADDRESSES) if key in own}
    for key in _ADDRESSES:
        if given.get(key) and (not given[key].startswith(_SCHEMES) or "{id}" not in given[key]):
            reader.mistake((*_HERE, key), f"has to be an https address with {{id}} in it, not {given[key]!r}")
    for key in _FILES:
        if given.get(key, "").startswith("/") or ".." in given.get(key, "").split("/"):
            reader.mistake((*_HERE, key), f"has to be a file below the root, not {given[key]!r}")
    return NotesRules(
        sources=sources,
        sections=_sections(reader, own),
        leave_out=_leave_out(reader, own),
        concealed=_concealed(reader, own),
        known_issues=_known_issues(reader, own),
        packages=_packages(reader, own),
        squash=reader.one_of(own, (*_HERE, "squash"), ("title", "split"), "title"),
        **_set(given),
    )


def _sections(reader: Reader, own: dict[str, Any]) -> tuple[SectionRule, ...]:
    """Return the sections; the one of breaking changes comes first where none is named, those for all others last."""
    known = {section.id: section for section in (*DEFAULT_SECTIONS, *LAST_SECTIONS)}
    found: dict[str, SectionRule] = {}
    for index, entry in enumerate(reader.tables(own, (*_HERE, "section"))):
        path = (*_HERE, "section", str(index))
        reader.no_other(entry, path, ("id", "title", "types", "labels", "audiences"))
        name = reader.text_of(entry, (*path, "id"))
        if not name:
            reader.mistake(path, "a section needs an id")
            continue
        if name in found:
            reader.mistake((*path, "id"), f"there are two sections {name!r}")
        default = known.get(name, SectionRule(name, name.capitalize()))
        given = {
            key: _lower(reader.names(entry, (*path, key), single=True)) for key in ("types", "labels", "audiences")
        }
        reader.in_vocabulary(given["audiences"] or (), (*path, "audiences"), "audience", AUDIENCES)
        title = reader.text_of(entry, (*path, "title"), default.title)
        found[name] = replace(default, title=title, **_set(given))
    if not found:
        return (*DEFAULT_SECTIONS, *LAST_SECTIONS)
    last = [found.pop(section.id, section) for section in LAST_SECTIONS]
    first = () if BREAKING in found else (known[BREAKING],)
    return (*first, *found.values(), *last)


def _set(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value}


def _lower(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return tuple(name.lower() for name in names) if names is not None else None


def _leave_out(reader: Reader, own: dict[str, Any]) -> tuple[LeaveOut, ...]:
    found = []
    for index, entry in enumerate(reader.tables(own, (*_HERE, "leave_out"))):
        path = (*_HERE, "leave_out", str(index))
        reader.no_other(entry, path, ("types", "scopes", "paths", "authors", "reason"))
        given = {
            key: reader.names(entry, (*path, key), single=True) or () for key in ("types", "scopes", "paths", "authors")
        }
        if not any(given.values()):
            reader.mistake(path, "has to name types, scopes, paths or authors: a rule without any would leave out all")
            continue
        given["types"] = _lower(given["types"]) or ()
        found.append(LeaveOut(**given, reason=reader.text_of(entry, (*path, "reason")), place=reader.place(path)))
    return tuple(found)


def _concealed(reader: Reader, own: dict[str, Any]) -> tuple[Concealed, ...]:
    found = []
    for index, entry in enumerate(reader.tables(own, (*_HERE, "concealed"))):
        path = (*_HERE, "concealed", str(index))
        reader.no_other(entry, path, ("flag", "match"))
        flag = reader.text_of(entry, (*path, "flag"))
        match = reader.names(entry, (*path, "match"), single=True)
        if flag and match:
            found.append(Concealed(flag, match))
        else:
            reader.mistake(path, "needs a flag and what it hides: match")
    return tuple(found)


def _known_issues(reader: Reader, own: dict[str, Any]) -> tuple[KnownIssue, ...]:
    found = []
    for index, entry in enumerate(reader.tables(own, (*_HERE, "known_issue"))):
        path = (*_HERE, "known_issue", str(index))
        reader.no_other(entry, path, ("text", "reference", "workaround", "owner"))
        given = {key: " ".join(reader.text_of(entry, (*path, key)).split()) for key in ("text", "workaround", "owner")}
        if not given["text"]:
            reader.mistake(path, "a known issue needs a text")
            continue
        named = reader.text_of(entry, (*path, "reference"))
        url = named if named.startswith(_SCHEMES) else ""
        reference = Reference(kind="issue", id=named.rstrip("/").rsplit("/", 1)[-1] if url else named, url=url)
        found.append(KnownIssue(kind="stated", reference=reference if named else None, **given))
    return tuple(found)


def _packages(reader: Reader, own: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    table = reader.table(own, (*_HERE, "packages"))
    return {name: reader.names(table, (*_HERE, "packages", name), single=True) or () for name in table}
