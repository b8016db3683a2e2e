"""Globs and texts, against slow but obvious definitions."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.gates_xml import gates_xml
from pytest_stagegate.documents.templating import markdown_code, markdown_text
from pytest_stagegate.documents.terminal import section
from pytest_stagegate.documents.view import view
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.live.attempts import MESSAGE_LIMIT, shortened
from pytest_stagegate.model.globs import matches
from tests.unit.documents.samples import everywhere, shown_by_markdown

NAMES = st.text("ab.[+", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PARTS = st.one_of(st.just("**"), st.text("ab.[+*?", min_size=1, max_size=3).filter(lambda part: "**" not in part))
PATTERNS = st.lists(PARTS, min_size=1, max_size=4).map("/".join).filter(lambda p: p != "." and not p.startswith("./"))


def one_name(pattern: str, name: str) -> bool:
    """Match ``*`` and ``?`` within one name, a character at a time."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(one_name(pattern[1:], name[at:]) for at in range(len(name) + 1))
    return bool(name) and pattern[0] in ("?", name[0]) and one_name(pattern[1:], name[1:])


def oracle(pattern: list[str], path: list[str]) -> bool:
    """Match names one by one; ``**`` stands for any number of folders, a whole pattern for all below it."""
    if not pattern:
        return True
    if pattern == ["**"]:
        return bool(path)
    if pattern[0] == "**":
        return any(oracle(pattern[1:], path[at:]) for at in range(len(path)))
    return bool(path) and one_name(pattern[0], path[0]) and oracle(pattern[1:], path[1:])


@given(PATTERNS, PATHS)
def test_globs_mean_what_they_say(pattern: str, path: str) -> None:
    assert matches(pattern)(path) == oracle(pattern.split("/"), path.split("/"))


@given(PATHS)
def test_a_path_without_wildcards_matches_itself_and_all_below_it(path: str) -> None:
    assert matches(path)(path)
    assert matches(path)(f"{path}/deeper")
    assert not matches(path)(f"{path}x")


@given(st.text(max_size=200), st.integers(60, MESSAGE_LIMIT), st.integers(1, 100))
def test_a_shortened_text_is_never_longer_than_its_limit(text: str, limit: int, times: int) -> None:
    cut = shortened(text * times, limit)
    assert len(cut) <= limit
    assert cut.encode().decode() == cut


@given(st.text())
def test_clean_text_is_clean_of_escapes_and_can_be_written(text: str) -> None:
    assert "\x1b" not in clean(text)
    assert clean(clean(text)) == clean(text).encode().decode()


@given(st.text())
def test_markdown_text_keeps_the_words_and_leaves_no_html(text: str) -> None:
    escaped = markdown_text(clean(text))
    assert not set(escaped) & set("<>\n")
    assert shown_by_markdown(escaped) == " ".join(clean(text).replace("\N{ZERO WIDTH SPACE}", "").split())


@given(st.text("ab`| \n"))
def test_code_ends_only_where_it_ends(text: str) -> None:
    code = markdown_code(text)
    fence = re.match("`*", code)
    assert fence is not None
    runs = re.findall("`+", code)
    assert [run for run in runs if run == fence[0]] == ([fence[0]] * 2 if code else [])


@given(st.text(max_size=20))
def test_the_gates_are_well_formed_xml_whatever_a_project_writes(text: str) -> None:
    decision = everywhere(text)
    ET.fromstring(gates_xml(decision, view(decision, "")))


@given(st.text(max_size=300), st.integers(40, 200), st.integers(-1, 1))
def test_no_terminal_line_carries_an_escape_or_a_line_break(text: str, width: int, verbosity: int) -> None:
    for line in section(view(everywhere(text), ""), verbosity=verbosity, width=width):
        assert not set(line.line) & set("\x1b\n\r\t")
