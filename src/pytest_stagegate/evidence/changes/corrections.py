"""The file of corrections: what is told otherwise than its author wrote it, under review as everything in git is."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from pytest_stagegate.errors import Mistake, MistakesError, nearest
from pytest_stagegate.model.note_rules import Correction
from pytest_stagegate.model.notes import AUDIENCES

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.note_rules import NotesRules

_NAMES: Final = ("commit", "pull", "fragment")
_KINDS: Final[dict[str, tuple[type, str]]] = {
    "commit": (str, "a text"),
    "fragment": (str, "a text"),
    "text": (str, "a text"),
    "section": (str, "a text"),
    "upgrade": (str, "a text"),
    "drop": (str, "a text: the reason"),
    "breaking": (bool, "true or false"),
    "highlight": (bool, "true or false"),
    "audiences": (list, "a list of names"),
}
_ID: Final = re.compile(r"[0-9a-f]{7,64}")
_PULL: Final = re.compile(r"[#!]?\d+")


def corrections_of(rootdir: Path, rules: NotesRules) -> tuple[Correction, ...]:
    """Return the corrections, in order; none without the file.

    Raises:
        MistakesError: With all mistakes in it.
    """
    try:
        text = (rootdir / rules.corrections).read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        raise MistakesError("the corrections", [Mistake(rules.corrections, str(error))], code="policy") from error
    mistakes = [
        Mistake(rules.corrections, f"unknown key {key!r}; write [[correction]]") for key in table if key != "correction"
    ]
    rows = table.get("correction", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        rows = []
        mistakes.append(Mistake(rules.corrections, "corrections are an array of tables: [[correction]]"))
    found = []
    for number, row in enumerate(rows, 1):
        place = f"{rules.corrections} correction {number}"
        wrong = [Mistake(place, each) for each in _wrong(row, rules)]
        mistakes += wrong
        if not wrong:
            found.append(_correction(row, place))
    if mistakes:
        raise MistakesError("the corrections", mistakes, code="policy")
    return tuple(found)


def _wrong(row: dict[str, Any], rules: NotesRules) -> list[str]:
    """Return what is wrong with one table."""
    wrong = [f"unknown key {key!r}; {nearest(key, (*_KINDS, 'pull'))}" for key in row if key not in (*_KINDS, "pull")]
    for key, (kind, words) in _KINDS.items():
        if key in row and (not isinstance(row[key], kind) or row[key] == ""):
            wrong.append(f"{key} has to be {words}, not {row[key]!r}")
    if wrong:
        return wrong
    if sum(name in row for name in _NAMES) != 1:
        wrong.append("name either a commit, a pull or a fragment")
    if "commit" in row and not _ID.fullmatch(row["commit"]):
        wrong.append(f"commit has to be an id of at least 7 digits, not {row['commit']!r}")
    if "pull" in row and (isinstance(row["pull"], bool) or not _PULL.fullmatch(str(row["pull"]))):
        wrong.append(f'pull has to be a number, 12 or "#12", not {row["pull"]!r}')
    known = [section.id for section in rules.sections]
    if "section" in row and row["section"] not in known:
        wrong.append(f"unknown section {row['section']!r}; {nearest(row['section'], known)}")
    strange = [str(name) for name in row.get("audiences", ()) if name not in AUDIENCES]
    wrong += [f"unknown audience {name!r}; {nearest(name, AUDIENCES)}" for name in strange]
    if not set(row) - set(_NAMES):
        wrong.append("corrects nothing")
    return wrong


def _correction(row: dict[str, Any], place: str) -> Correction:
    values = dict(row, place=place)
    if "audiences" in row:
        values["audiences"] = tuple(row["audiences"])
    if "pull" in row:
        pull = str(row["pull"])
        values["pull"] = pull if pull[0] in "#!" else f"#{pull}"
    return Correction(**values)
