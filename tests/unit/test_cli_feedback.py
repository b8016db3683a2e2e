"""The command ``stagegate feedback`` on decisions in a folder of their own."""

from __future__ import annotations

import hashlib
import json
import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.documents.feedback import feedback_schema
from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.keeping.folder import SUFFIX, entries, keep
from pytest_stagegate.model.verdicts import Verdict
from tests.unit.documents.samples import check_with, decision_of, go
from tests.unit.fakes import named_tests, project_at, result_of

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision

PLAN = Path("stagegate-plan.toml")
OLD = '# ours\n[[goal]]\nid = "A"\ntitle = "Alpha"  # first\n'
ISSUES = [{"number": 12, "title": "Dark mode", "state": "open", "labels": [], "reactions": {"+1": 3}}]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose monitor failed yesterday, and whose tests passed today."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    decided(monitor())
    decided(go(as_of="2026-11-24T09:00:00Z"))
    Path("issues.json").write_text(json.dumps(ISSUES), "utf-8")
    return project_at(tmp_path, policy="")


def monitor(name: str = "rates") -> Decision:
    check = check_with(Verdict.FAIL, name="checkout")
    made = decision_of(result_of(Verdict.FAIL, "NO_GO", gate="slo", uses="slo", stage="monitor", checks=(check,)))
    return msgspec.structs.replace(made, stage="monitor", subject=msgspec.structs.replace(made.subject, name=name))


def decided(decision: Decision, out: Path = Path(".stagegate")) -> None:
    out.mkdir(exist_ok=True)
    content = decision_json(decision)
    (out / "decision.json").write_bytes(content)
    keep(decision, hashlib.sha256(content).hexdigest(), named_tests(("t.py::test_a", "passed")), out)


def stagegate(*args: Any) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["feedback", *map(str, args)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_it_tells_what_the_newest_decision_of_each_stage_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate() == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 thing to plan for about rates, 1 of them new",
        "  from test: GO, 2026-11-24T09:00:00Z",
        "  from monitor: NO GO, 2026-11-23T09:00:00Z",
        "",
        "must (1)",
        "  FB-8be5765349  slo checkout at monitor",
        "                 FAIL: checkout: 1 test, limit ≤ 0; new",
    ]


def test_what_is_new_is_added_once_behind_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    PLAN.write_bytes(OLD.encode())
    assert stagegate("--issues=issues.json", "--add") == 0
    assert capsys.readouterr().err == "2 added to stagegate-plan.toml\n"
    written = PLAN.read_text("utf-8")
    assert written.startswith(f'{OLD}\n[[goal]]\nid = "FB-')
    assert stagegate("--issues=issues.json", "--add") == 0
    assert capsys.readouterr().err == "0 added to stagegate-plan.toml\n"
    assert PLAN.read_text("utf-8") == written


def test_without_a_plan_one_is_begun() -> None:
    assert stagegate("--add") == 0
    assert PLAN.read_text("utf-8").startswith('[[goal]]\nid = "FB-')


def test_what_people_dropped_stays_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    PLAN.write_text("# dropped FB-8be5765349: nobody goes there\n")
    assert stagegate("--add") == 0
    out = capsys.readouterr()
    assert (out.err, out.out.splitlines()[-1].endswith("; dropped")) == ("0 added to stagegate-plan.toml\n", True)


@pytest.mark.parametrize("text", ['goal = [{ id = "A" }]\n', "[[goal]\n", '[[goal]]\nid = ""\n'])
def test_a_plan_that_can_not_take_it_stays_as_it_was(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    PLAN.write_bytes(text.encode())
    assert stagegate("--add") == 21
    assert PLAN.read_text("utf-8") == text
    assert "stagegate-plan.toml" in capsys.readouterr().err


def test_line_ends_and_a_byte_order_mark_stay() -> None:
    old = b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()
    PLAN.write_bytes(old)
    assert stagegate("--add") == 0
    assert PLAN.read_bytes().startswith(old)
    assert b"\n" not in PLAN.read_bytes().replace(b"\r\n", b"")


def test_a_plan_that_is_no_toml_is_not_written_to(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy='[plan]\nfiles = ["goals.csv"]\n')
    Path("goals.csv").write_text("id,title\nA,Alpha\n")
    assert stagegate("--add") == 2
    assert "goals are added to a plan in TOML alone" in capsys.readouterr().err


def test_json_fits_its_published_schema(capsys: pytest.CaptureFixture[str]) -> None:
    published = json.loads(files("pytest_stagegate.documents").joinpath("feedback.schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(feedback_schema()))
    assert stagegate("--issues=issues.json", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, published)
    assert [each["kind"] for each in found["items"]] == ["gate", "issue"]


def test_markdown_is_written_whole_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("--markdown", "--out=feedback.md") == 0
    assert Path("feedback.md").read_text("utf-8").startswith("# What there is to plan for\n")
    assert capsys.readouterr().out == ""


def test_issues_alone_make_a_list_where_nothing_was_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fresh").mkdir()
    assert stagegate("--root=fresh", "--issues=issues.json") == 0
    assert "so only the issues are listed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args", [("--root=fresh",), ("none.json",), ("--issues=none.json",), ("issues.json",), ("--issues=stagegate.toml",)]
)
def test_what_can_not_be_read_ends_the_command(args: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    Path("fresh").mkdir()
    assert stagegate(*args, "--add") == 21
    assert not PLAN.exists()
    assert capsys.readouterr().err.startswith("stagegate: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("option", ["", "--issues="])
def test_a_pipe_is_not_waited_for(option: str) -> None:
    os.mkfifo("pipe.json")
    assert stagegate(f"{option}pipe.json") == 21


def test_a_damaged_kept_decision_is_named_and_an_older_one_read(capsys: pytest.CaptureFixture[str]) -> None:
    newest = entries(Path(".stagegate"))[0].path
    newest.with_name(f"20261125T090000Z_monitor_{'0' * 12}{SUFFIX}").write_bytes(b"no gzip")
    assert stagegate() == 0
    shown = capsys.readouterr()
    assert "slo checkout at monitor" in shown.out
    assert shown.err.startswith("passed over: ")


def test_a_kept_decision_about_another_project_hides_none_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    other = msgspec.structs.replace(monitor("other"), as_of="2026-11-23T10:00:00Z")
    keep(other, "0" * 64, named_tests(("t.py::test_a", "passed")), Path(".stagegate"))
    assert stagegate() == 0
    assert "slo checkout at monitor" in capsys.readouterr().out


def test_decisions_about_two_projects_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    decided(monitor("other"), Path("other"))
    assert stagegate(".stagegate", "other") == 2
    assert "several projects: other, rates" in capsys.readouterr().err


@pytest.mark.parametrize("args", [("--json", "--markdown"), ("--out=x.md",)])
def test_options_that_contradict_each_other_are_refused(args: tuple[str, ...]) -> None:
    assert stagegate(*args) == 2


def test_behind_a_link_the_plan_itself_grows() -> None:
    real = Path("docs/plan.toml")
    real.parent.mkdir()
    real.write_text(OLD, "utf-8")
    PLAN.symlink_to(real)
    assert stagegate("--add") == 0
    assert PLAN.is_symlink()
    assert real.read_text("utf-8").startswith(f"{OLD}\n[[goal]]\nid = ")


def test_a_plan_as_one_list_is_told_to_be_written_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    PLAN.write_text('goal = [{ id = "A" }]\n', "utf-8")
    assert stagegate("--add") == 21
    assert "goals can't be added behind what it says; add them by hand" in capsys.readouterr().err


def test_without_anything_to_learn_from_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    Path("fresh").mkdir()
    assert stagegate("--root=fresh") == 21
    told = "stagegate: there is no .stagegate/decision.json; decide first, or name a decision, or --issues\n"
    assert capsys.readouterr().err == told
