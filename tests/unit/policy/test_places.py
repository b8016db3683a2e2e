from __future__ import annotations

import pytest

from pytest_stagegate.policy.places import line_of

POLICY = """\
[project]
name = "rates"  # not ours

[tool.stagegate]
stages = [
  "code",
]
tool.deep."quo ted" = 1

[tool.stagegate.gate."my-gate"]  # a comment
paths = { "src/**" = "98 %" }

[[tool.stagegate.tag]]
path = "a"
[[tool.stagegate.tag]]
path = "b"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("tool stagegate", 4),
        ("tool stagegate stages", 5),
        ("tool stagegate gate my-gate", 10),
        ("tool stagegate gate my-gate paths src/**", 11),
        ("tool stagegate gate my-gate owner", 10),
        ("tool stagegate tag 0 path", 14),
        ("tool stagegate tag 1", 15),
        ("tool stagegate tag 1 path", 16),
        ("tool stagegate tag 2 path", 4),
        ("project name", 2),
        ("other", None),
    ],
)
def test_the_line_of_a_key_or_of_its_nearest_parent(path: str, line: int | None) -> None:
    assert line_of(POLICY, tuple(path.split())) == line


def test_quoted_parts_of_a_dotted_key_are_one_part() -> None:
    assert line_of(POLICY, ("tool", "stagegate", "tool", "deep", "quo ted")) == 8


def test_text_that_looks_like_a_header_inside_a_value_is_no_header() -> None:
    text = 'remedy = """\n[gate.coverage]\n"""\n\n[gate.coverage]\nline = 1\n'
    assert line_of(text, ("gate", "coverage", "line")) == 6
