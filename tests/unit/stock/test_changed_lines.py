from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.extent import Scope
from pytest_stagegate.model.repository import ChangedFile, Diff, RepositoryData
from pytest_stagegate.model.verdicts import GateResult, OnMissing
from pytest_stagegate.stock.changed_lines import changed_lines
from tests.unit.fakes import (
    check_of,
    coverage_of,
    diff_of,
    evidence_of,
    file_of,
    judged,
    repository_of,
    share,
    verdicts,
)

SRC = (Scope(source=("src",)),)


def of(coverage: CoverageData, repository: RepositoryData | Diff, **options: Any) -> GateResult:
    said = repository_of(repository) if isinstance(repository, Diff) else repository
    return judged(changed_lines, evidence_of(coverage=coverage, repository=said), **options)


def covered(number: int, total: int = 100, path: str = "src/a.py") -> CoverageData:
    return coverage_of(file_of(path, number, total))


def test_only_changed_lines_are_judged() -> None:
    made = check_of(of(covered(50), diff_of(src__a="1-40")), "line")
    assert (made.verdict, made.shown) == ("PASS", "100 % (40 of 40 lines changed since origin/main)")


@pytest.mark.parametrize(("number", "verdict"), [(80, "PASS"), (79, "FAIL")])
def test_80_percent_are_enough_when_the_policy_does_not_say(number: int, verdict: str) -> None:
    assert check_of(of(covered(number), diff_of(src__a="1-100")), "line").verdict == verdict


def test_the_policy_s_share_counts() -> None:
    assert check_of(of(covered(80), diff_of(src__a="1-100"), line=share("81 %")), "line").verdict == "FAIL"


def test_the_count_of_uncovered_lines_is_shown() -> None:
    made = check_of(of(covered(90), diff_of(src__a="1-100")), "uncovered")
    assert (made.verdict, made.shown) == ("NOT_APPLICABLE", "10 lines")


@pytest.mark.parametrize(("most", "verdict"), [(10, "PASS"), (9, "FAIL")])
def test_the_count_of_uncovered_lines_may_have_a_limit(most: int, verdict: str) -> None:
    assert check_of(of(covered(90), diff_of(src__a="1-100"), max_uncovered=most), "uncovered").verdict == verdict


def test_where_it_falls_short_is_named_by_file_and_lines_worst_first() -> None:
    data = coverage_of(file_of("src/a.py", 8, 10), file_of("src/b.py", 0, 10))
    made = check_of(of(data, diff_of(src__a="5-10", src__b="2, 4-6")), "line")
    assert made.where == ("src/b.py:2, 4-6", "src/a.py:9-10")


def test_lines_that_are_not_executable_do_not_count() -> None:
    made = check_of(of(covered(10, 10), diff_of(src__a="5-10, 20-30")), "line")
    assert made.inspected == 6


# ---- too small


@pytest.mark.parametrize(("lines", "verdict"), [("82-100", "TOO_SMALL"), ("81-100", "FAIL")])
def test_a_share_that_is_missed_by_fewer_lines_than_the_limit_is_too_small(lines: str, verdict: str) -> None:
    assert of(covered(80), diff_of(src__a=lines)).verdict == verdict


def test_what_is_too_small_shows_its_figures_and_places() -> None:
    result = of(covered(80), diff_of(src__a="80-81"))
    made = check_of(result, "line")
    assert (made.reason, made.where) == ("too-small", ("src/a.py:81",))
    assert result.summary == (
        "line: 50 % (1 of 2 lines changed since origin/main); fewer than 20 are too few to judge a share by"
    )
    assert result.effect == "CONDITIONAL"


def test_a_small_diff_that_meets_the_limit_passes() -> None:
    assert of(covered(80), diff_of(src__a="80")).verdict == "PASS"


def test_a_count_is_judged_however_small_the_diff_is() -> None:
    assert of(covered(80), diff_of(src__a="80-81"), max_uncovered=0).verdict == "FAIL"


def test_how_small_is_too_small_is_the_policy_s_word() -> None:
    assert of(covered(80), diff_of(src__a="80-81"), min_lines=2).verdict == "FAIL"


# ---- critical files


def test_in_a_critical_file_every_changed_line_has_to_be_run() -> None:
    result = of(covered(99), diff_of(src__a="1-100"), critical=["src/*.py"])
    made = check_of(result, "critical src/*.py")
    assert (result.verdict, made.verdict, made.where) == ("FAIL", "FAIL", ("src/a.py:100",))


def test_a_critical_file_of_which_every_changed_line_is_run_passes() -> None:
    assert verdicts(of(covered(99), diff_of(src__a="1-99"), critical=["src"]))["critical src"] == "PASS"


def test_a_critical_file_of_which_no_line_changed_says_nothing() -> None:
    data = coverage_of(file_of("src/a.py", 30, 30), file_of("src/pay.py", 0, 9))
    assert "critical src/pay.py" not in verdicts(of(data, diff_of(src__a="1-30"), critical=["src/pay.py"]))


def test_a_critical_glob_that_matches_no_file_is_no_evidence() -> None:
    result = of(covered(30), diff_of(src__a="1-30"), critical=["src/apy.py"])
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "path-matches-nothing")


def test_a_critical_glob_may_match_a_file_that_only_git_knows() -> None:
    said = repository_of(diff_of(src__a="1-30"), tracked=["src/pay.py"])
    assert of(covered(30), said, critical=["src/pay.py"]).verdict == "PASS"


# ---- which files


def test_a_changed_file_that_nobody_measured_is_named() -> None:
    result = of(covered(30), diff_of(src__a="1-30", src__new="1-3", src__older="7"))
    made = check_of(result, "files")
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "files-missing")
    assert made.where == ("src/new.py", "src/older.py")
    assert made.text == "2 changed source files were never measured: src/new.py, src/older.py"


def test_a_file_that_nobody_measured_does_not_hide_what_falls_short() -> None:
    assert of(covered(0), diff_of(src__a="1-30", src__new="1-3")).verdict == "FAIL"


def test_a_file_that_is_left_out_by_hand_is_not_judged() -> None:
    assert of(covered(30), diff_of(src__a="1-30", src__gen__pb="1-99"), exclude=["src/gen/**"]).verdict == "PASS"


@pytest.mark.parametrize("path", ["README.md", "web/app.ts", "Makefile"])
def test_a_file_of_a_language_that_nobody_measured_is_not_judged(path: str) -> None:
    diff = Diff(since="main", commit="", files=(ChangedFile(path, "1-30"),))
    assert of(covered(30), diff).verdict == "NOT_APPLICABLE"


def test_a_file_of_a_language_that_was_measured_is_judged() -> None:
    diff = Diff(since="main", commit="", files=(ChangedFile("web/new.ts", "1-30"),))
    assert of(coverage_of(file_of("web/app.ts", 1, 1)), diff).reason == "files-missing"


@pytest.mark.parametrize(
    "path",
    ["tests/test_a", "src/pay/test_card", "pay/card_test", "conftest", "test/helpers", "a/__tests__/b", "app.spec"],
)
def test_where_nothing_says_what_the_source_is_tests_are_not_judged(path: str) -> None:
    diff = Diff(since="main", commit="", files=(ChangedFile(f"{path}.py", "1-30"),))
    assert of(covered(30), diff).verdict == "NOT_APPLICABLE"
    assert of(covered(0, path=f"{path}.py"), diff).verdict == "NOT_APPLICABLE"


@pytest.mark.parametrize("path", ["contest/a.py", "latest.py", "testing/a.py", "src/attest.py"])
def test_a_name_that_only_looks_like_that_of_a_test_is_judged(path: str) -> None:
    diff = Diff(since="main", commit="", files=(ChangedFile(path, "1-30"),))
    assert of(covered(30), diff).reason == "files-missing"


def test_with_a_known_source_what_lies_beside_it_is_not_judged() -> None:
    data = coverage_of(file_of("src/a.py", 30, 30), scopes=SRC)
    assert of(data, diff_of(src__a="1-30", docs__conf="1-9", tools__src__b="1")).verdict == "PASS"


def test_with_a_known_source_a_file_of_it_is_judged_whatever_its_name() -> None:
    data = coverage_of(file_of("src/a.py", 30, 30), scopes=SRC)
    assert of(data, diff_of(src__a="1-30", src__test_a="1-9")).reason == "files-missing"


def test_a_file_that_coverage_was_told_to_leave_out_is_not_judged() -> None:
    data = coverage_of(file_of("src/a.py", 30, 30), scopes=(Scope(source=("src",), omit=("*/gen/*",)),))
    assert of(data, diff_of(src__a="1-30", src__gen__b="1-9")).verdict == "PASS"


def test_what_a_report_that_names_no_source_measured_beside_the_source_is_judged() -> None:
    data = coverage_of(file_of("src/a.py", 30, 30), file_of("tools/b.py", 0, 30), scopes=(Scope(), *SRC))
    assert of(data, diff_of(src__a="1-30", tools__b="1-30")).verdict == "FAIL"
    assert of(data, diff_of(src__a="1-30", tools__c="1-30")).reason == "files-missing"
    assert of(data, diff_of(src__a="1-30", tests__c="1-30")).verdict == "PASS"


def test_the_policy_s_source_narrows_what_is_judged() -> None:
    data = coverage_of(file_of("src/a.py", 30, 30), file_of("tools/b.py", 0, 30))
    result = of(data, diff_of(src__a="1-30", tools__b="1-30", tools__new="1"), source=["src"])
    assert result.verdict == "PASS"


def test_a_source_of_the_policy_that_nobody_measured_is_no_evidence() -> None:
    result = of(covered(30), diff_of(src__a="1-30"), source=["src", "web"])
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "source-matches-nothing")


def test_a_package_is_found_where_it_is_measured_and_not_among_tests_of_the_same_name() -> None:
    data = coverage_of(file_of("src/shop/a.py", 30, 30), scopes=(Scope(source=("shop",)),))
    known = repository_of(diff_of(src__shop__a="1-30", tests__shop__b="1-30"), tracked=["src/shop/a.py"])
    assert of(data, known).verdict == "PASS"
    assert of(data, diff_of(src__shop__new="1-30")).reason == "files-missing"


def test_a_file_of_an_installed_package_is_the_one_in_the_project() -> None:
    said = repository_of(diff_of(src__shop__a="1-30"), tracked=["src/shop/a.py", "src/shop/b.py"])
    assert of(coverage_of(file_of("shop/a.py", 30, 30)), said).verdict == "PASS"
    assert of(coverage_of(file_of("shop/a.py", 20, 30)), said).verdict == "FAIL"


# ---- nothing to judge


@pytest.mark.parametrize("diff", [diff_of(), diff_of(src__a=""), diff_of(src__a="200-300")])
def test_where_no_executable_line_changed_there_is_nothing_to_judge(diff: Diff) -> None:
    result = of(covered(100), diff)
    assert (result.verdict, result.reason) == ("NOT_APPLICABLE", "nothing-changed")
    assert check_of(result, "line").inspected == 0
    assert result.summary == "no executable line of the sources changed since origin/main"


@pytest.mark.parametrize("reason", ["no-repository", "base-unknown", "shallow-clone", "unreadable"])
def test_a_diff_that_git_can_t_tell_is_no_evidence(reason: str) -> None:
    result = of(covered(100), repository_of(Absent(reason, "why")))
    assert (result.verdict, result.reason, result.summary) == ("NO_EVIDENCE", reason, "changes: why")
    assert result.remedy


def test_without_coverage_there_is_no_evidence() -> None:
    result = judged(changed_lines, evidence_of(repository=repository_of(diff_of(src__a="1-30"))))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "not-measured")


def test_a_file_that_nobody_measured_is_not_skipped_as_missing_evidence() -> None:
    result = of(covered(30), diff_of(src__new="1"), on_missing=OnMissing.SKIP)
    assert (result.verdict, result.effect) == ("NO_EVIDENCE", "HOLD")


# ---- which diff


@pytest.mark.parametrize(("stage", "since"), [("code", "main"), ("test", "main"), ("release", "v1.0")])
def test_a_release_is_judged_by_what_changed_since_the_last_one(stage: str, since: str) -> None:
    said = repository_of(diff_of("main", src__a="1-30"), diff_of("v1.0", src__a="1-60"))
    assert check_of(of(covered(100), said, stage=stage), "line").unit == f"lines changed since {since}"


def test_a_release_is_known_by_its_name_as_it_is_read_from_a_file() -> None:
    said = repository_of(diff_of("main", src__a="1-30"), diff_of("v1.0", src__a="1-60"))
    stage = json.loads('"release"')
    assert check_of(of(covered(100), said, stage=stage), "line").inspected == 60


def test_small_diffs_that_came_together_are_judged_at_the_release() -> None:
    said = repository_of(diff_of("main", src__a="91-100"), diff_of("v1.0", src__a="71-100"))
    assert of(covered(70), said).verdict == "TOO_SMALL"
    assert of(covered(70), said, stage="release").verdict == "FAIL"


def test_lines_of_a_file_are_those_of_all_parts_of_the_run() -> None:
    made = FileCoverage("src/a.py", "1-5, 9", "6-8")
    assert check_of(of(coverage_of(made), diff_of(src__a="4-7")), "uncovered").where == ("src/a.py:6-7",)


def test_a_critical_file_outside_the_source_is_not_overlooked() -> None:
    data = replace(covered(100), scopes=SRC)
    made = of(data, diff_of(src__a="1-40", tools__t="1-3"), critical=["tools/**"])
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "files-missing")
    assert of(data, diff_of(src__a="1-40", tools__t="1-3")).verdict == "PASS"
