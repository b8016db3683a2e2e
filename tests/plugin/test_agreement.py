"""The same repository, judged by others: totals equal coverage.py's own, changed lines equal diff-cover's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

BEFORE = {
    "src/bank/__init__.py": "",
    "src/bank/rates.py": """
        RATES = {"a": 1, "b": 2}


        def rate(name, default=0):
            if name in RATES:
                return RATES[name]
            return default


        def twice(name):
            return 2 * rate(name)
    """,
    "src/bank/old.py": """
        def plus(a, b):
            '''Add.'''
            return a + b


        def minus(a, b):
            return a - b


        def times(a, b):
            result = a * b
            return result
    """,
    "src/bank/windows.py": "def first():\r\n    return 1\r\n\r\n\r\ndef second():\r\n    return 2\r\n",
    "tests/test_bank.py": "from bank import rates\n\ndef test_rate(): assert rates.rate('a') == 1",
    "pytest.ini": "[pytest]\npythonpath = src\ntestpaths = tests",
    ".coveragerc": "[run]\nsource = src\nbranch = true",
    ".gitignore": "__pycache__/\n.stagegate/\n.pytest_cache/\n.coverage*\n*.json\n*.xml\nrunpytest*\nstd*\n",
    "stagegate.toml": """
        base = "main"
        [gate.coverage]
        line = "1 %"
        branch = "1 %"
        combined = "1 %"
        [gate.changed-lines]
        line = "100 %"
    """,
}
COMMITTED = {
    "src/bank/rates.py": """
        RATES = {"a": 1, "b": 2, "c": 3}  # one more


        def rate(name, default=0):
            '''Return a rate.

            Or the default.
            '''
            if name in RATES:
                return RATES[name]
            if default < 0:
                raise ValueError(
                    name,
                    default,
                )
            return default


        def four_times(
            name,
        ):
            return (
                4
                * rate(name)
            )
    """,
    "src/bank/windows.py": "def first():\r\n    return 1\r\n\r\n\r\ndef second():\r\n    return 3\r\n",
    "src/bank/nobody.py": "def alone():\n    return [\n        number for number in range(3)\n    ]\n",
}
UNCOMMITTED = {
    "src/bank/sums.py": """
        def plus(a, b):
            '''Add.'''
            return a + b


        def minus(a, b):
            return a - b


        def times(a, b):
            result = a * b
            return result or 0
    """,
    "tests/test_bank.py": """
        from bank import rates, sums, windows

        def test_rate():
            assert rates.rate("c") == 3
            assert rates.rate("d") == 0

        def test_minus():
            assert sums.minus(2, 1) == 1
    """,
}


def git(project: Project, *words: str) -> None:
    named = ["-c", "user.name=dana", "-c", "user.email=dana@example.org"]
    subprocess.run(["git", *named, *words], cwd=project.path, check=True, capture_output=True)


@pytest.fixture
def bank(project: Project) -> Project:
    """A repository with a branch: new, renamed, changed and uncommitted code, some of which the tests run."""
    if shutil.which("git") is None:
        pytest.skip("needs the program git")
    write(project, BEFORE)
    project.commit_everything()
    git(project, "branch", "--move", "main")
    git(project, "checkout", "--quiet", "-b", "work")
    write(project, COMMITTED)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "more")
    git(project, "mv", "src/bank/old.py", "src/bank/sums.py")
    write(project, UNCOMMITTED)
    return project


def write(project: Project, files: dict[str, str]) -> None:
    for name, text in files.items():
        if "\r" in text:
            (project.path / name).write_bytes(text.encode())
        else:
            project.write(name, text)


def coverage(project: Project, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "coverage", *words], cwd=project.path, check=True, capture_output=True)


def measured(check: dict[str, Any]) -> tuple[int, int]:
    return check["measured"]["numerator"], check["measured"]["denominator"]


def test_totals_are_those_of_coverage(bank: Project) -> None:
    run = bank.run(process=True)
    coverage(bank, "run", "-m", "pytest", "-q")
    coverage(bank, "json", "-o", "theirs.json")
    totals = json.loads((bank.path / "theirs.json").read_bytes())["totals"]
    lines = totals["covered_lines"], totals["num_statements"]
    branches = totals["covered_branches"], totals["num_branches"]
    assert measured(run.check("coverage", "line")) == lines
    assert measured(run.check("coverage", "branch")) == branches
    assert measured(run.check("coverage", "combined")) == (lines[0] + branches[0], lines[1] + branches[1])


def test_changed_lines_are_those_of_diff_cover(bank: Project) -> None:
    program = shutil.which("diff-cover", path=os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])))
    if program is None:
        pytest.skip("needs the program diff-cover")
    made = bank.run(process=True).check("changed-lines", "line")
    coverage(bank, "run", "-m", "pytest", "-q")
    coverage(bank, "xml", "-q")
    words = ["coverage.xml", "--compare-branch=main", "--include-untracked", "--format=json:theirs.json"]
    subprocess.run([program, *words], cwd=bank.path, check=True, capture_output=True)
    theirs = json.loads((bank.path / "theirs.json").read_bytes())
    total, uncovered = theirs["total_num_lines"], theirs["total_num_violations"]
    assert (total, uncovered) == (9, 6)
    assert measured(made) == (total - uncovered, total)
    named = {path: stats["violation_lines"] for path, stats in theirs["src_stats"].items() if stats["violation_lines"]}
    assert {path: numbers(lines) for path, _, lines in (each.partition(":") for each in made["where"])} == named


def numbers(ranges: str) -> list[int]:
    """Return the numbers of ``"3-5, 9"``."""
    runs = [run.partition("-") for run in ranges.split(", ")]
    return [number for first, _, last in runs for number in range(int(first), int(last or first) + 1)]
