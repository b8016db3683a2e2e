"""From the first run to a step down that is meant, as a project lives through it."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import partial

import pytest

from pytest_stagegate.cli import main
from tests.plugin.conftest import Project


@pytest.fixture
def shop(project: Project) -> Project:
    project.write(
        "pyproject.toml",
        """
        [project]
        name = "shop"
        version = "1.0"
        [tool.pytest.ini_options]
        pythonpath = ["src"]
        [tool.stagegate.gate.coverage]
        source = ["src"]
        [tool.stagegate.gate.coverage-ratchet]
        [tool.stagegate.gate.executed]
        min_of_baseline = "60 %"
        """,
    )
    project.write(
        "src/prices.py",
        """
        def price(cents, member):
            if member:
                return cents - cents // 10
            return cents
        """,
    )
    project.write(
        "tests/test_prices.py",
        """
        from prices import price
        def test_member(): assert price(1000, True) == 900
        def test_guest(): assert price(1000, False) == 1000
        def test_free(): assert price(0, True) == 0
        """,
    )
    return project


def baseline(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main(["baseline", *args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def test_from_the_first_run_to_a_step_down_that_is_meant(shop: Project) -> None:
    first = shop.run()
    assert (first.status, first.word) == (21, "HOLD")
    assert [gate["reason"] for gate in first.decision["gates"] if gate["effect"]] == ["no-baseline", "no-baseline"]
    assert baseline("update")[0] == 0

    good = shop.run()
    assert (good.status, good.word) == (0, "GO")
    items = [item for item in good.decision["evidence"] if item["kind"] == "baseline"]
    assert [(item["id"], item["source"], item["state"]) for item in items] == [
        ("baseline-coverage", "gates/baseline/coverage.jsonl", "whole"),
        ("baseline-tests", "gates/baseline/tests.jsonl", "whole"),
    ]

    tests = (shop.path / "tests/test_prices.py").read_text(encoding="utf-8")
    shop.write("tests/test_prices.py", tests.replace("def test_guest", "def _guest"))
    worse = shop.run()
    assert (worse.status, worse.word) == (20, "NO_GO")
    assert worse.check("coverage-ratchet", "line")["where"] == [
        "src/prices.py:4 (uncovered lines: 1, 0 in the baseline)"
    ]
    assert worse.gate("executed")["verdict"] == "PASS"

    status, told = baseline("update")
    assert status == 21
    assert "coverage-ratchet is FAIL" in told
    assert baseline("update", "--accept", "coverage-ratchet")[0] == 0
    assert shop.run().word == "GO"


def test_check_comes_to_the_same_decision(shop: Project) -> None:
    shop.run()
    baseline("update")
    shop.run()
    before = (shop.path / ".stagegate/decision.json").read_bytes()
    assert shop.check("--as-of", "run").status == 0
    assert (shop.path / ".stagegate/decision.json").read_bytes() == before


def test_a_narrowed_run_makes_no_baseline(shop: Project) -> None:
    shop.run("-k", "member")
    status, told = baseline("update")
    assert status == 21
    assert "narrowed by hand" in told


def test_git_merges_two_sides_with_the_driver(shop: Project) -> None:
    run = partial(shop.pytester.run, "git", "-c", "user.name=A", "-c", "user.email=a@example.com")
    stagegate = f'"{sys.executable}" -c "from pytest_stagegate.cli import main; main()"'
    rows = '{"schema":"stagegate/baseline/1","key":"tests","project":"shop"}\n'
    shop.write(".gitattributes", "gates/baseline/*.jsonl merge=stagegate-baseline")
    shop.write("gates/baseline/tests.jsonl", rows)
    shop.commit_everything()
    run("config", "merge.stagegate-baseline.driver", f"{stagegate} baseline merge %A %B")
    run("branch", "theirs")
    shop.write("gates/baseline/tests.jsonl", f'{rows}["t.py::a"]')
    run("commit", "--quiet", "--all", "--message=ours")
    run("checkout", "--quiet", "theirs")
    shop.write("gates/baseline/tests.jsonl", f'{rows}["t.py::b"]')
    run("commit", "--quiet", "--all", "--message=theirs")
    merged = run("merge", "--quiet", "--no-edit", "-")
    assert merged.ret == 0, str(merged.stdout) + str(merged.stderr)
    content = (shop.path / "gates/baseline/tests.jsonl").read_text(encoding="utf-8")
    assert content == f'{rows}["t.py::a"]\n["t.py::b"]\n'
