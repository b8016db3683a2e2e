from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pytest_stagegate.model.verdicts import Check, GateResult
from pytest_stagegate.stock.debt import debt
from tests.unit.fakes import NOW, TODAY, check_of, evidence_of, judged, named_tests, outcomes_of, verdicts


def of(*reasons: str, word: str = "skipped", **options: Any) -> GateResult:
    tests = [(f"t.py::test_{number}", word, reason) for number, reason in enumerate(reasons)]
    return judged(debt, evidence_of(named_tests(*tests, ("t.py::test", "passed"))), **options)


def one(name: str, reason: str, **options: Any) -> Check:
    return check_of(of(reason, **options), name)


def test_no_debt_passes_with_all_tests_looked_at() -> None:
    result = judged(debt, evidence_of(outcomes_of(passed=3)))
    assert (result.verdict, check_of(result, "without-reason").inspected) == ("PASS", 3)


def test_nothing_that_ended_is_no_evidence() -> None:
    assert judged(debt, evidence_of(outcomes_of(deselected=3))).verdict == "NO_EVIDENCE"


@pytest.mark.parametrize("word", ["skipped", "xfailed"])
@pytest.mark.parametrize(
    ("reason", "verdict"), [("see #12", "PASS"), ("", "FAIL"), ("owner=dana until=2027-01-01", "FAIL")]
)
def test_each_skip_and_xfail_says_why(word: str, reason: str, verdict: str) -> None:
    assert check_of(of(reason, word=word), "without-reason").verdict == verdict


def test_a_module_that_is_skipped_as_a_whole_is_a_debt() -> None:
    data = outcomes_of(passed=1)
    data.skipped_files = {"tls.py": "no tls until=2020-01-01", "db.py": ""}
    result = judged(debt, evidence_of(data))
    assert check_of(result, "without-reason").where == ("db.py (no reason)",)
    assert check_of(result, "overdue").where == ("tls.py (until 2020-01-01)",)


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("waits for #12 owner=dana until=2027-01-31", "PASS"),
        ("(Owner = dana, Until=2027-01-31)", "FAIL"),
        ("(Owner=dana, until =2027-01-31).", "PASS"),
        ("waits for the owner", "FAIL"),
        ("owner= until=2027-01-31", "FAIL"),
        ("coowner=dana", "FAIL"),
    ],
)
def test_an_owner_may_be_required(reason: str, verdict: str) -> None:
    assert one("without-owner", reason, require=["owner"]).verdict == verdict


@pytest.mark.parametrize(("reason", "verdict"), [("until=2027-01-31", "PASS"), ("until 2027-01-31", "FAIL")])
def test_a_date_may_be_required(reason: str, verdict: str) -> None:
    assert one("without-until", reason, require=["until"]).verdict == verdict


def test_only_what_is_required_is_asked_for() -> None:
    assert set(verdicts(of("", require=[]))) == {"debt", "overdue", "not-a-date"}


@pytest.mark.parametrize(("days", "verdict"), [(1, "PASS"), (0, "PASS"), (-1, "FAIL")])
def test_a_debt_is_overdue_on_the_day_after_its_date(days: int, verdict: str) -> None:
    date = TODAY + dt.timedelta(days=days)
    assert one("overdue", f"see #12 until={date}").verdict == verdict


def test_the_day_is_that_of_the_decision() -> None:
    reason = f"see #12 until={TODAY}"
    assert one("overdue", reason, instant=NOW + dt.timedelta(days=1)).verdict == "FAIL"


def test_an_overdue_debt_is_named_with_date_and_owner() -> None:
    assert one("overdue", "see #12 owner=dana, until=2026-01-31.").where == (
        "t.py::test_0 (until 2026-01-31, owner dana)",
    )


def test_of_several_dates_the_first_counts() -> None:
    assert one("overdue", "until=2027-01-31; until=2026-01-31").verdict == "FAIL"


@pytest.mark.parametrize("tag", ["owner=", "owner=dana,", "OWNER="])
def test_nothing_hides_a_date(tag: str) -> None:
    assert one("overdue", f"{tag}until=2026-01-31").verdict == "FAIL"


@pytest.mark.parametrize(
    "written", ["2027-13-40", "2027-02-30", "20270131", "2027-1-31", "tomorrow", "", "2027-01-31T00:00", "٢٠٢٧-01-31"]
)
def test_a_date_that_is_none_fails_and_is_named(written: str) -> None:
    made = one("not-a-date", f"see #12 until={written}")
    assert (made.verdict, made.where) == ("FAIL", (f"t.py::test_0 (until={written})",))


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_number_of_debts(limit: int, verdict: str) -> None:
    assert check_of(of("a", "b", max_debt=limit), "debt").verdict == verdict


def test_debts_beyond_the_limit_are_named() -> None:
    assert check_of(of("a", "b", max_debt=1), "debt").where == ("t.py::test_0", "t.py::test_1")


def test_without_a_limit_no_debt_is_named() -> None:
    assert check_of(of("a", "b"), "debt").where == ()


def test_of_several_dates_that_are_none_the_first_is_named() -> None:
    assert one("not-a-date", "until=soon until=later").where == ("t.py::test_0 (until=soon)",)


def test_an_owner_is_not_taken_for_a_date() -> None:
    assert one("not-a-date", "owner=dana").verdict == "PASS"


def test_without_a_limit_the_number_is_only_shown() -> None:
    assert check_of(of("a", "b"), "debt").shown == "2 tests"
