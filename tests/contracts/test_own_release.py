"""This repository's own release notes are made with the product, and tell every change that waits for a release."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pytest_stagegate.cli import main

ROOT = Path(__file__).parents[2]


def history_is_whole() -> bool:
    asked = ["git", "rev-parse", "--is-shallow-repository"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return (ROOT / ".git").exists() and answer.stdout.strip() == "false"


@pytest.mark.skipif(not history_is_whole(), reason="no clone with its whole history")
def test_every_fragment_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["notes", "--root", str(ROOT), "--format=json"])
    assert ended.value.code == 0
    notes = json.loads(capsys.readouterr().out)
    told = [entry["place"] for section in notes["sections"] for entry in section["entries"]]
    waiting = {f"changelog/{path.name}" for path in (ROOT / "changelog").glob("*.*.md")}
    assert waiting <= set(told)
    assert len(told) == len(set(told))
