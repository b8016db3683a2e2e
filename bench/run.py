"""What the gate costs: whole pytest runs side by side, as ratios of CPU time.

Usage::

    python bench/run.py [--pairs N] [--tests N] [--modules N]

Run it with a Python that has pytest-stagegate installed. Each row compares two commands on a suite that is made for
the purpose. The two run in turn (A B A B ...), after one run of each that is not counted; the ratio is taken pair by
pair, and the median is what to quote. CPU time is user + system of the finished process. An A/A row shows the noise
of the machine: a difference below it says nothing. Bytecode writing has to be on, or every run compiles the suite.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

QUIET = ("-q", "-p", "no:cacheprovider")
COVERED = """
[tool.coverage.run]
source = ["code"]
[tool.stagegate.gate.coverage]
line = "50 %"
"""


class Row(NamedTuple):
    """One comparison: a name and the words after ``pytest`` on both sides."""

    name: str
    folder: Path
    measured: tuple[str, ...]
    base: tuple[str, ...]


def make_suite(folder: Path, tests: int) -> None:
    """Write trivial passing tests, 100 a module."""
    folder.mkdir(parents=True)
    for module in range(tests // 100):
        lines = "".join(f"def test_{number:02}(): pass\n" for number in range(100))
        (folder / f"test_module_{module:03}.py").write_text(lines)


def make_covered_suite(folder: Path, modules: int) -> None:
    """Write modules of 50 lines with one test each, and a policy that asks for coverage."""
    (folder / "code").mkdir(parents=True)
    (folder / "code/__init__.py").write_text("")
    (folder / "pyproject.toml").write_text(COVERED)
    body = "".join(f"    if x == {number}:\n        return {number}\n" for number in range(25))
    for module in range(modules):
        (folder / f"code/part_{module:03}.py").write_text(f"def f(x):\n{body}    return None\n")
        test = f"from code.part_{module:03} import f\ndef test_f():\n    for x in range(40): f(x)\n"
        (folder / f"test_part_{module:03}.py").write_text(test)


def cpu_seconds(row: Row, words: tuple[str, ...]) -> float:
    """Run pytest once and return the CPU seconds of the finished process."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    command = [sys.executable, "-m", "pytest", *QUIET, *words]
    done = subprocess.run(command, cwd=row.folder, env=environment, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def compare(row: Row, pairs: int) -> str:
    """Return the line of one row."""
    for words in (row.measured, row.base):
        cpu_seconds(row, words)
    seconds = [(cpu_seconds(row, row.measured), cpu_seconds(row, row.base)) for _ in range(pairs)]
    ratios = sorted(measured / base for measured, base in seconds)
    base = statistics.median(base for _, base in seconds)
    spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
    return f"| {row.name} | {statistics.median(ratios):.2f} | {spread} | {base:.2f} |"


def main() -> None:
    """Make the suites, run the rows, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--modules", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        plain, covered = Path(name, "plain"), Path(name, "covered")
        make_suite(plain, asked.tests)
        make_covered_suite(covered, asked.modules)
        gate = ("--stage-gate",)
        off = ("-p", "no:stagegate")
        cov = ("--cov=code", "--cov-report=")
        rows = [
            Row(f"{asked.tests:,} trivial tests: the same twice (noise)", plain, off, off),
            Row(f"{asked.tests:,} trivial tests: installed, unused / without the plugin", plain, (), off),
            Row(f"{asked.tests:,} trivial tests: --stage-gate / without", plain, gate, off),
            Row(f"coverage of {asked.modules} modules: --stage-gate / pytest-cov without a report", covered, gate, cov),
        ]
        packages = ("pytest", "coverage", "pytest-cov", "pytest-stagegate")
        print(f"Python {platform.python_version()}, {', '.join(f'{each} {version(each)}' for each in packages)}, ")
        print(f"{os.cpu_count()} cores, {asked.pairs} pairs a row, CPU time of whole processes\n")
        print("| row | ratio, median | spread | base, s |\n|---|--:|--:|--:|")
        for row in rows:
            print(compare(row, asked.pairs), flush=True)


if __name__ == "__main__":
    main()
