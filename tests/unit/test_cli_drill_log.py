from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.evidence import lines
from tests.unit.fakes import collected, end, passed, record_at, run_line


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.2.0"\n')
    return tmp_path


def log(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["drill-log", *args])
    told = capsys.readouterr()
    assert ended.value.code == status, told
    return told.out + told.err


def entries(root: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((root / "stagegate-drills.json").read_text())["drills"]
    return found


def test_the_drills_of_the_last_run_are_logged_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    linked = lines.Drilling(id="restore", items=(1,))
    record_at(root / ".stagegate/evidence.jsonl", run_line(), *collected(2), linked, passed(0, 1), end())
    assert log(capsys) == "logged 1 drill: wrote stagegate-drills.json\n"
    assert log(capsys) == "logged 0 drills: wrote stagegate-drills.json\n"
    (entry,) = entries(root)
    assert (entry["drill"], entry["outcome"], "test" in entry) == ("restore", "passed", True)


def test_a_run_without_a_drill_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_at(root / ".stagegate/evidence.jsonl", run_line(), *collected(1), passed(0), end())
    assert "no drill among its tests was executed" in log(capsys, status=21)


def test_a_drill_that_people_did_is_logged(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_hand = ("--kind=failover", "--outcome=passed", "--by=Dana", "--note=42 s")
    log(capsys, *by_hand, "--on=2026-11-20")
    log(capsys, *by_hand, "--on=2026-10-20T12:00:00+02:00", "--version=1.1.0")
    assert [(each["at"], each["version"]) for each in entries(root)] == [
        ("2026-10-20T10:00:00Z", "1.1.0"),
        ("2026-11-20T00:00:00Z", "1.2.0"),
    ]
    text = (root / "stagegate-drills.json").read_text()
    assert len(text.splitlines()) == 3 + 2 + 2


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--kind=failover"], "--kind: say how it ended (--outcome passed or failed) and who did it (--by NAME)"),
        (["--kind=failover", "--outcome=passed", "--by= "], "say how it ended"),
        (["--by=Dana"], "are for a drill that people did; name its --kind"),
        (["--kind=a", "--outcome=passed", "--by=D", "--on=soon"], "--on: 'soon' is no day and no time with its zone"),
        (["--kind=a", "--outcome=passed", "--by=D", "--on=2999-01-01"], "--on: 2999-01-01 is still to come, in UTC"),
        (["--kind=a", "--outcome=passed", "--by=D", "--on=20261101"], "--on: '20261101' is no day and no time"),
        (["--kind= a", "--outcome=passed", "--by=D"], "--kind: ' a' is no name of a kind of drills"),
        (["--kind=a", "--outcome=passed", "--by=D", "--record=x.jsonl"], "give one of them"),
        (["--env=mars"], "unknown name 'mars'"),
    ],
)
def test_a_mistake_is_told(root: Path, capsys: pytest.CaptureFixture[str], args: list[str], told: str) -> None:
    assert told in log(capsys, *args, status=2)


def test_a_damaged_log_is_left_alone(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "stagegate-drills.json").write_text("{")
    assert "no well-formed JSON" in log(capsys, "--kind=a", "--outcome=passed", "--by=D", status=21)
    assert (root / "stagegate-drills.json").read_text() == "{"
