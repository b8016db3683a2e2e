"""Shards only record; ``stagegate check`` merges them and decides as one run would have been decided."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

EXPECT = """
    [[expect]]
    stage = "test"
    shards = ["linux", "mac"]
"""
SOURCE = """
    def size(x):
        if x > 1:
            return "big"
        elif x < 0:
            return "negative"
        return "small"

    def twice(x):
        return 2 * x
"""


def reasons(run: Gated) -> list[str]:
    return [blocker["reason"] for blocker in run.decision["blockers"]]


def outcomes(run: Gated) -> dict[str, int]:
    return {key: value for key, value in run.decision["tests"].items() if value}


def rows(run: Gated) -> list[tuple[str, str, str]]:
    return sorted((row["id"], row["stage"], row["outcome"]) for row in run.decision["not_passed"])


@pytest.fixture
def halves(project: Project) -> Project:
    """A project with two test modules, and a conftest that lets a shard run one of them."""
    project.write("stagegate.toml", EXPECT)
    project.write(
        "conftest.py",
        """
        def pytest_addoption(parser):
            parser.addoption("--half")
        def pytest_collection_modifyitems(config, items):
            half = config.getoption("--half")
            if half:
                others = [item for item in items if half not in item.nodeid]
                items[:] = [item for item in items if half in item.nodeid]
                config.hook.pytest_deselected(items=others)
        """,
    )
    project.write("shop.py", SOURCE)
    project.write(
        "test_a.py",
        """
        import pytest
        from shop import size
        def test_big(): assert size(2) == "big"
        @pytest.mark.skip(reason="not here")
        def test_skipped(): pass
        @pytest.mark.stage("deploy")
        def test_smoke(): assert size(2) == "big"
        """,
    )
    project.write(
        "test_b.py",
        """
        from shop import size, twice
        def test_negative(): assert size(-2) == "negative"
        def test_twice(): assert twice(2) == 4
        def test_fails(): assert twice(2) == 5
        """,
    )
    return project


def test_a_shard_only_records(halves: Project, workers: list[str]) -> None:
    run = halves.shard("linux", "--half=test_a.py", *workers, process=bool(workers))
    assert run.status == 0
    assert run.last_line == "stagegate: shard linux is recorded in .stagegate; `stagegate check` decides"
    assert sorted(path.name for path in run.folder.iterdir()) == [".gitignore"]


def test_a_shard_with_a_failed_test_keeps_pytests_status(halves: Project) -> None:
    assert halves.shard("mac", "--half=test_b.py").status == 1


def test_merged_shards_are_decided_as_one_run_would_be(halves: Project, workers: list[str]) -> None:
    halves.write("stagegate.toml", EXPECT + '[gate.coverage]\nline = "99 %"\nbranch = "99 %"\nsource = ["shop"]')
    for name, half in (("linux", "test_a.py"), ("mac", "test_b.py")):
        halves.shard(name, f"--half={half}", *workers, process=True)
    merged = halves.check("records")
    together = halves.run(process=True)
    assert (merged.status, merged.word) == (20, "NO_GO")
    assert outcomes(merged) == outcomes(together)
    assert rows(merged) == rows(together)
    for check in ("line", "branch"):
        assert merged.check("coverage", check)["measured"] == together.check("coverage", check)["measured"]


def test_coverage_of_shards_is_what_coverage_combines(halves: Project) -> None:
    halves.write("stagegate.toml", EXPECT + '[gate.coverage]\nline = "9 %"\nbranch = "9 %"\nsource = ["shop"]')
    data = halves.path / "data"
    data.mkdir()
    for name, half in (("linux", "test_a.py"), ("mac", "test_b.py")):
        halves.shard(name, f"--half={half}", process=True)
        (halves.path / ".stagegate" / "coverage.data").replace(data / f".coverage.{name}")
    tool = [sys.executable, "-m", "coverage"]
    for words in (["combine", "data"], ["json", "-o", "combined.json"]):
        subprocess.run([*tool, *words], cwd=halves.path, check=True, capture_output=True)
    totals: dict[str, Any] = json.loads((halves.path / "combined.json").read_bytes())["totals"]
    merged = halves.check("records")
    line, branch = (merged.check("coverage", name)["measured"] for name in ("line", "branch"))
    assert (line["numerator"], line["denominator"]) == (totals["covered_lines"], totals["num_statements"])
    assert (branch["numerator"], branch["denominator"]) == (totals["covered_branches"], totals["num_branches"])


def test_a_lost_test_is_named_with_its_stage_environment_and_shard(project: Project) -> None:
    project.write("stagegate.toml", 'environments = ["staging"]')
    project.write("test_a.py", "def test_1(): pass\ndef test_2(): raise KeyboardInterrupt")
    project.shard("one", "--stage-gate-env=staging", process=True)
    run = project.check("records")
    (row,) = run.decision["not_passed"]
    assert [row[key] for key in ("id", "stage", "environment", "shard", "outcome")] == [
        "test_a.py::test_2",
        "test",
        "staging",
        "one",
        "lost",
    ]


def test_a_missing_shard_is_named_and_holds(halves: Project) -> None:
    halves.shard("linux", "--half=test_a.py")
    run = halves.check("records")
    assert (run.status, run.word, run.incomplete) == (21, "HOLD", ["cell-missing"])
    assert "No test was executed for the expected stage test from shard mac." in run.out


def test_no_enforcement_lets_a_missing_shard_pass(halves: Project) -> None:
    halves.write("stagegate.toml", EXPECT + '[gate.results]\nenforcement = "observe"\n[gate.skips]\nmax_skipped = 9')
    halves.shard("linux", "--half=test_a.py")
    assert halves.check("records").word == "HOLD"


def test_a_run_that_is_no_shard_is_not_all_that_is_expected(halves: Project) -> None:
    assert halves.run("--deselect=test_b.py::test_fails").incomplete == ["cell-missing", "cell-missing"]


def test_a_shard_path_that_does_not_exist_is_named_and_holds(halves: Project) -> None:
    halves.shard("linux", "--half=test_a.py")
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails")
    run = halves.check("records/linux", "records/mac", "records/windows")
    assert (run.status, run.incomplete) == (21, ["missing"])
    assert "records/windows: there is no such file" in run.out


def test_two_records_of_one_shard_are_named_and_hold(halves: Project) -> None:
    halves.shard("linux", "--half=test_a.py")
    (halves.path / "records/again").mkdir()
    record = halves.path / "records/again/evidence.jsonl"
    record.write_bytes((halves.path / "records/linux/evidence.jsonl").read_bytes())
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails")
    run = halves.check("records")
    assert (run.status, run.incomplete) == (21, ["duplicate"])
    assert outcomes(run)["passed"] == 4
    assert (
        "records/linux/evidence.jsonl (linux): records/again/evidence.jsonl (linux) is evidence of the same" in run.out
    )


def test_a_record_that_is_named_twice_counts_once(halves: Project) -> None:
    halves.shard("linux", "--half=test_a.py")
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails")
    assert halves.check("records", "records/linux/evidence.jsonl", "./records/mac").word == "GO"


def test_a_shard_of_another_commit_is_foreign(halves: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    halves.shard("linux", "--half=test_a.py")
    monkeypatch.setenv("STAGEGATE_COMMIT", "f" * 40)
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails")
    run = halves.check("records")
    assert (run.status, run.incomplete) == (21, ["other-commit", "cell-missing"])
    assert "(linux): it is of commit 0123456789ab; ffffffffffff is decided." in run.out


@pytest.mark.parametrize(
    ("more", "foreign"),
    [
        ('[[tag]]\npath = "test_a.py"\nstage = "code"', True),
        ('environments = ["staging"]', True),
        ("[gate.skips]\nmax_skipped = 0", False),
    ],
    ids=["tag rules", "environments", "a limit"],
)
def test_what_shaped_the_record_may_not_have_changed_and_limits_may(halves: Project, more: str, foreign: bool) -> None:
    halves.shard("linux", "--half=test_a.py")
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails")
    halves.write("stagegate.toml", f"{more}\n{EXPECT}" if "[" not in more[0] else f"{EXPECT}\n{more}")
    run = halves.check("records")
    policy = run.decision["policy"]
    assert ("other-policy" in run.incomplete) is foreign
    assert run.status == (21 if foreign else 20)
    assert policy["sha256"] not in policy["recorded"]
    page = (run.folder / "report.md").read_text(encoding="utf-8")
    assert all(digest in page for digest in (policy["sha256"], *policy["recorded"]))


def test_the_same_tests_on_two_machines_count_twice_and_are_named_apart(halves: Project) -> None:
    for name in ("linux", "mac"):
        halves.shard(name, "--half=test_b.py")
    run = halves.check("records")
    assert rows(run)[0] == ("test_b.py::test_fails (linux)", "test", "failed")
    assert (run.counts["failed"], run.counts["passed"], run.counts["deselected"]) == (2, 4, 3)


def test_the_order_of_the_shards_makes_no_difference(halves: Project) -> None:
    halves.shard("linux", "--half=test_a.py")
    halves.shard("mac", "--half=test_b.py")
    documents = []
    for order in (["linux", "mac"], ["mac", "linux"]):
        run = halves.check("--as-of", "run", *(f"records/{name}" for name in order))
        documents.append({path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()})
    assert documents[0] == documents[1]


def test_a_failed_test_of_one_shard_does_not_explain_the_status_of_another(halves: Project) -> None:
    halves.write("odd.py", "def pytest_sessionfinish(session): session.exitstatus = 1")
    halves.shard("linux", "--half=test_a.py", "-podd", process=True)
    halves.shard("mac", "--half=test_b.py")
    run = halves.check("records")
    assert run.check("results", "exit-status")["reason"] == "pytest-exit-1"
    assert "of shard linux ended with exit status 1" in run.check("results", "exit-status")["text"]


def test_a_shard_that_was_killed_holds_and_is_named(halves: Project) -> None:
    halves.write("test_a.py", "import os\ndef test_dies(): os._exit(0)")
    halves.shard("linux", "--half=test_a.py", process=True)
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails")
    run = halves.check("records")
    assert (run.status, run.incomplete) == (21, ["no-end-record", "cell-missing"])
    assert (
        "linux: The process ended without closing its record; running at that moment: test_a.py::test_dies" in run.out
    )


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--stage-gate-shard=linx"], "--stage-gate-shard: the policy expects no shard 'linx'; did you mean 'linux'?"),
        (["--stage-gate-shard=a b"], "--stage-gate-shard: 'a b' is no name; use letters, digits and the signs . + - _"),
        (
            ["--stage-gate-shard=mac", "--stage-gate-report=md"],
            "--stage-gate-report: a shard only records; `stagegate check` writes the documents",
        ),
    ],
)
def test_a_mistake_is_a_usage_error(halves: Project, args: list[str], text: str) -> None:
    run = halves.run(*args, gate=False)
    assert run.status == 4
    assert f"ERROR: {text}" in run.err


def test_shards_against_two_environments_each_have_their_own_row_and_gates(project: Project) -> None:
    project.write(
        "stagegate.toml",
        """
        environments = ["staging", "production"]
        [gate.many]
        uses = "results"
        environment = "production"
        min_passed = 2
        """,
    )
    project.write("test_a.py", "def test_a(): pass\ndef test_b(): pass")
    project.shard("one", "--stage-gate-env=staging")
    project.shard("two", "--stage-gate-env=production", "--deselect=test_a.py::test_b")
    run = project.check("records")
    assert run.decision["environment"] is None
    assert [(cell["environment"], cell["passed"]) for cell in run.decision["matrix"]] == [
        ("production", 1),
        ("staging", 2),
    ]
    many = run.gate("many")
    assert (many["environment"], many["verdict"], many["checks"][3]["measured"]) == ("production", "FAIL", 1)


def test_what_a_missing_shard_covered_is_unknown(halves: Project) -> None:
    halves.write("stagegate.toml", EXPECT + '[gate.coverage]\nline = "99 %"\nsource = ["shop"]')
    halves.shard("linux", "--half=test_a.py", process=True)
    run = halves.check("records")
    assert (run.status, run.gate("coverage")["reason"]) == (21, "coverage-incomplete")


def test_a_run_against_another_environment_is_foreign(project: Project) -> None:
    project.write("stagegate.toml", 'environments = ["staging", "production"]')
    project.write("test_a.py", "def test_a(): pass")
    project.shard("one", "--stage-gate-env=staging")
    run = project.check("records", "--env=production")
    assert (run.status, run.incomplete) == (21, ["other-environment"])
    assert "it is of a run against staging; production is decided." in run.out


@pytest.mark.parametrize("measure", [[], ["--cov=shop", "--cov-report="]], ids=["ours", "pytest-cov"])
def test_an_installed_package_and_its_source_are_the_same_file(
    halves: Project, monkeypatch: pytest.MonkeyPatch, measure: list[str]
) -> None:
    limit = '[gate.coverage]\nline = "1 %"\n' + ("" if measure else 'source = ["shop"]')
    halves.write("stagegate.toml", EXPECT + limit)
    halves.write(".coveragerc", "[paths]\nsource =\n    src\n    */site-packages\n")
    source = (halves.path / "shop.py").read_text()
    (halves.path / "shop.py").unlink()
    for folder in ("src", "env/lib/site-packages"):
        halves.write(f"{folder}/shop.py", source)
    for name, half, folder in (("linux", "test_a.py", "src"), ("mac", "test_b.py", "env/lib/site-packages")):
        monkeypatch.setenv("PYTHONPATH", str(halves.path / folder))
        halves.shard(name, f"--half={half}", *measure, process=True)
    run = halves.check("records")
    line = run.check("coverage", "line")
    assert (line["measured"]["numerator"], line["measured"]["denominator"]) == (7, 8)
    assert line["verdict"] == "PASS"


TWO_PLACES = """
    environments = ["staging", "production"]
    [[expect]]
    stage = "test"
    environment = ["staging", "production"]
"""


def test_losing_an_environment_never_makes_a_better_decision(project: Project) -> None:
    project.write("stagegate.toml", TWO_PLACES)
    project.write("test_a.py", "def test_a(): pass")
    project.shard("st", "--stage-gate-env=staging")
    project.shard("pr", "--stage-gate-env=production")
    assert project.check("records").word == "GO"
    run = project.check("records/st")
    assert (run.status, run.incomplete) == (21, ["cell-missing"])
    assert project.check("records/st", "--env=staging").word == "GO"


def test_a_stage_is_not_decided_from_a_run_that_left_its_tests_out(project: Project) -> None:
    project.write(
        "test_a.py",
        "import pytest\n@pytest.mark.stage('deploy')\ndef test_smoke(): pass\ndef test_unit(): assert False",
    )
    assert project.run("--stage-gate-at=deploy").word == "GO"
    run = project.check("--at=test")
    assert (run.status, run.incomplete) == (21, ["stage-not-run"])
    assert "1 test that the stage test is decided by were left out: the run was for the stage deploy." in run.out


def test_a_shard_that_our_selection_left_without_tests_is_no_failure(project: Project) -> None:
    project.write("test_a.py", "import pytest\n@pytest.mark.stage('deploy')\ndef test_smoke(): pass")
    project.write("test_b.py", "def test_unit(): pass")
    project.shard("a", "--stage-gate-at=test", "test_a.py")
    project.shard("b", "--stage-gate-at=test", "test_b.py")
    assert project.check("records").gate("results")["verdict"] == "PASS"


def test_a_shard_that_runs_nothing_of_the_source_adds_nothing(project: Project) -> None:
    project.write("stagegate.toml", '[gate.coverage]\nline = "50 %"\nsource = ["shop"]')
    project.write("shop.py", SOURCE)
    project.write("test_a.py", "from shop import size\ndef test_big(): assert size(2) == 'big'")
    project.write("test_b.py", "def test_nothing(): pass")
    project.shard("a", "--deselect=test_b.py::test_nothing", process=True)
    project.shard("b", "test_b.py", process=True)
    measured = project.check("records").check("coverage", "line")["measured"]
    assert (measured["numerator"], measured["denominator"]) == (4, 8)


def test_coverage_that_is_there_in_part_is_not_skipped_as_missing(halves: Project) -> None:
    halves.write("stagegate.toml", '[gate.coverage]\nline = "99 %"\non_missing = "skip"')
    measure = ("--cov=shop", "--cov-report=")
    halves.shard("linux", "--half=test_a.py", *measure, process=True)
    halves.shard("mac", "--half=test_b.py", "--deselect=test_b.py::test_fails", *measure, "--cov-append", process=True)
    run = halves.check("records")
    assert (run.status, run.gate("coverage")["reason"]) == (21, "coverage-incomplete")


def never_run(run: Gated) -> list[str]:
    notes = [*run.decision["incomplete"], *run.decision["provisional"]]
    return [note["text"] for note in notes if note["reason"] == "never-run"]


def test_two_jobs_that_ran_the_same_part_are_found_out(halves: Project) -> None:
    for name in ("linux", "mac"):
        halves.shard(name, "--half=test_a.py")
    assert never_run(halves.check("records")) == []  # every shard may run the same on a machine of its own
    halves.write("stagegate.toml", '[[expect]]\nstage = "test"\nshards = ["linux", "mac", "bsd"]')
    for name, half in (("linux", "::test_big"), ("mac", "::test_smoke"), ("bsd", "::test_big")):
        halves.shard(name, f"--half={half}")
    run = halves.check("records")
    assert (run.status, run.incomplete) == (21, ["never-run"])
    assert never_run(run) == [
        "4 tests were left out by every shard, while others ran in several: test_a.py::test_skipped, "
        "test_b.py::test_fails, test_b.py::test_negative and 1 more."
    ]


def test_a_part_that_may_be_missing_makes_the_decision_provisional(halves: Project) -> None:
    halves.write("stagegate.toml", "")
    for name, half in (("linux", "test_big"), ("mac", "test_smoke")):
        halves.shard(name, f"--half={half}")
    run = halves.check("records")
    assert (run.word, run.provisional) == ("GO", ["never-run"])


def test_what_the_configuration_leaves_out_is_no_part_of_the_suite(halves: Project) -> None:
    halves.write("stagegate.toml", "")
    halves.write("pytest.ini", "[pytest]\naddopts = --deselect test_b.py::test_fails")
    for name, half in (("linux", "test_a.py"), ("mac", "test_b.py")):
        halves.shard(name, f"--half={half}")
    run = halves.check("records")
    assert (run.word, run.provisional, run.counts["deselected"]) == ("GO", [], 1)


def test_a_split_does_not_depend_on_stages(halves: Project) -> None:
    halves.shard("linux", "--half=test_smoke")
    halves.shard("mac", "--half=test_big")
    assert "cell-missing" not in halves.check("records").incomplete


def test_a_stage_of_which_nothing_was_executed_is_not_decided(project: Project) -> None:
    project.write("test_a.py", "def test_a(): pass")
    assert project.run().word == "GO"
    run = project.check("--at=deploy")
    assert (run.status, run.incomplete) == (21, ["stage-not-run"])
    assert "No test that the stage deploy is decided by was executed." in run.out


def test_a_gate_of_one_environment_judges_that_one_s_evidence_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(
        "stagegate.toml",
        """
        environments = ["lab", "live"]
        [[expect]]
        stage = "test"
        environment = ["lab", "live"]
        shards = ["one"]
        [gate.lab]
        uses = "coverage"
        environment = "lab"
        line = "100 %"
        source = ["shop"]
        """,
    )
    project.write("shop.py", "def f(x):\n    if x:\n        return 1\n    return 2\n")
    project.write(
        "test_a.py",
        "import os\nfrom shop import f\ndef test_a():\n    f(1)\n    if os.environ['PLACE'] == 'lab': f(0)",
    )
    for place in ("lab", "live"):
        monkeypatch.setenv("PLACE", place)
        project.shard("one", f"--stage-gate-env={place}", process=True)
        (project.path / "records/one").rename(project.path / "records" / place)
    run = project.check("records")
    assert (run.gate("lab")["environment"], run.gate("lab")["verdict"]) == ("lab", "PASS")
