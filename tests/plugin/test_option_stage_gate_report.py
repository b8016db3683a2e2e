"""in-toto statements are written where they are asked for, and never outlive their run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.documents.intoto import STATEMENT_FILES

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

COMMIT = "0123456789" * 4


@pytest.fixture
def green(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("STAGEGATE_COMMIT", COMMIT)
    project.write("test_a.py", "def test_a(): pass")
    return project


def there(green: Project, folder: str = ".stagegate") -> list[str]:
    return sorted(path.name for path in (green.path / folder).glob("*.intoto.json"))


def test_statements_are_not_among_the_default_documents(green: Project) -> None:
    green.run()
    assert there(green) == []


def test_both_statements_stand_on_the_list_of_digests(green: Project) -> None:
    run = green.run("--stage-gate-report=intoto", "--stage-gate-report=json")
    assert (run.status, run.word, there(green)) == (0, "GO", sorted(STATEMENT_FILES))
    sums = (run.folder / "SHA256SUMS").read_text()
    for name in STATEMENT_FILES:
        assert f"{hashlib.sha256((run.folder / name).read_bytes()).hexdigest()}  {name}\n" in sums


def test_the_next_run_takes_them_away(green: Project) -> None:
    green.run("--stage-gate-report=intoto")
    green.run()
    assert there(green) == []


def test_a_path_is_a_folder(green: Project) -> None:
    green.run("--stage-gate-report=intoto:st")
    assert (there(green), there(green, "st")) == ([], sorted(STATEMENT_FILES))


def test_a_path_that_is_a_file_is_refused(green: Project) -> None:
    run = green.run("--stage-gate-report=intoto:test_a.py")
    assert (run.status, "no folder" in run.err) == (4, True)


def test_without_a_commit_nothing_is_claimed(green: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEGATE_COMMIT", "")
    run = green.run("--stage-gate-report=intoto")
    assert run.status == 21
    assert "no commit is known, and no artifact is declared" in run.out
    assert there(green) == []


def test_check_writes_the_same_statements(green: Project) -> None:
    run = green.run("--stage-gate-report=intoto")
    before = [(run.folder / name).read_bytes() for name in STATEMENT_FILES]
    again = green.check("--as-of=run", "--report=intoto")
    assert again.status == 0
    assert [(run.folder / name).read_bytes() for name in STATEMENT_FILES] == before
    assert "stage gate" not in again.out


def test_check_takes_the_words_of_the_option(green: Project) -> None:
    green.run()
    assert green.check("--report=html:out.html", "--report=terminal").status == 0
    assert (green.path / "out.html").is_file()
    assert not (green.path / ".stagegate" / "decision.json").exists()
    assert "did you mean 'intoto'?" in green.check("--report=into").err


def test_on_github_the_decision_is_handed_over_once(green: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    green.write("test_a.py", "def test_a(): assert 1 == 2")
    for name, value in (("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "sum"), ("GITHUB_OUTPUT", "out")):
        monkeypatch.setenv(name, value)
    run = green.run()
    assert (green.path / "sum").read_text("utf-8").count("# ✘ NO GO") == 1
    assert (green.path / "out").read_text("utf-8").count("decision=NO_GO\n") == 1
    assert run.out.count("::error file=test_a.py,line=1,title=stage gate%3A results::") == 1
    assert run.out.rstrip().splitlines()[-1].startswith("✘ NO GO")


def test_a_summary_that_cannot_be_written_is_a_hold(green: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/folder")
    run = green.run()
    assert (run.status, "HOLD  stagegate: the CI system's file can't be written" in run.out) == (21, True)


@pytest.mark.parametrize("verb", ["run", "check"])
def test_no_line_of_ours_is_a_command_to_github(green: Project, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    name = f"{'x' * 50} ::stop-commands::a ##[add-mask]b"
    green.write(
        "test_a.py",
        f"""
        import pytest

        @pytest.mark.parametrize("a", [0], ids=[{name!r}])
        def test_it(a): assert a
        """,
    )
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("COLUMNS", "80")
    run = green.run("--stage-gate-report=terminal", "--tb=no", "--no-summary")
    told = run.out.rpartition(" stage gate: ")[2] if verb == "run" else green.check("--report=terminal").out
    assert "stop-commands::a" in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::") or "##[" in line]
