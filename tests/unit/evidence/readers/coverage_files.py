"""The real reports of other tools, and what their own tools say about them; tests/data/coverage/SOURCES.md has both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pytest_stagegate.evidence.readers import clover, cobertura, coverage_json, go_cover, jacoco, lcov
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.coverage import CoverageData, Row

Read = Callable[[Path, Path], Contents]

DATA = Path(__file__).parents[3] / "data" / "coverage"
PROJECTS = DATA / "projects"


class Real(NamedTuple):
    """A real file, who reads it, the project it is about, and lines, executed lines, branches and taken branches."""

    file: str
    read: Read
    project: str
    lines: int
    executed: int
    branches: int
    taken: int

    @property
    def path(self) -> Path:
        return DATA / self.file

    @property
    def root(self) -> Path:
        return PROJECTS / self.project


REAL = (
    Real("coveragepy-7.5.4.json", coverage_json.read, "python", 39, 30, 20, 13),
    Real("coveragepy-7.6.0.json", coverage_json.read, "python", 39, 30, 20, 13),
    Real("coveragepy-7.17.3.json", coverage_json.read, "python", 37, 29, 12, 8),
    Real("coveragepy-7.5.4.xml", cobertura.read, "python", 39, 30, 20, 13),
    Real("coveragepy-7.6.0.xml", cobertura.read, "python", 39, 30, 20, 13),
    Real("coveragepy-7.17.3.xml", cobertura.read, "python", 37, 29, 12, 8),
    Real("coveragepy-7.17.3.info", lcov.read, "python", 37, 29, 12, 8),
    Real("geninfo-1.16.info", lcov.read, "c", 18, 13, 37, 13),
    Real("geninfo-2.5.info", lcov.read, "c", 18, 13, 37, 13),
    Real("gcovr-8.8.info", lcov.read, "c", 18, 13, 37, 13),
    Real("gcovr-8.8.cobertura.xml", cobertura.read, "c", 18, 13, 37, 13),
    Real("gcovr-8.8.clover.xml", clover.read, "c", 18, 13, 0, 0),
    Real("jest-30.5.2.info", lcov.read, "js", 11, 8, 12, 7),
    Real("nyc-18.0.0.info", lcov.read, "js", 13, 10, 14, 8),
    Real("c8-12.0.0.info", lcov.read, "js", 24, 20, 13, 7),
    Real("c8-12.0.0.cobertura.xml", cobertura.read, "js", 24, 20, 13, 7),
    Real("c8-12.0.0.clover.xml", clover.read, "js", 24, 20, 13, 7),
    Real("phpunit-9.6.7.clover.xml", clover.read, "php", 9, 5, 0, 0),
    Real("jacoco-0.8.6.xml", jacoco.read, "java", 14, 10, 8, 4),
    Real("jacoco-0.8.6-group.xml", jacoco.read, "java", 14, 10, 8, 4),
)
"""Files whose figures are exactly those that their tool printed or wrote into them."""

DIFFERING = (
    Real("jest-30.5.2.cobertura.xml", cobertura.read, "js", 11, 8, 10, 5),
    Real("jest-30.5.2.clover.xml", clover.read, "js", 11, 8, 10, 5),
    Real("nyc-18.0.0.cobertura.xml", cobertura.read, "js", 13, 10, 12, 6),
    Real("nyc-18.0.0.clover.xml", clover.read, "js", 13, 10, 12, 6),
    Real("phpunit-9.6.7-paths.clover.xml", clover.read, "php", 9, 5, 0, 0),
    Real("phpunit-9.6.7.cobertura.xml", cobertura.read, "php", 9, 5, 0, 0),
)
"""Files that state more branches than their lines have, because the format has no place for the others."""

UNCOMPARED = (
    Real("go-1.19.8.set.out", go_cover.read, "go", 16, 13, 0, 0),
    Real("go-1.19.8.count.out", go_cover.read, "go", 16, 13, 0, 0),
    Real("go-1.19.8.atomic.out", go_cover.read, "go", 16, 13, 0, 0),
)
"""Files whose tool counts something else than lines."""

ALL = (*REAL, *DIFFERING, *UNCOMPARED)


def coverage_of(contents: Contents) -> CoverageData:
    assert contents.coverage is not None
    return contents.coverage


def rows(contents: Contents) -> dict[str, Row]:
    return {row.path: row for row in coverage_of(contents).rows}


def figures(contents: Contents) -> tuple[int, int, int, int]:
    every = coverage_of(contents).rows
    return (
        sum(row.lines for row in every),
        sum(row.covered for row in every),
        sum(row.branches for row in every),
        sum(row.taken for row in every),
    )


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
