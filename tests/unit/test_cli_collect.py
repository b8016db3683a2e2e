"""``stagegate collect``, and ``stagegate check`` of what it has collected."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.evidence import lines
from pytest_stagegate.keeping.folder import HISTORY
from pytest_stagegate.model.times import rfc3339
from tests.unit.fakes import collected, passed, project_at, record_at, run_line
from tests.unit.test_cli import project, run

__all__ = ["project"]  # a fixture

LCOV = "TN:\nSF:a.js\nDA:1,1\nend_of_record\n"
JUNIT = "<testsuite name='js'><testcase name='a'/></testsuite>"
OUT = Path(".stagegate/evidence")


@pytest.fixture(autouse=True)
def commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEGATE_COMMIT", "c" * 40)


def entry(name: str, text: str = LCOV, *, status: int = 0, format_: str = "lcov", more: str = "") -> str:
    code = f"import sys; sys.stdout.write({text!r}); sys.exit({status})"
    command = json.dumps([sys.executable, "-c", code])
    return f'[[evidence]]\nname = "{name}"\nformat = "{format_}"\ncommand = {command}\n{more}\n'


def policy(*entries: str) -> None:
    project_at(Path(), policy="\n".join(entries))


def decided(*args: str) -> dict[str, Any]:
    run("check", *args)
    decision: dict[str, Any] = json.loads(Path(".stagegate/decision.json").read_bytes())
    return decision


def record(path: str, **header: Any) -> Path:
    """Write the record of two tests that have just passed."""
    now = rfc3339(dt.datetime.now(dt.timezone.utc))
    end = lines.End(exit_status=0, finished=now, lines=0)
    return record_at(Path(path), run_line(started=now, **header), *collected(2), passed(0, 1), end)


def reasons(decision: dict[str, Any]) -> list[str]:
    return [note["reason"] for note in decision["incomplete"]]


def states(decision: dict[str, Any]) -> dict[str, str]:
    return {item["source"]: item["state"] for item in decision["evidence"]}


def stated(name: str) -> dict[str, Any]:
    attachment: dict[str, Any] = json.loads((OUT / f"{name}.stagegate.json").read_bytes())
    return attachment


def test_every_producer_is_run_and_what_it_did_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    policy(entry("web"), entry("js", JUNIT, format_="junit"))
    assert run("collect") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("ran web (")
    assert first.endswith("): wrote .stagegate/evidence/web.info")
    assert second.endswith("): wrote .stagegate/evidence/js.xml")
    assert (OUT / "web.info").read_text() == LCOV
    assert (stated("web.info")["name"], stated("web.info")["commit"]) == ("web", "c" * 40)
    assert (OUT.parent / ".gitignore").read_text() == "*\n"


def test_a_failed_tool_is_told_and_the_others_run(capsys: pytest.CaptureFixture[str]) -> None:
    policy(entry("bad", "", status=3), entry("web"))
    assert run("collect") == 21
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.endswith("), which made nothing")
    assert second == "‼ the producer bad failed: it ended with the status 3 and wrote nothing"
    assert third.endswith("wrote .stagegate/evidence/web.info")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "stagegate: the policy has no producer: no [[tool.stagegate.evidence]] with a command"),
        ('[[evidence]]\nname = "a"\ncommand = "ruff"', "is run without a shell; write it as a list"),
    ],
)
def test_a_mistake_ends_with_2(text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    policy(text)
    assert run("collect") == 2
    assert told in capsys.readouterr().err


def test_an_unknown_stage_or_environment_ends_with_2() -> None:
    policy(entry("web"))
    assert (run("collect", "--at", "tset"), run("collect", "--env", "live")) == (2, 2)


def test_another_folder_and_another_root() -> None:
    project_at(Path("inner"), policy=entry("web"))
    assert run("collect", "--root", "inner", "--out", "made") == 0
    assert Path("made/evidence/web.info").exists()


def test_collecting_takes_away_a_decision_on_other_evidence() -> None:
    policy(entry("web"))
    record(".stagegate/evidence.jsonl")
    run("collect")
    decided()
    run("collect")
    left = sorted(path.name for path in OUT.parent.iterdir())
    assert left == [".gitignore", "evidence", "evidence.jsonl", HISTORY]


def test_the_environment_that_it_is_collected_for_is_stated() -> None:
    policy('environments = ["dev", "live"]', entry("web"), entry("live", more='environment = "live"'))
    assert run("collect", "--env", "dev") == 0
    assert stated("web.info")["environment"] == "dev"
    assert not (OUT / "live.info").exists()


# ---- check


@pytest.fixture
def shard() -> Path:
    """The record of a green shard of today."""
    return record("shards/a/evidence.jsonl", shard="a")


def test_the_folder_brings_what_was_collected(shard: Path) -> None:
    policy(entry("web"), entry("js", JUNIT, format_="junit"))
    run("collect")
    decision = decided(".stagegate", "shards")
    assert (reasons(decision), decision["tests"]["passed"]) == ([], 3)
    assert states(decision) == {
        "shards/a/evidence.jsonl": "whole",
        ".stagegate/evidence/js.xml": "whole",
        ".stagegate/evidence/web.info": "whole",
    }


def test_without_a_word_the_record_of_the_last_run_and_what_was_collected_since() -> None:
    policy(entry("web"))
    record(".stagegate/evidence.jsonl")
    assert reasons(decided()) == ["tool-missing"]
    run("collect")
    assert reasons(decided()) == []


def test_collected_evidence_may_travel(shard: Path) -> None:
    policy(entry("web"))
    run("collect", "--out", "made")
    Path("made").rename("shards/lint")
    assert reasons(decided("shards")) == []


def test_collected_evidence_alone_is_evidence() -> None:
    policy(entry("js", JUNIT, format_="junit"))
    run("collect")
    decision = decided(".stagegate")
    assert (decision["decision"], decision["tests"]["passed"]) == ("GO", 1)


def test_each_producer_that_nobody_ran_is_missing(shard: Path) -> None:
    policy(entry("web"), entry("other"))
    run("collect")
    (OUT / "other.info").unlink()
    (OUT / "other.info.stagegate.json").unlink()
    decision = decided(".stagegate", "shards")
    assert (decision["decision"], reasons(decision), states(decision)["other"]) == ("HOLD", ["tool-missing"], "missing")


def test_the_gates_of_a_missing_kind_have_no_evidence(shard: Path) -> None:
    policy(entry("js", JUNIT, format_="junit"))
    decision = decided("shards")
    gate = next(gate for gate in decision["gates"] if gate["gate"] == "results")
    assert (gate["verdict"], gate["reason"]) == ("NO_EVIDENCE", "tool-missing")


def test_a_file_without_its_attachment_is_nobody_s(shard: Path) -> None:
    policy(entry("web"))
    run("collect")
    (OUT / "web.info.stagegate.json").unlink()
    assert "tool-missing" in reasons(decided(".stagegate", "shards"))


def test_other_bytes_than_those_collected_are_stale(shard: Path) -> None:
    policy(entry("js", JUNIT, format_="junit"))
    run("collect")
    (OUT / "js.xml").write_text(JUNIT.replace("'a'", "'b'"))
    assert states(decided(".stagegate", "shards"))[".stagegate/evidence/js.xml"] == "stale"


def test_a_failed_tool_makes_its_gates_error(shard: Path) -> None:
    policy(entry("js", JUNIT, status=9, format_="junit"))
    run("collect")
    decision = decided(".stagegate", "shards")
    gate = next(gate for gate in decision["gates"] if gate["gate"] == "results")
    assert (gate["verdict"], gate["reason"], decision["tests"]["passed"]) == ("ERROR", "producer-failed", 3)
    assert gate["effect"] == "HOLD"


def test_another_command_than_the_policy_has_now_is_stale(shard: Path) -> None:
    policy(entry("js", JUNIT, format_="junit"))
    run("collect")
    policy(entry("js", f"{JUNIT} ", format_="junit"))
    decision = decided(".stagegate", "shards")
    assert states(decision)[".stagegate/evidence/js.xml"] == "stale"
    gate = next(gate for gate in decision["gates"] if gate["gate"] == "results")
    assert gate["reason"] == "other-policy"


def test_of_one_producer_there_is_one_file(shard: Path) -> None:
    policy(entry("web"))
    run("collect")
    shutil.copytree(".stagegate/evidence", "again")
    Path("again/web.info").write_text(LCOV)
    decision = decided(".stagegate", "again", "shards")
    assert (decision["decision"], reasons(decision)) == ("HOLD", ["duplicate"])


def test_another_commit_is_stale(shard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(entry("js", JUNIT, format_="junit"))
    monkeypatch.setenv("STAGEGATE_COMMIT", "d" * 40)
    run("collect")
    monkeypatch.setenv("STAGEGATE_COMMIT", "c" * 40)
    assert states(decided(".stagegate", "shards"))[".stagegate/evidence/js.xml"] == "stale"


def test_a_producer_of_another_stage_is_not_asked_for(shard: Path) -> None:
    policy(entry("web", more='stage = "deploy"'))
    assert reasons(decided("shards")) == []


def test_inspecting_a_folder_shows_what_was_collected(capsys: pytest.CaptureFixture[str]) -> None:
    policy(entry("web"))
    run("collect")
    capsys.readouterr()
    assert run("inspect", ".stagegate") == 0
    assert "web.info: coverage, format lcov" in capsys.readouterr().out
