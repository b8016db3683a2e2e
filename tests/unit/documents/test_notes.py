"""Release notes as people see them: safe, and no longer than the place takes."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stagegate.documents.notes_files import notes_file, notes_schema
from pytest_stagegate.documents.notes_markdown import notes_md
from pytest_stagegate.documents.notes_view import safe_url
from pytest_stagegate.documents.room import SINKS, Sink
from pytest_stagegate.model.audience import for_audience
from pytest_stagegate.model.notes import Notes
from tests.unit.documents.notes_samples import HOSTILE, believable, entry_of, hostile, notes_of

LONG = "word " * 200_000


def markdown(notes: Notes, sink: Sink = SINKS["full"], audience: str | None = None) -> str:
    return notes_md(notes, audience, sink, None).decode()


def outside_code(text: str) -> str:
    """Return Markdown without fences and code spans, and assert that every fence is closed."""
    kept, fence = [], ""
    for line in text.splitlines():
        found = re.match(r"\s*(`{3,})$", line)
        if found and not fence:
            fence = found[1]
        elif found and len(found[1]) >= len(fence):
            fence = ""
        elif not fence:
            kept.append(line)
    assert not fence
    return re.sub(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", "\n".join(kept))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_in_markdown(text: str) -> None:
    bare = outside_code(markdown(hostile(text), audience="developer"))
    assert not re.search(r"<(?!\w+>$)[a-z!/]", bare)
    bare = re.sub(r"\]\(https://[^)]*\)", "](https://link)", bare)
    assert not re.search(r"(?<!\w)@\w|(?<![&\\])#\d", bare)
    assert not re.search(r"(?<!\\)\]\((?!https://)", bare)
    assert not re.search(r"(?<!\\)!\[", bare)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", bare)
    assert all(line.startswith(("# ", "## ")) for line in bare.splitlines() if line.startswith("#"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_in_html(text: str) -> None:
    page = notes_file(hostile(text), "html", "developer").decode()
    assert not re.search(r"<(img|script|iframe|base|form)\b", page)
    assert page.count("<style>") == 1
    assert not [link for link in re.findall(r'href="([^"]*)"', page) if not re.match(r"https://|#|data:,$", link)]
    assert "style-src 'sha256-" in page


def test_a_line_of_a_megabyte_is_whole_in_full_and_told_by_its_length_elsewhere() -> None:
    notes = notes_of(entry_of(LONG), entry_of("Mends a zone"))
    assert LONG.strip() in markdown(notes)
    short = markdown(notes, SINKS["comment"])
    assert "(a line of 999999 characters, left out here)" in short
    assert "Mends a zone" in short


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil", "https://", "http://[", "ftp://a/b"]
)
def test_only_http_addresses_are_links(url: str) -> None:
    assert not safe_url(url)


def test_an_address_can_not_end_a_link() -> None:
    assert safe_url("https://a.example/x)<b> y") == "https://a.example/x%29%3Cb%3E%20y"


def test_breaking_changes_come_first_with_what_to_do() -> None:
    text = markdown(believable())
    assert re.findall("^## (.*)", text, re.MULTILINE)[0] == "Breaking changes"
    assert "euros = price(parcel) / 100" in text


def test_an_entry_says_which_tests_verified_it() -> None:
    text = markdown(believable())
    assert "PAY-7: verified by 2 tests: passed (test in staging)" in text
    assert "ZONE-1: not verified, partial; 2 tests: 1 failed, 1 passed" in text
    assert "ZONE-2: no test is linked to it" in text


def test_an_audience_gets_its_entries_and_every_breaking_change() -> None:
    for audience in ("user", "operator", "developer"):
        entries = for_audience(believable(), audience).entries
        assert any(each.breaking for each in entries)
        assert all(each.breaking or audience in each.audiences for each in entries)


def test_what_a_flag_hides_is_not_told_to_users_as_available() -> None:
    for audience in (None, "user", "operator"):
        text = markdown(believable(), audience=audience)
        assert text.count("Express delivery") == 1
        assert text.index("## Not available yet") < text.index("Express delivery")
    assert "## Not available yet" not in markdown(believable(), audience="developer")


def test_what_is_left_out_is_said_with_the_digest_of_the_full_text() -> None:
    text = markdown(believable(), Sink(characters=1500))
    assert "## What was left out to fit here" in text
    assert re.search(r"Full notes: notes\.md, sha256 [0-9a-f]{64}", text)
    assert "Prices are integers of cents" in text


@pytest.mark.parametrize("sink", ["release", "comment"])
def test_more_breaking_changes_than_there_is_room_for_are_counted(sink: str) -> None:
    title = "x" * 100
    notes = notes_of(*(entry_of(f"Break {number} {title}", breaking=True, upgrade="Move.") for number in range(2_000)))
    text = markdown(notes, SINKS[sink])
    assert SINKS[sink].takes(text)
    named = text.count("- Break ")
    assert 0 < named < 2_000
    assert f"{2_000 - named} more breaking changes, not shown here." in text


TEXTS = st.one_of(
    st.text(max_size=60), st.sampled_from(HOSTILE), st.integers(200, 4000).map(lambda size: "ab @c " * size)
)
ENTRIES = st.builds(
    entry_of,
    TEXTS,
    st.sampled_from(["features", "fixes", "docs", "other"]),
    breaking=st.booleans(),
    body=TEXTS,
    breaks=TEXTS,
    upgrade=TEXTS,
    highlight=st.booleans(),
    concealed_by=st.sampled_from(["", "flag"]),
    audiences=st.sampled_from([("user",), ("internal",), ("operator", "developer")]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ENTRIES, max_size=8), TEXTS, TEXTS, st.integers(14_000, 40_000))
def test_any_notes_fit_and_name_or_count_every_breaking_change(
    entries: list[object], prelude: str, name: str, room: int
) -> None:
    made = notes_of(*entries, prelude=prelude, project=name)  # type: ignore[arg-type]
    sink = Sink(characters=room, octets=room)
    text = markdown(made, sink)
    assert sink.takes(text)
    outside_code(text)
    breaking = sum(each.breaking for each in made.entries)
    section = re.search(r"^## Breaking changes\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    counted = re.search(r"^(\d+) (?:more )?breaking changes?, not shown here", text, re.MULTILINE)
    named = len(re.findall("^- ", section[1], re.MULTILINE)) if section else 0
    assert named + (int(counted[1]) if counted else 0) == breaking


def test_the_same_notes_are_the_same_bytes() -> None:
    for format in ("md", "html", "json"):
        assert notes_file(believable(), format) == notes_file(believable(), format)


def test_the_published_schema_is_that_of_the_types_and_holds() -> None:
    published = json.loads(files("pytest_stagegate.documents").joinpath("notes.schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(notes_schema()))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(notes_file(believable(), "json")), published)
