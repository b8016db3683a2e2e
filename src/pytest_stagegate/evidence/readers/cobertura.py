"""Cobertura XML: coverage.py's ``coverage xml``, gcovr, coverlet, istanbul, PHPUnit, Cobertura itself and others.

Format: https://github.com/cobertura/cobertura/blob/master/cobertura/src/site/htdocs/xml/coverage-04.dtd

What counts are the lines of a class; the lines below its methods are the same lines again and are read only where a
class has none of its own. A line whose ``branch`` is true has as many branches as ``condition-coverage`` says, of
which the first so many are taken: the format counts them and names none. Several classes of one file are one file.

A ``filename`` is relative to one of the ``sources``. Where that leads to more than one file of the project, or where
a report with several sources has the same class twice, two files would be taken for one: that is a fault.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.readers.hardened_xml import elements
from pytest_stagegate.evidence.readers.line_hits import Hits, contents, line_number, ran, totals
from pytest_stagegate.evidence.readers.source_paths import Damage, is_absolute, normal
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents
    from pytest_stagegate.model.coverage import FileCoverage

    Line = tuple[int, bool, int, int]

_CONDITIONS: Final = re.compile(r"[^()]*\(([0-9]{1,9})/([0-9]{1,9})\)\s*")
_OTHERS: Final = {"project": "Clover", "report": "JaCoCo"}
_HEAD: Final = 2048
_MOST_SOURCES: Final = 1000
_LONGEST_SOURCE: Final = 4096


def read(path: Path, root: Path) -> Contents:
    """Read the lines and branches of a Cobertura XML report.

    Args:
        path: The file.
        root: The project's root.

    Raises:
        EvidenceError: With file, line and column, when the file is no such report.
    """
    report = _Report(path.name)
    elements(path, report.start, report.end, report.text)
    files = report.hits.gathered(root, report.claims, exact=True, twice=report.twice)
    report.compare(files)
    created = rfc3339(instant(report.stated.get("timestamp", "")))
    return contents(report.hits, files, producer=report.producer(path), holder="Cobertura reports", created=created)


class _Report:
    """A report as it comes in."""

    def __init__(self, name: str) -> None:
        self.hits = Hits(name)
        self.stated: dict[str, str] = {}
        self._sources: list[str] = []
        self._open: list[str] = []
        self._package = self._class = self._file = ""
        self._lines: list[Line] = []
        self._method_lines: list[Line] = []
        self._seen: set[tuple[str, str, str]] = set()
        self._twice: set[str] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._begin(name, attributes)
        elif len(self._open) == 1 and name in _OTHERS:
            raise Damage(f"this is a report of {_OTHERS[name]}, not of Cobertura")
        self._open.append(name)
        if name == "source":
            if len(self._sources) == _MOST_SOURCES:
                raise Damage(f"there are more than {_MOST_SOURCES} sources")
            self._sources.append("")
        elif name == "package":
            self._package = attributes.get("name", "")
        elif name == "class":
            self._begin_class(attributes)
        elif name == "line":
            self._line(attributes)

    def end(self, name: str) -> None:
        self._open.pop()
        if name == "class":
            self._end_class()

    def text(self, data: str) -> None:
        if self._open[-1] == "source":
            self._sources[-1] += data
            if len(self._sources[-1]) > _LONGEST_SOURCE:
                raise Damage(f"a source is longer than {_LONGEST_SOURCE} characters")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != "coverage":
            raise Damage(f"the root element is {name[:40]!r}; a Cobertura report begins with 'coverage'")
        self.stated = attributes

    def _begin_class(self, attributes: dict[str, str]) -> None:
        if self._file:
            raise Damage("a class stands inside a class")
        if not attributes.get("filename"):
            raise Damage(f"the class {attributes.get('name', '')[:80]!r} has no filename")
        self._class, self._file = attributes.get("name", ""), attributes["filename"]

    def _line(self, attributes: dict[str, str]) -> None:
        if not self._file:
            raise Damage("a line stands outside a class")
        number = line_number(attributes.get("number"))
        total, taken = 0, 0
        if attributes.get("branch", "").lower() == "true":
            total, taken = self._conditions(number, attributes.get("condition-coverage"))
        line = number, ran(attributes.get("hits"), self.hits.warnings), total, taken
        (self._method_lines if "method" in self._open else self._lines).append(line)

    def _conditions(self, number: int, stated: str | None) -> tuple[int, int]:
        if stated is None:
            self.hits.warnings.add(f"line {number} has branches, but does not say how many", file=self._file)
            return 0, 0
        found = _CONDITIONS.fullmatch(stated)
        if found is None:
            raise Damage(f"condition-coverage is {stated[:40]!r} instead of 'percent (taken/all)'")
        return int(found[2]), int(found[1])

    def _end_class(self) -> None:
        file = self.hits.file(self._file)
        lines = self._lines or self._method_lines
        for number, hit, total, taken in lines:
            file.line(number, ran=hit)
            if total or taken:
                file.branches(number, total, taken)
        key = self._package, self._class, self._file
        if lines and key in self._seen:
            self._twice.add(self._file)
        elif lines:
            self._seen.add(key)
        self._file = ""
        self._lines, self._method_lines = [], []

    def claims(self, stated: str) -> tuple[str, ...]:
        sources = [each.strip() for each in self._sources]
        if is_absolute(normal(stated)) or not sources:
            return (stated,)
        return tuple(dict.fromkeys(f"{each}/{stated}" if each else stated for each in sources))

    @property
    def twice(self) -> frozenset[str]:
        """Names that may stand for several files: the same class came twice, and there are several sources."""
        return frozenset(self._twice if len(set(self._sources)) > 1 else ())

    def compare(self, files: tuple[FileCoverage, ...]) -> None:
        """Compare the totals that the report states with what its lines add up to."""
        kinds = ("lines-valid", "lines-covered", "branches-valid", "branches-covered")
        for kind, counted in zip(kinds, totals(files), strict=True):
            self.hits.warnings.differ(kind, self.stated.get(kind), counted)

    def producer(self, path: Path) -> str:
        """Return tool and version; most writers state a version and not who they are."""
        version = self.stated.get("version", "").strip()[:80]
        with path.open("rb") as file:
            if b"Generated by coverage.py" in file.read(_HEAD):
                return f"coverage {version}"
        return version if not version or version[:1].isalpha() else f"Cobertura XML, version {version}"
