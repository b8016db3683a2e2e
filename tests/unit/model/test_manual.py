from __future__ import annotations

import pytest

from pytest_stagegate.model.manual import Attachment, ManualRow, digest_of, manual_rows, united_tests
from pytest_stagegate.model.place import Place
from tests.unit.fakes import HOUR, NOW
from tests.unit.manual_tests import data_of, manual_test, result_of

ANYWHERE = Place("test", None, NOW)
STAGING = Place("test", "staging", NOW)


def outcomes(rows: tuple[ManualRow, ...]) -> list[tuple[str, str | None, str]]:
    return [(row.id, row.environment, row.outcome) for row in rows]


def test_a_test_without_a_result_is_pending() -> None:
    assert outcomes(manual_rows(data_of((manual_test(),)), ANYWHERE)) == [("a", None, "pending")]


def test_a_row_says_who_did_it_when_on_what_and_what_they_wrote() -> None:
    result = result_of(note="fine", attachments=(Attachment(name="x.png", sha256="0" * 64),))
    (row,) = manual_rows(data_of((manual_test(requirements=("R1",)),), result), ANYWHERE)
    assert (row.outcome, row.who, row.when, row.commit, row.note) == (
        "passed",
        "Dana",
        "2026-11-23T08:00:00Z",
        "c" * 40,
        "fine",
    )
    assert (row.requirements, row.attachments, row.source) == (("R1",), ("x.png",), "r.manual.json")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"commit": "d" * 40}, "other-commit"),
        ({"digest": digest_of(["other"])}, "steps-changed"),
        ({"digest": ""}, "steps-changed"),
        ({"when": "2026-11-22T08:59:59Z"}, "too-old"),
        ({"when": "2026-11-23T09:06:00Z"}, "from-the-future"),
    ],
)
def test_what_does_not_count_is_stale_and_says_why(changed: dict[str, str], reason: str) -> None:
    (row,) = manual_rows(data_of((manual_test(),), result_of(**changed)), ANYWHERE)
    assert (row.outcome, row.reason) == ("stale", reason)
    assert row.text
    assert row.who == "Dana", "nothing is lost"


def test_a_file_that_has_to_state_its_commit_is_stale_without() -> None:
    data = data_of((manual_test(),), result_of(commit=None), commit_required=True)
    assert manual_rows(data, ANYWHERE)[0].reason == "commit-not-stated"


def test_a_result_without_a_commit_counts_where_none_is_required() -> None:
    assert manual_rows(data_of((manual_test(),), result_of(commit=None)), ANYWHERE)[0].outcome == "passed"


def test_a_gate_s_age_wins_over_that_of_the_file() -> None:
    data = data_of((manual_test(),), result_of())
    assert manual_rows(data, ANYWHERE, HOUR // 2)[0].outcome == "stale"
    old = data_of((manual_test(),), result_of(when="2026-11-20T09:00:00Z"))
    assert manual_rows(old, ANYWHERE, 100 * HOUR)[0].outcome == "passed"


def test_the_latest_result_counts() -> None:
    first, second = result_of(outcome="failed"), result_of(when="2026-11-23T08:30:00Z")
    assert manual_rows(data_of((manual_test(),), second, first), ANYWHERE)[0].outcome == "passed"


def test_of_one_instant_the_worse_result_counts() -> None:
    both = (result_of(outcome="failed"), result_of())
    assert manual_rows(data_of((manual_test(),), *both), ANYWHERE)[0].outcome == "failed"


def test_a_result_of_another_commit_hides_none_of_this_one() -> None:
    other = result_of(outcome="failed", commit="d" * 40, when="2026-11-23T08:30:00Z")
    assert manual_rows(data_of((manual_test(),), result_of(), other), ANYWHERE)[0].outcome == "passed"


def test_a_failure_that_is_too_old_leaves_no_earlier_pass() -> None:
    passed, failed = result_of(when="2026-11-20T09:00:00Z"), result_of(outcome="failed", when="2026-11-21T09:00:00Z")
    stated = data_of((manual_test(),), passed, failed)
    kept = stated.results[0]._replace(max_age=1000 * HOUR)
    data = type(stated)(stated.tests, (kept, stated.results[1]), stated.stages, stated.commit)
    assert manual_rows(data, ANYWHERE)[0].outcome == "stale"


def test_each_declared_environment_needs_a_result_of_its_own() -> None:
    data = data_of((manual_test("a", "staging", "production"),), result_of(environment="staging"), result_of())
    assert outcomes(manual_rows(data, ANYWHERE)) == [("a", "production", "pending"), ("a", "staging", "passed")]


def test_a_decision_about_one_environment_asks_for_that_one_alone() -> None:
    tests = (manual_test("a", "staging", "production"), manual_test("b", "production"))
    data = data_of(tests, result_of(environment="staging"))
    assert outcomes(manual_rows(data, STAGING)) == [("a", "staging", "passed")]


def test_a_test_for_everywhere_needs_a_result_of_the_decided_environment() -> None:
    data = data_of((manual_test(),), result_of(environment="production"))
    (row,) = manual_rows(data, STAGING)
    assert (row.environment, row.outcome) == ("staging", "pending")
    assert "production" in row.text


def test_a_failure_anywhere_counts_where_no_environment_is_decided() -> None:
    data = data_of((manual_test(),), result_of(), result_of(outcome="failed", environment="production"))
    assert outcomes(manual_rows(data, ANYWHERE)) == [("a", None, "passed"), ("a", "production", "failed")]


def test_tests_of_other_stages_are_not_asked_for() -> None:
    assert manual_rows(data_of((manual_test(stage="deploy"),)), ANYWHERE) == ()


def test_a_result_of_no_known_test_is_named() -> None:
    (row,) = manual_rows(data_of((), result_of("gone")), ANYWHERE)
    assert (row.id, row.outcome, row.reason) == ("gone", "stale", "test-unknown")


def test_blanks_in_steps_make_no_difference_and_words_do() -> None:
    assert digest_of(["a  b\n c"]) == digest_of(["a b c"])
    assert digest_of(["a", "b"]) != digest_of(["a b"])


def test_records_that_agree_list_a_test_once() -> None:
    assert united_tests([[manual_test("b"), manual_test("a")], [manual_test("a")]]) == (
        manual_test("a"),
        manual_test("b"),
    )
