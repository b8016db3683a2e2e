from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stagegate.documents.fitting import fitted as fitted_by
from pytest_stagegate.documents.room import Sink
from pytest_stagegate.documents.templating import render
from pytest_stagegate.documents.view import view
from pytest_stagegate.model.decision import TestRow
from tests.unit.documents.samples import go, no_go

WHOLE = "All of it is elsewhere."
LEAST = "# ✘ NO GO"


def fitted(text: str, limit: int, whole: str, least: str) -> str:
    return fitted_by(text, Sink(octets=limit).takes, whole, least)


def report(rows: int = 40, text: str = "assert 1 == 2") -> str:
    made = tuple(
        TestRow(
            id=f"t.py::test_{number}", stage="test", outcome="failed", reason=text, message="", reruns=0, subtests=()
        )
        for number in range(rows)
    )
    return render("report.md.j2", view(no_go(not_passed=made), "d" * 64), None)


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_what_fits_is_left_as_it_is() -> None:
    text = report()
    assert fitted(text, len(text.encode()), WHOLE, LEAST) == text


@given(rows=st.integers(0, 60), limit=st.integers(60, 9_000), text=st.text("ab|`é✔ \n", max_size=60))
@settings(max_examples=60, deadline=None)
def test_it_fits_says_the_verdict_and_what_is_missing_and_cuts_no_line(rows: int, limit: int, text: str) -> None:
    whole = report(rows, text)
    made = fitted(whole, limit, WHOLE, LEAST)
    assert len(made.encode()) <= limit
    assert made.startswith("# ✘ NO GO")
    lines = made.splitlines()
    assert set(lines) - {WHOLE} - {each for each in lines if each.startswith("**Left out here")} <= {
        *whole.splitlines(),
        LEAST,
    }
    assert (WHOLE in made) == (made != whole)


@given(limits=st.tuples(st.integers(60, 9_000), st.integers(60, 9_000)))
@settings(max_examples=40, deadline=None)
def test_more_room_never_shows_less(limits: tuple[int, int]) -> None:
    text = report()
    less, more = (set(headings(fitted(text, limit, WHOLE, LEAST))) for limit in sorted(limits))
    assert less <= more


def test_each_thing_that_is_missing_is_named() -> None:
    text = report()
    made = fitted(text, 1_500, WHOLE, LEAST)
    [said] = [each for each in made.splitlines() if each.startswith("**Left out here")]
    gone = set(headings(text)) - set(headings(made))
    assert gone
    assert all(f"“{title}”" in said for title in gone)
    assert said.endswith(WHOLE)


def test_tests_that_failed_are_shown_as_far_as_there_is_room() -> None:
    made = fitted(report(400), 9_000, WHOLE, LEAST)
    assert made.count("t.py::test_") >= 100
    assert "300 rows of “Tests that did not plainly pass”" in made


def test_reasons_stay_longer_than_anything_else() -> None:
    text = report()
    shown = [headings(fitted(text, limit, WHOLE, LEAST)) for limit in range(700, len(text), 50)]
    assert all("What stops it" in each for each in shown if each)


@pytest.mark.parametrize("name", ["x" * 5_000, "✔" * 5_000])
def test_the_verdict_is_there_even_where_the_first_line_is_too_long(name: str) -> None:
    subject = msgspec.structs.replace(go().subject, name=name)
    text = render("report.md.j2", view(no_go(subject=subject), "d" * 64), None)
    assert fitted(text, 1_000, WHOLE, LEAST) == f"{LEAST}\n\n{WHOLE}\n"


def test_how_it_is_taken_back_and_reaches_everybody_stays_longer_than_lists_of_tests() -> None:
    titles = ("Rollout", "Rollback", "Supply chain", "Tests that did not plainly pass", "Reviews", "Waivers")
    text = "# ✘ NO GO\n\n" + "\n".join(f"## {title}\n\n{'x' * 90}\n" for title in titles)
    kept = [headings(fitted(text, limit, WHOLE, LEAST)) for limit in range(len(text), 200, -10)]
    gone = [title for shown in kept for title in titles if title not in shown]
    assert list(dict.fromkeys(gone)) == [
        "Reviews",
        "Tests that did not plainly pass",
        "Supply chain",
        "Rollout",
        "Rollback",
        "Waivers",
    ]
