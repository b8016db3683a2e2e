"""Try the built wheel on other people's suites and compare every number with pytest's and coverage.py's own.

Needs the network, so neither pytest nor CI runs it. From the project's root:

    python -m build --wheel
    python tests/real/compare.py dist/pytest_stagegate-*.whl [--only NAME]... [--work FOLDER]

Each pinned sdist of `SUITES` is installed with the wheel in an environment of its own, which `--work` keeps for the
next time. A row is printed for each comparison; the status is 1 when one differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

TOOLS: Final = ("coverage==7.17.*", "pytest==9.*", "pytest-cov==7.*", "pytest-randomly==4.*", "pytest-xdist==3.*")
WORDS: Final = ("passed", "failed", "error", "skipped", "xfailed", "xpassed", "deselected")
POLICY: Final = '[tool.stagegate.gate.coverage]\nline = "1 %"\nbranch = "1 %"\nsource = ["{package}"]\n'


class Suite(NamedTuple):
    """A pinned sdist: what its coverage is measured of, what its tests need besides it, and further arguments."""

    sdist: str
    package: str
    needs: tuple[str, ...] = ()
    args: tuple[str, ...] = ()


_TIMED: Final = "tests/test_deserialization.py::TestFieldDeserialization::test_invalid_datetime_deserialization"
SUITES: Final = (
    Suite("itsdangerous==2.2.0", "itsdangerous", ("freezegun",)),
    # The deselected test has the time of collection in its ids, which two workers collect at different moments.
    Suite("marshmallow==4.4.0", "marshmallow", ("simplejson",), (f"--deselect={_TIMED}",)),
    Suite("boltons==26.2.0", "boltons"),
    Suite("click==8.5.1", "click"),
    Suite("attrs==26.1.0", "attr", ("cloudpickle", "hypothesis", "pympler"), ("--hypothesis-seed=0",)),
)

Files = dict[str, tuple[int, ...]]


class Trial:
    def __init__(self, suite: Suite, wheel: Path, work: Path) -> None:
        self.suite = suite
        self.home = work / suite.sdist.replace("==", "-")
        self.python = self.home / "venv" / "bin" / "python"
        self.rows: list[tuple[str, bool, str]] = []
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.home / "venv"], check=True)
            self._pip("download", "--no-deps", "--no-binary", ":all:", "--dest", self.home, suite.sdist)
            with tarfile.open(next(self.home.glob("*.tar.gz"))) as archive:
                archive.extractall(self.home / "unpacked", filter="data")
            self._pip("install", *TOOLS, *suite.needs, next((self.home / "unpacked").iterdir()))
        self._pip("install", "--force-reinstall", "--no-deps", wheel)
        self._pip("install", wheel)
        self.root = next((self.home / "unpacked").iterdir())
        (self.home / "stagegate.toml").write_text(POLICY.format(package=suite.package))

    def _pip(self, *args: object) -> None:
        subprocess.run([self.python, "-m", "pip", "--quiet", *map(str, args)], check=True)

    def run(self, *command: object) -> tuple[int, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "CI"))}
        env |= {"COLUMNS": "120", "PYTHONHASHSEED": "0"}
        done = subprocess.run([*map(str, command)], cwd=self.root, env=env, capture_output=True, text=True)
        (self.home / "last.txt").write_text(f"{command}\n{done.stdout}{done.stderr}")
        return done.returncode, done.stdout

    def pytest(self, *args: object, launcher: tuple[object, ...] = ()) -> tuple[int, dict[str, int], Counter[str]]:
        """Return pytest's status, its closing line and the outcome of each test."""
        junit = self.home / "junit.xml"
        how = ("-p", "no:cacheprovider", "-q", f"--junitxml={junit}", *self.suite.args)
        status, out = self.run(self.python, *launcher, "-m", "pytest", *how, *args)
        closing = next(line for line in reversed(out.splitlines()) if re.search(r" in \d", line))
        counted = {word: re.search(rf"(\d+) {word}", closing) for word in WORDS}
        counts = {word: int(found[1]) if found else 0 for word, found in counted.items()}
        return status, counts, Counter(map(_outcome, ET.parse(junit).iter("testcase")))

    def compare(self, what: str, ours: object, theirs: object, note: str = "") -> None:
        self.rows.append((what, ours == theirs, note if ours == theirs else _difference(ours, theirs)))

    def outcomes(self, name: str, *args: object) -> None:
        """Compare a run with the plugin to one without: outcomes, counts, status, and the decision taken offline."""
        plain_status, plain, plain_tests = self.pytest(*args)
        status, closing, tests = self.pytest("--stage-gate", *args)
        decided = json.loads((self.root / ".stagegate/decision.json").read_bytes())
        self.compare(f"{name}: outcome of each test", tests, plain_tests, f"{sum(tests.values())} cases")
        self.compare(f"{name}: closing line", closing, plain, _shown(plain))
        # As in the closing line of a run in which no teardown, subtest or rerun went wrong.
        counts = {word: decided["tests"]["errors" if word == "error" else word] for word in WORDS}
        counts["skipped"] += decided["tests"]["skipped_files"]
        if "-n" in args:
            counts["deselected"] = 0  # pytest-xdist's closing line leaves out what its workers deselected
        self.compare(f"{name}: counts", counts, closing, _shown(decided["tests"]))
        expected = ("NO_GO", plain_status) if plain_status else ("GO", 0)
        self.compare(f"{name}: status", (decided["decision"], status), expected, f"{decided['decision']} {status}")
        self.offline(name, 20 if plain_status else 0)

    def offline(self, name: str, expected: int, *args: object) -> None:
        files = [self.root / ".stagegate" / each for each in ("decision.json", "gates.xml", "report.html", "report.md")]
        before = [each.read_bytes() for each in files]
        status, _ = self.run(self.python.with_name("stagegate"), "check", "--as-of", "run", *args)
        differing = [each.name for each, old in zip(files, before, strict=True) if each.read_bytes() != old]
        self.compare(f"{name}: check", (differing, status), ([], expected), f"status {status}, same bytes")

    def measured(self) -> Files:
        lines = map(json.loads, (self.root / ".stagegate/evidence.jsonl").read_text().splitlines())
        files: list[Any] = next((each["coverage"]["files"] for each in lines if each["record"] == "coverage"), [])
        return {path: _counts(*sets) for path, *sets, _stages in files}

    def coverage(self) -> None:
        policy = ("--stage-gate", f"--stage-gate-policy={self.home}/stagegate.toml")
        cov = (f"--cov={self.suite.package}", "--cov-branch", f"--cov-report=json:{self.home}/cov.json")
        data = f"--data-file={self.home}/.coverage"
        launcher = ("-m", "coverage", "run", data, "--branch", f"--source={self.suite.package}")
        coverage = (self.python, "-m", "coverage")
        self.run(*coverage, "erase", data)
        plain_status, *_ = self.pytest(launcher=launcher)
        self.run(*coverage, "combine", data)
        self.run(*coverage, "json", data, "-o", self.home / "cov.json")
        serial = _files(self.home / "cov.json")
        self.pytest(*policy, launcher=launcher)
        self.compare("coverage run", self.measured(), serial, _rates(serial))
        for name, workers in (("serial", ()), ("-n 2", ("-n", "2"))):
            self.pytest(*workers, *cov)
            theirs = _files(self.home / "cov.json")
            self.pytest(*policy, *workers, *cov)
            self.compare(f"pytest-cov {name}", self.measured(), theirs, _rates(theirs))
            self.pytest(*policy, *workers)
            self.compare(f"our coverage {name}", self.measured(), theirs if workers else serial, _rates(theirs))
            self.offline(f"our coverage {name}", 20 if plain_status else 0, "--policy", self.home / "stagegate.toml")


def _outcome(case: ET.Element) -> str:
    ends = " ".join(sorted(child.tag for child in case if child.tag in ("failure", "error", "skipped"))) or "passed"
    return f"{case.get('classname')}::{case.get('name')} {ends}"


def _files(report: Path) -> Files:
    keys = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    files = json.loads(report.read_bytes())["files"]
    found = {path.split("site-packages/")[-1]: each["summary"] for path, each in files.items()}
    return {path: tuple(summary[key] for key in keys) for path, summary in found.items()}


def _counts(executed: str, missing: str, taken: str, untaken: str) -> tuple[int, ...]:
    """Return what the record's sets of lines and branches come to, in the order of the report's figures."""
    covered, hit = _lines(executed), len(taken.split())
    return covered + _lines(missing), covered, hit + len(untaken.split()), hit


def _lines(ranges: str) -> int:
    ends = [each.partition("-") for each in ranges.split(", ")] if ranges else []
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)


def _rates(files: Files) -> str:
    lines, covered, branches, taken = map(sum, zip(*files.values(), strict=True))
    return f"{len(files)} files, lines {covered}/{lines}, branches {taken}/{branches}"


def _difference(ours: Any, theirs: Any) -> str:
    if isinstance(ours, dict):
        ours, theirs = (set(each.items()) for each in (ours, theirs))
    if isinstance(ours, set | Counter):
        ours, theirs = sorted(ours - theirs), sorted(theirs - ours)
    return f"{ours} is not {theirs}"


def _shown(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def main() -> int:
    """Run the trials and print their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--only", action="append", default=[], help="a suite, by the name of its package")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir(), "stagegate-real"))
    asked = parser.parse_args()
    bad = 0
    for suite in [each for each in SUITES if not asked.only or each.package in asked.only]:
        trial = Trial(suite, asked.wheel.resolve(), asked.work.resolve())
        trial.outcomes("serial", "-p", "no:randomly")
        trial.outcomes("-n 2", "-p", "no:randomly", "-n", "2")
        trial.outcomes("randomly", "-p", "no:xdist", "--randomly-seed=7")
        trial.coverage()
        print(f"\n{suite.sdist}", flush=True)
        for what, same, note in trial.rows:
            print(f"  {'=' if same else 'DIFFERS':8}{what:40}{note[:600]}")
            bad += not same
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
