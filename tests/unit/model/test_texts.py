from __future__ import annotations

import pytest

from pytest_stagegate.model.texts import Excerpt, first_line, shortened


def test_a_long_text_is_cut_in_the_middle_and_says_so() -> None:
    assert shortened("a" * 500 + "z" * 500, 100) == f"{'a' * 30} … 940 characters left out … {'z' * 30}"


def test_a_text_that_can_t_be_encoded_is_made_so_that_it_can() -> None:
    assert shortened("a\ud800b", 100) == "a?b"


@pytest.mark.parametrize("size", [1, 7, 99, 100, 101, 1000])
def test_a_text_in_pieces_is_shortened_as_a_whole_one(size: int) -> None:
    text = "".join(chr(97 + number % 26) for number in range(1000))
    excerpt = Excerpt(100)
    for start in range(0, len(text), size):
        excerpt.add(text[start : start + size])
    assert excerpt.text() == shortened(text, 100)


@pytest.mark.parametrize(("text", "line"), [("", ""), ("\n\n  a \nb", "a"), ("a", "a"), ("  \n", "")])
def test_the_first_line_that_is_not_blank(text: str, line: str) -> None:
    assert first_line(text) == line
