"""The policy's word on running the release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.evidence.operations import LARGEST, read_operations
from pytest_stagegate.model.operations import OperationsPlan, Rollback, TextFile
from pytest_stagegate.policy.loading import load
from tests.unit.fakes import project_at

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("onwer = 'dana'", "unknown key 'onwer'"),
        ("owner = 3", "has to be a text, or a file"),
        ("owner = { file = '/etc/passwd' }", "below the root"),
        ("owner = { file = '../x' }", "below the root"),
        ("dashboards = ['javascript:alert(1)']", "https://"),
        ("rollback = { trigers = 'x' }", "unknown key 'trigers'"),
        ("rollout = 'all'", "array of tables"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, written: str, said: str) -> None:
    policy = load(project_at(tmp_path, policy=f"[operations]\n{written}\n"))
    assert [said in each.text for each in policy.mistakes] == [True]


def plan_of(file: str) -> OperationsPlan:
    return OperationsPlan(rollback=Rollback(trigger=TextFile(file)))


def test_a_file_outside_the_root_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.md").symlink_to(tmp_path / "secret")
    (found,) = read_operations(root, plan_of("link.md")).files.values()
    assert (found.text, found.problem) == ("", "it is no file below the root")


@pytest.mark.parametrize("content", [b"", b"\xff", b"x" * (LARGEST + 1)])
def test_a_file_that_is_no_text_answers_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.md").write_bytes(content)
    data = read_operations(tmp_path, plan_of("a.md"))
    assert data.lack(TextFile("a.md")).startswith("a.md: ")
