from __future__ import annotations

import pytest

from pytest_stagegate.model.linked import requirement_rows
from pytest_stagegate.model.links import REQUIREMENT, Link, is_link_name
from pytest_stagegate.model.requirements import LINKED_LIMIT, RequirementRow
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import Detail, Outcome, TestData
from tests.unit.fakes import named_tests


def linked(*tests: tuple[str, str]) -> RequirementRow:
    """The row of a requirement that all these tests are linked to."""
    data = named_tests(*tests)
    data.links.add(Link(REQUIREMENT, "R"), range(len(data.ids)))
    (row,) = requirement_rows(data)
    return row


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (["passed", "passed"], "passed"),
        (["flaky"], "passed"),
        (["passed", "failed"], "failed"),
        (["errors"], "failed"),
        (["skipped", "deselected", "lost"], "not-run"),
        (["passed", "skipped"], "partial"),
        (["passed", "deselected"], "partial"),
        (["passed", "lost"], "partial"),
        (["xfailed"], "partial"),
        (["xpassed"], "partial"),
    ],
)
def test_the_outcome_of_a_requirement(words: list[str], outcome: str) -> None:
    assert linked(*((f"t.py::test_{number}", word) for number, word in enumerate(words))).outcome == outcome


def test_a_test_that_may_not_run_at_all_is_not_run() -> None:
    data = TestData(tags=[Tag("test")])
    data.add("t.py::test_a", Outcome.XFAILED, 0, Detail(reason="run=False"))
    data.links.add(Link(REQUIREMENT, "R"), [0])
    assert requirement_rows(data)[0].outcome == "not-run"


def test_the_worst_tests_are_listed_and_the_rest_counted() -> None:
    row = linked(*((f"t.py::test_{number:03}", "passed") for number in range(LINKED_LIMIT)), ("t.py::test_z", "failed"))
    assert (row.tests[0].id, row.tests[0].outcome) == ("t.py::test_z", "failed")
    assert (len(row.tests), row.tests_omitted) == (LINKED_LIMIT, 1)


def test_a_test_left_out_in_one_environment_counts_where_it_ran() -> None:
    tags = [Tag("deploy", ("staging",), True, place) for place in (None, "staging")]
    data = TestData(tags=tags)
    data.add("t.py::test_a", Outcome.DESELECTED, 0, Detail(), tag=0)
    data.add("t.py::test_a (staging)", Outcome.PASSED, 1, tag=1)
    data.links.add(Link(REQUIREMENT, "R"), [0, 1])
    (row,) = requirement_rows(data)
    assert row.outcome == "passed"
    assert [(each.id, each.environment) for each in row.tests] == [("t.py::test_a", "staging")]


def test_rows_are_in_the_order_of_their_ids() -> None:
    data = named_tests(("t.py::test_a", "passed"))
    for name in ("B", "A"):
        data.links.add(Link(REQUIREMENT, name), [0, 0])
    assert [(row.id, len(row.tests)) for row in requirement_rows(data)] == [("A", 1), ("B", 1)]


@pytest.mark.parametrize("value", ["PAY-7", "Ä 1", "x" * 200, "<b>|`@a"])
def test_ids(value: str) -> None:
    assert is_link_name(value)


@pytest.mark.parametrize(
    "value", ["", " ", " PAY-7", "PAY-7\n", "a\nb", "a\u202eb", "\x1b[31m", "\ud800", "x" * 201, 7]
)
def test_no_ids(value: object) -> None:
    assert not is_link_name(value)
