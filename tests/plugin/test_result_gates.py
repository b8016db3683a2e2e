"""The gates over test results on real runs, in one process and over several."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest

from pytest_stagegate.cli import main
from tests.plugin.conftest import Project

DIES = """
    import os, pathlib
    def attempt(name):
        file = pathlib.Path(name)
        file.write_text(file.read_text() + "x" if file.exists() else "x")
        return len(file.read_text())
    def test_dies(request):
        if attempt("died") <= {crashes}:
            # The controller has heard of the reruns before it answers a question about them.
            request.config.failures_db.get_test_failures(request.node.nodeid)
            os._exit(1)
    def test_fails_first():
        assert attempt("failed") > 1
    def test_passes(): pass
"""


def flaky_gate(project: Project, max_flaky: int) -> None:
    pytest.importorskip("pytest_rerunfailures")
    project.write("stagegate.toml", f"[gate.flaky]\nmax_flaky = {max_flaky}")


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_a_test_whose_worker_died_counts_against_the_flaky_budget(project: Project, limit: int, verdict: str) -> None:
    pytest.importorskip("xdist")
    flaky_gate(project, limit)
    project.write("test_a.py", DIES.format(crashes=1))
    run = project.run("-n2", "--reruns=2", process=True)
    assert (run.counts["flaky"], run.counts["passed"]) == (2, 3)
    assert run.gate("flaky")["verdict"] == verdict
    assert run.incomplete == ["worker-lost"]


def test_a_test_that_kills_its_worker_in_every_attempt_is_failed_and_not_flaky(project: Project) -> None:
    pytest.importorskip("xdist")
    flaky_gate(project, 1)
    project.write("test_a.py", DIES.format(crashes=9))
    run = project.run("-n2", "--reruns=1", process=True)
    assert (run.counts["flaky"], run.counts["failed"]) == (1, 1)
    assert (run.gate("flaky")["verdict"], run.word) == ("PASS", "NO_GO")


def test_the_flaky_budget_holds_with_and_without_workers(project: Project, workers: list[str]) -> None:
    flaky_gate(project, 0)
    project.write("test_a.py", "tries = []\ndef test_1():\n    tries.append(1)\n    assert len(tries) > 1")
    run = project.run("--reruns=2", *workers, process=True)
    assert (run.word, run.check("flaky", "flaky")["where"]) == ("NO_GO", ["test_a.py::test_1"])


def test_a_run_that_could_rerun_and_did_not_says_so(project: Project) -> None:
    flaky_gate(project, 0)
    project.write("test_a.py", "def test_1(): pass")
    assert project.run("--reruns=2", process=True).gate("flaky")["summary"] == "no test was run again"


DEBTS = """
    import pytest, unittest
    @pytest.mark.skip(reason="see #1 owner=dana until=2020-01-31")
    def test_marked(): pass
    @pytest.mark.skipif(True, reason="see #2 until=2020-02-30")
    def test_condition(): pass
    @pytest.mark.xfail(reason="see #3 until=2999-01-01", run=False)
    def test_not_run(): pass
    @pytest.mark.xfail
    def test_bare(): assert False
    def test_called(): pytest.skip()
    def test_expected(): pytest.xfail("see #4 until=2020-03-01")
    class TestCase(unittest.TestCase):
        @unittest.skip("see #5 until=2020-03-02")
        def test_old_style(self): pass
    def test_passes(): pass
"""


def test_debts_of_every_make_are_found(project: Project, workers: list[str]) -> None:
    project.write("stagegate.toml", '[gate.debt]\nrequire = ["reason"]\n[gate.skips]\nrequire_reason = true')
    project.write("test_a.py", DEBTS)
    project.write("test_b.py", "import pytest\npytest.skip('no tls until=2020-01-01', allow_module_level=True)")
    project.write("test_c.py", "import pytest\npytest.skip(allow_module_level=True)")
    run = project.run(*workers, process=bool(workers))
    assert run.check("debt", "debt")["measured"] == 9
    assert run.check("debt", "overdue")["where"] == [
        "test_a.py::test_marked (until 2020-01-31, owner dana)",
        "test_a.py::test_expected (until 2020-03-01)",
        "test_a.py::TestCase::test_old_style (until 2020-03-02)",
        "test_b.py (until 2020-01-01)",
    ]
    assert run.check("debt", "not-a-date")["where"] == ["test_a.py::test_condition (until=2020-02-30)"]
    bare = ["test_a.py::test_bare", "test_a.py::test_called"]
    assert run.check("debt", "without-reason")["where"] == [f"{name} (no reason)" for name in (*bare, "test_c.py")]
    assert run.check("skips", "without-reason")["where"] == bare


def test_debts_of_shards_and_of_other_tools_are_judged_at_the_instant_of_the_decision(project: Project) -> None:
    project.write("stagegate.toml", "[gate.debt]")
    project.write("test_a.py", "import pytest\npytest.skip('no tls until=2030-01-01', allow_module_level=True)")
    project.write("test_b.py", "def test_1(): pass")
    project.shard("linux")
    project.write(
        "unit.xml",
        """
        <testsuite name="s" tests="2" skipped="1" timestamp="2030-01-02T00:00:00Z">
          <testcase classname="c" name="a" time="0.1"/>
          <testcase classname="c" name="b" time="0"><skipped message="see #1 until=2030-01-01"/></testcase>
        </testsuite>
        """,
    )
    late = project.check("records", "unit.xml", "--as-of=2030-01-02T01:00:00Z")
    assert "too-old" in [check["reason"] for check in late.gate("debt")["checks"]]
    alone = project.check("unit.xml", "--as-of=2030-01-02T01:00:00Z")
    assert alone.check("debt", "overdue")["where"] == ["c::b (until 2030-01-01)"]
    now = project.check("records")
    assert (now.gate("debt")["verdict"], now.check("debt", "debt")["measured"]) == ("PASS", 1)


@pytest.mark.parametrize(("args", "word"), [((), "GO"), (("--deselect=test_a.py::test_pay[a/b]",), "HOLD")])
def test_a_required_test_has_to_run(project: Project, workers: list[str], args: tuple[str, ...], word: str) -> None:
    project.write("stagegate.toml", '[gate.results]\nrequired = ["test_a.py::test_pay[a/b]"]')
    project.write(
        "test_a.py",
        """
        import pytest
        @pytest.mark.parametrize("how", ["a/b", "c"])
        def test_pay(how): pass
        """,
    )
    run = project.run(*args, *workers, process=bool(workers))
    assert run.word == word
    assert run.gate("results")["reason"] == ("" if word == "GO" else "required-missing")


def test_a_required_test_of_a_tool_whose_quick_passes_have_no_name_is_not_proven(project: Project) -> None:
    project.write("stagegate.toml", '[gate.results]\nrequired = ["c::quick", "c::slow"]')
    project.write(
        "unit.xml",
        '<testsuite name="s"><testcase classname="c" name="quick" time="0.01"/>'
        '<testcase classname="c" name="slow" time="0.2"/></testsuite>',
    )
    run = project.check("unit.xml")
    assert (run.word, run.check("results", "required c::slow")["verdict"]) == ("HOLD", "PASS")
    assert "no name is kept" in run.check("results", "required c::quick")["text"]


def test_the_matrix_names_the_cell_that_is_missing_and_the_one_that_is_small(project: Project) -> None:
    project.write(
        "stagegate.toml",
        """
        [[expect]]
        stage = "test"
        shards = ["linux", "mac", "win"]
        [gate.matrix]
        min_executed = 2
        """,
    )
    project.write("test_a.py", "def test_1(): pass\ndef test_2(): pass")
    project.shard("linux")
    project.shard("mac", "-k", "test_1")
    run = project.check("records")
    assert run.check("matrix", "cells")["where"] == ["stage test from shard win"]
    assert run.check("matrix", "executed")["where"] == ["stage test from shard mac (1)"]
    assert run.gate("matrix")["verdict"] == "FAIL"


NEWS = """
    import pytest, time, warnings
    @pytest.mark.skip(reason="old")
    def test_old(): pass
    @pytest.mark.skipif({more}, reason="new")
    def test_new(): pass
    def test_warns():
        for _ in range({more} + 1): warnings.warn("old", DeprecationWarning)
    def test_waits(): time.sleep(0.05 + 0.3 * {more})
"""


def test_new_skips_and_warnings_and_grown_times_are_held_against_the_baseline(project: Project) -> None:
    project.write(
        "stagegate.toml",
        """
        [gate.skips]
        max_new = 0
        [gate.warnings]
        max_new = 0
        [gate.durations]
        max_growth = "150 %"
        min_duration = "100 ms"
        """,
    )
    project.write("test_a.py", NEWS.format(more=0))
    project.write("test_b.py", "import pytest\npytest.skip('old', allow_module_level=True)")
    asked = ("durations", "skips", "warnings")
    first = project.run(process=True)
    assert {name: first.gate(name)["reason"] for name in asked} == dict.fromkeys(asked, "no-baseline")
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as ended:
        main(["baseline", "update"])
    assert ended.value.code == 0
    assert project.run(process=True).word == "GO"

    project.write("test_a.py", NEWS.format(more=1))
    project.write("test_c.py", "import pytest\npytest.skip('new', allow_module_level=True)")
    worse = project.run(process=True)
    assert worse.check("skips", "new")["where"] == ["test_a.py::test_new", "test_c.py"]
    assert worse.check("warnings", "new")["where"] == ["DeprecationWarning test_a.py (2, baseline 1)"]
    assert worse.check("durations", "grown")["measured"] == 1
