"""However a run ends, the decision says so: nothing that was not seen is taken for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

THREE = "def test_1(): pass\ndef test_2(): {}\ndef test_3(): pass"


def reconciled(run: Gated) -> bool:
    tests = run.decision["tests"]
    parts = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected", "lost")
    return bool(tests["collected"] == sum(tests[part] for part in parts))


def test_stopping_at_the_first_failure_loses_the_rest(project: Project) -> None:
    project.write("test_a.py", THREE.format("assert 0"))
    run = project.run("-x")
    assert (run.status, run.word, run.incomplete) == (1, "NO_GO", ["stopped-early"])
    assert run.counts["lost"] == 1


def test_an_interrupted_test_is_lost_not_passed(project: Project) -> None:
    project.write("test_a.py", THREE.format("raise KeyboardInterrupt"))
    run = project.run(process=True)
    assert (run.status, run.word, run.incomplete) == (2, "HOLD", ["interrupted"])
    assert (run.counts["passed"], run.counts["lost"]) == (1, 2)


def test_pytest_exit_with_status_0_holds(project: Project) -> None:
    project.write("test_a.py", "import pytest\n" + THREE.format("pytest.exit('bye', returncode=0)"))
    run = project.run()
    assert (run.status, run.word, run.incomplete) == (21, "HOLD", ["interrupted"])


def test_workers_that_are_not_replaced_lose_tests(project: Project) -> None:
    pytest.importorskip("xdist")
    many = "\n".join(f"def test_{number}(): pass" for number in range(20))
    project.write("test_a.py", f"import os\n{many}\ndef test_dies(): os._exit(1)\n{many.replace('test_', 'test_b')}")
    run = project.run("-n2", "--max-worker-restart=0", process=True)
    assert "worker-lost" in run.incomplete
    assert reconciled(run)


def test_nothing_collected_keeps_pytests_5(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "x = 1")
    run = project.run(*workers, process=bool(workers))
    assert (run.status, run.word) == (5, "HOLD")


def test_everything_skipped_holds(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "import pytest\npytestmark = pytest.mark.skip(reason='x')\ndef test_1(): pass")
    run = project.run(*workers, process=bool(workers))
    assert (run.status, run.word) == (21, "HOLD")
    assert run.gate("results")["reason"] == "nothing-executed"


def test_tests_removed_without_a_word_are_lost(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", THREE.format("pass"))
    project.write("conftest.py", "def pytest_collection_modifyitems(items): del items[0]")
    run = project.run(*workers, process=bool(workers))
    assert (run.status, run.word, run.incomplete) == (21, "HOLD", ["removed-silently"])
    assert run.counts["lost"] == 1


def test_an_internal_error_is_no_go(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", THREE.format("pass"))
    project.write("conftest.py", "def pytest_runtest_protocol(item): raise RuntimeError('oops')")
    run = project.run(*workers, process=True)
    assert (run.status, run.word) == (3, "NO_GO")
    assert "internal-error" in run.incomplete


def test_too_many_warnings_stand_in_the_record(project: Project) -> None:
    if pytest.version_tuple < (9, 1):
        pytest.skip("pytest limits warnings from version 9.1 on")
    project.write("test_a.py", "import warnings\ndef test_1(): warnings.warn('x')")
    run = project.run("--max-warnings=0", process=True)
    assert (run.status, run.word, run.gate("results")["reason"]) == (6, "NO_GO", "pytest-exit-6")


@pytest.mark.parametrize("hook", ["trylast=True", "tryfirst=True"])
def test_another_plugin_that_resets_the_status_changes_nothing(project: Project, hook: str) -> None:
    project.write("test_a.py", "import pytest\n@pytest.mark.xfail\ndef test_1(): assert 0")
    project.write(
        "conftest.py",
        f"import pytest\n@pytest.hookimpl({hook})\ndef pytest_sessionfinish(session): session.exitstatus = 0\n"
        "def pytest_unconfigure(config): config.pluginmanager.getplugin('session').exitstatus = 0",
    )
    assert project.run(process=True).status == 20


def test_a_wrapper_around_main_that_says_0_changes_nothing(project: Project) -> None:
    project.write("test_a.py", "import pytest\n@pytest.mark.xfail\ndef test_1(): assert 0")
    project.write(
        "conftest.py",
        """
        import pytest
        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_cmdline_main():
            yield
            return 0
        """,
    )
    assert project.run(process=True).status == 20


def test_another_plugins_status_is_kept_and_recorded(project: Project) -> None:
    project.write("test_a.py", "def test_1(): pass")
    project.write("conftest.py", "def pytest_sessionfinish(session): session.exitstatus = 9")
    run = project.run()
    assert (run.status, run.word, run.gate("results")["reason"]) == (9, "NO_GO", "pytest-exit-9")


def test_a_rerun_that_passes_is_flaky_and_passed(project: Project, workers: list[str]) -> None:
    pytest.importorskip("pytest_rerunfailures")
    project.write("test_a.py", "tries = []\ndef test_1():\n    tries.append(1)\n    assert len(tries) > 1")
    run = project.run("--reruns=2", *workers, process=True)
    assert (run.status, run.word) == (0, "GO")
    assert run.counts == {"collected": 1, "executed": 1, "passed": 1, "flaky": 1}


def test_a_failing_subtest_fails_its_test_once(project: Project, workers: list[str]) -> None:
    if pytest.version_tuple < (9,):
        pytest.skip("pytest has subtests from version 9 on")
    project.write(
        "test_a.py",
        """
        def test_1(subtests):
            for i in range(3):
                with subtests.test("number", i=i):
                    assert i != 1
        """,
    )
    run = project.run(*workers, process=bool(workers))
    assert run.counts == {"collected": 1, "executed": 1, "failed": 1, "subtests": 3}
    assert run.decision["not_passed"][0]["subtests"][0].startswith("[number] (i=")


def test_no_secret_is_in_a_subtest_an_ending_or_the_command_line(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import pytest

        def test_1(request):
            if pytest.version_tuple >= (9,):
                with request.getfixturevalue("subtests").test("password=hunter2xyz", header="Bearer hunter2hunter2"):
                    assert 0
            pytest.exit("api_key=hunter2xyz")
        """,
    )
    run = project.run("-o", "junit_suite_name=Bearer hunter2hunter2")
    assert (run.word, "hunter2" in (run.folder / "evidence.jsonl").read_text("utf-8")) == ("HOLD", False)
    assert "interrupted by pytest.exit: api_key=[redacted]" in run.out


def test_a_broken_teardown_is_an_error_and_a_failed_test_stays_failed(project: Project, workers: list[str]) -> None:
    project.write(
        "test_a.py",
        """
        import pytest
        @pytest.fixture
        def breaks():
            yield
            raise ValueError
        def test_passes(breaks): pass
        def test_fails(breaks): assert 0
        """,
    )
    run = project.run(*workers, process=bool(workers))
    assert run.counts == {"collected": 2, "executed": 2, "failed": 1, "errors": 1}


def test_a_module_skipped_as_a_whole_is_counted_apart(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "def test_1(): pass")
    project.write("test_b.py", "import pytest\npytest.skip('not here', allow_module_level=True)")
    run = project.run(*workers, process=bool(workers))
    assert run.word == "GO"
    assert run.counts == {"collected": 1, "executed": 1, "passed": 1, "skipped_files": 1}


def test_the_same_test_twice_is_numbered(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", "def test_1(): assert 0")
    run = project.run("test_a.py", "test_a.py", "--keep-duplicates", *workers, process=bool(workers))
    if run.counts["collected"] == 1:
        pytest.skip("this pytest keeps one of two equal paths")
    assert sorted(row["id"] for row in run.decision["not_passed"]) == ["test_a.py::test_1", "test_a.py::test_1 (2)"]


def test_each_worker_runs_everything(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("test_a.py", THREE.format("pass"))
    run = project.run("-n2", "--dist=each", process=True)
    assert (run.status, run.word) == (0, "GO")
    assert run.counts == {"collected": 6, "executed": 6, "passed": 6}


def test_setup_only_proves_nothing(project: Project) -> None:
    project.write("test_a.py", THREE.format("pass"))
    run = project.run("--setup-only")
    assert (run.status, run.word) == (21, "HOLD")
    assert run.counts["lost"] == 3


def test_another_run_in_the_same_folder_does_not_decide_this_one(project: Project) -> None:
    project.write("inner/test_inner.py", "def test_inner(): pass")
    project.write(
        "test_a.py",
        """
        import pytest
        @pytest.mark.xfail
        def test_outer(): assert 0
        def test_nested():
            assert pytest.main(["--stage-gate", "-q", "-p", "no:cacheprovider", "inner"]) == 0
        """,
    )
    run = project.run("test_a.py", process=True)
    assert run.status == 21
    assert "another run has written over this run's record" in run.last_line


def test_a_disk_that_fails_is_a_hold_and_no_internal_error(project: Project) -> None:
    project.write(
        "conftest.py",
        """
        from pytest_stagegate.evidence import writing
        def full(*args): raise OSError(28, "No space left on device")
        def pytest_runtest_setup(): writing._pwrite = writing._write = full
        """,
    )
    project.write("test_a.py", THREE.format("pass"))
    run = project.run(process=True)
    assert run.status == 21
    assert "the record can't be written: No space left on device" in run.last_line


def test_a_session_that_never_happened_holds(project: Project) -> None:
    project.write("test_a.py", "def test_bad(): assert 0")
    project.write("conftest.py", "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_cmdline_main(): return 0")
    run = project.run(process=True)
    assert run.status == 21
    assert "no session of pytest came to its end" in run.out + run.err


def test_a_child_that_a_test_forks_decides_nothing(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import os, sys, pytest
        @pytest.mark.filterwarnings("ignore::DeprecationWarning")
        def test_forks():
            child = os.fork()
            if child == 0:
                sys.exit(0)
            os.waitpid(child, 0)
        def test_more(): pass
        """,
    )
    run = project.run(process=True)
    assert (run.status, run.word) == (0, "GO"), run.out


def test_what_breaks_after_the_decision_is_in_the_documents(project: Project) -> None:
    project.write("test_a.py", "def test_1(): pass")
    project.write("conftest.py", "def pytest_unconfigure(config): raise RuntimeError('too late')")
    run = project.run(process=True)
    assert run.status != 0
    assert run.word == "NO_GO"


@pytest.mark.parametrize("option", ["--help", "--version", "--markers", "--fixtures"])
def test_pytest_may_show_something_instead_of_running(project: Project, option: str) -> None:
    project.write("test_a.py", "def test_1(): pass")
    assert project.run(option, process=True).status == 0
