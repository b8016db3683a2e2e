from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stagegate.cli import main

POLICY = """
[project]
name = "shop"
version = "1.2.0"
[tool.stagegate]
environments = ["canary", "production"]
[[tool.stagegate.ring]]
name = "../=1+1|<b>x</b>"
environment = "canary"
exit = ["results"]
soak = "2 h"
[[tool.stagegate.ring]]
name = "all"
environment = "production"
exit = ["results"]
"""
SMOKE = """<testsuites><testsuite name="smoke" tests="1" timestamp="2026-11-20T{at}Z">
<testcase classname="smoke" name="open" time="0.1">{more}</testcase></testsuite></testsuites>"""
LOG = Path(".stagegate/rollout.jsonl")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STAGEGATE_COMMIT", "c" * 40)
    (tmp_path / "pyproject.toml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*args])
    said = capsys.readouterr()
    assert ended.value.code == status, said
    return said.out + said.err


def step(capsys: pytest.CaptureFixture[str], at: str, *args: str, status: int = 0) -> str:
    return told(capsys, "rollout", "advance", *args, f"--as-of=2026-11-20T{at}Z", status=status)


def smoked(capsys: pytest.CaptureFixture[str], at: str, environment: str, more: str = "") -> str:
    name = f"smoke-{environment}.xml"
    Path(name).write_text(SMOKE.format(at=at, more=more), encoding="utf-8")
    told(capsys, "attach", name, "--stage=deploy", f"--environment={environment}", f"--commit={'c' * 40}")
    return name


def lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()]


def test_a_whole_rollout(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is open." in step(capsys, "09:00:00")
    canary = smoked(capsys, "09:30:00", "canary")
    assert "all stays closed." in step(capsys, "10:59:59", canary, status=20)
    assert "all is open." in step(capsys, "11:00:00", canary)
    assert "The release is complete." in step(capsys, "13:00:00", smoked(capsys, "12:00:00", "production"))
    assert "is complete since" in step(capsys, "14:00:00", status=2)
    assert [each["decision"] for each in lines()] == ["GO", "NO_GO", "GO", "GO"]


def test_each_step_can_be_verified_when_the_log_has_gone_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    step(capsys, "11:00:00", smoked(capsys, "09:30:00", "canary"))
    step(capsys, "13:00:00", status=21)
    assert "before-opening 0" in told(capsys, "verify", ".stagegate/rollout/2")


def test_evidence_from_before_the_ring_was_opened_is_stale(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    assert "before-opening" in step(capsys, "11:00:00", smoked(capsys, "08:59:59", "canary"), status=21)


def test_a_test_that_failed_and_no_evidence_keep_the_ring_closed(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step(capsys, "09:00:00")
    assert "results" in step(capsys, "11:00:00", status=21)
    step(capsys, "11:01:00", smoked(capsys, "09:30:00", "canary", "<failure/>"), status=20)
    assert "all: not open; last decision NO_GO" in told(capsys, "rollout", "status")


def test_a_provisional_step_opens_nothing_and_does_not_end_with_0(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAGEGATE_COMMIT")
    assert "stays closed" in step(capsys, "09:00:00", status=21)


def test_a_halt_stands_until_it_is_lifted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    halted = ("rollout", "halt", "--by=Dana", "--reason=errors")
    told(capsys, *halted)
    assert "halted by Dana" in told(capsys, "rollout", "status")
    assert "has to be one line" in told(capsys, *halted[:3], "--reason=a\x1b[2Jb", status=2)
    later = "--as-of=2100-01-01T00:00:00Z"
    assert "Dana halted it at" in told(capsys, "rollout", "advance", later, status=20)


def test_a_halt_that_was_lifted_stops_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "rollout", "halt", "--by=Dana", "--reason=errors")
    told(capsys, "rollout", "resume", "--by=Dana", "--reason=mended")
    assert "is open." in told(capsys, "rollout", "advance", "--as-of=2100-01-01T00:00:00Z")


def test_no_step_is_taken_before_the_last_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    assert "none can come before it" in step(capsys, "08:00:00", status=21)
    assert len(lines()) == 1


def test_a_second_log_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    Path("other.jsonl").write_bytes(LOG.read_bytes())
    assert "--log names the one that counts" in step(capsys, "12:00:00", "other.jsonl,format=rollout", status=2)
    assert len(lines()) == 1


def test_a_line_that_differs_from_the_kept_decision_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    kept = LOG.parent / "rollout" / "1" / "decision.json"
    kept.write_bytes(kept.read_bytes() + b" ")
    assert "rollout.jsonl:1: 1/decision.json is not the decision" in step(capsys, "12:00:00", status=21)


def test_a_changed_line_is_told_and_the_log_is_left_as_it_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    step(capsys, "10:00:00", status=20)
    damaged = LOG.read_text(encoding="utf-8").replace('"GO"', '"CONDITIONAL"', 1)
    LOG.write_text(damaged, encoding="utf-8")
    assert "rollout.jsonl:2: it is not behind the line" in step(capsys, "11:00:00", status=21)
    assert LOG.read_text(encoding="utf-8") == damaged


def test_of_two_steps_at_once_one_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    LOG.parent.mkdir()
    (LOG.parent / ".rollout.jsonl.lock").touch()
    assert "another step of the rollout is being taken" in step(capsys, "09:00:00", status=21)


def test_another_version_begins_anew_and_loses_no_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    (root / "pyproject.toml").write_text(POLICY.replace("1.2.0", "1.3.0"), encoding="utf-8")
    step(capsys, "10:00:00")
    assert [(each["version"], each["ring"]) for each in lines()] == [
        ("1.2.0", "../=1+1|<b>x</b>"),
        ("1.3.0", "../=1+1|<b>x</b>"),
    ]


def test_the_name_of_a_ring_is_inert(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    step(capsys, "11:00:00", smoked(capsys, "09:30:00", "canary"))
    folder = Path(".stagegate/rollout/2")
    assert "<b>x</b>" not in (folder / "report.html").read_text(encoding="utf-8")
    assert "<b>x</b>" not in (folder / "report.md").read_text(encoding="utf-8")
    assert {each.name for each in root.iterdir()} >= {"pyproject.toml", ".stagegate"}
    assert not (root / ".stagegate" / "=1+1|<b>x").exists()


def test_a_policy_without_rings_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\n', encoding="utf-8")
    assert "the policy has no rings" in told(capsys, "rollout", "plan", status=2)


def test_a_step_is_judged_at_an_instant_and_not_at_a_run(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--as-of: write a time" in told(capsys, "rollout", "status", "--as-of=run", status=2)


def test_a_gate_that_judges_nothing_keeps_the_ring_closed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    idle = POLICY.replace('exit = ["results"]', 'exit = ["results", "flaky"]', 1)
    (root / "pyproject.toml").write_text(f"{idle}[tool.stagegate.gate.flaky]\n", encoding="utf-8")
    step(capsys, "09:00:00")
    said = step(capsys, "11:00:00", smoked(capsys, "09:30:00", "canary"), status=21)
    assert "all stays closed: flaky judged nothing." in said
    assert "all: not open" in told(capsys, "rollout", "status")


def test_a_log_is_told_from_the_folder_of_its_documents(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--log: rollout has no ending" in step(capsys, "09:00:00", "--log=logs/rollout", status=2)
    step(capsys, "09:00:00", "--log=logs/a.jsonl")
    step(capsys, "09:00:00", "--log=logs/b.jsonl")
    assert {each.name for each in Path("logs").iterdir()} == {"a", "a.jsonl", "b", "b.jsonl"}


def test_the_report_of_a_step_says_which_ring_is_to_open(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    step(capsys, "11:00:00", smoked(capsys, "09:30:00", "canary"))
    report = (LOG.parent / "rollout" / "2" / "report.md").read_text(encoding="utf-8")
    assert "| all | – | – | production | to open in this step | – |" in report


def test_the_plan_as_markdown_shows_hostile_names_as_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "rollout", "plan", "--markdown").splitlines() == [
        "| ring | environment | is left with | soaks for |",
        "|---|---|---|---|",
        "| ../=1+1\\|&lt;b&gt;x&lt;/b&gt; | canary | results | 2 h |",
        "| all | production | results |  |",
    ]
