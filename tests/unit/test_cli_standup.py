"""The command ``stagegate standup`` on decisions in a folder of their own."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.keeping.folder import entries, keep
from tests.unit.documents.samples import decision_of, go, no_go
from tests.unit.fakes import named_tests

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision

NOW = no_go(as_of="2026-11-24T09:00:00Z")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output folder of a project that failed today, and passed yesterday evening and this morning."""
    monkeypatch.chdir(tmp_path)
    out = tmp_path / ".stagegate"
    for as_of, extra in (("2026-11-23T17:00:00Z", "evening"), ("2026-11-24T08:00:00Z", "morning")):
        decided(out, decision_of(*go().gates, as_of=as_of), ("t.py::test_a", "passed"), (f"t.py::{extra}", "passed"))
    decided(out, NOW, ("t.py::test_a", "failed"))
    return out


def decided(out: Path, decision: Decision, *tests: tuple[str, str]) -> None:
    out.mkdir(exist_ok=True)
    content = decision_json(decision)
    (out / "decision.json").write_bytes(content)
    keep(decision, hashlib.sha256(content).hexdigest(), named_tests(*tests), out)


def stagegate(*args: Any) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["standup", *map(str, args)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_it_compares_with_the_last_decision_of_yesterday(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate() == 0
    shown = capsys.readouterr().out
    assert shown.startswith("✘ rates at test: NO GO, before GO\n")
    assert "1 test is newly failing.\n  - t.py::test_a: assert 1 == 2\n" in shown
    assert "  - t.py::evening\n" in shown


@pytest.mark.parametrize(
    ("since", "extra"),
    [
        ("2026-11-23", "evening"),
        ("2026-11-24", "morning"),
        ("2026-11-24T08:00:00Z", "morning"),
        ("2026-11-24T07:59:59Z", "evening"),
        ("2026-11-24T09:00:00+02:00", "evening"),
        ("30 min", "morning"),
        ("2h", "evening"),
    ],
)
def test_since_says_until_when_the_earlier_one_was_taken(
    folder: Path, capsys: pytest.CaptureFixture[str], since: str, extra: str
) -> None:
    assert stagegate("--since", since) == 0
    assert f"  - t.py::{extra}\n" in capsys.readouterr().out


@pytest.mark.parametrize("since", ["soon", "", "2026-13-01", "2026-11-23T09:00", "5 %", "99999999 d", "T"])
def test_what_is_no_time_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], since: str) -> None:
    assert stagegate("--since", since) == 2
    assert "is no time; write yesterday" in capsys.readouterr().err


def test_without_an_earlier_decision_it_says_what_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("--since", "2026-11-01") == 21
    assert capsys.readouterr().err == (
        "stagegate: --since 2026-11-01: no decision of that time or before is kept in .stagegate/history; "
        "the oldest before this one is of 2026-11-23. Say another --since, or name two decisions.\n"
    )


def test_the_same_decision_twice_tells_no_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate(folder, folder) == 0
    assert "Nothing changed.\n" in capsys.readouterr().out


def test_decisions_of_different_stages_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decided(folder.with_name("other"), go(stage="release", environment="staging"))
    assert stagegate(folder.with_name("other"), folder) == 2
    assert "OLD is about rates at release against staging, and NEW about rates at test" in capsys.readouterr().err


def test_the_later_one_first_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    oldest = entries(folder)[-1].path
    assert stagegate(folder, oldest) == 2
    assert "name the earlier one first" in capsys.readouterr().err


def test_what_can_not_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "decision.json").write_text("{")
    assert stagegate() == 21
    assert "decision.json:1:2: this is no well-formed JSON" in capsys.readouterr().err
    assert stagegate("nowhere.json") == 21
    assert stagegate("--in", "nowhere") == 21


def test_a_kept_decision_that_is_damaged_is_passed_over_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = folder / "history" / f"20261123T235900Z_test_{'0' * 12}.jsonl.gz"
    damaged.write_bytes(b"no gzip")
    assert stagegate() == 0
    assert capsys.readouterr().err.startswith(f"passed over: {damaged.name}: this kept decision is damaged")


def test_another_output_folder_has_its_own_history(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.rename(folder.with_name("elsewhere"))
    assert stagegate("--in", "elsewhere") == 0
    assert "t.py::evening" in capsys.readouterr().out


def test_markdown_is_printed_or_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("--format", "md") == 0
    printed = capsys.readouterr().out
    assert "## 1 test is newly failing.\n\n- `t.py::test_a`: assert 1 == 2\n" in printed
    assert stagegate("--format", "md", "--out", "standup.md") == 0
    assert capsys.readouterr().out == "wrote standup.md\n"
    assert Path("standup.md").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("a.json", "--since", "3 d"), "--since: chooses OLD"),
        (("a.json", "b.json", "--in", "x"), "--in: says where NEW is"),
        (("--out", "x.md"), "--out: a file is Markdown"),
        (("--format", "md", "--out", ".stagegate/decision.json/x"), "can't be written"),
    ],
)
def test_what_does_not_go_together_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], told: str
) -> None:
    assert stagegate(*args) == 2
    assert told in capsys.readouterr().err
