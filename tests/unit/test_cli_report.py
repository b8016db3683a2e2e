from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.documents.rendering import decision_json
from tests.unit.documents.samples import no_go


@pytest.fixture(autouse=True)
def decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project with a decision; return its path."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".stagegate" / "decision.json"
    path.parent.mkdir()
    path.write_bytes(decision_json(no_go()))
    return path


def report(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["report", *words])
    done = capsys.readouterr()
    return ended.value.code, done.out + done.err


def test_it_writes_what_was_asked_for_beside_the_decision(capsys: pytest.CaptureFixture[str], decided: Path) -> None:
    assert report(capsys, "--format=comment", "--format=html:page.html") == (
        0,
        "wrote .stagegate/report.comment.md\nwrote page.html\n",
    )
    digest = hashlib.sha256(decided.read_bytes()).hexdigest()
    assert digest in Path("page.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in decided.parent.iterdir()) == ["decision.json", "report.comment.md"]


def test_the_digest_is_that_of_the_file_as_it_was_written(capsys: pytest.CaptureFixture[str], decided: Path) -> None:
    decided.write_bytes(decided.read_bytes().replace(b"\n", b"\r\n"))
    report(capsys, "--format=text")
    assert hashlib.sha256(decided.read_bytes()).hexdigest() in (decided.parent / "report.txt").read_text("utf-8")


def test_the_terminal_is_a_format_too(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = report(capsys, "--format=terminal")
    assert (status, told.splitlines()[-1][:7]) == (0, "✘ NO GO")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "Missing option '--format'"),
        (("--format=comments",), 2, "unknown format 'comments'; did you mean 'comment'?"),
        (("--format=junit", "--profile=public"), 2, "junit is not made in the profile public; take terminal, html"),
        (("--format=json",), 2, "decision.json is what the documents are made from"),
        (("--format=text", "nowhere.json"), 21, "there is no nowhere.json; decide first"),
        (("--format=text", "other.json"), 21, "other.json"),
        (("--format=text:decided.txt/x",), 21, "the documents can't be written"),
    ],
)
def test_mistakes_are_told(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, said: str) -> None:
    Path("other.json").write_text("[]", encoding="utf-8")
    Path("decided.txt").write_text("", encoding="utf-8")
    done, told = report(capsys, *words)
    assert (done, said in told) == (status, True), told


def test_public_documents_lie_in_a_folder_of_their_own(capsys: pytest.CaptureFixture[str], decided: Path) -> None:
    assert report(capsys, "--format=md", "--profile=public") == (0, "wrote .stagegate/public/report.md\n")
    assert "public form" in (decided.parent / "public" / "report.md").read_text("utf-8")
