"""Marks that link tests to requirements: all add up, and what the tests say stands in the decision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Gated, Project

SUITE = """
    import pytest
    pytestmark = pytest.mark.requirement("MODULE")

    @pytest.mark.requirement("BASE")
    class Base:
        pass

    @pytest.mark.requirement("CLASS")
    class TestThing(Base):
        @pytest.mark.requirement("ONE", "TWO")
        @pytest.mark.requirement("THREE")
        def test_method(self): pass

    @pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.requirement("TWO"))])
    @pytest.mark.requirement("FUNCTION")
    def test_parameter(x): assert x == 1
"""


def rows(run: Gated) -> dict[str, tuple[str, int]]:
    """Outcome and number of linked tests by requirement."""
    return {row["id"]: (row["outcome"], len(row["tests"])) for row in run.decision["requirements"]}


def test_all_marks_of_a_test_add_up(project: Project, workers: list[str]) -> None:
    project.write("test_a.py", SUITE)
    assert rows(project.run("--strict-markers", *workers, process=bool(workers))) == {
        "BASE": ("passed", 1),
        "CLASS": ("passed", 1),
        "FUNCTION": ("failed", 2),
        "MODULE": ("failed", 3),
        "ONE": ("passed", 1),
        "THREE": ("passed", 1),
        "TWO": ("failed", 2),
    }


def test_the_mark_is_registered_without_the_gate(project: Project) -> None:
    project.write("test_a.py", SUITE)
    run = project.run("--strict-markers", gate=False)
    assert "2 passed" in run.out


def test_a_package_links_its_tests(project: Project) -> None:
    project.write("pkg/__init__.py", "import pytest\npytestmark = pytest.mark.requirement('PACKAGE')")
    project.write("pkg/test_a.py", "def test_a(): pass")
    assert rows(project.run()) == {"PACKAGE": ("passed", 1)}


def test_nothing_is_recorded_without_the_mark(project: Project) -> None:
    project.write("test_a.py", "def test_a(): pass")
    run = project.run()
    assert '"requirement' not in (run.folder / "evidence.jsonl").read_text()
    assert run.decision["requirements"] == []
    assert "Requirements" not in (run.folder / "report.md").read_text(encoding="utf-8")


def test_the_reports_show_them(project: Project) -> None:
    project.write("test_a.py", "import pytest\n@pytest.mark.requirement('<i>A|1')\ndef test_a(): pass")
    run = project.run()
    text = (run.folder / "report.md").read_text(encoding="utf-8")
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "## Requirements" in text
    assert "| ✔ passed | `<i>A\\|1` | `test_a.py::test_a (passed; test)` |" in text
    assert 'id="requirements"' in page
    assert "<code>&lt;i&gt;A|1</code>" in page


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("requirement()", "takes ids as texts"),
        ("requirement(id='A')", "takes ids as texts"),
        ("requirement('')", "'' is none"),
        ("requirement('A', 7)", "7 is none"),
        ("requirement('A\\nB')", "one line of 1 to 200 characters"),
    ],
)
def test_a_wrong_id_stops_the_run(project: Project, workers: list[str], mark: str, message: str) -> None:
    text = f"import pytest\n@pytest.mark.{mark}\ndef test_a(): pass\n@pytest.mark.{mark}\ndef test_b(): pass"
    project.write("test_a.py", text)
    run = project.run(*workers, process=bool(workers))
    assert run.status == 4
    assert "2 mistakes in the tags of the tests" in run.err
    assert message in next(line for line in run.err.splitlines() if "test_a.py::test_b" in line)


def test_a_test_that_passes_on_a_rerun_passes(project: Project) -> None:
    pytest.importorskip("pytest_rerunfailures")
    project.write(
        "test_a.py",
        """
        import pytest
        tries = []
        @pytest.mark.requirement("A")
        def test_a():
            tries.append(1)
            assert len(tries) == 2
        """,
    )
    run = project.run("--reruns=2")
    assert rows(run) == {"A": ("passed", 1)}
    assert run.counts["flaky"] == 1


def test_each_worker_with_tests_of_its_own(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("test_a.py", SUITE)
    assert rows(project.run("-n2", "--dist=each", process=True))["MODULE"] == ("failed", 6)


def test_a_test_that_was_left_out_makes_a_requirement_partial(project: Project) -> None:
    project.write("stagegate.toml", 'environments = ["staging"]')
    project.write(
        "test_a.py",
        """
        import pytest
        @pytest.mark.requirement("A")
        def test_a(): pass
        @pytest.mark.requirement("A", "B")
        @pytest.mark.environment("staging")
        def test_b(): pass
        """,
    )
    assert rows(project.run()) == {"A": ("partial", 2), "B": ("not-run", 1)}
    assert rows(project.run("--stage-gate-env=staging")) == {"A": ("passed", 2), "B": ("passed", 1)}


def test_shards_and_environments_add_up(project: Project) -> None:
    project.write("stagegate.toml", 'environments = ["staging"]')
    project.write(
        "test_a.py",
        """
        import pytest
        @pytest.mark.requirement("A")
        def test_a(): pass
        @pytest.mark.requirement("A", "B")
        @pytest.mark.environment("staging")
        def test_b(): pass
        """,
    )
    project.shard("one", "--deselect=test_a.py::test_b")
    project.shard("two", "--deselect=test_a.py::test_a")
    project.shard("three", "--stage-gate-env=staging", "--deselect=test_a.py::test_a")
    merged = project.check("records")
    assert rows(merged) == {"A": ("passed", 2), "B": ("passed", 1)}
    (only,) = next(row for row in merged.decision["requirements"] if row["id"] == "B")["tests"]
    assert only == {
        "id": "test_a.py::test_b",
        "stage": "test",
        "environment": "staging",
        "shard": "three",
        "outcome": "passed",
        "manual": False,
    }


def test_a_junit_file_of_another_tool_links_too(project: Project) -> None:
    project.write("test_a.py", "import pytest\n@pytest.mark.requirement('A')\ndef test_a(): pass")
    project.write(
        "js.xml",
        """
        <testsuites><testsuite name="s">
        <testcase classname="k" name="one" time="0.001"><properties>
        <property name="requirement" value="A"/><property name="requirement" value="B"/></properties></testcase>
        <testcase classname="k" name="two" time="0.001"><failure message="no"/><properties>
        <property name="requirement" value="B"/></properties></testcase>
        </testsuite></testsuites>
        """,
    )
    assert rows(project.run("--stage-gate-evidence=js.xml")) == {"A": ("passed", 2), "B": ("failed", 2)}


def test_features_and_exercises_are_recorded_and_are_no_requirements(project: Project, workers: list[str]) -> None:
    project.write(
        "test_a.py",
        """
        import pytest
        pytestmark = pytest.mark.feature("checkout")

        @pytest.mark.parametrize(
            "x",
            [1, pytest.param(2, marks=pytest.mark.feature("checkout", variant="on"))],
        )
        def test_pay(x): pass

        @pytest.mark.drill("restore", "failover")
        def test_restore(): pass
        """,
    )
    run = project.run("--strict-markers", *workers, process=bool(workers))
    assert run.decision["requirements"] == []
    said = [json.loads(line) for line in (run.folder / "evidence.jsonl").read_text().splitlines()]
    links = {
        (each["record"], each["id"]): len(each["items"]) for each in said if each["record"] in ("feature", "drill")
    }
    assert links == {
        ("feature", "checkout"): 3,
        ("feature", "checkout=on"): 1,
        ("drill", "restore"): 1,
        ("drill", "failover"): 1,
    }
