"""Hypothesis: examples as evidence, a profile for each stage, and nothing of either in a suite without property tests.

tox runs this file with the oldest Hypothesis that is supported, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import hypothesis  # noqa: F401 - a run inside this process takes away what it imported
import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

# Their own plugin is loaded where an option of theirs is given.
THEIRS = "--hypothesis-verbosity=normal"
HEAD = """
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
"""
GATE = "[gate.property-tests]\nmin_examples = 30\n"
COUNTING = """
    from hypothesis import given, settings
    from hypothesis import strategies as st

    @given(st.integers())
    def test_of_its_profile(x): pass

    @settings(max_examples=7)
    @given(st.integers())
    def test_of_its_own(x): pass
"""


def examples(run: Gated) -> dict[str, dict[str, Any]]:
    """What the record says of each property test, by the test's name."""
    lines = [json.loads(line) for line in (run.folder / "evidence.jsonl").read_text(encoding="utf-8").splitlines()]
    names = [name.split("::", 1)[1] for line in lines if line["record"] == "items" for name in line["ids"]]
    found = {names[line["item"]]: line for line in lines if line["record"] == "examples"}
    return {name: {key: line[key] for key in line if key not in ("record", "item")} for name, line in found.items()}


def passing(run: Gated) -> dict[str, int]:
    return {name: line.get("passing", 0) for name, line in examples(run).items()}


def write(project: Project, tests: str, policy: str = GATE) -> None:
    project.write("test_p.py", HEAD + dedent(tests))
    project.write("stagegate.toml", policy)


# ---- examples


@pytest.mark.parametrize("args", [[], [THEIRS], [THEIRS, "-n2"]], ids=["alone", "beside their plugin", "n2"])
def test_examples_of_each_test_are_counted(project: Project, args: list[str]) -> None:
    write(
        project,
        """
    @settings(max_examples=40)
    @given(st.integers())
    def test_many(x): pass

    @settings(max_examples=7)
    @given(x=st.integers())
    @pytest.mark.parametrize("y", [1, 2])
    def test_few(x, y): pass

    @given(st.booleans())
    def test_all_there_are(x): pass

    @settings(max_examples=9)
    @given(st.integers())
    def test_refusing(x): assume(x % 2)

    def test_another(): pass
        """,
    )
    run = project.run(*args, process="-n2" in args)
    assert passing(run) == {
        "test_many": 40,
        "test_few[1]": 7,
        "test_few[2]": 7,
        "test_all_there_are": 2,
        "test_refusing": 9,
    }
    assert examples(run)["test_all_there_are"]["exhausted"]
    assert examples(run)["test_refusing"]["invalid"] > 0
    assert run.check("property-tests", "fewest-examples")["where"] == [
        "test_p.py::test_few[1]: 7 examples, stopped because settings.max_examples=7",
        "test_p.py::test_few[2]: 7 examples, stopped because settings.max_examples=7",
        "test_p.py::test_refusing: 9 examples, stopped because settings.max_examples=9",
    ]
    assert run.word == "NO_GO"


def test_methods_unittest_and_state_machines_are_property_tests_too(project: Project) -> None:
    write(
        project,
        """
    import unittest
    from hypothesis.stateful import RuleBasedStateMachine, rule

    class TestMethod:
        @settings(max_examples=3)
        @given(x=st.integers())
        def test_it(self, x): pass

    class OfUnittest(unittest.TestCase):
        @settings(max_examples=4)
        @given(st.integers())
        def test_it(self, x): pass

    class Machine(RuleBasedStateMachine):
        @rule()
        def step(self): pass
    TestMachine = Machine.TestCase
    TestMachine.settings = settings(max_examples=5, stateful_step_count=2)
        """,
    )
    assert passing(project.run()) == {"TestMethod::test_it": 3, "OfUnittest::test_it": 4, "TestMachine::runTest": 5}


def test_a_failing_test_says_so_and_variations_of_its_failure_are_not_counted(project: Project) -> None:
    write(
        project,
        """
    @settings(database=None, derandomize=True, max_examples=30)
    @given(st.integers(min_value=0))
    def test_it(x): assert x < 3

    @example(1)
    @given(st.integers())
    def test_explicit(x): assert x != 1
        """,
    )
    run = project.run()
    said = examples(run)["test_it"]
    assert (said["counted"], said["failing"] > 0, said.get("passing", 0) < 30) == (True, True, True)
    assert not examples(run)["test_explicit"]["counted"]
    assert run.check("property-tests", "fewest-examples")["where"][0].endswith("stopped because an example failed")
    assert run.check("property-tests", "examples")["reason"] == "examples-not-counted"


def test_failed_health_checks_are_named_and_suppressed_ones_are_not(project: Project) -> None:
    write(
        project,
        """
    @pytest.fixture
    def shop(): pass

    @given(st.integers())
    def test_refusing(x): assume(x is None)

    @given(st.integers())
    def test_with_a_fixture(shop, x): pass

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(st.integers())
    def test_suppressed(shop, x): pass
        """,
    )
    run = project.run(THEIRS)
    assert run.check("property-tests", "unhealthy")["where"] == [
        "test_p.py::test_refusing: filter_too_much",
        "test_p.py::test_with_a_fixture: function_scoped_fixture",
    ]
    assert passing(run)["test_suppressed"] == 30


def test_tests_that_are_skipped_or_expected_to_fail_are_not_counted(project: Project) -> None:
    write(
        project,
        """
    @pytest.mark.skip(reason="later")
    @given(st.integers())
    def test_skipped(x): pass

    @pytest.mark.xfail(reason="see #411")
    @given(st.integers())
    def test_expected(x): assert False

    @given(st.integers())
    def test_skips_itself(x): pytest.skip("not here")
        """,
    )
    run = project.run()
    assert examples(run) == {}
    gate = run.gate("property-tests")
    assert (gate["verdict"], gate["reason"]) == ("NO_EVIDENCE", "no-property-test")


def test_a_test_inside_of_a_property_test_does_not_speak_for_it(project: Project) -> None:
    write(
        project,
        """
    @settings(max_examples=3, database=None, deadline=None)
    @given(st.integers())
    def inner(x): pass

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers())
    def test_outer(x): inner()

    def test_plain(): inner()
        """,
    )
    assert passing(project.run()) == {"test_outer": 6}


def test_the_last_run_of_a_test_counts(project: Project) -> None:
    pytest.importorskip("pytest_rerunfailures")
    write(
        project,
        """
    runs = []

    @settings(max_examples=5, database=None, deadline=None, phases=[Phase.generate])
    @given(st.integers())
    def test_it(x):
        runs.append(x)
        assert len(runs) > 1
        """,
    )
    run = project.run("--reruns=1", process=True)
    assert (run.counts["flaky"], passing(run)) == (1, {"test_it": 5})


def test_the_junit_file_of_the_user_says_nothing_of_it(project: Project) -> None:
    write(project, "@given(st.integers())\ndef test_it(x): pass")
    project.run("--junitxml=junit.xml")
    assert "stagegate_examples" not in (project.path / "junit.xml").read_text(encoding="utf-8")


def test_shards_bring_their_property_tests_together(project: Project) -> None:
    write(project, "", GATE + "min_tests = 2")
    for name, count in (("a", 40), ("b", 7)):
        tests = f"@settings(max_examples={count})\n@given(st.integers())\ndef test_{name}(x): pass"
        project.write(f"test_{name}.py", HEAD + tests)
    project.shard("a", "test_a.py")
    project.shard("b", "test_b.py")
    decided = project.check("records")
    assert decided.check("property-tests", "tests")["measured"] == 2
    assert decided.check("property-tests", "fewest-examples")["measured"] == 7


def test_a_gate_of_the_project_reads_them(project: Project) -> None:
    write(project, "@settings(max_examples=7)\n@given(st.integers())\ndef test_it(x): pass", "")
    project.write(
        "gates/own.py",
        """
        from pytest_stagegate import PropertyTests, gate
        @gate
        def own(properties: PropertyTests):
            assert properties.examples >= 8
        """,
    )
    assert project.run().gate("own")["verdict"] == "FAIL"


# ---- profiles

PROFILES = "[hypothesis]\ntest = { max_examples = 12, deadline = false }\nrelease = { max_examples = 33 }\n"
PROFILE_FACT = "Hypothesis profile"


@pytest.fixture
def counting(project: Project) -> Project:
    """Two property tests, one of which says itself how many examples it tries; nothing else imports Hypothesis."""
    project.write("test_p.py", COUNTING)
    project.write("stagegate.toml", PROFILES)
    return project


def test_the_profile_of_the_decided_stage_holds(counting: Project, workers: list[str]) -> None:
    run = counting.run("--stage-gate-at=release", *workers, process=True)
    assert passing(run) == {"test_of_its_profile": 33, "test_of_its_own": 7}
    assert run.decision["run"][PROFILE_FACT] == "stagegate-release: max_examples=33"


def test_without_a_named_stage_the_default_one_counts(counting: Project) -> None:
    assert passing(counting.run(process=True))["test_of_its_profile"] == 12


def test_a_stage_without_a_profile_has_that_of_the_suite(counting: Project) -> None:
    run = counting.run("--stage-gate-at=code", "--stage-gate-select=all", process=True)
    assert passing(run)["test_of_its_profile"] == 100
    assert PROFILE_FACT not in run.decision["run"]


def test_without_the_plugin_switched_on_it_is_not_loaded(counting: Project) -> None:
    counting.write("test_q.py", "from hypothesis import settings\ndef test_it(): assert settings().max_examples == 100")
    assert counting.run("test_q.py", gate=False, process=True).status == 0


def test_a_profile_asked_for_on_the_command_line_wins_and_is_shown(counting: Project, workers: list[str]) -> None:
    counting.write("conftest.py", "from hypothesis import settings\nsettings.register_profile('mine', max_examples=21)")
    run = counting.run("--hypothesis-profile=mine", *workers, process=True)
    assert passing(run)["test_of_its_profile"] == 21
    assert run.decision["run"][PROFILE_FACT] == (
        "mine, asked for with --hypothesis-profile, instead of the policy's stagegate-test"
    )


IN_CONFTEST = """
    from hypothesis import settings
    settings.register_profile("mine", max_examples=21, stateful_step_count=9)
    settings.load_profile("mine")
"""
IN_HOOK = """
    def pytest_configure():
        from hypothesis import settings
        settings.register_profile("mine", max_examples=21, stateful_step_count=9)
        settings.load_profile("mine")
"""


@pytest.mark.parametrize(
    ("place", "text"),
    [("conftest.py", IN_CONFTEST), ("conftest.py", IN_HOOK), ("deep/conftest.py", IN_CONFTEST)],
    ids=["at its top", "in a hook", "in a folder"],
)
def test_it_stands_on_top_of_what_a_conftest_loads(counting: Project, place: str, text: str) -> None:
    counting.write(place, text)
    counting.write(
        "deep/test_q.py",
        """
        from hypothesis import given, settings
        from hypothesis import strategies as st
        at_import = settings()
        @given(st.integers())
        def test_it(x): pass
        def test_others_stay():
            assert (at_import.max_examples, at_import.stateful_step_count, at_import.deadline) == (12, 9, None)
        """,
    )
    run = counting.run(THEIRS, "deep", process=True)
    assert (run.counts.get("failed", 0), passing(run)) == (0, {"test_it": 12})


def test_a_module_that_loads_one_itself_has_the_last_word_on_its_own_tests(counting: Project) -> None:
    counting.write(
        "test_q.py",
        """
        from hypothesis import given, settings
        from hypothesis import strategies as st
        settings.register_profile("own", max_examples=3)
        settings.load_profile("own")
        @given(st.integers())
        def test_it(x): pass
        """,
    )
    assert passing(counting.run(process=True))["test_it"] == 3


def test_a_wrong_profile_stops_the_run_before_any_test(counting: Project) -> None:
    counting.write("stagegate.toml", "[hypothesis.test]\nmax_examples = 0")
    run = counting.run()
    assert run.status == 4
    assert "stagegate.toml:2 hypothesis.test.max_examples: has to be a whole number, at least 1, not 0" in run.err


# ---- nothing where there is nothing


def test_a_suite_without_property_tests_loads_and_calls_nothing_of_it(project: Project, workers: list[str]) -> None:
    project.write("stagegate.toml", PROFILES)
    project.write(
        "test_p.py",
        """
        import sys
        def test_it(request):
            assert not [name for name in sys.modules if name.split(".")[0] == "hypothesis"]
            assert not request.config.pluginmanager.hasplugin("stagegate-property-tests")
        """,
    )
    run = project.run("--stage-gate-at=release", "--stage-gate-select=all", *workers, process=True)
    assert (run.status, run.word) == (0, "GO")


def test_a_suite_that_imports_hypothesis_and_uses_it_nowhere_is_not_listened_to(project: Project) -> None:
    text = "def test_it(request): assert not request.config.pluginmanager.hasplugin('stagegate-property-tests')"
    project.write("test_p.py", f"import hypothesis\n{text}")
    assert project.run().status == 0


def test_the_plugin_itself_does_not_import_hypothesis() -> None:
    code = "import sys, pytest_stagegate.live.session; print('hypothesis' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
