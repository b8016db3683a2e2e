"""``stagegate inspect``, ``attach`` and ``check`` with several files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.model.sources import FORMATS
from tests.unit.fakes import collected, coverage_of, end, file_of, green_record, passed, project_at, record_at, run_line
from tests.unit.test_cli import project, run

__all__ = ["project"]  # a fixture

JUNIT = (
    '<testsuite name="js" tests="3" timestamp="2026-11-23T08:00:00Z"><testcase name="a" time="1"/>'
    '<testcase name="b"><failure>no</failure></testcase><testcase name="c"><skipped/></testcase></testsuite>'
)
LCOV = "TN:\nSF:a.js\nDA:1,1\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nend_of_record\n"


def inspected(capsys: pytest.CaptureFixture[str], *files: str, status: int = 0) -> list[dict[str, Any]]:
    assert run("inspect", "--json", *files) == status
    answer: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return answer


def test_tests_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.xml").write_text(JUNIT)
    (found,) = inspected(capsys, "js.xml")
    assert {key: found[key] for key in ("source", "kind", "format", "created", "error", "warnings")} == {
        "source": "js.xml",
        "kind": "tests",
        "format": "junit",
        "created": "2026-11-23T08:00:00Z",
        "error": None,
        "warnings": [],
    }
    assert found["figures"] == {"tests": 3, "passed": 1, "failed": 1, "errors": 0, "skipped": 1}


def test_coverage_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cov.info").write_text(LCOV)
    (found,) = inspected(capsys, "cov.info")
    assert (found["kind"], found["format"]) == ("coverage", "lcov")
    assert found["figures"] == {
        "lines_covered": 1,
        "lines_total": 2,
        "branches_covered": 1,
        "branches_total": 2,
        "files": 1,
    }


SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "Lint", "version": "1.2"}},
            "invocations": [{"executionSuccessful": False}],
            "results": [
                {"message": {"text": "no"}, "level": "error"},
                {"message": {"text": "no"}, "level": "error", "suppressions": [{"kind": "inSource"}]},
                {"message": {"text": "no"}},
            ],
        }
    ],
}
ISSUE = {"description": "no", "fingerprint": "f", "severity": "major", "location": {"path": "a.py"}}


def test_findings_are_counted_by_level(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.sarif").write_text(json.dumps(SARIF))
    (found,) = inspected(capsys, "a.sarif")
    assert (found["kind"], found["format"], found["producer"]) == ("findings", "sarif", "Lint 1.2")
    levels = {"error": 1, "warning": 1, "note": 0}
    assert found["figures"] == {"findings": 2, "by_level": levels, "suppressed": 1}
    assert found["warnings"] == ["lint did not come to its end: it says that its execution was not successful"]


def test_findings_are_counted_by_level_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.sarif").write_text(json.dumps(SARIF))
    assert run("inspect", "a.sarif") == 0
    assert "  findings 2, error 1, warning 1, note 0, suppressed 1" in capsys.readouterr().out.splitlines()


def tools_that_report(capsys: pytest.CaptureFixture[str], tool: str, *files: str) -> str:
    project_at(Path(), policy=f'[gate.findings]\ntools = ["{tool}"]\nmax_errors = 9\n')
    run("check", *files)
    return capsys.readouterr().out


def test_an_attachment_names_the_tool_of_a_format_that_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cq.json").write_text(json.dumps([ISSUE]))
    assert "no report of eslint" in tools_that_report(capsys, "eslint", "cq.json")
    assert run("attach", "cq.json", "--commit", "abc", "--producer", "ESLint 10.15.0") == 0
    assert "no report of eslint" not in tools_that_report(capsys, "eslint", "cq.json")


def test_two_tools_that_found_nothing_are_no_duplicates(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.json", "b.json"):
        Path(name).write_text("[]")
    told = tools_that_report(capsys, "ruff", "a.json,format=ruff-json", "b.json,format=gitlab-code-quality")
    assert "evidence of the same" not in told


def test_one_report_of_findings_twice_is_a_duplicate(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.json", "b.json"):
        Path(name).write_text(json.dumps([ISSUE]))
    assert "evidence of the same" in tools_that_report(capsys, "gitlab-code-quality", "a.json", "b.json")


def test_a_record_has_tests_and_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    from pytest_stagegate.evidence import lines

    measured = lines.Measured(coverage=coverage_of(file_of("a.py", 1, 3)))
    record_at(Path("evidence.jsonl"), run_line(), *collected(2), passed(0, 1), measured, end())
    (found,) = inspected(capsys, "evidence.jsonl")
    assert (found["format"], found["commit"], found["producer"]) == ("stagegate", "c" * 40, "pytest 9.0")
    assert (found["figures"]["passed"], found["figures"]["lines_covered"]) == (2, 1)


def test_a_record_that_is_not_whole_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    record_at(Path("evidence.jsonl"), run_line(), *collected(2), passed(0))
    (found,) = inspected(capsys, "evidence.jsonl")
    assert found["warnings"] == ["The process ended without closing its record."]


def test_one_that_can_t_be_read_hides_no_other_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.xml").write_text(JUNIT)
    Path("cut.xml").write_text(JUNIT[:99])
    found = inspected(capsys, "cut.xml", "nope.xml", "js.xml", status=2)
    assert [(each["format"], each["error"] is None) for each in found] == [
        ("junit", False),
        (None, False),
        ("junit", True),
    ]
    assert found[0]["error"].startswith("cut.xml:1:")


def test_a_folder_stands_for_the_records_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(Path("all/b/evidence.jsonl"))
    green_record(Path("all/a/evidence.jsonl"))
    assert [each["source"] for each in inspected(capsys, "all")] == ["all/a/evidence.jsonl", "all/b/evidence.jsonl"]


def test_the_format_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.xml").write_text(JUNIT)
    found = inspected(capsys, "--format", "lcov", "js.xml", status=2)
    assert (found[0]["format"], found[0]["error"] is None) == ("lcov", False)


def test_for_people_each_file_is_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.xml").write_text(JUNIT.replace('tests="3"', 'tests="5"'))
    Path("nope.txt").write_text("hello")
    assert run("inspect", "js.xml", "nope.txt") == 2
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("js.xml: tests, format junit")
    assert second == "  tests 3, passed 1, failed 1, errors 0, skipped 1"
    assert rest[0].startswith("  warning: ")
    assert rest[1:] == [
        "nope.txt: can't be told",
        "  error: nope.txt: its content tells no format that is known; name it: nope.txt,format=NAME "
        "('stagegate inspect --help' lists them).",
    ]


def test_attaching_writes_a_file_beside_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STAGEGATE_COMMIT", "abc")
    Path("js.xml").write_text(JUNIT)
    project_at(Path(), policy='environments = ["dev"]')
    assert run("attach", "js.xml", "--environment", "dev", "--producer", "jest 30", "--stage", "deploy") == 0
    assert capsys.readouterr().out == "wrote js.xml.stagegate.json: commit abc\n"
    stated = json.loads(Path("js.xml.stagegate.json").read_text())
    del stated["sha256"], stated["created"]
    assert stated == {
        "schema": "stagegate/attachment/1",
        "commit": "abc",
        "environment": "dev",
        "producer": "jest 30",
        "stage": "deploy",
        "shard": None,
        "dirty": False,
        "name": "",
        "format": "",
        "command": [],
        "status": None,
        "failed": "",
    }


def test_attaching_to_a_file_that_is_not_there_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("attach", "nope.xml") == 2
    assert "nope.xml: there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["attach", "js.xml", "--stage", "tset"], "--stage: unknown name 'tset'; did you mean 'test'?"),
        (["attach", "js.xml", "--environment", "x"], "--environment: unknown name 'x'; none is declared"),
        (["check", "--at", "tset"], "--at: unknown name 'tset'; did you mean 'test'?"),
        (["check", "--env", "x"], "--env: unknown name 'x'; none is declared"),
        (["check", "js.xml,stage=x"], "js.xml,stage=x: unknown stage 'x'; known: "),
    ],
)
def test_an_unknown_name_is_a_usage_error(args: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.xml").write_text(JUNIT)
    assert run(*args) == 2
    assert text in capsys.readouterr().err


def test_records_for_different_stages_need_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(Path("a/evidence.jsonl"), shard="a")
    green_record(Path("b/evidence.jsonl"), shard="b", stage="deploy")
    when = ("--as-of", "run")
    assert run("check", "a", "b", *when) == 2
    assert "the records were made for the stages deploy, test; name one of them with --at" in capsys.readouterr().err
    assert run("check", "a", "b", "--at", "test", *when) == 0


def test_documents_of_several_records_go_to_the_usual_folder() -> None:
    green_record(Path("a/evidence.jsonl"), shard="a")
    green_record(Path(".stagegate/evidence.jsonl"))
    assert run("check", "a", "--as-of", "run") == 0
    sums = Path(".stagegate/SHA256SUMS").read_text()
    assert "decision.json" in sums
    assert "evidence.jsonl" not in sums  # it is there, and is no part of this decision


METRICS = Path(__file__).parents[1] / "data" / "metrics"


def test_of_metrics_the_number_and_the_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(METRICS / "prom-client-15.1.3.openmetrics", "scrape.txt")
    (found,) = inspected(capsys, "scrape.txt")
    assert (found["kind"], found["format"], found["figures"]) == ("metrics", "openmetrics", {"metrics": 12})
    assert found["names"][:2] == ['shop_latency_seconds_bucket{le="+Inf"}', 'shop_latency_seconds_bucket{le="0.1"}']
    assert len(found["names"]) == 12


def test_people_are_shown_the_first_ten_names(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(METRICS / "prom-client-15.1.3.openmetrics", "scrape.txt")
    assert run("inspect", "scrape.txt") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  metrics 12"
    assert (len(lines), lines[-1]) == (13, "    and 2 more names; --json shows all")


def test_what_is_no_metric_has_no_names(capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.xml").write_text(JUNIT)
    assert "names" not in inspected(capsys, "js.xml")[0]


def test_a_wrong_format_is_told_in_one_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspect", "--format", "nothing", "js.xml") == 2
    assert capsys.readouterr().err == (
        "stagegate: --format: unknown format 'nothing'; 'stagegate inspect --help' lists them\n"
    )
    assert run("inspect", "--help") == 0
    listed = capsys.readouterr().out
    assert all(re.search(rf"[ ,]{name}(,|$)", listed, re.MULTILINE) for name in FORMATS)
