"""What GitHub and GitLab are given: annotations, outputs, a summary; findings and metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pytest_stagegate.documents.asking import documents_wanted
from pytest_stagegate.documents.delivering import delivered, inert
from pytest_stagegate.documents.github import GITHUB_FILES
from pytest_stagegate.documents.gitlab import GITLAB_FILES
from pytest_stagegate.documents.rendering import DEFAULT, Wanted, documents_of
from pytest_stagegate.model.decision import Blocker, Decision
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import HOSTILE, check_with, decision_of, everywhere, go, no_go
from tests.unit.fakes import result_of

OUT = Path("out")
ENCODABLE = HOSTILE.replace("\ud800", "")


def written(format: str, decision: Decision) -> Mapping[str, str]:
    _, files = documents_of(decision, (Wanted(format),), OUT, None)
    return {path.name: content.decode() for path, content in files.items()}


def annotations(decision: Decision) -> list[str]:
    return written("github", decision)["github-annotations.txt"].splitlines()


def findings(decision: Decision) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written("gitlab", decision)["gl-code-quality.json"])
    return found


def at(*places: str, effect: str = "NO_GO") -> Decision:
    return decision_of(
        result_of(
            Verdict.FAIL, effect, summary="short of it", remedy="", checks=(check_with(Verdict.FAIL, where=places),)
        )
    )


@pytest.mark.parametrize(
    ("place", "path", "line"),
    [
        ("src/shop/prices.py:64-66", "src/shop/prices.py", 64),
        ("src/shop/prices.py:68", "src/shop/prices.py", 68),
        ("tests/test_a.py::test_x[a:b]", "tests/test_a.py", 1),
        ("src/shop/prices.py", "src/shop/prices.py", 1),
        ("tests/test_a.py:12: UserWarning (1): it changes", "tests/test_a.py", 12),
    ],
)
def test_a_place_that_is_a_file_is_shown_beside_the_code(place: str, path: str, line: int) -> None:
    assert annotations(at(place))[1].startswith(f"::error file={path},line={line},title=")
    assert findings(at(place))[1]["location"] == {"path": path, "lines": {"begin": line}}


@pytest.mark.parametrize(
    "place", ["RATE-7: failed", "/etc/passwd.txt:1", "../up.py:3", "C:\\x.py:1", "shop: shop-1.2.0-any.txt", "a b.py"]
)
def test_what_is_no_file_of_the_project_is_none(place: str) -> None:
    assert len(annotations(at(place))) == 1
    assert [each["location"]["path"] for each in findings(at(place))] == ["built-in"]


@pytest.mark.parametrize(
    ("effect", "level", "severity"),
    [("NO_GO", "error", "blocker"), ("HOLD", "error", "critical"), ("CONDITIONAL", "warning", "minor")],
)
def test_a_reason_is_as_loud_as_what_it_does(effect: str, level: str, severity: str) -> None:
    assert annotations(at(effect=effect)) == [f"::{level} title=stage gate%3A results::{_word(effect)}: short of it"]
    assert [each["severity"] for each in findings(at(effect=effect))] == [severity]


def _word(effect: str) -> str:
    return effect.replace("_", " ")


def test_no_more_annotations_than_github_shows_of_each_level_and_the_others_are_counted() -> None:
    places = tuple(f"a.py:{line}" for line in range(1, 40))
    failed, warned = at(*places), at(*places, effect="CONDITIONAL")
    both = decision_of(*failed.gates, *warned.gates)
    lines = annotations(both)
    levels = [line.split()[0] for line in lines]
    assert (levels.count("::error"), levels.count("::warning")) == (10, 10)
    assert lines[20:] == [
        "::notice title=stage gate::60 more reasons and places are in report.html: GitHub shows 10 of each level."
    ]
    assert not [line for line in annotations(at(*places[:9])) if line.startswith("::notice")]


def test_no_output_and_no_annotation_is_too_long_for_github() -> None:
    gate = result_of(Verdict.FAIL, "NO_GO", summary="word " * 400_000, remedy="", checks=(check_with(Verdict.FAIL),))
    files = written("github", decision_of(gate))
    assert len(files["github-outputs.txt"]) < 5000
    [line] = files["github-annotations.txt"].splitlines()
    assert len(line) < 5000
    assert line.endswith("word … (more in report.html)")


def test_a_summary_for_which_a_step_has_no_room_is_its_verdict_alone(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_bytes(b"x" * (1024 * 1024 - 1000))
    _, files = documents_of(no_go(), (Wanted("github"),), OUT, None)
    delivered(files, {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.stat().st_size <= 1024 * 1024
    assert path.read_text("utf-8").endswith("has no room for more of it: see report.html.\n")
    assert "# ✘ NO GO" in path.read_text("utf-8")
    delivered(files, {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.stat().st_size <= 1024 * 1024


def test_each_finding_has_a_fingerprint_of_its_own_that_stays() -> None:
    decision = at("a.py:1", "a.py:2", "b.py")
    prints = [each["fingerprint"] for each in findings(decision)]
    assert len(set(prints)) == 4
    assert prints == [each["fingerprint"] for each in findings(decision)]


def test_reasons_of_the_run_that_are_called_alike_have_fingerprints_of_their_own() -> None:
    reasons = [
        Blocker(effect=Word.HOLD, reason="evidence-unreadable", gate=None, text=f"{name} can't be read", remedy="")
        for name in ("a.xml", "b.xml")
    ]
    first, second = (each["fingerprint"] for each in findings(no_go(blockers=tuple(reasons))))
    assert first != second


def test_a_go_annotates_nothing() -> None:
    assert annotations(go()) == findings(go()) == []


def test_hostile_text_starts_no_command_and_no_line() -> None:
    hostile = "%0A::error::x\r\n::stop-commands::y, z: %"
    decision = at(f"a.py:1: {hostile}")
    lines = written("github", everywhere(ENCODABLE))["github-annotations.txt"].splitlines() + annotations(decision)
    assert all(re.match(r"::(error|warning) ", line) for line in lines)
    assert all(line.count("::") == 2 or "%" in line for line in lines)
    assert "%250A" in annotations(decision)[1]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85"])
def test_no_separator_of_lines_starts_a_command(separator: str) -> None:
    _, files = documents_of(everywhere(f"a{separator}::stop-commands::x"), (Wanted("github"),), OUT, None)
    told = delivered(files, {})
    assert told
    assert all(line.startswith("::error ") for line in told)


GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("    ::add-mask::a", "    : :add-mask::a"),
        ("\u3000::error::a", "\u3000: :error::a"),
        ("where: x ##[stop-commands]a", "where: x ## [stop-commands]a"),
        ("a\n::error::b", "a\n: :error::b"),
        ("where: tests/test_a.py::test_x", "where: tests/test_a.py::test_x"),
    ],
)
def test_no_line_for_people_is_a_command_to_github(text: str, shown: str) -> None:
    assert inert(text, GITHUB) == shown
    assert inert(text, {}) == text


def test_outputs_are_one_line_each() -> None:
    rows = written("github", no_go())["github-outputs.txt"].splitlines()
    assert [row.partition("=")[0] for row in rows] == ["decision", "provisional", "stage", "sentence", "sha256"]
    assert rows[0] == "decision=NO_GO"
    assert len(written("github", everywhere(ENCODABLE))["github-outputs.txt"].splitlines()) == 5


def test_metrics_are_exact_and_never_look_better_than_they_are() -> None:
    short = check_with(Verdict.FAIL, name='line "x"\\', measured=Ratio(9_999_999, 10_000_000))
    text = written("gitlab", decision_of(result_of(Verdict.FAIL, "NO_GO", checks=(short,))))["gl-metrics.txt"]
    assert 'stagegate_measured{gate="results",check="line \\"x\\"\\\\"} 0.999999\n' in text
    assert 'stagegate_gate_met{gate="results"} 0\n' in text
    assert 'stagegate_tests{count="passed"} 3\n' in text
    assert text.endswith("# EOF\n")


@pytest.mark.parametrize("name", ["line", "a\nb", 'a"b', "a\\", "\\n", "a\u2028b", "", "a{b},c=", "é"])
def test_metrics_are_what_a_reader_of_openmetrics_takes(name: str) -> None:
    values = (10**30, Ratio(10**40, 3), Ratio(0, 0), Ratio(-1, 3), -5)
    checks = tuple(check_with(Verdict.FAIL, name=name, measured=value) for value in values)
    text = written("gitlab", decision_of(result_of(Verdict.FAIL, "NO_GO", checks=checks)))["gl-metrics.txt"]
    samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
    measured = [each.labels["check"] for each in samples if each.name == "stagegate_measured"]
    assert measured == [name, f"{name} (2)", f"{name} (3)", f"{name} (4)"]


@pytest.mark.parametrize(
    ("environ", "more"),
    [
        ({}, []),
        ({"GITHUB_ACTIONS": "true"}, ["github"]),
        ({"GITLAB_CI": "true"}, ["gitlab"]),
        ({"GITHUB_ACTIONS": "false", "GITLAB_CI": ""}, []),
    ],
)
def test_a_system_is_known_by_its_variable(environ: dict[str, str], more: list[str]) -> None:
    found = documents_wanted("--report", (), Path(), environ)
    assert found == (*DEFAULT, *(Wanted(each) for each in more))


def test_what_is_asked_for_overrides_what_is_detected() -> None:
    assert documents_wanted("--report", ("json",), Path(), {"GITHUB_ACTIONS": "true"}) == (Wanted("json"),)


def test_summary_and_outputs_are_added_to_what_is_there(tmp_path: Path) -> None:
    environ = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "outputs")}
    (tmp_path / "summary").write_text("before\n", encoding="utf-8")
    _, files = documents_of(no_go(), (Wanted("github"),), OUT, None)
    told = delivered(files, environ)
    assert told == tuple(annotations(no_go()))
    assert (tmp_path / "summary").read_text("utf-8").startswith("before\n# ✘ NO GO")
    assert (tmp_path / "outputs").read_text("utf-8").startswith("decision=NO_GO\n")


def test_without_being_asked_for_nothing_is_handed_over(tmp_path: Path) -> None:
    _, files = documents_of(no_go(), DEFAULT, OUT, None)
    assert delivered(files, {"GITHUB_OUTPUT": str(tmp_path / "outputs")}) == ()
    assert not list(tmp_path.iterdir())


def test_the_names_are_those_that_ci_is_told() -> None:
    assert set(written("github", go())) == set(GITHUB_FILES)
    assert set(written("gitlab", go())) == set(GITLAB_FILES)
