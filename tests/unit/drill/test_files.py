"""A fault that no reader notices would be no fault: each is planted into a real file and read back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pytest_stagegate.drill.files import faults
from pytest_stagegate.evidence.formats import detect, read_file

if TYPE_CHECKING:
    from pytest_stagegate.model.contents import Contents

DATA: Final = Path(__file__).parents[2] / "data"
TEST, UNCOVERED, *_ = (fault.name for fault in faults(detect))

COVERAGE: Final = [
    "coveragepy-7.17.3.json",
    "coveragepy-7.17.3.xml",
    "coveragepy-7.17.3.info",
    "c8-12.0.0.clover.xml",
    "jacoco-0.8.6.xml",
    "go-1.19.8.count.out",
]


def spoiled(original: Path, folder: Path, name: str) -> Contents:
    path = Path(shutil.copy(original, folder))
    (fault,) = [each for each in faults(detect) if each.name == name]
    assert fault.plant([path])
    return read_file(path, folder, detect(path))


@pytest.mark.parametrize("name", COVERAGE)
def test_coverage_of_other_tools_is_none_afterwards(tmp_path: Path, name: str) -> None:
    coverage = spoiled(DATA / "coverage" / name, tmp_path, UNCOVERED).coverage
    assert coverage is not None
    assert (sum(row.covered for row in coverage.rows), sum(row.taken for row in coverage.rows)) == (0, 0)
    before = read_file(DATA / "coverage" / name, tmp_path, detect(DATA / "coverage" / name)).coverage
    assert before is not None
    assert sum(row.lines for row in before.rows) == sum(row.lines for row in coverage.rows)


@pytest.mark.parametrize("original", ["junit/pytest.xml", "junit/googletest.xml", "ctrf"])
def test_one_more_test_of_another_tool_fails_afterwards(tmp_path: Path, original: str) -> None:
    path = next((DATA / "ctrf").glob("*.json")) if original == "ctrf" else DATA / original
    before = read_file(path, tmp_path, detect(path)).tests
    after = spoiled(path, tmp_path, TEST).tests
    assert before is not None
    assert after is not None
    assert after.counts().failed == before.counts().failed + 1


def test_files_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "coverage.info"
    shutil.copy(DATA / "coverage" / "coveragepy-7.17.3.info", path)
    before = path.read_bytes()
    assert [fault.name for fault in faults(detect) if fault.plant([path])] == [UNCOVERED]
    assert path.read_bytes() != before
