from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_stagegate import by_hand
from pytest_stagegate.errors import MistakesError
from pytest_stagegate.tagging import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

WORDS = Vocabulary(("test", "deploy"), ("staging", "production"), "test")


def written(root: Path, text: str) -> Path:
    (root / "m").mkdir(exist_ok=True)
    (root / "m" / "pay.md").write_text(text, encoding="utf-8")
    return root


def test_each_heading_is_a_test(tmp_path: Path) -> None:
    root = written(tmp_path, "Hello\n# One\n1. a\n2. b\n## Two ##\nJust look.\n")
    found = by_hand.tests_in(root, "m", WORDS).tests
    assert [(each.id, each.title, each.steps) for each in found] == [
        ("m/pay.md::One", "One", ("a", "b")),
        ("m/pay.md::Two", "Two", ("Just look.",)),
    ]


def test_a_file_whose_ending_is_in_capitals_is_read_on_every_system(tmp_path: Path) -> None:
    written(tmp_path, "# One\nx\n")
    (tmp_path / "m" / "pay.md").rename(tmp_path / "m" / "LOGIN.MD")
    assert [each.id for each in by_hand.tests_in(tmp_path, "m", WORDS).tests] == ["m/LOGIN.MD::One"]


def test_facts_on_top_hold_for_every_test_that_says_nothing_else(tmp_path: Path) -> None:
    above = "stage: deploy\nenvironment: staging\nrequirement: R1\n"
    below = "# One\nx\n# Two\nenvironments: production\nrequirement: R2\n\nx\n"
    one, two = by_hand.tests_in(written(tmp_path, above + below), "m", WORDS).tests
    assert (one.stage, one.environments, one.requirements) == ("deploy", ("staging",), ("R1",))
    assert (two.stage, two.environments, two.requirements) == ("deploy", ("production",), ("R2", "R1"))


def test_a_heading_inside_a_fence_is_text(tmp_path: Path) -> None:
    (only,) = by_hand.tests_in(written(tmp_path, "# One\n```\n# not a test\n```\n"), "m", WORDS).tests
    assert "not a test" in only.steps[0]


def test_all_mistakes_are_told_with_file_and_line(tmp_path: Path) -> None:
    root = written(tmp_path, "# One\nstage: tset\nx\n\n# Two\n\n# One\nenvironment: moon\ny\n")
    with pytest.raises(MistakesError) as caught:
        by_hand.tests_in(root, "m", WORDS)
    assert [each.place for each in caught.value.mistakes] == ["m/pay.md:2", "m/pay.md:5", "m/pay.md:8", "m/pay.md:7"]


def test_a_file_without_a_test_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(MistakesError, match="has no test"):
        by_hand.tests_in(written(tmp_path, "nothing here\n"), "m", WORDS)
