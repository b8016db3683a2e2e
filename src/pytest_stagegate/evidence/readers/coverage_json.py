"""coverage.py's JSON report, ``coverage json``, formats 2 (from 7.4.1) and 3 (from 7.6).

Format: https://coverage.readthedocs.io/en/latest/commands/cmd_json.html

A branch is the jump ``from>to`` as ``executed_branches`` and ``missing_branches`` list it. The sections for classes
and functions say the same again and are not read. Two faults of coverage before 7.13.1 are put right, because its
summary, not its lists, is what it reports elsewhere: the lines of docstrings and excluded lines stand among
``executed_lines`` (https://github.com/coveragepy/coveragepy/issues/2105), and a line that jumps to itself among
``executed_branches``. Docstrings are found in the source; without it such a file can't be read exactly, and is not.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import read_bounded
from pytest_stagegate.evidence.readers.line_hits import Hits, contents
from pytest_stagegate.evidence.readers.source_paths import Damage, place
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.linesets import LAST_LINE

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

LIMIT: Final = 128 << 20
"""Bytes that a JSON report may have."""

_FORMATS: Final = (2, 3)
_LARGEST_SOURCE: Final = 16 << 20


class _Meta(msgspec.Struct):
    branch_coverage: bool
    format: int | None = None
    version: str = ""
    timestamp: str = ""


class _Summary(msgspec.Struct):
    covered_lines: int
    num_statements: int
    num_branches: int | None = None
    covered_branches: int | None = None


class _File(msgspec.Struct):
    executed_lines: list[int]
    missing_lines: list[int]
    summary: _Summary
    excluded_lines: list[int] = []
    executed_branches: list[tuple[int, int]] = []
    missing_branches: list[tuple[int, int]] = []


class _Report(msgspec.Struct):
    meta: _Meta
    files: dict[str, _File]


def read(path: Path, root: Path) -> Contents:
    """Read the lines and branches of a coverage.py JSON report.

    Args:
        path: The file.
        root: The project's root; paths in the report are absolute or relative to it.

    Raises:
        EvidenceError: When the file is no such report, is cut short, or is of a format that is not known.
    """
    report = _decoded(path)
    if report.meta.format not in _FORMATS:
        stated = "no format" if report.meta.format is None else f"format {report.meta.format}"
        raise EvidenceError(
            f"{path.name}: meta.format: the report states {stated}; 2 and 3 are known",
            remedy="Write it with coverage 7.4.1 or later.",
        )
    hits = Hits(path.name)
    for stated, file in report.files.items():
        try:
            _take(hits, stated, file, root)
        except Damage as error:
            raise EvidenceError(f"{path.name}: files[{stated[:200]!r}]: {error}") from error
    return contents(
        hits,
        hits.gathered(root),
        producer=f"coverage {report.meta.version[:80]}".strip(),
        holder="coverage.py JSON reports",
        created=rfc3339(instant(report.meta.timestamp)),
        measured_branches=report.meta.branch_coverage,
    )


def _decoded(path: Path) -> _Report:
    text = _bytes(path)
    try:
        return msgspec.json.decode(text, type=_Report)
    except msgspec.ValidationError as error:
        raise EvidenceError(f"{path.name}: this is no JSON report of coverage.py: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        byte = re.search(r"\(byte (\d+)\)", str(error))
        line = text.count(b"\n", 0, int(byte[1])) + 1 if byte else 1
        raise EvidenceError(f"{path.name}:{line}: this is no well-formed JSON: {error}") from error
    except RecursionError as error:
        raise EvidenceError(f"{path.name}: values are nested too deep") from error


def _bytes(path: Path) -> bytes:
    return read_bounded(path, LIMIT, f"the file is larger than {LIMIT >> 20} MiB").removeprefix(b"\xef\xbb\xbf")


def _take(hits: Hits, stated: str, file: _File, root: Path) -> None:
    executed = set(file.executed_lines) - set(file.excluded_lines)
    missing = set(file.missing_lines)
    _check_numbers(executed | missing, least=0)
    if len(executed) > file.summary.covered_lines:
        executed -= _docstrings(stated, root) - missing
    if len(executed) > file.summary.covered_lines:
        raise Damage(
            f"{len(executed)} executed lines are listed, but the summary counts {file.summary.covered_lines}; "
            "coverage before 7.13.1 lists docstrings among them, and the source that would tell is not here "
            "or is another one (its XML report and its data file are exact)"
        )
    told = hits.file(stated)
    for line in executed | missing:
        told.line(line, ran=line in executed)
    taken = {(start, end) for start, end in file.executed_branches if start != end}
    untaken = set(map(tuple, file.missing_branches))
    _check_numbers({number for arc in taken | untaken for number in arc}, least=-LAST_LINE)
    for start, end in taken | untaken:
        told.branch(start, ">", str(end), taken=(start, end) in taken)
    stated_numbers = (
        ("num_statements", file.summary.num_statements, len(executed | missing)),
        ("covered_lines", file.summary.covered_lines, len(executed - missing)),
        ("num_branches", file.summary.num_branches, len(taken | untaken)),
        ("covered_branches", file.summary.covered_branches, len(taken)),
    )
    for what, number, counted in stated_numbers:
        hits.warnings.differ(what, str(number), counted, file=stated)


def _check_numbers(numbers: set[int], *, least: int) -> None:
    odd = next((each for each in numbers if not least <= each <= LAST_LINE), None)
    if odd is not None:
        raise Damage(f"the line number {odd} is outside {least} to {LAST_LINE}")


def _docstrings(stated: str, root: Path) -> set[int]:
    """Return the first lines of the docstrings that run: those of modules and classes."""
    found = place({stated: (stated,)}, root).found[stated]
    if len(found) != 1:
        return set()
    try:
        with (root / found[0]).open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read(_LARGEST_SOURCE))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return set()
    holders = [node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef))]
    return {node.body[0].lineno for node in holders if ast.get_docstring(node, clean=False) is not None}
