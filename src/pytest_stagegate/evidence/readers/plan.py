"""``stagegate-plan.toml``: the plan as this project defines it; docs/reference/plan-formats.md describes it.

Every mistake in it is told at once: a plan that is half understood is no plan.
"""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.errors import EvidenceError, nearest
from pytest_stagegate.evidence.readers.json_documents import text_of
from pytest_stagegate.evidence.readers.plan_rows import LONGEST
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.links import is_link_name
from pytest_stagegate.model.plan import PRIORITIES, Goal, Milestone, PlanData

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAYS: Final = ("start", "due")
_LIST: Final = "depends_on"
_SHOWN: Final = 10


def read(path: Path, _root: Path) -> Contents:
    """Read a plan.

    Args:
        path: The file; UTF-8.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With the file and all mistakes, when it is no plan.
    """
    try:
        whole = tomllib.loads(text_of(path, "a plan").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise EvidenceError(f"{path.name}: this is no TOML: {error}") from error
    except RecursionError as error:
        raise EvidenceError(f"{path.name}: this is no plan: values are nested too deeply") from error
    except ValueError as error:
        raise EvidenceError(f"{path.name}: this is no plan: a number in it has too many digits") from error
    mistakes = list(_mistakes(whole))
    if mistakes:
        more = [f"and {len(mistakes) - _SHOWN} more"] if len(mistakes) > _SHOWN else []
        raise EvidenceError(f"{path.name}: {'; '.join([*mistakes[:_SHOWN], *more])}")
    return Contents(
        goals=PlanData(
            goals=tuple(map(_goal, whole.get("goal", []))),
            milestones=tuple(Milestone(**each) for each in whole.get("milestone", [])),
        )
    )


def _goal(entry: dict[str, Any]) -> Goal:
    return Goal(**{"id": "", **entry, _LIST: tuple(entry.get(_LIST, ()))})


def _mistakes(whole: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong, a sentence each."""
    tables = {"milestone": Milestone._fields, "goal": Goal._fields}
    yield from (f"unknown table {key!r}; {nearest(key, tables)}" for key in whole if key not in tables)
    listed: dict[str, list[dict[str, Any]]] = {}
    for key, fields in tables.items():
        entries = whole.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            yield f"{key} has to be an array of tables: [[{key}]]"
            continue
        listed[key] = entries
        for number, entry in enumerate(entries, start=1):
            named = entry.get("id") or f"number {number}"
            yield from (f"{key} {named}: {told}" for told in _entry(key, entry, fields))
    yield from _milestones(listed)


def _entry(key: str, entry: dict[str, Any], fields: tuple[str, ...]) -> Iterator[str]:
    for name, value in entry.items():
        if name not in fields:
            yield f"unknown key {name!r}; {nearest(name, fields)}"
        elif key == "milestone" and name in _DAYS:
            if type(value) is not dt.date:
                yield f"{name} has to be a day, for example 2027-01-31"
        elif name == _LIST:
            if not isinstance(value, list) or not all(isinstance(each, str) and is_link_name(each) for each in value):
                yield f'{name} has to be a list of ids, for example ["A", "B"]'
        elif not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
            yield f"{name} has to be a text of 1 to {LONGEST:,} characters"
        elif name in ("id", "parent") and not is_link_name(value):
            yield f"its {name} has to be one printable line without blanks around it, of at most 200 characters"
        elif name == "priority" and value not in PRIORITIES:
            yield f"unknown priority {value!r}; {nearest(value, PRIORITIES)}"


def _milestones(listed: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Yield what is wrong between milestones and goals."""
    ids = [each.get("id") for each in listed.get("milestone", [])]
    for number, each in enumerate(listed.get("milestone", []), start=1):
        name = each.get("id")
        if not isinstance(name, str):
            yield f"milestone number {number} has no id"
        elif name in ids[: number - 1]:
            yield f"milestone {name} stands twice"
        first, last = each.get("start"), each.get("due")
        if type(first) is dt.date and type(last) is dt.date and first > last:
            yield f"milestone {name}: it starts after the day on which it is due"
    known = {each for each in ids if isinstance(each, str)}
    unknown = [
        (each.get("id", ""), named)
        for each in listed.get("goal", [])
        if isinstance(named := each.get("milestone"), str) and named not in known
    ]
    for number, (goal, named) in enumerate(unknown):
        # Only so many mistakes are shown, and to look for what may be meant takes long in a large plan.
        hint = f"; {nearest(named, known)}" if number < _SHOWN else ""
        yield f"goal {goal}: unknown milestone {named!r}{hint}"
