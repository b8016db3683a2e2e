"""Reports of real tools: what is read agrees with what the tools themselves said of the same run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.evidence.formats import read_file
from pytest_stagegate.model.findings import LEVELS

if TYPE_CHECKING:
    from pytest_stagegate.model.contents import Contents
    from pytest_stagegate.model.findings import FindingsData

DATA = Path(__file__).parents[3] / "data" / "findings"
SHOP = DATA / "projects" / "shop"

# Errors, warnings, notes and suppressed findings, as SOURCES.md has them from the tools.
PRINTED = {
    "ruff-0.17.6.json": (14, 0, 0, 0),
    "ruff-0.17.6.sarif": (14, 0, 0, 0),
    "ruff-0.17.6.gitlab.json": (14, 0, 0, 0),
    "ruff-0.17.6-syntax.json": (2, 0, 0, 0),
    "ruff-0.17.6-clean.json": (0, 0, 0, 0),
    "ruff-0.17.6-clean.sarif": (0, 0, 0, 0),
    "mypy-2.4.1.json": (11, 0, 0, 0),
    "mypy-2.4.1-syntax.json": (2, 0, 0, 0),
    "mypy-2.4.1-clean.json": (0, 0, 0, 0),
    "pylint-4.1.4.json": (3, 7, 11, 0),
    "pylint-4.1.4.json2.json": (3, 7, 11, 0),
    "pylint-4.1.4-fatal.json2.json": (1, 0, 0, 0),
    "pylint-4.1.4-clean.json2.json": (0, 0, 0, 0),
    "bandit-1.9.4.json": (2, 2, 4, 0),
    "bandit-1.9.4.sarif": (2, 2, 4, 0),
    "bandit-1.9.4-clean.json": (0, 0, 0, 0),
    # A parsing error is a notification there, and no result.
    "eslint-10.15.0.sarif": (5, 1, 0, 0),
    "eslint-10.15.0.gitlab.json": (5, 1, 0, 0),
    "semgrep-1.182.0.sarif": (1, 0, 1, 1),
}
NOT_FINISHED = {
    "ruff-0.17.6-syntax.json": "scripts/broken.py: it could not be parsed, so it was not checked as a whole",
    "mypy-2.4.1-syntax.json": "scripts/broken.py: mypy stopped at a syntax error, so it checked nothing else",
    "pylint-4.1.4.json": "scripts/broken.py: it could not be parsed, so it was not checked as a whole",
    "pylint-4.1.4.json2.json": "scripts/broken.py: it could not be parsed, so it was not checked as a whole",
    "pylint-4.1.4-fatal.json2.json": "nope.py: No module named nope.py",
    "bandit-1.9.4.json": "scripts/broken.py: syntax error while parsing AST from file",
    "bandit-1.9.4.sarif": "scripts/broken.py: syntax error while parsing AST from file",
    "eslint-10.15.0.sarif": "js/broken.js: Parsing error: Unexpected token",
}


def format_of(name: str) -> str:
    if name.endswith(".sarif"):
        return "sarif"
    return "gitlab-code-quality" if ".gitlab." in name else f"{name.split('-')[0]}-json"


def contents_of(name: str) -> Contents:
    return read_file(DATA / name, SHOP, format_of(name))


def report_of(name: str) -> FindingsData:
    (report,) = contents_of(name).findings or ()
    return report


def test_every_file_is_in_the_table() -> None:
    assert sorted(path.name for path in DATA.iterdir() if path.suffix in (".json", ".sarif")) == sorted(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_the_counts_are_those_of_the_tool(name: str) -> None:
    found = report_of(name).findings
    counts = Counter(each.level for each in found if not each.suppressed)
    assert (*(counts[level] for level in LEVELS), sum(each.suppressed for each in found)) == PRINTED[name]


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_tool_could_not_look_at_is_told(name: str) -> None:
    assert report_of(name).unfinished == NOT_FINISHED.get(name, "")


@pytest.mark.parametrize("name", PRINTED)
def test_every_path_is_a_file_of_the_project(name: str) -> None:
    paths = {each.path for each in report_of(name).findings} - {"nope.py"}
    assert [path for path in sorted(paths) if not (SHOP / path).is_file()] == []


@pytest.mark.parametrize("name", PRINTED)
def test_every_finding_has_its_line_rule_and_message(name: str) -> None:
    assert all(each.line and each.rule and each.message for each in report_of(name).findings)


def test_the_producer_is_told_as_far_as_the_format_states_it() -> None:
    names = ("ruff-0.17.6.sarif", "ruff-0.17.6.json", "ruff-0.17.6.gitlab.json", "eslint-10.15.0.sarif")
    assert [contents_of(name).producer for name in names] == ["ruff 0.17.6", "ruff", "", "ESLint 10.15.0"]
    assert [report_of(name).tool for name in names] == ["ruff", "ruff", "gitlab-code-quality", "eslint"]


@pytest.mark.parametrize("name", ["bandit-1.9.4.json", "bandit-1.9.4.sarif"])
def test_the_time_is_told_where_the_format_states_it(name: str) -> None:
    assert str(contents_of(name).created).startswith("2026-11-23T19:")


@pytest.mark.parametrize("tool", ["ruff-0.17.6", "bandit-1.9.4"])
def test_a_finding_has_one_fingerprint_in_both_formats_of_a_tool(tool: str) -> None:
    assert {each.fingerprint for each in report_of(f"{tool}.json").findings} == {
        each.fingerprint for each in report_of(f"{tool}.sarif").findings
    }


def test_what_two_tools_find_in_one_place_has_two_fingerprints() -> None:
    names = ("ruff-0.17.6.json", "mypy-2.4.1.json", "pylint-4.1.4.json", "bandit-1.9.4.json")
    everything = [{each.fingerprint for each in report_of(name).findings} for name in names]
    assert len(set.union(*everything)) == sum(map(len, everything))


def test_a_fingerprint_that_stands_for_none_is_passed_over() -> None:
    known = [each.fingerprint for each in report_of("semgrep-1.182.0.sarif").findings]
    assert len(set(known)) == len(known)
