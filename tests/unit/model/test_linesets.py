from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.linesets import LAST_LINE, bits, branch_counts, count, ranges, written

lines = st.sets(st.integers(0, 400))


@pytest.mark.parametrize(
    ("numbers", "shown"), [([], ""), ([3], "3"), ([3, 4, 5, 9], "3-5, 9"), ([1, 3, 4], "1, 3-4"), ([1, 2], "1-2")]
)
def test_line_numbers_are_written_as_ranges(numbers: list[int], shown: str) -> None:
    assert ranges(numbers) == shown


@given(lines)
def test_ranges_and_bits_say_the_same(numbers: set[int]) -> None:
    text = ranges(sorted(numbers))
    assert written(bits(text)) == text
    assert bits(text) == sum(1 << number for number in numbers)
    assert count(text) == len(numbers)


@pytest.mark.parametrize("text", ["x", "3-", "5-3", "-3", f"1-{LAST_LINE + 1}", "1,2"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid literal|no range"):
        count(text)


def test_branches_of_one_tool_are_counted_by_name() -> None:
    assert branch_counts("3>4 3>7", "9>-1") == (3, 2)


def test_a_line_that_two_tools_measured_has_the_branches_of_the_one_that_saw_most() -> None:
    assert branch_counts("3>4 3#0 3#1", "3>7 3#2 9#0") == (4, 2)


def test_what_names_no_line_is_no_branch() -> None:
    with pytest.raises(ValueError, match="'x>3' is no branch"):
        branch_counts("x>3", "")
