"""Clover XML, as OpenClover, PHPUnit, and istanbul (jest, nyc, vitest, c8) write it.

Format: https://github.com/openclover/clover/blob/master/clover-core/src/main/resources/clover.xsd

A line is executable when an entry of the type ``stmt`` or ``cond`` stands for it, and runs when one of them did; a
``method`` entry counts calls and is no line of its own. Three dialects:

- OpenClover: a ``cond`` has two branches, true and false, each taken when its count is above 0.
- istanbul (``clover="3.2.0"``, and ``metrics`` of a file without ``loc``): ``truecount`` is how many branches of the
  line were taken, ``falsecount`` how many were not.
- PHPUnit (no ``clover`` attribute): a line that has a statement and begins a method is written as ``method`` only.
  ``statements`` and ``coveredstatements`` of the file tell how many such lines there are. They are looked for first
  among the methods that no statement follows; the counts are always exact.

Files of ``testproject`` are tests and are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_stagegate.evidence.readers.hardened_xml import elements
from pytest_stagegate.evidence.readers.line_hits import Hits, contents, line_number, ran, whole_number
from pytest_stagegate.evidence.readers.source_paths import Damage
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

_OF_ISTANBUL: Final = "3.2.0"
_OTHERS: Final = {"packages": "Cobertura", "sources": "Cobertura"}


class _Entry(NamedTuple):
    """One ``line`` element.

    Attributes:
        line: Its number.
        kind: ``stmt``, ``cond`` or ``method``.
        ran: Whether what it stands for was executed.
        outcomes: For a ``cond``, the counts of true and false.
    """

    line: int
    kind: str
    ran: bool
    outcomes: tuple[str, str] = ("0", "0")


def read(path: Path, root: Path) -> Contents:
    """Read the lines and branches of a Clover XML report.

    Args:
        path: The file.
        root: The project's root.

    Raises:
        EvidenceError: With file, line and column, when the file is no such report.
    """
    report = _Report(path.name)
    elements(path, report.start, report.end)
    files = report.hits.gathered(root)
    return contents(
        report.hits,
        files,
        producer=report.producer,
        holder="Clover reports",
        created=rfc3339(instant(report.stated.get("generated", ""))),
    )


class _Report:
    """A report as it comes in."""

    def __init__(self, name: str) -> None:
        self.hits = Hits(name)
        self.stated: dict[str, str] = {}
        self.producer = ""
        self._open: list[str] = []
        self._package = ""
        self._file: str | None = None
        self._metrics: dict[str, str] = {}
        self._entries: list[_Entry] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._begin(name, attributes)
        elif len(self._open) == 1 and name in _OTHERS:
            raise Damage(f"this is a report of {_OTHERS[name]}, not of Clover")
        self._open.append(name)
        if "testproject" in self._open[:2]:
            return
        if name == "package":
            self._package = attributes.get("name", "")
        elif name == "file":
            self._begin_file(attributes)
        elif name == "metrics" and self._open[-2:-1] == ["file"]:
            self._metrics = attributes
        elif name == "line":
            self._line(attributes)

    def end(self, name: str) -> None:
        if name == "file" and self._file is not None:
            self._end_file(self._file)
        elif name == "package":
            self._package = ""
        self._open.pop()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != "coverage":
            raise Damage(f"the root element is {name[:40]!r}; a Clover report begins with 'coverage'")
        self.stated = attributes
        version = attributes.get("clover", "").strip()[:40]
        self.producer = f"Clover {version}" if version else "PHPUnit"

    def _begin_file(self, attributes: dict[str, str]) -> None:
        if self._file is not None:
            raise Damage("a file stands inside a file")
        name = attributes.get("path") or attributes.get("name") or ""
        if not attributes.get("path") and self._package and "/" not in name and "\\" not in name:
            name = f"{self._package.replace('.', '/')}/{name}"
        self._file = name
        self._metrics, self._entries = {}, []

    def _line(self, attributes: dict[str, str]) -> None:
        if self._file is None:
            raise Damage("a line stands outside a file")
        number, kind, told = line_number(attributes.get("num")), attributes.get("type"), self.hits.warnings
        if kind == "cond":
            outcomes = attributes.get("truecount", ""), attributes.get("falsecount", "")
            counts = [attributes["count"]] if "count" in attributes else outcomes
            self._entries.append(_Entry(number, kind, any(ran(each, told) for each in counts), outcomes))
        elif kind in ("stmt", "method"):
            self._entries.append(_Entry(number, kind, ran(attributes.get("count"), told)))
        else:
            raise Damage(f"the type {str(kind)[:40]!r} is none of stmt, cond and method")

    def _end_file(self, stated: str) -> None:
        of_istanbul = self.stated.get("clover") == _OF_ISTANBUL and "loc" not in self._metrics
        statements = [each for each in self._entries if each.kind == "stmt" or (of_istanbul and each.kind == "cond")]
        if "clover" not in self.stated:
            statements += _hidden(self._entries, self._metrics)
        hit = sum(each.ran for each in statements)
        file = self.hits.file(stated)
        for entry in (*statements, *(each for each in self._entries if each.kind == "cond")):
            file.line(entry.line, ran=entry.ran)
        branches = self._branches(of_istanbul=of_istanbul)
        for line, (total, taken) in branches.items():
            file.branches(line, total, taken)
        counted = {
            "statements": len(statements),
            "coveredstatements": hit,
            "conditionals": sum(total for total, _ in branches.values()),
            "coveredconditionals": sum(taken for _, taken in branches.values()),
        }
        for kind, number in counted.items():
            self.hits.warnings.differ(kind, self._metrics.get(kind), number, file=stated)
        self._file = None
        self._entries = []

    def _branches(self, *, of_istanbul: bool) -> dict[int, tuple[int, int]]:
        """Return for each line how many branches it has and how many of them were taken."""
        lines: dict[int, tuple[int, int]] = {}
        for entry in self._entries:
            if entry.kind != "cond":
                continue
            if of_istanbul:
                taken, untaken = (whole_number(each, "a count of branches") for each in entry.outcomes)
            else:
                taken = sum(ran(each, self.hits.warnings) for each in entry.outcomes)
                untaken = 2 - taken
            known = lines.get(entry.line, (0, 0))
            lines[entry.line] = known[0] + taken + untaken, known[1] + taken
        return lines


def _hidden(entries: list[_Entry], metrics: dict[str, str]) -> list[_Entry]:
    """Return the methods whose first line has a statement that PHPUnit did not write; none where the counts differ."""
    written = [each for each in entries if each.kind == "stmt"]
    known = {each.line for each in written}
    following: list[_Entry | None] = [*entries[1:], None]
    methods = [
        (after is not None and after.kind == "stmt", each)
        for each, after in zip(entries, following, strict=False)
        if each.kind == "method" and each.line not in known
    ]
    likely = [each for _, each in sorted(methods, key=lambda pair: pair[0])]
    try:
        hidden = int(metrics.get("statements", "")) - len(written)
        covered = int(metrics.get("coveredstatements", "")) - sum(each.ran for each in written)
    except ValueError:
        return []
    run = [each for each in likely if each.ran]
    not_run = [each for each in likely if not each.ran]
    if not (0 <= covered <= min(hidden, len(run)) and hidden - covered <= len(not_run)):
        return []
    return [*run[:covered], *not_run[: hidden - covered]]
