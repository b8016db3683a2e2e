"""The gate ``changed-lines`` from end to end: a real repository, real coverage, a decision."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")

POLICY = """
[gate.changed-lines]
source = ["shop"]
min_lines = 3
"""
BEFORE = "def price(x):\n    return x\n"
AFTER = BEFORE + "\ndef refund(x):\n    if x:\n        return -x\n    return 0\n"


def git(project: Project, *words: str) -> None:
    named = ["-c", "user.name=dana", "-c", "user.email=dana@example.org"]
    subprocess.run(["git", *named, *words], cwd=project.path, check=True, capture_output=True)


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository of a shop; on its branch a function has come that half the tests run."""
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(variable, raising=False)
    project.write("shop/__init__.py", BEFORE)
    project.write("test_shop.py", "from shop import price\ndef test_price(): assert price(1) == 1")
    project.write("pytest.ini", "[pytest]\npythonpath = .")
    project.write("stagegate.toml", POLICY)
    project.write(".gitignore", "__pycache__/\n.pytest_cache/\n.coverage\nrecords/\n")
    project.commit_everything()
    git(project, "branch", "--move", "main")
    git(project, "checkout", "--quiet", "-b", "work")
    project.write("shop/__init__.py", AFTER)
    project.write("test_shop.py", "from shop import refund\ndef test_refund(): assert refund(1) == -1")
    git(project, "commit", "--quiet", "--all", "--message", "refunds")
    return project


def test_a_changed_line_that_no_test_runs_is_named(shop: Project, workers: list[str]) -> None:
    run = shop.run(*workers, process=True)
    made = run.check("changed-lines", "line")
    assert (run.status, run.word, made["verdict"]) == (20, "NO_GO", "FAIL")
    assert made["measured"] == {"numerator": 3, "denominator": 4}
    assert (made["shown"], made["where"]) == ("75 % (3 of 4 lines changed since main)", ["shop/__init__.py:7"])


def test_deciding_again_from_the_record_gives_the_same_bytes(shop: Project) -> None:
    run = shop.run(process=True)
    names = ["decision.json", "report.html", "report.md", "gates.xml", "SHA256SUMS"]
    before = {name: (run.folder / name).read_bytes() for name in names}
    shop.write("shop/__init__.py", BEFORE)
    shop.write("shop/new.py", "a = 1")
    again = shop.check("--as-of", "run")
    assert again.status == 20
    assert {name: (run.folder / name).read_bytes() for name in names} == before


def test_shards_say_what_changed_and_are_merged(shop: Project) -> None:
    shop.write("test_zero.py", "from shop import refund\ndef test_zero(): assert refund(0) == 0")
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", "zero")
    shop.shard("one", "test_shop.py", process=True)
    shop.shard("two", "test_zero.py", process=True)
    assert b'"record":"repository"' in (shop.path / "records" / "one" / "evidence.jsonl").read_bytes()
    run = shop.check("records")
    assert run.check("changed-lines", "line")["verdict"] == "PASS"


def test_evidence_that_does_not_say_what_changed_is_judged_by_the_checkout(shop: Project) -> None:
    shop.run("--cov=shop", "--cov-report=json", gate=False, process=True)
    shop.run("--junitxml=junit.xml", gate=False, process=True)
    run = shop.check("coverage.json", "junit.xml")
    assert run.check("changed-lines", "line")["shown"] == "75 % (3 of 4 lines changed since main)"


def test_without_a_gate_that_asks_git_is_not_asked(shop: Project) -> None:
    shop.write("stagegate.toml", "")
    run = shop.run()
    assert b'"record":"repository"' not in (run.folder / "evidence.jsonl").read_bytes()


def test_a_new_module_that_nothing_imports_holds_the_decision(shop: Project) -> None:
    shop.write("shop/parts/new.py", "a = 1")
    shop.write("stagegate.toml", f'{POLICY}line = "70 %"')
    run = shop.run(process=True)
    assert run.check("changed-lines", "files")["where"] == ["shop/parts/new.py"]
    assert (run.status, run.gate("changed-lines")["reason"]) == (21, "files-missing")


def test_a_folder_that_coverage_does_not_see_holds_a_limit_on_coverage(shop: Project) -> None:
    shop.write("shop/parts/new.py", "a = 1")
    git(shop, "add", "--all")
    shop.write("stagegate.toml", '[gate.coverage]\nsource = ["shop"]\nline = "50 %"')
    run = shop.run(process=True)
    assert (run.status, run.check("coverage", "files")["where"]) == (21, ["shop/parts/new.py"])
    shop.write(".coveragerc", "[run]\nomit = shop/parts/*")
    assert shop.run(process=True).gate("coverage")["verdict"] == "PASS"


def test_without_a_repository_nothing_is_known(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(shop.path / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop.path.parent))
    run = shop.run(process=True)
    assert (run.status, run.gate("changed-lines")["reason"]) == (21, "no-repository")


def test_at_a_release_what_changed_since_the_last_one_is_judged(shop: Project) -> None:
    git(shop, "tag", "v1.0", "main")
    run = shop.run("--stage-gate-at=release", process=True)
    assert run.check("changed-lines", "line")["unit"] == "lines changed since v1.0"


def test_the_policy_names_the_base(shop: Project) -> None:
    shop.write("stagegate.toml", f'base = "HEAD~0"\n{POLICY}')
    git(shop, "commit", "--quiet", "--all", "--message", "policy")
    assert shop.run(process=True).gate("changed-lines")["summary"].endswith("changed since HEAD~0")


@pytest.mark.parametrize(
    ("table", "config"),
    [('[gate.coverage]\nsource = ["shop"]', ""), ("", "[run]\nsource = shop")],
    ids=["coverage gate", "coverage's configuration"],
)
def test_what_is_measured_may_be_said_elsewhere(shop: Project, table: str, config: str) -> None:
    shop.write("stagegate.toml", f"{table}\n[gate.changed-lines]\nmin_lines = 3")
    shop.write(".coveragerc", config)
    assert shop.run(process=True).check("changed-lines", "line")["measured"] == {"numerator": 3, "denominator": 4}


def test_what_is_judged_of_the_changes_does_not_narrow_what_is_measured(shop: Project) -> None:
    shop.write("bank/__init__.py", "b = 1")
    shop.write(".coveragerc", "[run]\nsource = shop, bank")
    shop.write("stagegate.toml", f"{POLICY}[gate.coverage]\nline = '10 %'")
    assert shop.run(process=True).check("coverage", "line")["measured"]["denominator"] == 7
