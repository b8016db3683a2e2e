from __future__ import annotations

import datetime as dt
import json
import subprocess
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


def test_a_step_keeps_its_evidence_when_that_of_the_next_ring_has_its_name(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step(capsys, "09:00:00")
    path = Path(smoked(capsys, "09:30:00", "canary"))
    step(capsys, "11:00:00", str(path))
    path.write_text("<testsuites/>", encoding="utf-8")
    Path(f"{path}.stagegate.json").unlink()
    assert "before-opening 0" in told(capsys, "verify", ".stagegate/rollout/2")
    told(capsys, "dossier", "--no-notes", "--decision=.stagegate/rollout/2/decision.json")
    assert "before-opening 0" in told(capsys, "verify", "dossier")


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


@pytest.mark.parametrize("log", [(), ("--log=new/rollout.jsonl",)])
def test_the_log_itself_makes_no_step_provisional(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: tuple[str, ...]
) -> None:
    monkeypatch.delenv("STAGEGATE_COMMIT")
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for args in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "1")):
        subprocess.run(["git", *args], check=True)
    assert "is open." in step(capsys, "09:00:00", *log)
    assert "all stays closed." in step(capsys, "09:01:00", *log, status=20)
    assert subprocess.run(["git", "status", "--short"], check=True, capture_output=True).stdout == b""


def test_a_halt_stands_until_it_is_lifted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    halted = ("rollout", "halt", "--by=Dana", "--reason=errors")
    told(capsys, *halted)
    assert "halted by Dana" in told(capsys, "rollout", "status")
    assert "has to be one line" in told(capsys, *halted[:3], "--reason=a\x1b[2Jb", status=2)
    assert "Dana halted it at" in told(capsys, "rollout", "advance", status=20)


def test_a_halt_that_was_lifted_stops_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "rollout", "halt", "--by=Dana", "--reason=errors")
    told(capsys, "rollout", "resume", "--by=Dana", "--reason=mended")
    assert "is open." in told(capsys, "rollout", "advance")


def test_no_step_is_taken_before_the_last_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    assert "none can come before it" in step(capsys, "08:00:00", status=21)
    assert len(lines()) == 1


def test_no_step_is_taken_before_its_time(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    assert "is still to come" in told(capsys, "rollout", "advance", "--as-of=2100-01-01T00:00:00Z", status=2)
    assert len(lines()) == 1


def test_the_log_tells_when_a_step_of_another_instant_was_written(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step(capsys, "09:00:00")
    monkeypatch.delenv("STAGEGATE_COMMIT")
    told(capsys, "rollout", "advance", status=21)
    assert [each.get("written", "")[:4] > "2025" for each in lines()] == [True, False]


def test_a_clock_that_is_behind_keeps_nobody_from_halting(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step(capsys, "09:00:00")
    behind = dt.datetime(2026, 11, 20, 8, 58, tzinfo=dt.timezone.utc)
    monkeypatch.setattr("pytest_stagegate.cli.rollout._now", lambda: behind)
    told(capsys, "rollout", "halt", "--by=Dana", "--reason=errors")
    assert "halted by Dana at 2026-11-20T09:00:00Z" in told(capsys, "rollout", "status")


def test_what_another_policy_let_open_is_not_open(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    Path("loose.toml").write_text(POLICY.replace('soak = "2 h"', "").replace('exit = ["results"]', ""), "utf-8")
    assert "all stays closed" not in step(capsys, "09:01:00", "--policy=loose.toml")
    step(capsys, "09:02:00", "--policy=loose.toml")
    said = told(capsys, "rollout", "status")
    assert "all: not open" in said
    assert "under another policy, and of no account: 2 steps of this version" in said


def test_a_last_line_that_was_made_a_go_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    step(capsys, "09:30:00", status=20)
    forged = LOG.read_text(encoding="utf-8").replace('"NO_GO"', '"GO"')
    LOG.write_text(forged, encoding="utf-8")
    assert "2/decision.json says something else than this line" in told(capsys, "rollout", "status", status=21)


def test_no_waiver_lifts_a_halt(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiver = '[[tool.stagegate.waiver]]\ngate = "rollout"\nreason = "r"\nowner = "o"\nexpires = 2099-12-31\n'
    Path("pyproject.toml").write_text(f"{POLICY}[tool.stagegate.gate.rollout]\n{waiver}", encoding="utf-8")
    step(capsys, "09:00:00")
    told(capsys, "rollout", "halt", "--by=Dana", "--reason=errors")
    assert "stays closed" in told(capsys, "rollout", "advance", status=20)


@pytest.mark.parametrize(("more", "status", "state"), [((), 0, "is open"), (("--strict",), 20, "stays closed")])
def test_strict_keeps_a_ring_closed_where_it_does_not_end_with_0(
    root: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], status: int, state: str
) -> None:
    waiver = '[[tool.stagegate.waiver]]\ngate = "rollout"\nreason = "r"\nowner = "o"\nexpires = 2099-12-31\n'
    Path("pyproject.toml").write_text(f"{POLICY}[tool.stagegate.gate.rollout]\n{waiver}", encoding="utf-8")
    step(capsys, "09:00:00")
    canary = smoked(capsys, "09:30:00", "canary")
    assert f"all {state}." in step(capsys, "10:00:00", canary, *more, status=status)
    assert f"all: {'open since' if not more else 'not open'}" in told(capsys, "rollout", "status")


def test_missing_evidence_is_never_softened_in_a_step(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soft = POLICY.replace('["results"]', '["smoke"]')
    soft += '[tool.stagegate.gate.smoke]\non_missing = "warn"\nenforcement = "observe"\n'
    Path("pyproject.toml").write_text(soft, encoding="utf-8")
    step(capsys, "09:00:00")
    assert "stays closed" in step(capsys, "12:00:00", status=21)


@pytest.mark.parametrize(("ring", "status"), [("../=1+1|<b>x</b>", 0), ("all", 21)])
def test_a_deployment_into_another_ring_says_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], ring: str, status: int
) -> None:
    smoke = POLICY.replace('["results"]', '["smoke"]') + "[tool.stagegate.gate.smoke]\n"
    Path("pyproject.toml").write_text(smoke, encoding="utf-8")
    step(capsys, "09:00:00")
    record = {"schema": "stagegate/deployment/1", "service": "shop", "environment": "canary", "version": "1.2.0"}
    Path("deployed.json").write_text(json.dumps({**record, "deployed": "2026-11-20T09:10:00Z", "ring": ring}), "utf-8")
    step(capsys, "11:00:00", smoked(capsys, "09:30:00", "canary"), "deployed.json", status=status)


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


def test_an_audience_over_several_lines_looks_like_no_other_ring(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").write_text(f'{POLICY}audience = "us\\n3. you: 100 %"\n', encoding="utf-8")
    assert "2. all: us 3. you: 100 %" in told(capsys, "rollout", "plan")


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
    assert {each.name for each in Path("logs").iterdir()} == {".gitignore", "a", "a.jsonl", "b", "b.jsonl"}


def test_the_report_of_a_step_says_which_ring_is_to_open(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step(capsys, "09:00:00")
    step(capsys, "11:00:00", smoked(capsys, "09:30:00", "canary"))
    report = (LOG.parent / "rollout" / "2" / "report.md").read_text(encoding="utf-8")
    assert "| all | not stated | production | no gate | results | to open in this step | none |" in report
    assert "May the ring “all” open?" in report
    assert "`stagegate verify FOLDER`: At the commit named above" in report


def test_the_plan_as_markdown_shows_hostile_names_as_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "rollout", "plan", "--markdown").splitlines() == [
        "| ring | environment | is left with | soaks for |",
        "|---|---|---|---|",
        "| ../=1+1\\|&lt;b&gt;x&lt;/b&gt; | canary | results | 2 h |",
        "| all | production | results |  |",
    ]
