from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.documents.hyperlinks import file_of, linked, takes_links


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM_PROGRAM": "vscode"},
        {"TERM_PROGRAM": "iTerm.app"},
        {"TERM": "xterm-kitty"},
        {"VTE_VERSION": "7603", "TERM": "xterm-256color"},
        {"WT_SESSION": "0a3a1d0c"},
    ],
)
def test_a_terminal_that_is_known_for_it_takes_links(environ: dict[str, str]) -> None:
    assert takes_links(environ, tty=True)
    assert not takes_links(environ, tty=False)
    for name, value in (("CI", "true"), ("NO_COLOR", "1"), ("TERM", "dumb"), ("FORCE_HYPERLINK", "0")):
        assert not takes_links(environ | {name: value}, tty=True)


@pytest.mark.parametrize(
    "environ",
    [{}, {"TERM": "xterm-256color"}, {"VTE_VERSION": "5000"}, {"VTE_VERSION": "new"}, {"TERM_PROGRAM": "tmux"}],
)
def test_any_other_terminal_takes_none_unless_it_is_told_to(environ: dict[str, str]) -> None:
    assert not takes_links(environ, tty=True)
    assert takes_links(environ | {"FORCE_HYPERLINK": "1"}, tty=False)


def test_a_part_of_a_line_leads_to_a_file_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a b\u2028;.py"
    line = linked("where: a.py:3 of a.py:3", "a.py:3", file)
    url = f"{tmp_path.as_uri()}/a%20b%E2%80%A8%3B.py"
    assert line == f"where: \x1b]8;;{url}\x1b\\a.py:3\x1b]8;;\x1b\\ of a.py:3"


def test_a_place_that_is_broken_over_two_lines_is_no_link(tmp_path: Path) -> None:
    assert linked("where: tests/test_", "tests/test_a.py", tmp_path) == "where: tests/test_"


@pytest.mark.parametrize(
    "place", ["../up.py:1", "/etc/hosts.txt", "gone.py:3", "RATE-7: failed", f"{'x' * 5000}.py:1", ""]
)
def test_only_a_file_below_the_root_is_led_to(place: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for name in ("up.py", "root/a.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert file_of("a.py::test_it", root) == root / "a.py"
    assert file_of(place, root) is None
