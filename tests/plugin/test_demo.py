"""``stagegate demo`` does what the README shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs the program ssh-keygen")
README = Path(__file__).parents[2] / "README.md"


def demo(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    # What this session adds to pytest is not what a user's fresh environment has.
    plugins = "-p no:randomly -p no:xdist -p no:cov -p no:rerunfailures -p no:hypothesispytest"
    environment = {**os.environ, "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": plugins}
    command = [Path(sys.executable).parent / "stagegate", "demo", *args]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demo where an earlier one has been."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "stagegate-demo").mkdir()
    (folder / "stagegate-demo/.stagegate-demo").touch()
    (folder / "stagegate-demo/leftover").touch()
    return folder, demo(folder)


def masked(text: str) -> str:
    """Text without what differs from run to run, and without layout."""
    return re.sub(r"[\d.]+ ?(s|ms|µs)\b", "TIME", " ".join(re.sub("=+", "", text).split()))


def test_it_shows_a_no_go_then_a_go_and_a_signed_release(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = shown
    assert done.returncode == 0, done.stdout + done.stderr
    words = re.findall("^[✘✔‖] (NO GO|GO|HOLD) ", done.stdout, re.MULTILINE)
    assert words == ["NO GO", "NO GO", "GO", "GO", "HOLD", "GO"]
    assert (folder / "stagegate-demo/.stagegate/report.html").is_file()


def test_its_report_shows_every_part_of_plan_build_and_test(
    shown: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = shown
    decision = json.loads((folder / "stagegate-demo/dossier/decision.json").read_bytes())
    judged = {gate["gate"]: gate["verdict"] for gate in decision["gates"]}
    built = ("artifacts", "review", "provenance", "sbom", "vulnerabilities")
    assert {judged[gate] for gate in ("requirements", *built)} == {"PASS"}
    assert {goal["outcome"] for goal in decision["goals"] if goal["priority"] == "must"} == {"passed"}
    assert [row["outcome"] for row in decision["manual"]] == ["passed", "passed"]
    assert [row["state"] for row in decision["environments"]] == ["ready"]
    assert {row["person"] for row in decision["reviews"]} == {
        f"{name}@example.com>" for name in ("Dana Roth <dana", "Robin Falk <robin")
    }
    assert [row["comes_from"] != [] and row["listed_in"] != [] for row in decision["shipped"]] == [True]


def test_nothing_runs_against_its_production_by_accident(
    shown: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    assert "the environment production is protected, and a condition doesn't hold, so nothing was run" in (
        shown[1].stdout + shown[1].stderr
    )


def test_it_ends_in_a_dossier_that_its_signatures_anchor(
    shown: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = shown
    assert re.search("^anchored by: +the signature of dana@example.com \\(qa\\)", done.stdout, re.MULTILINE)
    assert (folder / "stagegate-demo/parcel-rates-1.2.0.dossier.zip").is_file()
    operations = sorted((folder / "stagegate-demo/dossier/operations").iterdir())
    assert [path.name for path in operations if "To be written by a person" in path.read_text(encoding="utf-8")] == []


def test_the_readme_shows_its_real_output(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    session = README.read_text(encoding="utf-8").split("```text\n")[1].split("\n```")[0]
    assert masked(session) in masked(shown[1].stdout)


def test_its_history_has_two_tags(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    tags = subprocess.run(["git", "tag"], cwd=shown[0] / "stagegate-demo", capture_output=True, text=True, check=True)
    assert tags.stdout.split() == ["v1.1.0", "v1.2.0"]


def test_it_can_be_run_again(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert not (shown[0] / "stagegate-demo/leftover").exists()


def test_it_leaves_a_folder_of_somebody_else_alone(tmp_path: Path) -> None:
    (tmp_path / "stagegate-demo").mkdir()
    (tmp_path / "stagegate-demo/mine.txt").write_text("mine")
    done = demo(tmp_path)
    assert done.returncode == 2
    assert "exists and was not written by this command" in done.stderr
    assert (tmp_path / "stagegate-demo/mine.txt").read_text() == "mine"
