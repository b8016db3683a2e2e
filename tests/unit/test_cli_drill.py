from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.lines import Attached
from tests.unit.fakes import FINISHED, collected, coverage_of, end, file_of, passed, project_at, record_at, run_line
from tests.unit.test_cli import RECORD, project, run

__all__ = ["project"]

SUITE = '[gate.skips]\nmax_skipped = 0\n[gate.durations]\nmax_test = "5 s"\n[gate.warnings]\nmax_warnings = 3\n'
COVERAGE = '[gate.coverage]\nline = "80 %"\n'
STUCK = """
from pytest_stagegate import TestResults, check, gate

@gate(name="stuck")
def stuck(tests: TestResults):
    yield check("collected", tests.collected, at_least=1)
"""
OWN = """
from pytest_stagegate import Fault, TestResults, check, gate, hookimpl

@gate(name="many")
def many(tests: TestResults):
    yield check("collected", tests.collected, at_least=2)

def one_test(files):
    (record,) = [path for path in files if path.name == "evidence.jsonl"]
    lines = record.read_text().splitlines(keepends=True)
    items = '{"record":"items","first":0,"ids":["t.py::test_0"],"tags":[0]}\\n'
    ran = '{"record":"passed","items":[0],"us":[1]}\\n'
    lines[2:4] = [items, ran]
    record.write_text("".join(lines))
    return True

@hookimpl
def stagegate_faults():
    return [Fault("only one test is there", one_test)]
"""


def recorded(*more: lines.Line, covered: int = 9) -> Path:
    measured = lines.Measured(coverage=coverage_of(file_of("src/a.py", covered, 10), file_of("src/b.py", covered, 10)))
    return record_at(RECORD, run_line(), *collected(4), passed(0, 1, 2, 3), measured, *more, end())


def drilled(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    assert run("drill", *args) == status
    return " ".join(capsys.readouterr().out.split())


def test_every_gate_is_shown_with_what_trips_it(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy=SUITE + COVERAGE)
    recorded()
    told = drilled(capsys)
    assert "✔ results trips when one test fails; every test fails; a test's setup fails" in told
    assert "✔ coverage trips when nothing is covered" in told
    assert "✔ skips trips when every test is skipped" in told
    assert "✔ durations trips when every test takes an hour longer" in told
    assert "✔ warnings trips when warnings are recorded" in told
    assert "– flaky asks for nothing here" in told


def test_a_gate_that_can_t_fail_is_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), gates__own=STUCK)
    recorded()
    told = drilled(capsys, status=20)
    assert "✘ stuck never trips, only when evidence is missing: whatever was planted, it met its limits" in told
    assert told.endswith("✘ can't fail: stuck")


def test_a_limit_that_is_always_met_is_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy='[gate.coverage]\nline = "0 %"\n')
    recorded()
    assert drilled(capsys, status=20).endswith("✘ can't fail: coverage")


def test_to_stop_where_there_is_nothing_is_not_to_fail(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy='[gate.durations]\nmax_total = "1000 h"\n')
    recorded()
    assert drilled(capsys, status=20).endswith("✘ can't fail: durations")


def test_a_plugin_can_bring_faults_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), gates__own=OWN)
    recorded()
    assert "✔ many trips when only one test is there" in drilled(capsys)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise OSError('gone')", "its hook stagegate_faults failed: OSError: gone"),
        ("return [1]", "its hook stagegate_faults returned something that is no Fault"),
    ],
)
def test_a_broken_hook_is_a_mistake(capsys: pytest.CaptureFixture[str], body: str, told: str) -> None:
    project_at(
        Path(), gates__own=f"from pytest_stagegate import hookimpl\n@hookimpl\ndef stagegate_faults():\n    {body}"
    )
    recorded()
    assert run("drill") == 2
    assert told in capsys.readouterr().err


def test_a_gate_that_falls_short_already_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy=COVERAGE)
    recorded(covered=1)
    assert "? coverage FAIL already, so nothing can be shown" in drilled(capsys)


def test_a_waiver_does_not_hide_what_trips(capsys: pytest.CaptureFixture[str]) -> None:
    waiver = '[[waiver]]\ngate = "coverage"\nreason = "r"\nowner = "o"\nexpires = 2999-01-01\n'
    project_at(Path(), policy=COVERAGE + waiver)
    recorded()
    assert "✔ coverage trips" in drilled(capsys)


def test_files_that_the_run_was_given_are_spoiled_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("js.info").write_text("TN:\nSF:a.js\nDA:1,1\nend_of_record\n")
    project_at(Path(), policy=COVERAGE)
    digest: Any = sha256_of(Path("js.info"))
    recorded(Attached(path="js.info", sha256=digest, modified=FINISHED))
    told = drilled(capsys, "-v")
    assert "a test of another tool fails; a tool finds one more error" in told


def test_the_evidence_itself_stays_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before = recorded().read_bytes()
    drilled(capsys)
    assert RECORD.read_bytes() == before
    assert sorted(path.name for path in RECORD.parent.iterdir()) == [".gitignore", "evidence.jsonl"]


def test_without_evidence_there_is_nothing_to_spoil(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("drill") == 21
    assert "evidence.jsonl: there is no such file" in capsys.readouterr().err


def test_a_ring_can_be_kept_closed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGEGATE_COMMIT", "c" * 40)
    project_at(Path(), policy='[[ring]]\nname = "a"\nsoak = "1 h"\n[[ring]]\nname = "b"\n')
    recorded()
    assert "✔ rollout trips when a ring is to open before its turn" in drilled(capsys)
    assert run("rollout", "advance", "--as-of=2020-11-20T09:00:00Z") == 0
    capsys.readouterr()
    log = ".stagegate/rollout.jsonl"
    assert (
        "✔ rollout trips when somebody halts the rollout; the ring that is to be left was opened only now; "
        "a ring is to open before its turn" in drilled(capsys, str(RECORD), log)
    )
    assert run("rollout", "halt", "--by=Dana", "--reason=errors") == 0
    capsys.readouterr()
    assert "? rollout FAIL already" in drilled(capsys, str(RECORD), log)
    Path(log).write_text(Path(log).read_text(encoding="utf-8").replace("2020", "2021"), encoding="utf-8")
    assert run("drill", str(RECORD), log) == 21
    assert "one was changed or lost" in capsys.readouterr().err
    assert not list(Path(".stagegate").glob("drill-*"))
