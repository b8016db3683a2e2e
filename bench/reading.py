"""What it costs to read a large JUnit XML file, beside other ways to read it.

Usage::

    python bench/reading.py [--rounds N] [--cases N ...]

Run it with a Python that has pytest-stagegate, junitparser and lxml installed. For each size a file in pytest's dialect
is made: 2 % of its cases failed with a traceback, 3 % are skipped, the others passed. Every reader runs in a process of
its own, in turn with the others (A B C A B C ...), after one round that is not counted. *read* is the CPU time, user +
system, between the start and the end of reading, without the start of the interpreter and imports; *process* is that of
the whole process and, with the peak of its memory, comes from the operating system. Ratios are those of the read to the
bare expat loop of the same round: the median is what to quote. The bare loop stands twice: its ratio to itself shows
the noise of the machine, and a difference below it says nothing.
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

EXPAT = """
from xml.parsers import expat
def read(path):
    cases = 0
    def start(name, attributes):
        nonlocal cases
        cases += name == "testcase"
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with open(path, "rb") as file:
        while chunk := file.read(65536):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    return cases
"""
LXML = """
from lxml.etree import iterparse
def read(path):
    cases = 0
    for _, element in iterparse(path, tag="testcase"):
        cases += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return cases
"""
JUNITPARSER = """
from junitparser import JUnitXml
def read(path):
    return sum(len(suite) for suite in JUnitXml.fromfile(path))
"""
OURS = """
from pathlib import Path
from pytest_stagegate.evidence.readers import junit
def read(path):
    return junit.read(Path(path), Path()).tests.counts().collected
"""
TIMED = """
import sys, time
before = time.process_time()
cases = read(sys.argv[1])
print(cases, time.process_time() - before)
"""
BASE = "bare expat, one counter"
READERS = {
    BASE: EXPAT,
    "the same again (noise)": EXPAT,
    "lxml iterparse, elements dropped": LXML,
    "junitparser, whole file": JUNITPARSER,
    "pytest-stagegate": OURS,
}
TRACEBACK = """def test_number():
        rates = load_rates("2026-01")
&gt;       assert total(rates, 12) == 3
E       AssertionError: assert 24 == 3
E        +  where 24 = total(rates, 12)

tests/unit/test_module.py:{line}: AssertionError"""


class Run(NamedTuple):
    """What one process needed: CPU seconds of the read and of the process, and MiB."""

    read: float
    process: float
    peak: float


def make_file(path: Path, cases: int) -> None:
    """Write a file in pytest's dialect."""
    failed, skipped = len(range(7, cases, 50)), len(range(3, cases, 33))
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" ')
        file.write(f'errors="0" failures="{failed}" skipped="{skipped}" tests="{cases}" time="1.0" ')
        file.write('timestamp="2026-01-01T10:00:00+00:00" hostname="host">')
        for number in range(cases):
            head = f'<testcase classname="tests.unit.test_module_{number // 100}" name="test_number[{number}]" '
            file.write(f'{head}time="0.{number * 7 % 60:03}"{_inside(number)}')
        file.write("</testsuite></testsuites>")


def _inside(number: int) -> str:
    if number % 50 == 7:
        text = TRACEBACK.format(line=number % 1000)
        return f'><failure message="AssertionError: assert 24 == 3">{text}</failure></testcase>'
    if number % 33 == 3:
        return '><skipped type="pytest.skip" message="no network">test_module.py:7: no network</skipped></testcase>'
    return " />"


def measure(code: str, path: Path, cases: int) -> Run:
    """Run a reader once in a process of its own.

    Raises:
        SystemExit: When it breaks, or counts another number of cases.
    """
    child = subprocess.Popen([sys.executable, "-c", code + TIMED, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = child.stdout.read().split()
    child.stdout.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode or int(said[0]) != cases:
        raise SystemExit(f"a reader ended with {child.returncode} and said {said}")
    return Run(float(said[1]), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(path: Path, cases: int, rounds: int) -> None:
    """Print the table of one size."""
    make_file(path, cases)
    print(f"\n{cases:,} cases, {path.stat().st_size / 1e6:.0f} MB\n")
    print("| reader | read, s | ratio, median | spread | process, s | peak, MiB |\n|---|--:|--:|--:|--:|--:|")
    measured = [{name: measure(code, path, cases) for name, code in READERS.items()} for _ in range(rounds + 1)][1:]
    for name in READERS:
        runs = [each[name] for each in measured]
        ratios = sorted(each[name].read / each[BASE].read for each in measured)
        read, process, peak = (statistics.median(values) for values in zip(*runs, strict=True))
        spread = f"{statistics.median(ratios):.2f} | {ratios[0]:.2f}-{ratios[-1]:.2f}"
        print(f"| {name} | {read:.3f} | {spread} | {process:.2f} | {peak:.0f} |", flush=True)


def main() -> None:
    """Print the versions and a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cases", type=int, nargs="+", default=[100_000, 1_000_000])
    asked = parser.parse_args()
    packages = ("junitparser", "lxml", "pytest-stagegate")
    print(f"Python {platform.python_version()}, {', '.join(f'{each} {version(each)}' for each in packages)}, ")
    print(f"{os.cpu_count()} cores, {asked.rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        for cases in asked.cases:
            compare(Path(folder, f"{cases}.xml"), cases, asked.rounds)


if __name__ == "__main__":
    main()
