"""Twelve lies that tools of this field tell, each refused here: real runs in processes of their own."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

COVERED = '[gate.coverage]\nline = "1 %"\nsource = ["shop"]\n'


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with a module, coverage of which is asked for."""
    project.write("shop.py", "def price(x):\n    return x + 1\n")
    project.write("stagegate.toml", COVERED)
    return project


def reconciled(run: Gated) -> bool:
    tests = run.decision["tests"]
    parts = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected", "lost")
    return bool(tests["collected"] == sum(tests[part] for part in parts))


def lost(run: Gated) -> set[str]:
    return {row["id"] for row in run.decision["not_passed"] if row["outcome"] == "lost"}


# ---- 1: a worker dies in the middle of a test

DIES = """
    import os, pytest
    @pytest.mark.stage("deploy")
    def test_dies(): os._exit(1)
    def test_lives(): pass
"""


def dead(run: Gated) -> tuple[str, str, str]:
    row = next(row for row in run.decision["not_passed"] if row["id"].startswith("test_a.py::test_dies"))
    return row["id"], row["stage"], row["outcome"]


def test_1_a_dead_worker_blocks_and_its_test_is_named_with_its_stage(project: Project) -> None:
    project.write("test_a.py", DIES)
    run = project.run("-n2", process=True)
    assert (run.status, run.word, run.incomplete) == (1, "NO_GO", ["worker-lost"])
    assert dead(run) == ("test_a.py::test_dies", "deploy", "failed")


def test_1_a_dead_worker_blocks_after_merging_too(project: Project) -> None:
    project.write("test_a.py", DIES)
    project.shard("one", "-n2", process=True)
    project.shard("two", "--deselect=test_a.py::test_dies", process=True)
    run = project.check("records")
    assert (run.status, run.incomplete) == (20, ["worker-lost"])
    assert dead(run) == ("test_a.py::test_dies", "deploy", "failed")
    assert "one: Worker" in run.decision["incomplete"][0]["text"]


# ---- 2: a worker dies, and its test passes on a rerun


def test_2_a_test_that_passes_after_a_crash_is_flaky_and_coverage_is_not_whole(shop: Project) -> None:
    shop.write(
        "test_a.py",
        """
        import os, pathlib
        from shop import price
        def test_dies_once(request):
            if not pathlib.Path("died").exists():
                pathlib.Path("died").touch()
                # The controller has heard of the reruns before it answers a question about them.
                request.config.failures_db.get_test_failures(request.node.nodeid)
                os._exit(1)
        def test_lives(): assert price(1) == 2
        """,
    )
    run = shop.run("-n2", "--reruns=1", process=True)
    assert (run.status, run.word, run.incomplete) == (21, "HOLD", ["worker-lost"])
    assert run.counts["flaky"] == 1
    assert (run.gate("coverage")["verdict"], run.gate("coverage")["reason"]) == ("NO_EVIDENCE", "coverage-incomplete")


# ---- 3: a report that can't be sent, and a plugin that breaks


def test_3_a_report_that_can_t_be_sent_is_an_internal_error_with_its_lost_tests(project: Project) -> None:
    project.write("conftest.py", "def pytest_runtest_logreport(report): pass")
    project.write(
        "test_a.py",
        """
        import pytest
        def test_1(): pass
        def test_2(record_property): record_property("thing", object())
        @pytest.mark.parametrize("n", range(20))
        def test_many(n): pass
        """,
    )
    run = project.run("-n2", process=True)
    assert run.status not in (0, 5)
    assert run.word in ("NO_GO", "HOLD")
    assert "internal-error" in run.incomplete
    assert lost(run)
    assert reconciled(run)


def test_3_a_plugin_that_breaks_loses_the_tests_after_it(project: Project, workers: list[str]) -> None:
    project.write(
        "conftest.py",
        """
        def pytest_runtest_teardown(item):
            if item.name == "test_2":
                raise SystemError("the plugin broke")
        def pytest_runtest_makereport(item, call):
            if item.name == "test_2" and call.when == "teardown":
                raise SystemError("the plugin broke")
        """,
    )
    project.write("test_a.py", "def test_1(): pass\ndef test_2(): pass\ndef test_3(): pass")
    run = project.run(*workers, process=True)
    assert run.status not in (0, 5)
    assert "internal-error" in run.incomplete
    assert "test_a.py::test_2" in lost(run)
    assert reconciled(run)


# ---- 4: a module that can't be collected


def test_4_a_collection_error_blocks_and_its_file_is_named(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "def test_1(): pass")
    project.write("test_b.py", "import there_is_no_such_module")
    run = project.run(*workers, process=True)
    assert (run.word, run.incomplete) == ("HOLD", ["collection-error"])
    assert run.status in (1, 2)
    assert "test_b.py" in run.out.split("stage gate: test")[1]


# ---- 5: runs that end early, and the reports of earlier ones


@pytest.mark.parametrize(
    ("body", "args", "status", "reason"),
    [
        ("assert 0", ["-x"], (1, 2), "stopped-early"),
        ("assert 0", ["--maxfail=1"], (1, 2), "stopped-early"),
        ("raise KeyboardInterrupt", [], (2,), "interrupted"),
        ("import pytest; pytest.exit('enough', returncode=0)", [], (21, 1, 2, 3), "interrupted"),
    ],
    ids=["-x", "--maxfail", "Ctrl-C", "pytest.exit(0)"],
)
def test_5_a_run_that_ended_early_is_not_whole_and_uses_no_older_report(
    shop: Project, workers: list[str], body: str, args: list[str], status: tuple[int, ...], reason: str
) -> None:
    shop.write("stagegate.toml", '[gate.coverage]\nline = "1 %"\n')
    shop.write(
        "test_a.py", f"import shop\ndef test_1(): {body}\n" + "\n".join(f"def test_b{n}(): pass" for n in range(9))
    )
    report = shop.path / "coverage.lcov"
    shop.write("coverage.lcov", "TN:\nSF:shop.py\nDA:1,1\nDA:2,1\nend_of_record")
    hour_ago = time.time() - 3600
    os.utime(report, (hour_ago, hour_ago))
    own = ["--cov=shop", "--cov-report=lcov:coverage.lcov", "--stage-gate-evidence=coverage.lcov"]
    run = shop.run(*args, *own, *workers, process=True)
    assert run.status in status
    assert run.word in ("HOLD", "NO_GO")
    if not (workers and reason == "interrupted"):
        assert reason in run.incomplete
    assert run.gate("coverage")["verdict"] in ("STALE", "NO_EVIDENCE")
    assert reconciled(run)


# ---- 6: a process that is killed


@pytest.mark.parametrize(
    "death",
    ["os._exit(0)", "os.kill(os.getpid(), 9)", "faulthandler.dump_traceback_later(0.01, exit=True)\n    while 1: pass"],
)
def test_6_a_killed_process_leaves_nothing_that_reads_as_whole(project: Project, death: str) -> None:
    project.write("test_a.py", "def test_1(): pass")
    assert project.run(process=True).word == "GO"
    project.write(
        "test_a.py", f"import faulthandler, os\ndef test_1(): pass\ndef test_2():\n    {death}\ndef test_3(): pass"
    )
    run = project.run(process=True)
    assert not (run.folder / "decision.json").exists()
    checked = project.check()
    assert (checked.status, checked.word, checked.incomplete) == (21, "HOLD", ["no-end-record"])
    assert "running at that moment: test_a.py::test_2" in checked.out
    assert {"test_a.py::test_2", "test_a.py::test_3"} <= lost(checked)


# ---- 7: runs in which nothing, or next to nothing, was executed

TEN = """
@pytest.mark.skip(reason="later")
@pytest.mark.parametrize("n", range(9))
def test_s(n): pass
def test_p(): pass
"""


@pytest.mark.parametrize(
    ("text", "args", "statuses"),
    [
        ("def test_1(): pass", ["-k", "nothing"], (5,)),
        ("@pytest.mark.skip(reason='later')\ndef test_1(): pass", [], (21,)),
        ("@pytest.mark.xfail(reason='known')\ndef test_1(): assert 0", [], (20,)),
        (TEN, [], (20,)),
    ],
    ids=["-k nothing", "all skipped", "all xfailed", "nine of ten skipped"],
)
def test_7_what_executed_too_little_does_not_pass(
    project: Project, workers: list[str], text: str, args: list[str], statuses: tuple[int, ...]
) -> None:
    project.write("stagegate.toml", "[gate.results]\nmin_passed = 10" if text == TEN else "")
    project.write("test_a.py", f"import pytest\n{text}")
    run = project.run(*args, *workers, process=True)
    assert run.status in statuses
    assert run.word in ("HOLD", "NO_GO")


# ---- 8: limits at the edge


def lines_of(covered: int, total: int) -> str:
    """A module of which a test can run exactly so many lines."""
    run = "\n".join(f"    x += {n}" for n in range(covered - 2))
    unrun = "\n".join(f"    x -= {n}" for n in range(total - covered))
    return (
        f"def f(x, stop=True):\n{run}\n    if stop: return x\n{unrun}\n"
        if unrun
        else f"def f(x, stop=True):\n{run}\n    if stop: return x\n"
    )


@pytest.mark.parametrize(
    ("limit", "covered", "total", "verdict", "shown"),
    [
        ("88 %", 7, 8, "FAIL", "87.5 %"),
        ("87.5 %", 7, 8, "PASS", "87.5 %"),
        ("100 %", 1999, 2000, "FAIL", "99.9 %"),
        ("0 %", 7, 8, "PASS", "87.5 %"),
    ],
)
def test_8_limits_compare_exactly_and_show_why(
    shop: Project, limit: str, covered: int, total: int, verdict: str, shown: str
) -> None:
    shop.write("shop.py", lines_of(covered, total))
    shop.write("test_a.py", "from shop import f\ndef test_f(): f(1)")
    shop.write("stagegate.toml", f'[gate.coverage]\nline = "{limit}"\nsource = ["shop"]')
    check = shop.run(process=True).check("coverage", "line")
    assert (check["verdict"], check["shown"].split(" (")[0]) == (verdict, shown)
    assert check["measured"] == {"numerator": covered, "denominator": total}


def test_8_a_source_without_statements_is_no_evidence(shop: Project) -> None:
    shop.write("shop.py", "# nothing yet")
    shop.write("test_a.py", "import shop\ndef test_f(): pass")
    run = shop.run(process=True)
    assert (run.status, run.gate("coverage")["verdict"]) == (21, "NO_EVIDENCE")


# ---- 9: another plugin that calls it a success


def test_9_another_plugin_can_t_reset_the_status(project: Project, workers: list[str]) -> None:
    project.write("stagegate.toml", "[gate.results]\nmin_passed = 9")
    project.write("test_a.py", "def test_1(): pass")
    project.write(
        "conftest.py",
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session): session.exitstatus = 0",
    )
    assert project.run(*workers, process=True).status == 20


# ---- 10: other ways to run pytest


@pytest.mark.parametrize(
    "args",
    [
        ["-p", "no:terminalreporter"],
        ["-qq"],
        ["-n0"],
        ["-n2", "--dist=each"],
        ["-n2", "--dist=loadgroup"],
        ["--strict-markers", "--strict-config"],
    ],
    ids=" ".join,
)
def test_10_a_failing_gate_blocks_however_pytest_is_run(project: Project, args: list[str]) -> None:
    project.write("stagegate.toml", "[gate.results]\nmin_passed = 9")
    project.write("test_a.py", "import pytest\n@pytest.mark.stage('test')\ndef test_1(): pass")
    run = project.run(*args, process=True)
    assert (run.status, run.word) == (20, "NO_GO")
    assert "NO GO" in run.out + run.err


def test_10_without_autoload_the_plugin_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.write("test_a.py", "def test_1(): pass")
    assert project.run(process=True).status == 4
    assert project.run("-p", "pytest_stagegate.plugin", process=True).word == "GO"


@pytest.mark.parametrize("table", ["[tool.pytest.ini_options]", "[tool.pytest]"])
def test_10_both_tables_of_options_work(project: Project, table: str) -> None:
    if table == "[tool.pytest]" and pytest.version_tuple < (9,):
        pytest.skip("this table is new in pytest 9")
    project.write(
        "pyproject.toml", f'{table}\naddopts = ["--stage-gate"]\n[tool.stagegate.gate.results]\nmin_passed = 9'
    )
    project.write("test_a.py", "def test_1(): pass")
    assert project.run(process=True, gate=False).status == 20


def test_10_collect_only_decides_nothing(project: Project) -> None:
    project.write("test_a.py", "def test_1(): pass")
    run = project.run("--collect-only", process=True)
    assert (run.status, (run.folder / "decision.json").exists()) == (0, False)


# ---- 11: hostile and huge tests

HOSTILE = r"""
    import pytest
    @pytest.mark.parametrize("x", [
        "<img src=x onerror=alert(1)>", "\x1b[31mred\x1b[0m", "\ud800", "a\nb", "]]>", "a\u2028b",
    ])
    def test_hostile(x):
        print("out" * 1_000_000)
        assert x == "y", x
    def test_loud():
        print("line\n" * 2_000_000)
        assert 0, "E" * 10_000_000
    @pytest.mark.parametrize("n", range(2000))
    def test_many(n): assert n < 0
"""


def test_11_hostile_and_huge_tests_give_safe_and_bounded_documents(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", HOSTILE)
    run = project.run("--tb=short", "-q", "--show-capture=no", *workers, process=True)
    # pytest-xdist itself breaks off over a surrogate.
    assert run.status in ((1, 3) if workers else (1,))
    assert run.word == "NO_GO"
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "\x1b" not in page
    assert len(page) < 2_000_000
    assert (run.folder / "evidence.jsonl").stat().st_size < 20_000_000


# ---- 12: a gate of somebody's that misbehaves


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('oops')", "gate-raised"),
        ("return None", "inspected-nothing"),
        ("return check('x', float('nan'), at_least=1, inspected=1)", "not-a-number"),
        ("return 3", "bad-check"),
    ],
)
def test_12_a_gate_that_misbehaves_blocks_with_one_line(project: Project, body: str, reason: str) -> None:
    project.write(
        "gates/own.py",
        f"from pytest_stagegate import TestResults, check, gate\n@gate\ndef own(tests: TestResults):\n    {body}",
    )
    project.write("test_a.py", "def test_1(): pass")
    run = project.run(process=True)
    assert (run.status, run.word) == (21, "HOLD")
    assert (run.gate("own")["verdict"], run.gate("own")["reason"]) == ("ERROR", reason)
    assert "Traceback" not in run.out + run.err
