from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.unit.fakes import collected, end, green_record, passed, project_at, record_at, run_line
from tests.unit.test_cli import RECORD, check, project, red_record, run

__all__ = ["project"]

TODAY = dt.datetime.now(dt.timezone.utc).date()
LATER = (TODAY + dt.timedelta(days=20)).isoformat()
OVER = (TODAY - dt.timedelta(days=1)).isoformat()


def add(*more: str, gate: str = "results", expires: str = LATER) -> int:
    return run("waivers", "add", gate, "--reason", "see #411", "--owner", "dana", "--expires", expires, *more)


def states(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert run("waivers", "list", "--json") == 0
    return [row["state"] for row in json.loads(capsys.readouterr().out)]


def test_a_waiver_that_was_added_covers_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    red_record()
    assert check() == 20
    assert add() == 0
    assert check() == 0
    assert states(capsys) == ["used"]
    decision = json.loads((RECORD.parent / "decision.json").read_bytes())
    assert decision["decision"] == "CONDITIONAL"
    assert decision["gates"][0]["waiver"]["owner"] == "dana"


def test_it_is_added_to_the_policy_that_there_is() -> None:
    Path("pyproject.toml").write_text('[tool.stagegate]\nstages = ["test"]\n')
    assert add() == 0
    assert "[[tool.stagegate.waiver]]" in Path("pyproject.toml").read_text()
    assert not Path("stagegate.toml").exists()


@pytest.mark.parametrize(
    ("more", "gate", "expires", "told"),
    [
        ([], "resluts", LATER, "unknown name 'resluts'; did you mean 'results'?"),
        ([], "results", OVER, f"--expires: {OVER} is over"),
        ([], "results", "tomorrow", "tomorrow"),
        (["--stage", "tst"], "results", LATER, "--stage: unknown name 'tst'"),
        (["--environment", "live"], "results", LATER, "--environment: unknown name 'live'"),
        (["--subject", ""], "results", LATER, "--subject: is empty; leave the option out to waive all of the gate"),
        (["--owner", " "], "results", LATER, "--owner: has to be a line of text"),
        (["--reason", "a\nb"], "results", LATER, "--reason: has to be a line of text"),
    ],
)
def test_a_mistake_writes_nothing(
    capsys: pytest.CaptureFixture[str], more: list[str], gate: str, expires: str, told: str
) -> None:
    assert add(*more, gate=gate, expires=expires) == 2
    assert told in capsys.readouterr().err
    assert not Path("stagegate.toml").exists()


def test_the_policy_s_longest_life_holds_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy="[waivers]\nmax_days = 7\n")
    assert add() == 2
    furthest = (TODAY + dt.timedelta(days=7)).isoformat()
    assert f"the policy allows 7 days, so at most {furthest}" in capsys.readouterr().err


def test_expired_waivers_are_listed_and_pruned(capsys: pytest.CaptureFixture[str]) -> None:
    assert add() == 0
    text = Path("stagegate.toml").read_text()
    Path("stagegate.toml").write_text(f"{text}\n{text.replace(LATER, OVER)}")
    assert states(capsys) == ["holds", "expired"]
    assert run("waivers", "prune") == 0
    assert Path("stagegate.toml").read_text().strip() == text.strip()


def test_unused_waivers_are_pruned_by_the_last_decision(capsys: pytest.CaptureFixture[str]) -> None:
    green_record(RECORD)
    assert add() == 0
    assert run("waivers", "prune", "--unused") == 21
    assert check() == 0
    assert states(capsys) == ["unused"]
    assert run("waivers", "prune") == 0
    assert run("waivers", "prune", "--unused") == 0
    assert states(capsys) == []


def test_for_people_a_waiver_is_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    add("--subject", "tests/**", "--stage", "test")
    capsys.readouterr()
    assert run("waivers", "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "gate    results",
        "  about   tests/** (test)",
        "  state   holds",
        f"  until   {LATER} (20 days left)",
        "  owner   dana",
        "  reason  see #411",
    ]


def test_without_a_policy_there_is_no_waiver(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("waivers", "list") == 0
    assert capsys.readouterr().out == "The policy has no waiver.\n"


def test_a_waiver_leaves_a_run_that_is_not_whole_on_hold() -> None:
    record_at(RECORD, run_line(), *collected(2), passed(0))
    assert add() == 0
    assert check() == 21


def test_without_end_it_is_hold_too() -> None:
    record_at(RECORD, run_line(), *collected(2), passed(0, 1), end(2))
    assert add() == 0
    assert check() == 0
