from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from pytest_stagegate.cli import commands, main
from pytest_stagegate.documents.rendering import FILES, SUMS
from pytest_stagegate.evidence import lines
from pytest_stagegate.keeping.folder import HISTORY
from pytest_stagegate.model.decision import Note
from tests.unit.fakes import collected, end, green_record, passed, project_at, record_at, run_line

RECORD = Path(".stagegate/evidence.jsonl")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*args: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main([*args])
    assert isinstance(caught.value.code, int)
    return caught.value.code


def check(*args: str) -> int:
    return run("check", "--as-of", "run", *args)


def red_record() -> None:
    failed = lines.Test(item=1, outcome="failed", us=1, executed=True, reason="assert 1 == 2")
    record_at(RECORD, run_line(), *collected(2), passed(0), failed, end(1))


def test_a_green_record_is_go() -> None:
    green_record(RECORD)
    assert check() == 0
    assert json.loads((RECORD.parent / "decision.json").read_bytes())["decision"] == "GO"


def test_a_failed_test_is_no_go(capsys: pytest.CaptureFixture[str]) -> None:
    red_record()
    assert check() == 20
    last = " ".join(capsys.readouterr().out.splitlines()[-1].split())
    assert last.startswith("✘ NO GO results: failed 1 test, limit ≤ 0.")


def test_a_record_without_an_end_is_hold() -> None:
    record_at(RECORD, run_line(), *collected(2), passed(0, 1))
    assert check() == 21


def test_each_document_is_written_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    check()
    told = [line.removeprefix("wrote ") for line in capsys.readouterr().out.splitlines() if line.startswith("wrote ")]
    assert told == sorted(f".stagegate/{name}" for name in FILES.values())
    made = {*FILES.values(), SUMS, "evidence.jsonl", ".gitignore", HISTORY}
    assert {path.name for path in RECORD.parent.iterdir()} == made


def test_the_documents_may_go_elsewhere(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    green_record(RECORD)
    elsewhere = tmp_path_factory.mktemp("published")
    assert check("--out", str(elsewhere)) == 0
    assert f"wrote {elsewhere}/decision.json\n" in capsys.readouterr().out
    assert [path.name for path in RECORD.parent.iterdir()] == ["evidence.jsonl"]


def test_deciding_twice_gives_the_same_bytes() -> None:
    red_record()
    check()
    first = {path: path.read_bytes() for path in RECORD.parent.rglob("*") if path.is_file()}
    check()
    assert {path: path.read_bytes() for path in RECORD.parent.rglob("*") if path.is_file()} == first


def test_quietly_a_go_is_little_more_than_its_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    check("-q")
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if not line.startswith("wrote ")]
    assert told == ["✔ GO 1 gate met on 2 tests executed."]


@pytest.mark.parametrize(("strict", "status"), [([], 0), (["--strict"], 21)])
def test_a_provisional_go(strict: list[str], status: int) -> None:
    note = Note(reason="dirty-tree", text="The work tree has changes that are in no commit.")
    green_record(RECORD, provisional=(note,))
    assert check(*strict) == status


@pytest.mark.parametrize(("strict", "status"), [([], 0), (["--strict"], 20)])
def test_a_conditional_decision(project: Path, strict: list[str], status: int) -> None:
    project_at(project, policy='[gate.results]\nmin_passed = 3\nenforcement = "warn"')
    green_record(RECORD)
    assert check(*strict) == status


def test_a_record_older_than_a_day_is_stale_by_now(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    assert run("check", "--as-of", "2026-11-24T09:05:01Z") == 21
    assert "STALE" in capsys.readouterr().out


@pytest.mark.parametrize("instant", ["2026-11-24T09:05:00Z", "2026-11-23T12:00:00", "2026-11-24T10:05:00+01:00"])
def test_the_instant_may_be_named(instant: str) -> None:
    green_record(RECORD)
    assert run("check", "--as-of", instant) == 0


def test_a_gate_that_blocks_from_a_day_is_judged_as_of_the_instant(project: Path) -> None:
    project_at(project, policy="[gate.results]\nmin_passed = 3\nenforcement = { block_from = 2026-11-24 }")
    green_record(RECORD)
    assert [run("check", "--as-of", f"2026-11-{day}T09:00:00Z") for day in (23, 24)] == [0, 20]


def test_a_missing_record_is_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("nowhere.jsonl") == 21
    streams = capsys.readouterr()
    assert streams.err == (
        "stagegate: nothing says when the run was: no record of one can be read. "
        "nowhere.jsonl: there is no such file.\n"
    )
    assert streams.out.startswith("‖ HOLD  ")


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\x00\xff\n", b'{"record":"end"}'])
def test_a_damaged_record_is_hold(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    RECORD.parent.mkdir()
    RECORD.write_bytes(content)
    assert check() == 21
    assert ".stagegate/evidence.jsonl: " in capsys.readouterr().err


@pytest.mark.parametrize("started", ["yesterday", "2026-11-23T09:00:00", ""])
def test_a_record_whose_time_can_t_be_read_is_hold(started: str) -> None:
    green_record(RECORD, started=started)
    assert check() == 21


def test_a_record_of_a_stage_that_the_policy_does_not_know_is_hold(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD, stage="shipping")
    assert check() == 21
    assert "its stage 'shipping' is not one of the policy's stages" in capsys.readouterr().out


def test_documents_that_can_t_be_written_are_hold(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    (RECORD.parent / "report.html").mkdir()
    assert check() == 21
    assert "the documents can't be written: " in capsys.readouterr().err


def test_a_bad_instant_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    assert run("check", "--as-of", "tomorrow") == 2
    assert capsys.readouterr().err == (
        "stagegate: --as-of: 'tomorrow' is not a time; write \"run\" or for example 2026-11-23T12:00:00Z\n"
    )


@pytest.mark.parametrize("args", [["check", "--bogus"], ["chekc"], ["inspect"], ["attach"], []])
def test_a_mistake_on_the_command_line_is_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    assert "Usage: stagegate" in capsys.readouterr().err


def test_a_mistake_in_the_policy_is_2_and_is_named_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    green_record(RECORD)
    project_at(project, policy="[gate.covrage]\n")
    assert check() == 2
    assert capsys.readouterr().err == (
        "stagegate: 1 mistake in the policy\n"
        "  stagegate.toml:1 gate.covrage: unknown gate 'covrage'; did you mean 'coverage'?\n"
    )


def test_a_policy_file_that_does_not_exist_is_2() -> None:
    green_record(RECORD)
    assert check("--policy", "none.toml") == 2


def test_a_broken_gate_module_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    project_at(project, gates__own="1 / 0")
    assert check() == 2
    assert "gates/own.py: can't be loaded: ZeroDivisionError" in capsys.readouterr().err


def test_a_broken_template_of_the_project_s_own_is_2(project: Path) -> None:
    green_record(RECORD)
    (project / "templates").mkdir()
    (project / "templates" / "report.md.j2").write_text("{{ nothing }}")
    project_at(project, policy='templates = "templates"')
    assert check() == 2


def test_a_folder_of_templates_that_does_not_exist_is_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    project_at(project, policy='templates = "templates"')
    assert check() == 2
    assert "there is no folder 'templates' below the root" in capsys.readouterr().err


def test_a_fault_of_our_own_is_70_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr("pytest_stagegate.cli.check.load_project", broken)
    assert check() == 70
    assert capsys.readouterr().err == "stagegate: a fault of stagegate itself: RuntimeError: oops\n"


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pytest_stagegate.cli.check.load_project", interrupted)
    assert check() == 130


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("stagegate ")


@pytest.mark.parametrize("command", commands.list_commands(click.Context(commands)))
def test_every_command_s_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    told = capsys.readouterr().out
    assert re.search(rf"\n  Examples?:\n    stagegate {command}", told)


def test_a_record_that_can_t_be_judged_does_not_leave_an_older_decision() -> None:
    green_record(RECORD)
    assert check() == 0
    RECORD.write_text("no record")
    assert check() == 21
    assert not (RECORD.parent / "decision.json").exists()


def test_files_of_the_user_s_own_are_neither_replaced_nor_removed(project: Path) -> None:
    green_record(project / "evidence.jsonl")
    (project / "report.md").write_text("mine")
    assert check("evidence.jsonl") == 0
    assert check("evidence.jsonl", "--at", "tset") == 2
    assert (project / "report.md").read_text() == "mine"
    assert sorted(path.name for path in project.iterdir()) == [".stagegate", "evidence.jsonl", "report.md"]


def test_a_mistake_takes_an_earlier_decision_away_from_a_folder_of_the_user_s_own(project: Path) -> None:
    green_record(RECORD)
    assert check("--out", "docs") == 0
    (project / "docs/report.md").write_text("edited since")
    assert check("--out", "docs", "--at", "tset") == 2
    assert sorted(path.name for path in (project / "docs").iterdir()) == ["SHA256SUMS", HISTORY, "report.md"]
