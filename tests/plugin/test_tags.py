"""Marks and path rules: the nearest wins, and a wrong one stops the run before any test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project


def stages(project: Project, *args: str) -> dict[str, str]:
    """Stage of each test, by the name of the test: every test fails, so that the decision lists it."""
    return {row["id"].split("::")[-1]: row["stage"] for row in project.run(*args).decision["not_passed"]}


def test_the_nearest_mark_wins(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import pytest
        pytestmark = pytest.mark.stage("plan")

        @pytest.mark.stage("build")
        class TestBase:
            def test_of_base(self): assert 0
            @pytest.mark.stage("code")
            def test_of_function(self): assert 0
            @pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.stage("monitor"))])
            @pytest.mark.stage("code")
            def test_of_parameter(self, x): assert 0
            class TestInner:
                def test_of_outer_class(self): assert 0

        @pytest.mark.stage("deploy")
        class TestSub(TestBase):
            def test_of_subclass(self): assert 0

        def test_of_module(): assert 0
        """,
    )
    found = stages(project)
    assert found.pop("test_of_base") == "deploy"  # the one that runs as TestSub is listed last
    assert found == {
        "test_of_function": "code",
        "test_of_parameter[1]": "code",
        "test_of_parameter[2]": "monitor",
        "test_of_outer_class": "deploy",
        "test_of_subclass": "deploy",
        "test_of_module": "plan",
    }


def test_path_rules_tag_without_an_edit_and_the_last_one_wins(project: Project) -> None:
    project.write("tests/smoke/test_a.py", "def test_smoke(): assert 0")
    project.write("tests/test_b.py", "import pytest\n@pytest.mark.stage('code')\ndef test_marked(): assert 0")
    project.write("tests/test_c.py", "def test_plain(): assert 0")
    rules = [("tests/**", "build"), ("tests/smoke/**", "deploy")]
    project.write("stagegate.toml", "\n".join(f'[[tag]]\npath = "{path}"\nstage = "{stage}"' for path, stage in rules))
    assert stages(project) == {"test_smoke": "deploy", "test_marked": "code", "test_plain": "build"}


def test_a_package_mark_stands_behind_a_module_mark(project: Project) -> None:
    project.write("pkg/__init__.py", "import pytest\npytestmark = pytest.mark.stage('plan')")
    project.write("pkg/test_a.py", "def test_of_package(): assert 0")
    project.write(
        "pkg/test_b.py", "import pytest\npytestmark = pytest.mark.stage('code')\ndef test_of_module(): assert 0"
    )
    assert stages(project) == {"test_of_package": "plan", "test_of_module": "code"}


def test_unittest_and_doctest_items_are_tagged(project: Project) -> None:
    project.write(
        "test_a.py",
        '''
        """
        >>> 1 + 1
        3
        """
        import unittest, pytest
        pytestmark = pytest.mark.stage("code")
        class TestOld(unittest.TestCase):
            @pytest.mark.stage("deploy")
            def test_old(self): assert 0
        ''',
    )
    assert stages(project, "--doctest-modules") == {"test_old": "deploy", "test_a": "code"}


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("stage('deplyo')", "test_a.py::test_1: unknown stage 'deplyo'; did you mean 'deploy'?"),
        ("environment('x')", "test_a.py::test_1: unknown environment 'x'; none is declared"),
        ("stage()", "test_a.py::test_1: the mark 'stage' takes names as texts"),
        ("stage('code', 'test')", "test_a.py::test_1: a stage mark names one stage, not 2"),
        ("stage(3)", "test_a.py::test_1: the mark 'stage' takes names as texts"),
    ],
)
def test_a_wrong_mark_stops_the_run(project: Project, workers: list[str], mark: str, message: str) -> None:
    project.write("test_a.py", f"import pytest\n@pytest.mark.{mark}\ndef test_1(): open('ran', 'w')")
    run = project.run(*workers, process=bool(workers))
    assert run.status == 4
    assert message in run.err
    assert "Traceback" not in run.out + run.err
    assert not (project.path / "ran").exists()


def test_every_wrong_mark_is_reported_at_once(project: Project) -> None:
    project.write(
        "test_a.py",
        "import pytest\n@pytest.mark.stage('a')\ndef test_1(): pass\n@pytest.mark.stage('b')\ndef test_2(): pass",
    )
    run = project.run()
    assert "2 mistakes in the tags of the tests" in run.err


def test_two_stages_on_one_thing_are_a_mistake(project: Project) -> None:
    project.write(
        "test_a.py", "import pytest\n@pytest.mark.stage('code')\n@pytest.mark.stage('test')\ndef test_1(): pass"
    )
    assert "two stages on the same function: 'test' and 'code'" in project.run().err


def test_a_path_rule_for_no_file_is_a_mistake(project: Project, workers: list[str]) -> None:
    project.write("tests/smoke/test_a.py", "def test_1(): pass")
    project.write("stagegate.toml", '[[tag]]\npath = "tests/smok/**"\nstage = "deploy"')
    run = project.run(*workers, process=bool(workers))
    assert run.status == 4
    expected = (
        "stagegate.toml:2 tag.path: 'tests/smok/**' matches no file below the root; did you mean 'tests/smoke/**'?"
    )
    assert expected in run.err


def test_untagged_tests_can_be_refused(project: Project, workers: list[str]) -> None:
    project.write("stagegate.toml", 'untagged = "error"')
    project.write("test_a.py", "def test_1(): pass")
    run = project.run(*workers, process=bool(workers))
    assert run.status == 4
    assert 'test_a.py::test_1: has no stage, and the policy says untagged = "error"' in run.err


def test_the_number_of_untagged_tests_is_shown(project: Project) -> None:
    project.write("test_a.py", "import pytest\ndef test_1(): pass\n@pytest.mark.stage('code')\ndef test_2(): pass")
    assert project.run().decision["tests"]["untagged"] == 1
