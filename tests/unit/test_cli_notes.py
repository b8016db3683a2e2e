"""The command ``stagegate notes`` in a repository of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_stagegate.cli import main

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")


def git(folder: Path, *words: str) -> None:
    person = ("-c", "user.name=Dana", "-c", "user.email=dana@example.com")
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message=feat: first")
    git(tmp_path, "tag", "v1.0.0")
    git(
        tmp_path,
        "commit",
        "--quiet",
        "--allow-empty",
        "--message=feat!: prices are cents\n\nBREAKING CHANGE: no floats",
    )
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=fix: zones of <islands> for @you")
    return tmp_path


def stagegate(*args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_it_prints_the_notes_since_the_last_release(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("notes", "--version", "2.0.0") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# shop 2.0.0 (2026-11-23)\n")
    assert "## Breaking changes\n\n- prices are cents" in shown
    assert "zones of &lt;islands&gt; for @&#8203;you" in shown


def test_it_writes_a_file_and_says_so(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("notes", "--format", "html", "--out", "notes.html") == 0
    assert capsys.readouterr().out == "wrote notes.html\n"
    assert (shop / "notes.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_it_writes_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("notes", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "stagegate/notes/1"


def test_a_sink_is_for_markdown(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stagegate("notes", "--format", "json", "--sink", "comment") == 2
    assert "--sink: only Markdown is made to fit" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "told"), [(None, "can't be read"), ("{}", "is no decision.json")])
def test_a_decision_that_can_not_be_read_is_a_mistake(
    shop: Path, capsys: pytest.CaptureFixture[str], content: str | None, told: str
) -> None:
    if content is not None:
        (shop / "d.json").write_text(content)
    assert stagegate("notes", "--decision", "d.json") == 2
    assert told in capsys.readouterr().err


def test_without_a_repository_it_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert stagegate("notes", "--root", str(tmp_path)) == 2
    seen = capsys.readouterr()
    assert seen.err.startswith("stagegate: ")
    assert seen.out == ""
