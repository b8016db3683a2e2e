"""Producers in a live run: once, at its end, in the controlling process; what they make is evidence of the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugin.conftest import left_out

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

LCOV = "TN:\nSF:web/a.js\nDA:1,1\nDA:2,0\nend_of_record\n"
LIMIT = '\n[gate.coverage]\nline = "{}"\nsource = ["web"]\n'


def entry(name: str, code: str, *, format_: str = "lcov", more: str = "") -> str:
    command = json.dumps([sys.executable, "-c", code])
    return f'[[evidence]]\nname = "{name}"\nformat = "{format_}"\ncommand = {command}\n{more}\n'


def prints(text: str, then: str = "") -> str:
    return f"import sys; sys.stdout.write({text!r}); sys.stdout.flush(); open('runs', 'a').write('1'); {then}"


def report(*cases: str) -> str:
    return f"<testsuite name='js'>{''.join(cases)}</testsuite>"


PASSED = "<testcase name='a' time='1'/>"
FAILED = "<testcase name='b'><failure>no</failure></testcase>"


@pytest.fixture
def suite(project: Project) -> Project:
    """A green suite."""
    project.write("pytest.ini", "[pytest]\ntestpaths = tests")
    project.write("tests/test_a.py", "def test_a(): pass\ndef test_b(): pass")
    return project


def policy(project: Project, *entries: str, more: str = "") -> None:
    project.write("stagegate.toml", "\n".join(entries) + more)


def item(run: Gated, source: str) -> dict[str, Any]:
    return next(each for each in run.decision["evidence"] if each["source"] == source)


def produced(project: Project) -> list[str]:
    folder = project.path / ".stagegate/evidence"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_what_a_tool_makes_counts(suite: Project, workers: list[str]) -> None:
    policy(suite, entry("js", prints(report(PASSED, FAILED), "sys.exit(1)"), format_="junit"))
    run = suite.run(*workers, process=bool(workers))
    assert (run.status, run.word) == (20, "NO_GO")
    assert run.counts == {"collected": 4, "executed": 4, "passed": 3, "failed": 1}
    assert (suite.path / "runs").read_text() == "1"
    assert any(line.startswith("stagegate: ran js (") for line in run.out.splitlines())


def test_it_is_listed_with_digest_commit_and_version(suite: Project) -> None:
    version = json.dumps([sys.executable, "-c", "print('web 4.2')"])
    policy(suite, entry("web", prints(LCOV), more=f"version = {version}"))
    run = suite.run()
    found = item(run, ".stagegate/evidence/web.info")
    assert (found["state"], found["producer"], found["commit"]) == ("whole", "web 4.2", "0123456789abcdef")
    assert (run.word, run.provisional) == ("GO", [])
    sums = (run.folder / "SHA256SUMS").read_text()
    assert f"{found['sha256']}  evidence/web.info\n" in sums


def test_checking_later_gives_the_same_bytes_and_runs_nothing(suite: Project) -> None:
    policy(
        suite,
        entry("js", prints(report(PASSED), "sys.exit('broke')"), format_="junit", more="exit_ok = [0]"),
        entry("web", prints(LCOV)),
        entry("none", prints("")),
    )
    suite.run()
    folder = suite.path / ".stagegate"
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    suite.check("--as-of", "run")
    assert {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()} == before
    assert (suite.path / "runs").read_text() == "111"


def test_a_tool_that_fails_is_an_error_and_what_it_found_still_counts(suite: Project) -> None:
    failing = prints(report(PASSED, FAILED), "sys.exit('config.js: no such rule')")
    policy(suite, entry("js", failing, format_="junit", more="exit_ok = [0]"))
    run = suite.run()
    assert (run.status, run.counts["failed"]) == (21, 1)
    assert (run.gate("results")["verdict"], run.gate("results")["reason"]) == ("ERROR", "producer-failed")
    found = item(run, ".stagegate/evidence/js.xml")
    assert found["state"] == "failed"
    assert found["text"] == (
        ".stagegate/evidence/js.xml: the producer js failed: it ended with the status 1 (config.js: no such rule)."
    )
    assert "stagegate: the producer js failed: it ended with the status 1 (config.js: no such rule)" in run.out


@pytest.mark.parametrize(
    ("code", "more", "state"),
    [
        ("import time; time.sleep(100)", 'timeout = "200 ms"', "missing"),
        ("pass", 'path = "cov.info"', "missing"),
        ("print('TN:\\nSF:a.js\\nDA:1'); raise SystemExit(4)", "", "unreadable"),
    ],
)
def test_a_tool_without_a_file_that_can_be_read_holds(suite: Project, code: str, more: str, state: str) -> None:
    policy(suite, entry("web", code, more=more), more=LIMIT.format("50 %"))
    (suite.path / "web").mkdir()
    (suite.path / "cov.info").write_text(LCOV)  # of an earlier run
    run = suite.run()
    assert (run.status, run.word, run.incomplete) == (21, "HOLD", ["producer-failed"])
    assert item(run, ".stagegate/evidence/web.info")["state"] == state
    assert run.gate("coverage")["verdict"] == "NO_EVIDENCE"


def test_a_gate_that_does_not_read_the_kind_is_left_alone(suite: Project) -> None:
    policy(suite, entry("web", prints(LCOV, "sys.exit(9)")))
    run = suite.run()
    assert run.gate("results")["verdict"] == "PASS"


def test_quiet_says_nothing_of_tools_that_came_to_their_end(suite: Project) -> None:
    policy(suite, entry("web", prints(LCOV)))
    assert "stagegate: ran" not in suite.run("-q").out


def test_a_shard_runs_no_tool_and_the_decision_misses_it(suite: Project) -> None:
    policy(suite, entry("web", prints(LCOV)))
    suite.shard("one")
    assert not (suite.path / "runs").exists()
    run = suite.check("--as-of", "run", "records")
    assert (run.status, run.incomplete) == (21, ["tool-missing"])
    text = run.decision["incomplete"][0]["text"]
    assert text == (
        "Nothing that the producer web makes is among the evidence; run stagegate collect, and hand over its folder."
    )


@pytest.mark.parametrize("args", [["--collect-only"], ["--markers"], ["no/such/path"], ["--fixtures"]])
def test_what_is_no_session_of_tests_runs_no_tool(suite: Project, args: list[str]) -> None:
    policy(suite, entry("web", prints(LCOV)))
    suite.run(*args)
    assert not (suite.path / "runs").exists()


@pytest.mark.parametrize("ending", ["raise KeyboardInterrupt", "import pytest; pytest.exit('enough')"])
def test_an_interrupted_run_runs_no_tool(suite: Project, ending: str) -> None:
    policy(suite, entry("web", prints(LCOV)))
    suite.write("tests/test_b.py", f"def test_c():\n    {ending}")
    run = suite.run(process=True)
    assert not (suite.path / "runs").exists()
    assert run.incomplete[-1] == "tool-missing"


@pytest.mark.parametrize("broken", ["def test_c(: pass", "def test_c(): assert 0"])
def test_a_red_run_runs_them(suite: Project, broken: str) -> None:
    policy(suite, entry("web", prints(LCOV)))
    suite.write("tests/test_b.py", broken)
    suite.run("-x")
    assert (suite.path / "runs").read_text() == "1"


def test_the_next_run_takes_away_what_this_one_made(suite: Project) -> None:
    policy(suite, entry("web", prints(LCOV)))
    suite.run()
    assert produced(suite) == ["web.info", "web.info.stagegate.json"]
    policy(suite)
    suite.run()
    assert produced(suite) == []


def test_only_the_tools_of_the_stage_and_environment_run(suite: Project) -> None:
    later = entry("later", prints(LCOV), more='stage = "deploy"')
    live = entry("live", prints(LCOV), more='environment = "live"')
    policy(suite, 'environments = ["dev", "live"]', entry("web", prints(LCOV)), later, live)
    run = suite.run("--stage-gate-env=dev")
    assert produced(suite) == ["web.info", "web.info.stagegate.json"]
    assert run.word == "GO"


def test_a_tool_gets_no_variable_of_the_run(suite: Project, workers: list[str]) -> None:
    code = "import os; open('seen', 'w').write(' '.join(os.environ)); " + prints(LCOV)
    policy(suite, entry("web", code), more=LIMIT.format("50 %"))
    suite.write("web/a.py", "x = 1")
    suite.run(*workers, process=True)
    seen = (suite.path / "seen").read_text().split()
    assert [each for each in seen if each.startswith(("PYTEST_", "COV", "STAGEGATE_COV"))] == []


def test_a_dirty_tree_is_said_once(suite: Project) -> None:
    policy(suite, entry("web", prints(LCOV)), entry("js", prints(report(PASSED)), format_="junit"))
    suite.commit_everything()
    suite.write("tests/test_b.py", "def test_c(): pass")
    assert suite.run().provisional == ["dirty-tree"]


def test_a_tool_that_runs_this_gate_again_has_an_end(suite: Project) -> None:
    command = json.dumps([sys.executable, "-m", "pytest", "--stage-gate", "-p", "no:cacheprovider"])
    policy(suite, f'[[evidence]]\nname = "again"\nformat = "junit"\ncommand = {command}\n')
    run = suite.run(process=True)
    assert (run.status, run.incomplete) == (21, ["producer-failed"])
    assert "ended with the status 4 and wrote nothing" in run.decision["incomplete"][0]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_kills_the_tools_and_the_run_is_not_whole(suite: Project) -> None:
    code = "import os, time; open('pid.tmp', 'w').write(str(os.getpid())); os.rename('pid.tmp', 'pid'); time.sleep(100)"
    policy(suite, entry("web", code))
    words = [sys.executable, "-m", "pytest", "--stage-gate", *left_out(())]
    # A job in the background of a shell ignores the signal, and what it starts does too.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(words, cwd=suite.path, stdout=subprocess.PIPE, text=True, preexec_fn=heard) as running:
        pid = suite.path / "pid"
        _until(pid.exists)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=60)
    tool = int(pid.read_text())
    _until(lambda: not _alive(tool))
    decision = json.loads((suite.path / ".stagegate/decision.json").read_bytes())
    assert (running.returncode, decision["decision"]) == (2, "HOLD")
    assert [note["reason"] for note in decision["incomplete"]] == ["interrupted", "tool-missing"]
    assert out.splitlines()[-1].startswith("‖ HOLD")


def _until(there: Any) -> None:
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()


def test_runs_against_two_environments_have_each_their_own(suite: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"import os, sys; sys.stdout.write({report(PASSED)!r}.replace('js', os.environ['WHERE']))"
    policy(suite, 'environments = ["dev", "live"]', entry("js", code, format_="junit"))
    for where in ("dev", "live"):
        monkeypatch.setenv("WHERE", where)
        suite.run(f"--stage-gate-env={where}")
        (suite.path / ".stagegate").rename(suite.path / f"kept-{where}")
    run = suite.check("--as-of", "run", "kept-dev", "kept-live/evidence.jsonl")
    assert (run.incomplete, run.counts["passed"]) == ([], 6)
    shown = {each["source"]: each["environment"] for each in run.decision["evidence"]}
    assert (shown["kept-dev/evidence/js.xml"], shown["kept-live/evidence/js.xml"]) == ("dev", "live")
