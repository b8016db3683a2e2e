from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers import coverage_json
from pytest_stagegate.evidence.readers.coverage_json import read
from tests.unit.evidence.readers.coverage_files import DATA, PROJECTS, coverage_of, figures, rows, written

ROOT = PROJECTS / "python"
MONEY = "src/ledger/money.py"


@pytest.fixture
def report() -> Any:
    return json.loads((DATA / "coveragepy-7.17.3.json").read_bytes())


def stored(tmp_path: Path, report: Any) -> Path:
    return written(tmp_path, "coverage.json", msgspec.json.encode(report))


def test_branches_are_the_jumps_that_the_report_lists() -> None:
    money = next(each for each in coverage_of(read(DATA / "coveragepy-7.17.3.json", ROOT)).files if each.path == MONEY)
    assert (money.taken, money.untaken) == ("23>27 33>34 33>38 34>36", "23>24 34>35")


def test_docstrings_that_older_reports_list_as_executed_are_no_lines() -> None:
    listed = json.loads((DATA / "coveragepy-7.6.0.json").read_bytes())["files"][MONEY]
    assert {1, 12} <= set(listed["executed_lines"])
    found = rows(read(DATA / "coveragepy-7.6.0.json", ROOT))[MONEY]
    assert (found.covered, found.lines) == (listed["summary"]["covered_lines"], listed["summary"]["num_statements"])


def test_without_the_source_that_tells_docstrings_from_lines_nothing_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(
        EvidenceError, match=r"^coveragepy-7\.6\.0\.json: files\['src/.*'\]: \d+ executed lines are listed"
    ):
        read(DATA / "coveragepy-7.6.0.json", tmp_path)


@pytest.mark.parametrize("source", ["def broken(:", "\0", "x = 1\n", "(" * 10_000])
def test_a_source_that_is_another_one_by_now_does_not_tell(tmp_path: Path, source: str) -> None:
    (tmp_path / "src" / "ledger").mkdir(parents=True)
    (tmp_path / MONEY).write_text(source)
    with pytest.raises(EvidenceError, match="or is another one"):
        read(DATA / "coveragepy-7.6.0.json", tmp_path)


def test_a_report_of_lines_only_measured_no_branches(tmp_path: Path, report: Any) -> None:
    report["meta"]["branch_coverage"] = False
    for file in report["files"].values():
        del file["executed_branches"], file["missing_branches"]
        for key in ("num_branches", "covered_branches"):
            del file["summary"][key]
    contents = read(stored(tmp_path, report), ROOT)
    assert (coverage_of(contents).measured_branches, figures(contents)) == (False, (37, 29, 0, 0))
    assert contents.warnings == ()


def test_contexts_and_unknown_keys_are_passed_over(tmp_path: Path, report: Any) -> None:
    report["meta"]["show_contexts"] = True
    report["files"][MONEY]["contexts"] = {"1": ["a", "b"]}
    report["news"] = [{}]
    assert figures(read(stored(tmp_path, report), ROOT)) == (37, 29, 12, 8)


def test_one_file_under_two_names_is_one_file(tmp_path: Path, report: Any) -> None:
    report["files"][f"./{MONEY}"] = report["files"][MONEY]
    report["files"][str(ROOT / MONEY)] = report["files"][MONEY]
    assert figures(read(stored(tmp_path, report), ROOT)) == (37, 29, 12, 8)


@pytest.mark.parametrize("key", ["num_statements", "num_branches", "covered_branches"])
def test_a_summary_that_the_lists_contradict_is_reported(tmp_path: Path, report: Any, key: str) -> None:
    report["files"][MONEY]["summary"][key] = 99
    contents = read(stored(tmp_path, report), ROOT)
    assert contents.warnings[0].startswith(f"{MONEY}: {key} is stated as 99, but the lines add up to ")


def test_the_time_of_a_report_is_that_of_an_unknown_place(tmp_path: Path, report: Any) -> None:
    report["meta"]["timestamp"] = "2026-01-31T12:00:00.123456"
    assert read(stored(tmp_path, report), ROOT).created == "2026-01-31T12:00:00"


def test_a_report_without_files_is_no_fault_but_is_reported(tmp_path: Path, report: Any) -> None:
    report["files"] = {}
    assert read(stored(tmp_path, report), ROOT).warnings == ("the file holds no executable line",)


@pytest.mark.parametrize(
    ("stated", "told"), [(None, "states no format"), (1, "states format 1"), (4, "states format 4")]
)
def test_other_formats_are_refused(tmp_path: Path, report: Any, stated: int | None, told: str) -> None:
    report["meta"]["format"] = stated
    with pytest.raises(EvidenceError, match=rf"^coverage\.json: meta\.format: .*{told}; 2 and 3 are known"):
        read(stored(tmp_path, report), ROOT)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("executed_lines", [True], r"executed_lines\[0\]"),
        ("executed_lines", None, "executed_lines"),
        ("missing_lines", [2_000_001], "the line number 2000001 is outside 0 to 2000000"),
        ("missing_lines", [-1], "the line number -1 is outside"),
        ("missing_branches", [[1]], "missing_branches"),
        ("missing_branches", [[1, 10**15]], "is outside -2000000 to 2000000"),
        ("summary", {}, "summary"),
        ("executed_lines", list(range(1, 30)), "22 executed lines are listed, but the summary counts 16"),
    ],
)
def test_what_is_damaged_is_told_with_its_place(tmp_path: Path, report: Any, key: str, value: Any, told: str) -> None:
    report["files"][MONEY][key] = value
    with pytest.raises(EvidenceError, match=rf"^coverage\.json: .*{told}"):
        read(stored(tmp_path, report), ROOT)


def test_the_line_of_a_syntax_error_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^coverage\.json:3: this is no well-formed JSON"):
        read(written(tmp_path, "coverage.json", '{\n"meta":\n]}'), ROOT)


def test_a_file_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage_json, "LIMIT", 100)
    with pytest.raises(EvidenceError, match="the file is larger than"):
        read(DATA / "coveragepy-7.17.3.json", ROOT)


def test_a_value_that_is_nested_without_end_is_refused(tmp_path: Path, report: Any) -> None:
    text = msgspec.json.encode(report).replace(b'"format":3', b'"format":3,"x":' + b"[" * 50_000 + b"]" * 50_000)
    with pytest.raises(EvidenceError, match="values are nested too deep"):
        read(written(tmp_path, "coverage.json", text), ROOT)
