"""What the JSON formats of single tools make of each of their words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import read_file
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.findings import FindingsData


def contents_of(tmp_path: Path, format_: str, content: Any) -> Contents:
    path = tmp_path / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_file(path, tmp_path, format_)


def report_of(tmp_path: Path, format_: str, content: Any) -> FindingsData:
    (report,) = contents_of(tmp_path, format_, content).findings or ()
    return report


def issue(**more: Any) -> dict[str, Any]:
    return {"description": "no", "check_name": "R1", "fingerprint": "f", "location": {"path": "a.py"}, **more}


@pytest.mark.parametrize(
    ("severity", "level"),
    [("blocker", "error"), ("critical", "error"), ("major", "error"), ("minor", "warning"), ("info", "note")],
)
def test_the_severities_of_gitlab(tmp_path: Path, severity: str, level: str) -> None:
    assert report_of(tmp_path, "gitlab-code-quality", [issue(severity=severity)]).findings[0].level == level


@pytest.mark.parametrize("severity", ["awful", None])
def test_a_severity_that_gitlab_does_not_know_is_an_error_and_told(tmp_path: Path, severity: str | None) -> None:
    contents = contents_of(tmp_path, "gitlab-code-quality", [issue(severity=severity)])
    assert (contents.findings or ())[0].findings[0].level == "error"
    assert contents.warnings[0].startswith("the format does not know the severity")


@pytest.mark.parametrize(
    "where", [{"lines": {"begin": 7}}, {"lines": {"begin": {"line": 7}}}, {"positions": {"begin": {"line": 7}}}]
)
def test_the_ways_in_which_gitlab_states_a_line(tmp_path: Path, where: dict[str, Any]) -> None:
    location = {"path": "a.py", **where}
    found = report_of(tmp_path, "gitlab-code-quality", [issue(severity="info", location=location)]).findings
    assert found[0].line == 7


def test_a_file_that_ruff_could_not_parse_leaves_gitlab_s_report_unfinished(tmp_path: Path) -> None:
    report = report_of(tmp_path, "gitlab-code-quality", [issue(severity="major", check_name="invalid-syntax")])
    assert report.unfinished == "a.py: it could not be parsed, so it was not checked as a whole"


def violation(**more: Any) -> dict[str, Any]:
    return {"code": "F401", "filename": "a.py", "location": {"row": 2}, "message": "no", **more}


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ({}, "error"),
        ({"severity": "error"}, "error"),
        ({"severity": "warning"}, "warning"),
        ({"severity": "?"}, "error"),
    ],
)
def test_what_ruff_reports_is_an_error_unless_it_says_otherwise(
    tmp_path: Path, severity: dict[str, str], level: str
) -> None:
    assert report_of(tmp_path, "ruff-json", [violation(**severity)]).findings[0].level == level


def test_a_violation_of_older_ruff_without_a_code_is_a_syntax_error(tmp_path: Path) -> None:
    report = report_of(tmp_path, "ruff-json", [violation(code=None)])
    assert report.findings[0].rule == "invalid-syntax"
    assert report.unfinished == "a.py: it could not be parsed, so it was not checked as a whole"


def test_a_note_of_mypy_is_a_note(tmp_path: Path) -> None:
    line = '{"file": "a.py", "line": 2, "message": "Revealed", "hint": null, "code": "misc", "severity": "note"}'
    assert report_of(tmp_path, "mypy-json", f"{line}\n\n{line}\n").findings[1].level == "note"


@pytest.mark.parametrize("content", ["", "\n"])
def test_no_line_of_mypy_may_be_no_run_of_mypy_and_is_told(tmp_path: Path, content: str) -> None:
    contents = contents_of(tmp_path, "mypy-json", content)
    assert (contents.findings or ())[0].findings == ()
    assert contents.warnings == ("nothing stands in it: mypy found nothing, or it did not run",)


def test_what_mypy_says_of_itself_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^a\.json:2:1: this is no well-formed JSON"):
        contents_of(tmp_path, "mypy-json", "\nmypy: can't read file 'src': No such file or directory\n")


def test_a_key_of_the_wrong_type_is_told_with_its_line(tmp_path: Path) -> None:
    line = '{"file": "a.py", "line": 2, "message": "m", "severity": "note"}'
    with pytest.raises(EvidenceError, match=r"^a\.json:2: this is no JSON line of mypy: .*`\$\.line`"):
        contents_of(tmp_path, "mypy-json", f"{line}\n{line.replace('2', 'true')}")


@pytest.mark.parametrize(
    ("type_", "level"),
    [
        ("fatal", "error"),
        ("error", "error"),
        ("warning", "warning"),
        ("convention", "note"),
        ("refactor", "note"),
        ("info", "note"),
    ],
)
def test_the_types_of_pylint(tmp_path: Path, type_: str, level: str) -> None:
    message = {"type": type_, "symbol": "s", "message": "no", "path": "a.py", "line": 1}
    assert report_of(tmp_path, "pylint-json", [message]).findings[0].level == level


def test_pylint_that_looked_at_no_module_did_not_finish(tmp_path: Path) -> None:
    report = report_of(tmp_path, "pylint-json", {"messages": [], "statistics": {"modulesLinted": 0}})
    assert report.unfinished == "it looked at no module"


@pytest.mark.parametrize(
    ("severity", "level"), [("HIGH", "error"), ("MEDIUM", "warning"), ("LOW", "note"), ("UNDEFINED", "error")]
)
def test_the_severities_of_bandit(tmp_path: Path, severity: str, level: str) -> None:
    result = {"filename": "a.py", "issue_severity": severity, "issue_text": "no", "test_id": "B1", "line_number": 1}
    content = {"errors": [], "metrics": {"a.py": {}}, "results": [result]}
    assert report_of(tmp_path, "bandit-json", content).findings[0].level == level


def test_bandit_that_looked_at_no_file_did_not_finish(tmp_path: Path) -> None:
    content = {"errors": [], "metrics": {"_totals": {}}, "results": []}
    assert report_of(tmp_path, "bandit-json", content).unfinished == "it looked at no file"
