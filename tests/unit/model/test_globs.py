from __future__ import annotations

import pytest

from pytest_stagegate.model.globs import matches, selects


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("src", "src/deep/a.py"),
        ("src/", "src/a.py"),
        ("./src", "src/a.py"),
        (".", "anything/at/all.py"),
        ("", "anything.py"),
        ("src/*.py", "src/a.py"),
        ("src/**", "src/deep/er/a.py"),
        ("src/**/*.py", "src/a.py"),
        ("src/**/*.py", "src/deep/er/a.py"),
        ("**/test_*.py", "test_a.py"),
        ("**/test_*.py", "x/y/test_a.py"),
        ("src/?.py", "src/a.py"),
        ("src/*", "src/deep/a.py"),
        ("src/[a].py", "src/[a].py"),
        ("src/a+b.py", "src/a+b.py"),
    ],
)
def test_matches(pattern: str, path: str) -> None:
    assert matches(pattern)(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("src", "srcs/a.py"),
        ("src", "lib/src/a.py"),
        ("src/*.py", "src/deep/a.py"),
        ("src/?.py", "src/ab.py"),
        ("src/?.py", "src//.py"),
        ("src/[a].py", "src/a.py"),
        ("src/a.py", "src/axpy"),
        ("src/**/a.py", "src/ba.py"),
        ("**/a.py", "ba.py"),
    ],
)
def test_does_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern)(path)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("t.py::test_a", "t.py::test_a"),
        ("t.py::test_a", "t.py::test_a[x]"),
        ("t.py::test_a", "t.py::test_a (mac)"),
        ("t.py::test_a[x]", "t.py::test_a[x] (2)"),
        ("t.py", "t.py::TestA::test_b"),
        ("tests/", "tests/t.py::test_a"),
        ("t.py::test_a[*?]", "t.py::test_a[*?]"),
        ("**/test_*.py", "tests/deep/test_x.py::test_a"),
    ],
)
def test_selects(pattern: str, name: str) -> None:
    assert selects(pattern)(name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("t.py::test_a", "t.py::test_ab"), ("t.py::test_[ab]", "t.py::test_a"), ("t.py", "tests/t.py::test_a")],
)
def test_does_not_select(pattern: str, name: str) -> None:
    assert not selects(pattern)(name)
