"""A project's own ``gates/``: asked like stock gates, and never able to break the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

GREEN = "def test_1(): pass\ndef test_2(): pass"


def gate_source(body: str, parameters: str = "results: TestResults") -> str:
    return (
        f"from pytest_stagegate import Coverage, TestResults, check, gate\n@gate\ndef mine({parameters}):\n    {body}\n"
    )


@pytest.mark.parametrize(
    ("body", "verdict", "reason", "status"),
    [
        ("yield check('enough', results.passed, at_least=2)", "PASS", "", 0),
        ("yield check('enough', results.passed, at_least=3)", "FAIL", "limit-not-met", 20),
        ("assert results.passed >= 2", "PASS", "", 0),
        ("assert results.passed >= 3", "FAIL", "assertion", 20),
        ("assert 1 == 1", "ERROR", "inspected-nothing", 21),
        ("pass", "ERROR", "inspected-nothing", 21),
        ("return []", "ERROR", "no-check", 21),
        ("return 'fine'", "ERROR", "bad-check", 21),
        ("raise RuntimeError('oops')", "ERROR", "gate-raised", 21),
        ("raise SystemExit(0)", "ERROR", "gate-raised", 21),
        ("yield check('nan', float('nan'), at_least=1, inspected=1)", "ERROR", "not-a-number", 21),
        ("yield check('none', 3, at_least=1)", "NO_EVIDENCE", "nothing-measured", 21),
        ("yield 'fine'", "ERROR", "bad-check", 21),
    ],
)
def test_whatever_a_gate_does(project: Project, body: str, verdict: str, reason: str, status: int) -> None:
    project.write("test_a.py", GREEN)
    project.write("gates/mine.py", gate_source(body))
    run = project.run()
    assert (run.gate("mine")["verdict"], run.gate("mine")["reason"], run.status) == (verdict, reason, status)
    assert "Traceback" not in run.out + run.err


def test_a_plain_assert_explains_itself(project: Project) -> None:
    project.write("test_a.py", GREEN)
    project.write("gates/mine.py", gate_source("assert results.passed >= 3"))
    assert "<2 tests> >= 3" in project.run().gate("mine")["summary"]


def test_a_gate_that_asks_for_coverage_gets_it(project: Project) -> None:
    project.write("thing.py", "x = 1")
    project.write("test_a.py", "def test_1(): import thing")
    project.write(".coveragerc", "[run]\ninclude = thing.py")
    project.write(
        "gates/mine.py", gate_source("yield check('line', coverage.lines, at_least='100 %')", "coverage: Coverage")
    )
    run = project.run(process=True)
    assert (run.status, run.gate("mine")["verdict"]) == (0, "PASS")


def test_options_of_a_gate_come_from_the_policy(project: Project) -> None:
    project.write("test_a.py", GREEN)
    project.write(
        "gates/mine.py",
        """
        from pytest_stagegate import Count, GateOptions, TestResults, check, gate
        class Options(GateOptions, frozen=True):
            at_least: Count = 1
        @gate(options=Options, title="Enough tests", remedy="write more")
        def enough(results: TestResults, options: Options):
            yield check("passed", results.passed, at_least=options.at_least)
        """,
    )
    project.write("stagegate.toml", "[gate.enough]\nat_least = 3\nowner = 'me'")
    gate = project.run().gate("enough")
    assert (gate["verdict"], gate["owner"], gate["remedy"]) == ("FAIL", "me", "write more")


def test_a_gate_at_another_stage_is_not_asked(project: Project) -> None:
    project.write("test_a.py", GREEN)
    project.write("gates/mine.py", gate_source("raise RuntimeError").replace("@gate", "@gate(stage='release')"))
    assert project.run().word == "GO"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def broken(:", "gates/mine.py:1: can't be read: invalid syntax"),
        ("import there_is_no_such_module", "gates/mine.py: can't be loaded: ModuleNotFoundError"),
        (
            gate_source("pass", "x: int"),
            "gates/mine.py: can't be loaded: GateDefinitionError: mine: parameter 'x' asks for int",
        ),
        (gate_source("pass").replace("mine", "results"), "the gate name 'results' is taken already"),
        (
            gate_source("pass").replace("@gate", "@gate(stage='tset')"),
            "unknown stage of gate 'mine' 'tset'; did you mean 'test'?",
        ),
        ("raise SystemExit", "gates/mine.py: can't be loaded: SystemExit"),
    ],
)
def test_a_gate_module_that_can_not_be_loaded_stops_the_run(project: Project, source: str, message: str) -> None:
    project.write("test_a.py", GREEN)
    project.write("gates/mine.py", source)
    run = project.run()
    assert run.status == 4
    assert message in run.err
    assert "Traceback" not in run.out + run.err


def test_a_gate_module_does_not_shadow_a_package(project: Project) -> None:
    project.write("test_a.py", "def test_1():\n    import coverage\n    assert coverage.__version__")
    project.write("gates/coverage.py", gate_source("assert results.passed >= 1"))
    assert project.run(process=True).status == 0


def test_asserts_are_not_trusted_without_asserts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    project.write("test_a.py", GREEN)
    project.write("gates/mine.py", gate_source("assert results.passed >= 1"))
    run = project.run("-W", "ignore", process=True)
    assert (run.status, run.gate("mine")["reason"]) == (21, "asserts-off")


def test_a_gate_of_an_installed_package_needs_a_table(project: Project) -> None:
    project.write("test_a.py", GREEN)
    project.write("theirs.py", gate_source("assert results.passed >= 99").replace("def mine", "def theirs"))
    project.write("theirs-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: theirs\nVersion: 1.0")
    project.write("theirs-1.0.dist-info/entry_points.txt", "[stagegate]\ntheirs = theirs")
    project.pytester.syspathinsert()
    assert project.run().word == "GO"
    project.write("stagegate.toml", "[gate.theirs]")
    assert project.run().gate("theirs")["verdict"] == "FAIL"


def test_own_templates_come_first(project: Project) -> None:
    project.write("test_a.py", GREEN)
    project.write("stagegate.toml", 'templates = "docs/gate"')
    project.write("docs/gate/report.md.j2", "OURS {{ view.word }}")
    run = project.run()
    assert (run.folder / "report.md").read_text().strip() == "OURS GO"


def test_a_broken_template_holds_and_is_named(project: Project) -> None:
    project.write("test_a.py", GREEN)
    project.write("stagegate.toml", 'templates = "docs/gate"')
    project.write("docs/gate/report.md.j2", "{{ view.nonsense }}")
    run = project.run()
    assert run.status == 21
    assert "template report.md.j2" in run.last_line


def test_an_error_of_a_gate_is_told_without_the_folder_of_this_machine(project: Project) -> None:
    project.write(
        "gates/own.py",
        """
        from pytest_stagegate import TestResults, gate
        @gate
        def own(tests: TestResults):
            open(__file__ + ".txt")
        """,
    )
    project.write("test_a.py", "def test_a(): pass")
    run = project.run()
    assert "No such file or directory: 'gates/own.py.txt'" in run.gate("own")["summary"]
    assert str(project.path) not in (run.folder / "decision.json").read_text()
