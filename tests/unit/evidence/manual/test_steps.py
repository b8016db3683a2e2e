from __future__ import annotations

import pytest

from pytest_stagegate.evidence.manual.steps import of_docstring


@pytest.mark.parametrize(
    ("written", "title", "steps"),
    [
        ("Look at it.", "Look at it", ("Look at it",)),
        ("Title\n\n1. one\n2) two\n", "Title", ("one", "two")),
        ("Title\n\n    - one\n      goes on\n    - two\n", "Title", ("one goes on", "two")),
        ("Title\n\nFirst\nparagraph.\n\nSecond.", "Title", ("First paragraph.", "Second.")),
        ("Title\n\n1. one\n\n   belongs to it\n\nby itself", "Title", ("one belongs to it", "by itself")),
        ("Title\n1. one", "Title", ("one",)),
        ("  \n", "", ()),
        (None, "", ()),
    ],
)
def test_a_docstring_gives_title_and_steps(written: str | None, title: str, steps: tuple[str, ...]) -> None:
    assert of_docstring(written) == (title, steps)
