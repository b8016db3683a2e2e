from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_stagegate.live.attempts import Attempt
from pytest_stagegate.live.tidying import Tidy


def report(when: str, outcome: str = "passed", **more: Any) -> Any:
    """Return a report of one phase as pytest makes it."""
    text = more.pop("text", "")
    return SimpleNamespace(when=when, outcome=outcome, duration=0.001, longrepr=text, longreprtext=text, **more)


def after(*reports: Any) -> Attempt:
    attempt = Attempt(7)
    for each in reports:
        attempt.add(each, tidy=Tidy(Path("/home/dana/project"), {"DEPLOY_TOKEN": "correct-horse"}))
    return attempt


SETUP, CALL, TEARDOWN = (report(when) for when in ("setup", "call", "teardown"))


def test_a_test_whose_three_phases_pass_has_plainly_passed() -> None:
    attempt = after(SETUP, CALL, TEARDOWN)
    assert (attempt.plain, attempt.microseconds) == (True, 3_000)


@pytest.mark.parametrize(
    ("reports", "outcome", "executed"),
    [
        ([SETUP, report("call", "failed"), TEARDOWN], "failed", True),
        ([report("setup", "failed"), TEARDOWN], "error", False),
        ([SETUP, CALL, report("teardown", "failed")], "error", True),
        ([SETUP, report("call", "failed"), report("teardown", "failed")], "failed", True),
        ([report("setup", "skipped"), TEARDOWN], "skipped", False),
        ([SETUP, report("call", "skipped"), TEARDOWN], "skipped", False),
        ([SETUP, report("call", "skipped", wasxfail="see #411"), TEARDOWN], "xfailed", False),
        ([SETUP, report("call", "passed", wasxfail="see #411"), TEARDOWN], "xpassed", True),
        ([report("???", "failed")], "failed", False),
        ([SETUP], "lost", False),
    ],
)
def test_the_worst_phase_wins(reports: list[Any], outcome: str, executed: bool) -> None:
    line = after(*reports).line()
    if outcome != "xfailed":
        assert line.executed is executed
    assert line.outcome == outcome


def test_a_failure_keeps_its_first_line_and_its_text_without_the_root() -> None:
    line = after(SETUP, report("call", "failed", text="/home/dana/project/t.py:3: boom\nmore")).line()
    assert (line.reason, line.message) == ("t.py:3: boom", "t.py:3: boom\nmore")


@pytest.mark.parametrize(
    ("longrepr", "reason"),
    [
        (("t.py", 3, "Skipped: no tls"), "no tls"),
        (("t.py", 3, "Skipped: unconditional skip"), ""),
        (("t.py", 3, "Skipped"), ""),
        (("t.py", 3, "unittest.case.SkipTest"), ""),
        (("t.py", 3, "Skipped: no /home/dana/project/tls"), "no tls"),
        ("", ""),
    ],
)
def test_the_reason_of_a_skip(longrepr: object, reason: str) -> None:
    skipped = report("setup", "skipped")
    skipped.longrepr = longrepr
    assert after(skipped).line().reason == reason


@pytest.mark.parametrize(
    ("told", "reason"), [("reason: see #411", "see #411"), ("reason: ", ""), ("[NOTRUN] ", ""), ("", "")]
)
def test_the_reason_of_an_expected_failure(told: str, reason: str) -> None:
    assert after(SETUP, report("call", "skipped", wasxfail=told)).line().reason == reason


def test_a_rerun_that_kills_its_worker_is_the_last_attempt() -> None:
    dead = after(report("???", "rerun"), report("???", "failed"))
    assert (dead.pending, dead.outcome.word, dead.reruns) == (False, "failed", 1)


def test_a_rerun_starts_over_and_is_counted() -> None:
    again = after(SETUP, report("call", "rerun"), TEARDOWN, SETUP, CALL, TEARDOWN)
    assert (again.line().outcome, again.line().reruns, again.plain) == ("passed", 1, False)


def test_a_subtest_that_failed_fails_its_test() -> None:
    context = SimpleNamespace(msg="band", kwargs={"grams": 2000})
    line = after(SETUP, report("call", "failed", context=context, text="boom"), CALL, TEARDOWN).line()
    assert (line.outcome, line.subtest_count, line.subtests) == ("failed", 1, ("[band] (grams=2000): failed",))
    assert line.reason == "subtest [band] (grams=2000): boom"


def test_subtests_that_passed_are_only_counted() -> None:
    context = SimpleNamespace(msg=None, kwargs={"i": 1})
    line = after(SETUP, report("call", context=context), CALL, TEARDOWN).line()
    assert (line.outcome, line.subtest_count, line.subtests) == ("passed", 1, ())


@pytest.mark.parametrize(("word", "worker"), [("failed", "gw1"), ("passed", "")])
def test_the_worker_of_a_failure_is_named(word: str, worker: str) -> None:
    assert after(SETUP, report("call", word, worker_id="gw1")).line().worker == worker


def of_hypothesis(outcome: str = "passed", passing: int = 7, **more: Any) -> Any:
    return report("call", outcome, stagegate_examples={"item": 0, "counted": True, "passing": passing}, **more)


@pytest.mark.parametrize(
    ("reports", "passing"),
    [
        ([SETUP, CALL, TEARDOWN], None),
        ([SETUP, of_hypothesis(), TEARDOWN], 7),
        ([SETUP, of_hypothesis("failed"), TEARDOWN], 7),
        ([SETUP, of_hypothesis(), report("teardown", "failed")], 7),
        ([SETUP, of_hypothesis("skipped"), TEARDOWN], None),
        ([SETUP, of_hypothesis("skipped", wasxfail="see #411"), TEARDOWN], None),
        ([SETUP, of_hypothesis("passed", wasxfail="see #411"), TEARDOWN], 7),
        ([SETUP, of_hypothesis("rerun"), SETUP, of_hypothesis(passing=9), TEARDOWN], 9),
        ([SETUP, of_hypothesis("rerun"), report("setup", "failed"), TEARDOWN], None),
    ],
)
def test_examples_count_where_a_property_test_passed_or_failed(reports: list[Any], passing: int | None) -> None:
    said = after(*reports).examples()
    assert (said and (said.item, said.passing)) == (passing and (7, passing))


def test_secrets_are_in_neither_reason_nor_message() -> None:
    attempt = after(
        SETUP, report("call", "failed", text="password='hunter2222' and correct-horse\nmore of correct-horse")
    )
    line = attempt.line()
    assert (line.reason, line.message) == (
        "password='[redacted]' and [redacted]",
        "password='[redacted]' and [redacted]\nmore of [redacted]",
    )


def test_no_half_of_a_secret_is_left_where_a_long_text_is_cut() -> None:
    secret = "ghp_" + "a1B2" * 9
    for size in (4_000, 250_000):
        for shift in range(0, 80, 7):
            text = "x" * (size + shift) + f" {secret} " + "y" * (size - shift)
            assert "a1B2" not in after(SETUP, report("call", "failed", text=text)).line().message


def test_how_much_of_a_long_text_is_left_out_is_said() -> None:
    message = after(SETUP, report("call", "failed", text="x" * 1_000_000)).line().message
    assert "995944 characters left out" in message
