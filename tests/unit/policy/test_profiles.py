from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.model.property_tests import Profile
from tests.unit.policy.test_loading import mistakes_of, policy_of


def test_each_stage_has_its_profile(tmp_path: Path) -> None:
    policy = policy_of(
        tmp_path,
        '[hypothesis]\ncode = { max_examples = 20, deadline = "500 ms" }\n'
        "[hypothesis.release]\nmax_examples = 2000\nderandomize = true\ndeadline = false\n"
        "stateful_step_count = 80\nprint_blob = false\n",
    )
    assert policy.mistakes == ()
    assert policy.profile("code") == Profile(stage="code", max_examples=20, deadline=500_000)
    assert policy.profile("release") == Profile(
        stage="release",
        max_examples=2000,
        derandomize=True,
        deadline=False,
        stateful_step_count=80,
        print_blob=False,
    )


def test_a_stage_without_a_table_has_no_profile(tmp_path: Path) -> None:
    assert policy_of(tmp_path, "hypothesis.code.max_examples = 20").profile("test") is None


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("max_example = 1", ".max_example: unknown key 'max_example'; did you mean 'max_examples'?"),
        ("max_examples = 0", ".max_examples: has to be a whole number, at least 1, not 0"),
        ("max_examples = true", ".max_examples: has to be a whole number, at least 1, not True"),
        ("stateful_step_count = 1.5", ".stateful_step_count: has to be a whole number, at least 1, not 1.5"),
        ("derandomize = 1", ".derandomize: has to be true or false, not 1"),
        ("print_blob = 'yes'", ".print_blob: has to be true or false, not 'yes'"),
        (
            "deadline = 200",
            '.deadline: has to be a length of time, such as "500 ms", or false for none, not 200',
        ),
        (
            "deadline = '0 s'",
            ".deadline: has to be a length of time, such as \"500 ms\", or false for none, not '0 s'",
        ),
        (
            "deadline = true",
            '.deadline: has to be a length of time, such as "500 ms", or false for none, not True',
        ),
    ],
)
def test_a_wrong_value_is_a_mistake_at_its_place(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistakes_of(tmp_path, f"[hypothesis.code]\n{text}") == [f"stagegate.toml:2 hypothesis.code{mistake}"]


def test_an_unknown_stage_is_a_mistake(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(tmp_path, "[hypothesis.relase]\nmax_examples = 1")
    assert mistake == "stagegate.toml:1 hypothesis.relase: unknown stage 'relase'; did you mean 'release'?"


def test_a_profile_that_sets_nothing_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes_of(tmp_path, "[hypothesis.code]") == ["stagegate.toml:1 hypothesis.code: sets nothing"]


@pytest.mark.parametrize("text", ["hypothesis = 20", "[hypothesis]\ncode = 20"])
def test_what_is_no_table_is_a_mistake(tmp_path: Path, text: str) -> None:
    (mistake,) = mistakes_of(tmp_path, text)
    assert mistake.endswith("has to be a table, not a number (20)")
