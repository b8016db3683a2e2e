"""The gate `notes` in a real repository: what it judges stands in the record, and is the same ever after."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_stagegate.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugin.conftest import Gated, Project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")

POLICY: Final = """
    [project]
    name = "shop"
    version = "VERSION"
    [tool.stagegate.gate.notes]
"""
PERSON: Final = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
RECORD: Final = ".stagegate/evidence.jsonl"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *PERSON, *words], cwd=folder, check=True, capture_output=True)


def change(shop: Project, message: str, version: str = "1.0.0") -> None:
    shop.write("pyproject.toml", POLICY.replace("VERSION", version))
    git(shop.path, "add", "--all")
    git(shop.path, "commit", "--quiet", "--allow-empty", f"--message={message}")


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project that was released as 1.0.0."""
    monkeypatch.delenv("STAGEGATE_COMMIT")
    project.write("test_shop.py", "def test_price(): pass")
    project.write(".gitignore", "__pycache__\n.pytest_cache\n.stagegate\nrecords\nrunpytest-*\nstd*")
    git(project.path, "init", "--quiet", "--initial-branch=main")
    change(project, "feat: sell")
    git(project.path, "tag", "v1.0.0")
    return project


def release(shop: Project) -> Gated:
    return shop.run("--stage-gate-at=release")


def recorded(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line["notes"] for line in lines if line["record"] == "release-notes"]


def answers() -> dict[str, tuple[str, str]]:
    """Return what `stagegate verify` says of each gate of the last decision."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit):
        main(["verify", ".stagegate/decision.json", "--json"])
    found = json.loads(out.getvalue())["findings"]
    return {each["name"]: (each["answer"], each["text"]) for each in found if each["part"] == "gates"}


def test_a_feature_with_the_old_version_is_refused_and_with_a_new_one_passes(shop: Project) -> None:
    change(shop, "feat: pay by card")
    old = release(shop)
    assert (old.word, old.gate("notes")["verdict"], old.check("notes", "version")["reason"]) == (
        "NO_GO",
        "FAIL",
        "limit-not-met",
    )
    change(shop, "chore: a version", "1.1.0rc1")
    new = release(shop)
    assert (new.word, new.gate("notes")["verdict"]) == ("GO", "PASS"), new.out
    assert recorded(shop.path / RECORD)[0]["implied"] == "minor"


def test_a_breaking_change_needs_a_word_on_upgrading(shop: Project) -> None:
    change(shop, "feat!: drop cash", "2.0.0")
    assert release(shop).check("notes", "upgrade")["measured"] == 1
    change(shop, "feat!: drop coins\n\nBREAKING CHANGE: no coins\n\nUpgrade: take cards\n", "2.0.0")
    assert release(shop).check("notes", "upgrade")["measured"] == 1


def test_a_shallow_clone_knows_nothing(shop: Project) -> None:
    change(shop, "feat: pay by card", "1.1.0")
    origin = shop.path / "origin"
    git(shop.path, "clone", "--quiet", "--bare", ".", str(origin))
    shutil.rmtree(shop.path / ".git")
    git(shop.path, "clone", "--quiet", "--bare", "--depth=1", f"file://{origin}", ".git")
    git(shop.path, "config", "core.bare", "false")
    run = release(shop)
    assert (run.word, run.gate("notes")["verdict"], run.gate("notes")["reason"]) == (
        "HOLD",
        "NO_EVIDENCE",
        "shallow-clone",
    )


def test_no_repository_is_no_evidence(project: Project) -> None:
    project.write("pyproject.toml", POLICY.replace("VERSION", "1.0.0"))
    project.write("test_shop.py", "def test_price(): pass")
    assert release(project).gate("notes")["reason"] == "no-repository"


def test_the_record_decides_the_same_when_the_history_has_gone_on(shop: Project) -> None:
    change(shop, "feat: pay by card", "1.1.0")
    before = release(shop).gate("notes")
    git(shop.path, "tag", "v9.0.0", "HEAD~1")
    git(shop.path, "tag", "--delete", "v1.0.0")
    assert shop.check("--at", "release", RECORD).gate("notes") == before
    assert release(shop).gate("notes")["verdict"] == "FAIL"


def test_a_record_is_told_of_the_changes_only_where_the_policy_has_the_gate(shop: Project) -> None:
    change(shop, "feat: pay by card", "1.1.0")
    assert shop.run().word == "GO"
    assert len(recorded(shop.path / RECORD)) == 1
    assert shop.check("--at", "release", RECORD).gate("notes")["verdict"] == "PASS"
    assert answers()["notes"][0] == "identical"
    without_the_gate(shop)
    assert recorded(shop.path / RECORD) == []


def without_the_gate(shop: Project) -> None:
    (shop.path / "std.toml").write_text('default_stage = "test"\n', encoding="utf-8")
    shop.run("--stage-gate-policy=std.toml")


def test_a_decision_with_the_changes_in_its_record_is_verified(shop: Project) -> None:
    change(shop, "feat: pay by card", "1.1.0")
    release(shop)
    assert answers()["notes"][0] == "identical"


def test_a_decision_without_the_changes_in_a_record_can_t_be_told(shop: Project) -> None:
    change(shop, "feat: pay by card", "1.1.0")
    without_the_gate(shop)
    assert shop.check("--at", "release", RECORD).gate("notes")["verdict"] == "PASS"
    answer, text = answers()["notes"]
    assert (answer, text.partition(": ")[2]) == ("can't tell", "what the release notes told is in no record")


def test_records_that_tell_different_things_are_no_evidence(shop: Project) -> None:
    change(shop, "feat: pay by card", "1.1.0")
    shop.shard("1", "--stage-gate-at=release")
    git(shop.path, "tag", "v0.9.0", "HEAD~1")
    git(shop.path, "tag", "--delete", "v1.0.0")
    shop.shard("2", "--stage-gate-at=release")
    done = shop.check("records/1/evidence.jsonl", "records/2/evidence.jsonl")
    assert done.gate("notes")["reason"] == "notes-differ"


def test_the_notes_of_a_decision_name_the_tests_of_their_requirements(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write(
        "test_shop.py",
        """
        import pytest
        @pytest.mark.requirement("PAY-7")
        def test_price(): pass
        """,
    )
    change(shop, "feat: pay by card\n\nRequirement: PAY-7\n", "1.1.0")
    assert release(shop).gate("notes")["verdict"] == "PASS"
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["notes", "--decision", ".stagegate/decision.json", "--format", "json"])
    assert ended.value.code == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    (verified,) = section["entries"][0]["verified"]
    assert (verified["requirement"], verified["outcome"]) == ("PAY-7", "passed")
    assert [each["id"] for each in verified["tests"]] == ["test_shop.py::test_price"]
