"""Pylint's JSON reports, ``json2`` (an object with statistics) and ``json`` (an array of the messages alone).

Format: https://pylint.readthedocs.io/en/stable/user_guide/usage/output.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.evidence.readers.found import Stated, ToolRun, contents, line_of, not_parsed
from pytest_stagegate.evidence.readers.json_documents import decoded, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_WHAT: Final = "JSON report of Pylint"
_LEVELS: Final = {
    "fatal": "error",
    "error": "error",
    "warning": "warning",
    "convention": "note",
    "refactor": "note",
    "info": "note",
}
_SYNTAX: Final = "syntax-error"


class _Message(msgspec.Struct):
    type: Literal["fatal", "error", "warning", "convention", "refactor", "info"]
    symbol: str
    message: str
    path: str
    line: int | None = None


class _Statistics(msgspec.Struct, rename="camel"):
    modules_linted: int | None = None


class _Report(msgspec.Struct):
    messages: list[_Message]
    statistics: _Statistics | None = None


def read(path: Path, root: Path) -> Contents:
    """Read the messages of a Pylint report; one without messages is a run that found nothing.

    Args:
        path: The file.
        root: The project's root; paths in the report are relative to it.

    Raises:
        EvidenceError: With file and place, when the file is no such report or not whole.
    """
    text = text_of(path, _WHAT)
    if text.lstrip().startswith("["):
        report = _Report(decoded(text, list[_Message], _WHAT, path.name))
    else:
        report = decoded(text, _Report, _WHAT, path.name)
    run = ToolRun("pylint", "pylint")
    for each in report.messages:
        if each.type == "fatal":
            run.faults.append((each.path, each.message))
        elif each.symbol == _SYNTAX:
            run.faults.append(not_parsed(each.path))
        level = _LEVELS[each.type]
        run.stated.append(Stated(each.symbol, level, each.path, line_of(each.line), each.message))
    if report.statistics is not None and report.statistics.modules_linted == 0:
        run.faults.append(("", "it looked at no module"))
    return contents(path, root, [run])
