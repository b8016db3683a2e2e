"""Our Markdown as a CommonMark renderer with GitHub's tables reads it: a hostile text is shown, and does nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pytest_stagegate.documents.compare_files import compare_file, compare_lines
from pytest_stagegate.documents.feedback import feedback_lines, feedback_markdown
from pytest_stagegate.documents.fitting import fitted
from pytest_stagegate.documents.gates_xml import gates_xml
from pytest_stagegate.documents.notes_markdown import notes_md
from pytest_stagegate.documents.operations import operational_documents
from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.rings import plan_markdown
from pytest_stagegate.documents.room import SINKS, Sink
from pytest_stagegate.documents.standup import standup_view
from pytest_stagegate.documents.standup_markdown import standup_markdown
from pytest_stagegate.documents.standup_terminal import standup_lines
from pytest_stagegate.documents.templating import render
from pytest_stagegate.documents.terminal import last_word, section
from pytest_stagegate.documents.view import view
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.comparison import Comparison
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.feedback import Feedback
from pytest_stagegate.model.notes import Notes
from pytest_stagegate.model.operations import OperationsData
from pytest_stagegate.model.rings import Ring
from tests.unit.documents.filling import filled
from tests.unit.documents.samples import HOSTILE as SAMPLE
from tests.unit.documents.samples import no_go
from tests.unit.fakes import SUBJECT

PLAIN: Final = "word"
HOSTILE: Final = (
    SAMPLE.replace("\ud800", ""),
    "# heading",
    "a\n# b",
    "a\n\n---\n\nb",
    "a\n===",
    "a\u2028# b\u2029## c",
    "\u3000# x \xa0# y \ufeff# z \u200b# w",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<!-- x --> --> <?php x ?> <![CDATA[x]]>",
    "<details><summary>x</summary> </details> a <br> b",
    "![x](http://e.example/x.png) [x](javascript:alert(1)) [x](data:text/html,x)",
    "[x][y] [y]",
    "[y]: javascript:alert(1)",
    "[^1]\n\n[^1]: x",
    "<http://e.example> <javascript:alert(1)>",
    "http://e.example/<b> https://e.example www.e.example ftp://e.example",
    "dana@example.com mailto:dana@example.com @everyone #12 GH-2 !3 :tada: a/b#4",
    "`a` <b>",
    "a`|`b<b>`",
    "`\\`<b>\\`",
    "``` \n# x",
    "~~~\n<b>\n",
    "a|b|c",
    "a\\|b\\",
    "| a | b |\n|---|---|\n| c | d |",
    "|---|---|",
    "---",
    "***",
    "* a",
    "+ a",
    "- [ ] a",
    "1. a",
    "1) a",
    "> [!WARNING]\n> x",
    "    code",
    "\tcode",
    "&lt;b&gt; &#60;b&#62; &amp;lt; &copy",
    "***x*** __x__ ~~x~~ *x_ _x*",
    "\\",
    "\\<b>",
    "$x$ $$\nx\n$$",
    "-",
)
"""Texts that try to become something else than text."""

READER: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_OURS: Final = re.compile(r"<!-- stagegate [A-Za-z0-9._+ -]* -->\n?")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")
_ADDRESS: Final = re.compile(r"(?:https?|ftp)://\S|\bwww\.\S", re.IGNORECASE)


class Node(NamedTuple):
    """An element, or the text of one."""

    kind: str
    text: str


def tree(text: str) -> list[Node]:
    """Return all elements in order, and between them their texts as they are shown."""
    parts = READER.parse(_OURS.sub("", text))
    return [node for token in parts for node in _nodes(token)]


def _nodes(token: Token) -> Iterator[Node]:
    if token.type != "inline":
        yield Node(f"{token.type} {token.tag} {token.level}", _shown(token.content))
        return
    shown = ""
    for child in token.children or ():
        if child.type in ("text", "softbreak", "code_inline"):
            shown += child.content or " "
            continue
        yield Node("text", _shown(shown))
        shown = ""
        yield Node(child.type, _shown(child.content))
    yield Node("text", _shown(shown))


def _shown(text: str) -> str:
    """Return a text without blanks and invisible breaks, and without digests, which tell of all the other texts."""
    return "".join(_DIGEST.sub("…", text.replace("\N{ZERO WIDTH SPACE}", "")).split())


def problems(text: str) -> list[str]:
    """Return what a reader makes of a text beyond headings, paragraphs, lists, tables, code and emphasis."""
    found = []
    for node in tree(text):
        kind = node.kind.split()[0]
        if kind in ("link_open", "image", "hr", "code_block", "blockquote_open", "s_open"):
            found.append(f"{node}")
        if kind in ("html_inline", "html_block") and node.text != "<br>" and not _OURS.fullmatch(node.text):
            found.append(f"{node}")
        if kind == "heading_open" and not node.kind.endswith(" 0"):
            found.append(f"nested {node}")
    return found + linked(text) + ragged(text)


def linked(text: str) -> list[str]:
    """Return the addresses that GitHub and GitLab make links of, which no CommonMark reader does."""
    inlines = (child for token in READER.parse(text) for child in token.children or ())
    return [found[0] for child in inlines if child.type == "text" for found in _ADDRESS.finditer(child.content)]


def ragged(text: str) -> list[str]:
    """Return the rows of tables whose cells are not as many as their heads, as they are written."""
    found, width = [], 0
    for line in text.split("\n"):
        cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) if line.startswith("|") else 0
        width = width or cells if cells else 0
        found += [line] if cells != width else []
    return found


def decisions(text: str) -> dict[str, str]:
    formats = ("md", "comment")  # the other forms are the same where there is room for all of it
    _, files = documents_of(filled(Decision, text), tuple(map(Wanted, formats)), Path("out"), None)
    return {path.name: content.decode() for path, content in files.items() if path.suffix == ".md"}


def others(text: str) -> dict[str, str]:
    comparison = filled(Comparison, text)
    return {
        "compare": compare_file(comparison, "md").decode(),
        "standup": standup_markdown(standup_view(comparison)).decode(),
        "feedback": feedback_markdown(filled(Feedback, text)).decode(),
        "rollout plan": "\n".join(plan_markdown([filled(Ring, text)])),
    }


def prose(text: str) -> dict[str, str]:
    data = filled(OperationsData, text)
    made = operational_documents(filled(Decision, text), "d" * 64, data, None, draft=True)
    notes = notes_md(filled(Notes, text), None, SINKS["full"], None)
    return {"notes": notes.decode()} | {name: content.decode() for name, content in made.items()}


@cache
def plainly(make: Callable[[str], dict[str, str]]) -> dict[str, list[Node]]:
    return {name: tree(text) for name, text in make(PLAIN).items()}


def named(nodes: list[Node], text: str) -> list[Node]:
    """Return a tree with a text in place of the plain one."""
    return [node._replace(text=_shown(node.text.replace(PLAIN, _shown(clean(text))))) for node in nodes]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_a_text_where_a_plain_one_is(text: str) -> None:
    for name, written in decisions(text).items():
        assert problems(written) == [], name
        assert tree(written) == named(plainly(decisions)[name], text), name


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comparison_a_list_and_a_plan_have_the_elements_that_they_have_of_a_plain_text(text: str) -> None:
    for name, written in others(text).items():
        nodes = tree(written)
        assert problems(written) == [], name
        assert [node.kind for node in nodes] == [node.kind for node in plainly(others)[name]], name
        assert any(_shown(clean(text)) in node.text for node in nodes), name


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_has_paragraphs_items_and_code_and_links_that_are_ours(text: str) -> None:
    for name, written in prose(text).items():
        links = [node for node in tree(written) if node.kind == "link_open"]
        assert [each for each in problems(written) if "link_open" not in each] == [], name
        assert not links or (name == "notes" and text.startswith("http://")), name


@given(st.text(st.sampled_from("ab1 \n\t#*_~`|\\<>[]()!&;:/@-=+.\u2028\u00a0\u200b"), max_size=30))
@settings(max_examples=30, deadline=None)
def test_no_text_becomes_an_element(text: str) -> None:
    written = decisions(f"{text}a")["report.md"]
    assert problems(written) == []
    assert [node.kind for node in tree(written)] == [node.kind for node in plainly(decisions)["report.md"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_commit_that_is_none_is_a_text(text: str) -> None:
    subject = msgspec.structs.replace(SUBJECT, commit=text)
    _, files = documents_of(no_go(subject=subject), (Wanted("md"),), Path("out"), None)
    for content in files.values():
        assert problems(content.decode()) == []


@cache
def long(text: str) -> str:
    one = filled(Decision, text)
    many = {name: getattr(one, name) * 12 for name in ("not_passed", "gates", "evidence", "waivers", "blockers")}
    return render("report.md.j2", view(msgspec.structs.replace(one, **many), "d" * 64), None)


@given(st.sampled_from(HOSTILE), st.integers(50, 40_000))
@settings(max_examples=30, deadline=None)
def test_what_is_left_in_a_small_place_is_a_part_of_the_whole(text: str, limit: int) -> None:
    whole, said = long(text), "All of it is elsewhere."
    made = fitted(whole, Sink(octets=limit).takes, said, "# NO GO")
    assert problems(made) == []
    assert {node for node in tree(made) if "elsewhere" not in node.text} <= {*tree(whole), *tree("# NO GO")} | {
        *tree("**Left out here, for want of room:** x")
    }


@given(st.sampled_from(HOSTILE), st.integers(2_000, 20_000))
@settings(max_examples=30, deadline=None)
def test_notes_in_a_small_place_are_notes(text: str, limit: int) -> None:
    notes = filled(Notes, text)
    made = notes_md(msgspec.structs.replace(notes, sections=notes.sections * 5), None, Sink(octets=limit), None)
    assert [each for each in problems(made.decode()) if "link_open" not in each] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_the_gates_in_xml_have_the_texts_that_they_have_of_a_plain_one(text: str) -> None:
    made, plain = (
        [(each.tag, each.text or "", *each.attrib.items()) for each in ElementTree.fromstring(xml(of)).iter()]
        for of in (text, PLAIN)
    )
    told = _shown(clean(text))
    assert [[_shown("".join(part)) for part in each] for each in made] == [
        [_shown("".join(part)).replace(PLAIN, told) for part in each] for each in plain
    ]


def xml(text: str) -> str:
    decision = filled(Decision, text)
    return gates_xml(decision, view(decision, "d" * 64)).decode()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_gets_no_control_character_and_no_line_that_is_not_ours(text: str) -> None:
    shown = view(filled(Decision, text), "d" * 64)
    lines = [text.line for text in (*section(shown, verbosity=1, width=80), last_word(shown, ""))]
    comparison = filled(Comparison, text)
    lines += [each.line for each in standup_lines(standup_view(comparison), 80, every=True)]
    lines += [each.line for each in compare_lines(comparison, 80, every=True)]
    lines += [each.line for each in feedback_lines(filled(Feedback, text), 80)]
    assert [line for line in lines if _CONTROL.search(line)] == []


def test_no_line_of_a_narrow_terminal_is_wider_than_it() -> None:
    text = "some words to read"
    comparison = standup_view(filled(Comparison, text))
    lines = [
        *section(view(filled(Decision, text), "d" * 64), verbosity=1, width=40),
        *standup_lines(comparison, 40, every=True),
        *compare_lines(filled(Comparison, text), 40, every=True),
        *feedback_lines(filled(Feedback, text), 40),
    ]
    assert [each.line for each in lines if len(each.line) >= 41] == []
