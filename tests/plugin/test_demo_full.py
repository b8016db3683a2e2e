"""``stagegate demo --full`` goes through all eight stages, and stops where a fault is planted."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from pytest_stagegate.demo.faults import FAULTS
from pytest_stagegate.policy.model import DEFAULT_STAGES
from tests.plugin.test_demo import demo

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("ssh-keygen") is None, reason="needs the programs git and ssh-keygen"
)

WHY = {
    "plan": r"requirements: complete 80 % \(4 of 5 goals\)",
    "code": r"changed-lines: line 25 %",
    "build": r"vulnerabilities: high-or-worse 2 vulnerabilities",
    "test": r"results: failed 6 tests",
    "release": r"features: not-ready: tubes: not every test of it passed",
    "deploy": r"smoke: other-version: rates: 1\.1\.0 runs, 1\.2\.0 is decided",
    "manage": r"incidents: critical 1 incident",
    "monitor": r"slo: quotes 90 % \(450 of 500 events\)",
}
RINGS = ["one depot", "everybody"]


def stages_shown(out: str) -> list[str]:
    return re.findall("^──── ([a-z]+): ", out, re.MULTILINE)


def test_one_version_goes_through_all_stages_and_ends_in_its_dossier(tmp_path: Path) -> None:
    done = demo(tmp_path, "--full")
    assert done.returncode == 0, done.stdout + done.stderr
    assert stages_shown(done.stdout) == list(DEFAULT_STAGES)
    folder = tmp_path / "stagegate-demo"
    said = {stage: json.loads((folder / f".stagegate/{stage}/decision.json").read_bytes()) for stage in DEFAULT_STAGES}
    assert {(each["decision"], bool(each["provisional"])) for each in said.values()} == {("GO", False)}
    assert len({each["subject"]["commit"] for each in said.values()}) == 1
    dossier = json.loads((folder / "dossier/decision.json").read_bytes())
    assert dossier["stage"] == "monitor"
    assert [bool(row["opened"]) for row in dossier["rollout"]] == [True, True]
    assert [(row["name"], row["ready"], row["state"]) for row in dossier["features"]] == [("tubes", False, "concealed")]
    assert "The release is complete." in done.stdout
    assert "Show what an island costs more before I pay" in (folder / "stagegate-plan.toml").read_text()


@pytest.mark.parametrize("stage", FAULTS)
def test_a_fault_stops_at_its_stage_and_says_why(tmp_path: Path, stage: str) -> None:
    done = demo(tmp_path, "--full", f"--fault={stage}")
    assert done.returncode == FAULTS[stage].status, done.stdout + done.stderr
    assert stages_shown(done.stdout) == list(DEFAULT_STAGES[: DEFAULT_STAGES.index(stage) + 1])
    last = [line for line in done.stdout.splitlines() if line.startswith(("✔ GO", "✘ NO GO", "‖ HOLD"))][-1]
    assert re.search(WHY[stage], last), last
    assert f"Stopped at the stage {stage}" in done.stdout
    opened = re.findall(r"^(.+) is open\.$", done.stdout, re.MULTILINE)
    assert opened == RINGS[: max(0, DEFAULT_STAGES.index(stage) - DEFAULT_STAGES.index("release"))]


def test_a_fault_needs_the_whole_walk(tmp_path: Path) -> None:
    done = demo(tmp_path, "--fault=plan")
    assert (done.returncode, "--fault needs --full" in done.stderr) == (2, True)
