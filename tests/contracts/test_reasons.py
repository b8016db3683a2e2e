"""Every reason code that the source can write is documented, and none is documented that nothing writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_stagegate
from pytest_stagegate.model.reasons import REASONS

SOURCE = Path(pytest_stagegate.__file__).parent
FILES = [
    path
    for path in sorted(SOURCE.rglob("*.py"))
    if "demo" not in path.relative_to(SOURCE).parts and path.name != "reasons.py"
]
# Functions to the position of the reason among their arguments.
POSITION = {"no_evidence": 1, "_verdict": 1, "_status_check": 1, "Absent": 0, "ended_early": 0, "NotMeasured": 0}
CODE = re.compile(r"[a-z]+(-[a-z]+)+|unreadable|narrowed|interrupted|assertion")


def texts(node: ast.AST | None) -> Iterator[str]:
    """Yield the texts that an expression may stand for; not those it only compares with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def reason_of(node: ast.AST) -> ast.AST | None:
    """Return what stands where a reason is expected: an argument, an assignment, or beside a verdict."""
    if isinstance(node, ast.keyword) and node.arg == "reason":
        return node.value
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
        return node.value
    if isinstance(node, ast.Tuple) and len(node.elts) == 2 and "Verdict." in ast.unparse(node.elts[0]):
        return node.elts[1]
    if isinstance(node, ast.Call):
        position = POSITION.get(getattr(node.func, "attr", getattr(node.func, "id", "")), 99)
        return node.args[position] if len(node.args) > position else None
    return None


TREES = [ast.parse(path.read_bytes()) for path in FILES]
USED = {text for tree in TREES for node in ast.walk(tree) for text in texts(reason_of(node)) if CODE.fullmatch(text)}
CONSTANTS = {node.value for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def test_the_source_is_read() -> None:
    assert {"limit-not-met", "nothing-judged", "worker-lost", "gate-raised", "not-measured"} <= USED


@pytest.mark.parametrize("reason", sorted(USED))
def test_every_reason_that_is_written_is_documented(reason: str) -> None:
    assert reason in REASONS


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_that_is_documented_is_written(reason: str) -> None:
    assert reason in CONSTANTS


@pytest.mark.parametrize("sentence", REASONS.values())
def test_every_reason_has_a_sentence(sentence: str) -> None:
    assert re.fullmatch(r"([A-Z]|pytest ).+\.", sentence)
