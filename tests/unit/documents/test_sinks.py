from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.room import SINKS
from pytest_stagegate.documents.sinks import SINK_FILES
from pytest_stagegate.model.decision import Decision, TestRow
from tests.unit.documents.samples import HOSTILE, everywhere, go, no_go


def written(place: str, decision: Decision) -> str:
    _, files = documents_of(decision, (Wanted(place),), Path("out"), None)
    ((path, content),) = files.items()
    assert path == Path("out") / SINK_FILES[place]
    return content.decode()


def large() -> Decision:
    row = TestRow(id="t.py::test", stage="test", outcome="failed", reason="✘" * 900, message="", reruns=0, subtests=())
    return no_go(not_passed=(row,) * 500)


@pytest.mark.parametrize("place", sorted({*SINKS, *SINK_FILES} - {"full", "text"}))
def test_each_place_takes_its_report(place: str) -> None:
    made = written(place, large())
    assert SINKS[place].takes(made)
    assert "NO GO" in made
    assert "What stops it" in made


@pytest.mark.parametrize("place", ["release", "comment", "check"])
def test_what_is_missing_stands_where_the_digest_says(place: str) -> None:
    assert re.search(r"^\*\*Left out here.* sha256 is `[0-9a-f]{64}`\.$", written(place, large()), re.MULTILINE)


def test_a_comment_is_found_again_by_its_first_line() -> None:
    first, second = (written("comment", each).splitlines()[0] for each in (go(), no_go()))
    assert first == second == "<!-- stagegate rates test none-named -->"
    assert not any(written(place, go()).startswith("<!--") for place in ("release", "summary", "check"))


def test_no_name_ends_the_comment_that_nobody_sees() -> None:
    subject = msgspec.structs.replace(go().subject, name="a --> <img src=x> @everybody")
    assert written("comment", go(subject=subject)).splitlines()[0] == (
        "<!-- stagegate a-img-src-x-everybody test none-named -->"
    )


def marker(name: str) -> str:
    return written("comment", go(subject=msgspec.structs.replace(go().subject, name=name))).splitlines()[0]


def test_projects_whose_names_are_not_ascii_find_their_own_comments() -> None:
    names = ("価格", "料金", "größe", "grosse", "gr-e", "🚀", "Δ", "-")
    assert len({marker(name) for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"<!-- stagegate [A-Za-z0-9._+-]+ test none-named -->", marker(name))


def test_a_name_is_the_same_in_each_form_in_which_it_can_be_written() -> None:
    assert marker("gr\u00f6\u00dfe") == marker("gro\u0308\u00dfe")


@pytest.mark.parametrize("place", ["release", "comment", "summary", "check"])
def test_a_text_that_lies_in_no_folder_says_how_it_is_verified_there(place: str) -> None:
    made = written(place, go())
    told = made[made.index("## Verify it yourself") :]
    assert "SHA256SUMS" not in made
    assert re.search(r"^1\. `sha256sum decision\.json`: .* Then it prints [0-9a-f]{64}$", told, re.MULTILINE)
    assert "`stagegate verify FOLDER`" in told


@pytest.mark.parametrize("place", ["release", "comment", "check"])
def test_how_it_is_verified_stays_where_there_is_little_room(place: str) -> None:
    assert "1. `sha256sum decision.json`" in written(place, large())


def test_plain_text_has_the_decision_its_reasons_and_its_digest() -> None:
    made = written("text", no_go())
    assert "✘ NO GO  failed" in made.replace("results: ", "")
    assert "where: t.py::test_a" in made
    assert re.search(r"^decision\.json in full: sha256 [0-9a-f]{64}$", made, re.MULTILINE)


def test_plain_text_holds_nothing_that_a_terminal_acts_on() -> None:
    made = written("text", everywhere(HOSTILE.replace("\ud800", "")))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", made)
