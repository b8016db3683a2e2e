from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

import pytest

from pytest_stagegate import documents
from pytest_stagegate.documents.templating import (
    markdown_cell_code,
    markdown_code,
    markdown_text,
    render,
    with_content_policy,
)
from pytest_stagegate.documents.view import view
from pytest_stagegate.errors import StageGateError
from tests.unit.documents.samples import go, no_go, shown_by_markdown


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("*bold* _it_ ~~no~~ `code`", "[*_~`]"),
        ("[link](http://example.org)", r"\["),
        ("![picture](x)", r"\["),
        ("<img src=x onerror=alert(1)>", "[<>]"),
        ("a | b", r"\|"),
        ("# head", "^#"),
        ("- item", "^-"),
        ("+ item", r"^\+"),
        ("> quote", "^>"),
        ("1. first", r"^1[.)]"),
        (r"\*bold*", r"[*\\]"),
        ("&lt;b&gt;", "&lt;"),
    ],
)
def test_markdown_text_leaves_no_markup(text: str, markup: str) -> None:
    escaped = markdown_text(text)
    assert not re.search(markup, re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped))
    assert shown_by_markdown(escaped) == text


@pytest.mark.parametrize("text", ["two\nlines", "two\r\n\r\nlines", " two \t lines "])
def test_markdown_text_is_one_line(text: str) -> None:
    assert markdown_text(text) == "two lines"


@pytest.mark.parametrize("text", ["ask @dana", "see #411", "@org/team", ":smile:", ":+1:"])
def test_markdown_text_names_nobody_and_refers_to_nothing(text: str) -> None:
    # Forges look for these in the rendered text: an entity or a backslash alone hides nothing from them.
    # https://github.com/github/cmark-gfm/issues/181
    shown = shown_by_markdown(markdown_text(text), invisible=True)
    assert not re.search(r"[@#]\w|:[\w+-]+:", shown)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ""),
        ("a", "`a`"),
        ("test[*x*]", "`test[*x*]`"),
        ("a`b", "``a`b``"),
        ("a``b", "```a``b```"),
        ("`a`", "`` `a` ``"),
        ("a|b", "`a|b`"),
        ("a\nb", "`a b`"),
        ("@dana #1 <b>", "`@dana #1 <b>`"),
    ],
)
def test_markdown_code_can_t_be_left(text: str, code: str) -> None:
    assert markdown_code(text) == code


def test_code_in_a_cell_does_not_end_the_cell() -> None:
    assert markdown_cell_code("a|b") == "`a\\|b`"


@pytest.mark.parametrize("name", ["report.md.j2", "report.html.j2"])
def test_the_word_and_the_reason_stand_in_every_document(name: str) -> None:
    text = html.unescape(render(name, view(no_go(), "d" * 64), None))
    assert "NO GO" in text
    assert "failed 1 test" in text


def test_a_project_s_own_template_wins(tmp_path: Path) -> None:
    (tmp_path / "report.md.j2").write_text("{{ view.word }}!\n")
    assert render("report.md.j2", view(go(), "d" * 64), tmp_path) == "GO!\n"


def test_a_template_that_is_not_overridden_is_ours(tmp_path: Path) -> None:
    assert "GO" in render("report.md.j2", view(go(), "d" * 64), tmp_path)


def test_an_own_html_template_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text("{{ '<b>' }}")
    assert render("report.html.j2", view(go(), "d" * 64), tmp_path) == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("source", "place"),
    [("{{ view.wrod }}", "report.md.j2: UndefinedError: "), ("ok\n{% if %}", "report.md.j2:2: TemplateSyntaxError: ")],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, source: str, place: str) -> None:
    (tmp_path / "report.md.j2").write_text(source)
    with pytest.raises(StageGateError) as caught:
        render("report.md.j2", view(go(), "d" * 64), tmp_path)
    assert str(caught.value).startswith(f"template {place}")


@pytest.mark.parametrize("source", ["{{ 1 // 0 }}", "{{ view.word() }}", "{{ view.word + 1 }}"])
def test_a_template_whose_expression_breaks_is_named(tmp_path: Path, source: str) -> None:
    (tmp_path / "report.md.j2").write_text(source)
    with pytest.raises(StageGateError, match=r"^template report\.md\.j2"):
        render("report.md.j2", view(go(), "d" * 64), tmp_path)


POLICY = '<meta http-equiv="Content-Security-Policy" content="style-src STYLE-HASHES; script-src SCRIPT-HASHES">'


def digest(text: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"


def test_the_content_policy_allows_exactly_the_page_s_own_styles_and_scripts() -> None:
    page = f"{POLICY}<style>a {{}}</style><style>b {{}}</style><main>text</main><script>c();</script>"
    allowed = f"style-src {digest(b'a {}')} {digest(b'b {}')}; script-src {digest(b'c();')}"
    assert f'content="{allowed}"' in with_content_policy(page)


def test_a_page_without_styles_and_scripts_allows_none() -> None:
    assert "\"style-src 'none'; script-src 'none'\"" in with_content_policy(POLICY)


def test_a_script_among_the_words_of_people_is_not_allowed() -> None:
    page = f"{POLICY}<main></main><script>x</script></main>"
    assert "script-src 'none'" in with_content_policy(page)


def test_the_marks_of_the_policy_are_text_elsewhere() -> None:
    assert with_content_policy(f"{POLICY}<p>SCRIPT-HASHES STYLE-HASHES</p>").endswith(
        "<p>SCRIPT-HASHES STYLE-HASHES</p>"
    )


@pytest.mark.parametrize("name", ["report.html.j2", "notes.html.j2", "compare.html.j2"])
def test_a_theme_of_the_project_s_own_reaches_every_page(tmp_path: Path, name: str) -> None:
    (tmp_path / "theme.css.j2").write_text(":root { --go: #00552b; }")
    package = Path(documents.__file__).parent / "templates"
    shared = (package / name).read_text(encoding="utf-8").count('{% include "page.css.j2" %}')
    page = render("report.html.j2", view(go(), "d" * 64), tmp_path)
    assert (shared, page.count(":root { --go: #00552b; }")) == (1, 1)
    assert page.index("--go: #17653a") < page.index("--go: #00552b")
