from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.judging import judge
from pytest_stagegate.model.numbers import Duration, Share
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.verdicts import Enforcement, Level, Verdict
from pytest_stagegate.policy.binding import BoundGate, applying, bind
from pytest_stagegate.policy.loading import load
from pytest_stagegate.project import load_project
from pytest_stagegate.registry import Registry
from tests.unit.fakes import NOW, evidence_of, outcomes_of, project_at

ALWAYS = {"results", "coverage", "skips", "flaky", "durations", "warnings"}


def bound(rootdir: Path, policy: str, **files: str) -> tuple[BoundGate, ...]:
    project_at(rootdir, policy=policy, **files)
    registry = Registry(rootdir)
    return bind(load(rootdir), registry.gates, registry.local)


def ids_at(gates: tuple[BoundGate, ...], stage: str = "test", environment: str | None = None) -> list[str]:
    return [each.id for each in applying(gates, stage, environment)]


def gate_at(gates: tuple[BoundGate, ...], id: str, stage: str = "test", environment: str | None = None) -> BoundGate:
    (found,) = [each for each in applying(gates, stage, environment) if each.id == id]
    return found


def mistakes(rootdir: Path, policy: str, **files: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        bound(rootdir, policy, **files)
    return [str(each) for each in caught.value.mistakes]


def test_without_a_policy_the_always_active_gates_apply(tmp_path: Path) -> None:
    assert set(ids_at(bound(tmp_path, ""))) == ALWAYS


def test_the_results_are_listed_first(tmp_path: Path) -> None:
    assert ids_at(bound(tmp_path, ""))[0] == "results"


def test_only_results_block_without_a_policy(tmp_path: Path) -> None:
    blocking = [each.id for each in bound(tmp_path, "") if each.enforcement == Enforcement(Level.BLOCK)]
    assert blocking == ["results"]


def test_coverage_is_judged_at_test_when_the_policy_does_not_say_where(tmp_path: Path) -> None:
    assert "coverage" not in ids_at(bound(tmp_path, ""), "deploy")


@pytest.mark.parametrize(
    ("written", "shown"), [("", "1 h"), ('max_age = "2 h"', "2 h"), ('max_age = "5 min"', "5 min")]
)
def test_the_policy_says_how_old_evidence_may_be_and_else_the_gate_does(
    tmp_path: Path, written: str, shown: str
) -> None:
    found = gate_at(bound(tmp_path, f"[gate.synthetic]\n{written}"), "synthetic", "monitor")
    assert found.max_age == Duration.parse(shown)


def test_a_declared_limit_blocks_by_default(tmp_path: Path) -> None:
    gate = gate_at(bound(tmp_path, '[gate.coverage]\nline = "90 %"'), "coverage")
    assert gate.enforcement == Enforcement(Level.BLOCK)
    assert gate.options is not None
    assert getattr(gate.options, "line") == Share.parse("90 %")  # noqa: B009 - the stock gate's own type


def test_a_table_without_a_limit_leaves_the_gate_observing(tmp_path: Path) -> None:
    assert gate_at(bound(tmp_path, '[gate.coverage]\nowner = "dana"'), "coverage").enforcement.level is Level.OBSERVE


def test_an_explicit_enforcement_holds(tmp_path: Path) -> None:
    text = '[gate.results]\nenforcement = "observe"\n[gate.skips]\nmax_skipped = 3\nenforcement = "warn"'
    gates = bound(tmp_path, text)
    assert gate_at(gates, "results").enforcement.level is Level.OBSERVE
    assert gate_at(gates, "skips").enforcement.level is Level.WARN


def test_limits_loosen_results_but_not_its_enforcement(tmp_path: Path) -> None:
    assert gate_at(bound(tmp_path, "[gate.results]\nmax_failed = 3"), "results").enforcement.level is Level.BLOCK


def test_one_gate_may_stand_twice(tmp_path: Path) -> None:
    gates = bound(
        tmp_path,
        '[gate.coverage]\nline = "90 %"\n[gate.release-coverage]\nuses = "coverage"\nstage = "release"\nline = "95 %"',
    )
    assert "coverage" in ids_at(gates)
    assert "release-coverage" in ids_at(gates, "release")
    assert "release-coverage" not in ids_at(gates)


def test_a_gate_under_another_name_stands_beside_the_always_active_one(tmp_path: Path) -> None:
    found = ids_at(bound(tmp_path, '[gate.few-skips]\nuses = "skips"\nmax_skipped = 0'))
    assert {"few-skips", "skips"} <= set(found)


def test_a_name_of_an_always_active_gate_given_to_another_does_not_switch_that_one_off(tmp_path: Path) -> None:
    try:
        gates = bound(tmp_path, '[gate.results]\nuses = "durations"\nmax_total = "1 h"')
    except MistakesError:
        return
    assert "results" in [each.gate.name for each in applying(gates, "test", None)]


def test_a_table_for_one_stage_does_not_loosen_another(tmp_path: Path) -> None:
    gates = bound(tmp_path, '[gate.results]\nstage = "deploy"\nmax_failed = 5\nenforcement = "observe"')
    assert gate_at(gates, "results", "deploy").enforcement.level is Level.OBSERVE
    elsewhere = gate_at(gates, "results")
    assert (elsewhere.table, elsewhere.enforcement.level) == (None, Level.BLOCK)


def test_a_table_for_one_environment_does_not_loosen_another(tmp_path: Path) -> None:
    text = 'environments = ["dev", "eu"]\n[gate.results]\nenvironment = "dev"\nenforcement = "observe"'
    gates = bound(tmp_path, text)
    levels = [gate_at(gates, "results", "test", place).enforcement.level for place in ("dev", "eu", None)]
    assert levels == [Level.OBSERVE, Level.BLOCK, Level.BLOCK]


OWN = """
from pytest_stagegate import Count, GateOptions, TestResults, check, gate

class Limits(GateOptions, frozen=True):
    at_most: Count = 0

@gate(stage="test", options=Limits)
def nothing_fails(tests: TestResults, options: Limits):
    yield check("failed", tests.failed, at_most=options.at_most)
"""


def test_a_gate_of_the_project_s_own_is_active_without_a_table(tmp_path: Path) -> None:
    gates = bound(tmp_path, "", gates__own=OWN)
    assert "nothing-fails" in ids_at(gates)
    assert "nothing-fails" not in ids_at(gates, "deploy")


@pytest.mark.parametrize("policy", ["", "[gate.nothing-fails]\nat_most = 0"], ids=["no table", "the default, written"])
def test_a_limit_that_is_an_option_s_default_is_judged(tmp_path: Path, policy: str) -> None:
    project = load_project(project_at(tmp_path, policy=policy, gates__own=OWN))
    (active,) = [each for each in project.gates("test", None) if each.id == "nothing-fails"]
    evidence = evidence_of(outcomes_of(failed=1), exit_status=1)
    assert judge(active, evidence, Place("test", None, NOW)).verdict is Verdict.FAIL


def test_mistakes_of_policy_and_gates_are_reported_together(tmp_path: Path) -> None:
    text = """\
defualt_stage = "test"
[gate.covrage]
line = "90 %"
[gate.coverage]
lines = "90 %"
branch = 80
by_stage = "smoke"
paths = { "src/**" = 98 }
[gate.slow]
uses = "duration"
"""
    assert mistakes(tmp_path, text) == [
        "stagegate.toml:1 defualt_stage: unknown key 'defualt_stage'; did you mean 'default_stage'?",
        "stagegate.toml:2 gate.covrage: unknown gate 'covrage'; did you mean 'coverage'?",
        "stagegate.toml:5 gate.coverage.lines: unknown key 'lines'; did you mean 'line'?",
        'stagegate.toml:6 gate.coverage.branch: 80 is not a share; write "80 %"',
        "stagegate.toml:7 gate.coverage.by_stage: unknown stage 'smoke'; "
        "known: build, code, deploy, manage, monitor, plan, release, test",
        'stagegate.toml:8 gate.coverage.paths: 98 is not a share; write "98 %"',
        "stagegate.toml:10 gate.slow.uses: unknown gate 'duration'; did you mean 'durations'?",
    ]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("[gate.coverage]\nline = '101 %'", '"101 %" can never be reached; a share is between 0 % and 100 %'),
        ("[gate.skips]\nmax_skipped = -1", "Expected int >= 0"),
        ("[gate.skips]\nmax_skipped = '3'", "Expected int | null, got str"),
        ("[gate.skips]\nrequire_reason = 'yes'", "Expected bool, got str"),
        ("[gate.durations]\nmax_test = 2", "2 is not a length of time"),
    ],
)
def test_an_impossible_limit_is_a_mistake(tmp_path: Path, limit: str, words: str) -> None:
    (mistake,) = mistakes(tmp_path, limit)
    assert mistake.startswith("stagegate.toml:2 gate.")
    assert words in mistake


def test_options_for_a_gate_that_takes_none_are_a_mistake(tmp_path: Path) -> None:
    own = "from pytest_stagegate import TestResults, gate\n@gate\ndef own(tests: TestResults):\n    assert tests.passed"
    assert mistakes(tmp_path, "[gate.own]\nline = '90 %'", gates__own=own) == [
        "stagegate.toml:2 gate.own.line: unknown key 'line'; the gate 'own' takes no options"
    ]


def test_a_stock_gate_whose_stages_the_policy_does_not_have_needs_one_named(tmp_path: Path) -> None:
    policy = "stages = ['all']\n[gate.findings]\n"
    (mistake,) = mistakes(tmp_path, policy)
    told = "the gate 'findings' is for code, test, none of which is a stage here; give it a stage"
    assert mistake == f"stagegate.toml:2 gate.findings: {told}"
    assert load_project(project_at(tmp_path, policy=f"{policy}stage = 'all'")).bound


def test_a_gate_for_a_stage_that_the_policy_does_not_have_is_a_mistake(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "stages = ['dev', 'test']", gates__own=OWN.replace('"test"', '"tests"'))
    assert mistake == "stagegate.toml:1 stages: unknown stage of gate 'nothing-fails' 'tests'; did you mean 'test'?"


def test_limits_that_can_not_stand_together_are_a_mistake_with_its_place(tmp_path: Path) -> None:
    text = "[gate.metrics]\nat_most = { p95_ms = 300 }\n\n[gate.metrics.warn_above]\np59_ms = 250"
    (found,) = mistakes(tmp_path, text)
    assert found == (
        "stagegate.toml:5 gate.metrics.warn_above.p59_ms: 'p59_ms' needs a limit in at_most too; did you mean 'p95_ms'?"
    )


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("at_most = { n = nan }", "nan is no limit: nothing compares with it"),
        ("at_most = { n = inf }", "inf is no limit: nothing compares with it"),
        ("at_most = { n = true }", "True is not a number"),
        ('at_least = { n = "90 %" }', "'90 %' is not a number"),
        ("max_growth = { n = 10 }", "10 is not a percentage"),
        ('max_drop = { n = "-10 %" }', "'-10 %' is not a percentage"),
        ("at_most = 5", "Expected object, got int"),
    ],
)
def test_a_limit_of_a_metric_that_nothing_can_meet_is_a_mistake(tmp_path: Path, option: str, words: str) -> None:
    (found,) = mistakes(tmp_path, f"[gate.metrics]\n{option}")
    assert words in found


def test_stages_of_stock_gates_that_nobody_asked_for_are_no_mistake(tmp_path: Path) -> None:
    assert set(ids_at(bound(tmp_path, "stages = ['dev', 'live']\ndefault_stage = 'dev'"), "dev")) == ALWAYS


def test_a_table_of_a_gate_that_no_stage_of_the_policy_is_for_is_a_mistake(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "stages = ['dev', 'live']\ndefault_stage = 'dev'\n[gate.property-tests]")
    assert mistake == (
        "stagegate.toml:3 gate.property-tests: the gate 'property-tests' is for code, test, release, "
        "none of which is a stage here; give it a stage"
    )


def test_a_table_may_give_its_gate_a_stage_of_the_policy(tmp_path: Path) -> None:
    policy = "stages = ['dev', 'live']\ndefault_stage = 'dev'\n[gate.property-tests]\nstage = 'live'"
    assert "property-tests" in ids_at(bound(tmp_path, policy), "live")


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ("[gate.results]\nmax_xpassed = -1", "gate.results.max_xpassed: Expected int >= 0"),
        ('[gate.results]\nrequired = "t.py"', "gate.results.required: Expected array, got str"),
        ('[gate.skips]\nmax_skipped_ratio = "101 %"', 'gate.skips.max_skipped_ratio: "101 %" can never be reached'),
        ("[gate.skips]\nmax_new = -1", "gate.skips.max_new: Expected int >= 0"),
        ("[gate.skips]\nallow = [1]", "gate.skips.allow: Expected str, got int"),
        ('[gate.debt]\nrequire = ["reasn"]', "gate.debt.require: Invalid enum value 'reasn'; did you mean 'reason'?"),
        ("[gate.debt]\nmax_debt = nan", "gate.debt.max_debt: Expected int | null, got float"),
        ('[gate.flaky]\nmax_flaky_ratio = "101 %"', 'gate.flaky.max_flaky_ratio: "101 %" can never be reached'),
        ("[gate.flaky]\nmax_flaky = -1", "gate.flaky.max_flaky: Expected int >= 0"),
        (
            '[gate.durations]\nper_stage = { tset = "2 s" }',
            "gate.durations.per_stage.tset: unknown stage 'tset'; did you",
        ),
        ('[gate.durations]\nper_stage = { test = "2" }', "gate.durations.per_stage: '2' is not a length of time"),
        ('[gate.durations]\nmax_growth = "-5 %"', "gate.durations.max_growth: '-5 %' is not a percentage"),
        ("[gate.durations]\nmax_growth = nan", "gate.durations.max_growth: nan is not a percentage"),
        ('[gate.durations]\nmin_duration = "x"', "gate.durations.min_duration: 'x' is not a length of time"),
        ("[gate.warnings]\nmax_new = -1", "gate.warnings.max_new: Expected int >= 0"),
        ("[gate.warnings]\ncategories = { A = -1 }", "gate.warnings.categories: Expected int >= 0"),
        ("[gate.matrix]\nmin_executed = 0", "gate.matrix.min_executed: Expected int >= 1"),
    ],
)
def test_what_can_never_be_met_or_read_is_a_mistake_in_its_place(tmp_path: Path, table: str, mistake: str) -> None:
    (found,) = mistakes(tmp_path, table)
    assert found.startswith(f"stagegate.toml:2 {mistake}")


def test_a_growth_may_be_more_than_the_whole(tmp_path: Path) -> None:
    gate = gate_at(bound(tmp_path, '[gate.durations]\nmax_growth = "150 %"'), "durations")
    assert gate.options is not None
    assert getattr(gate.options, "max_growth").value == Fraction(3, 2)  # noqa: B009 - the stock gate's own type
