from __future__ import annotations

import pytest

from pytest_stagegate.telling.messages import BODY_LIMIT, parse


def test_type_scope_and_description_are_read_whatever_the_case() -> None:
    found = parse("Feat(Parser): read more")
    assert (found.type, found.scope, found.text, found.breaking) == ("feat", "Parser", "read more", False)


def test_a_plain_subject_is_its_own_text() -> None:
    found = parse("Read more (really)")
    assert (found.type, found.text) == ("", "Read more (really)")


def test_footers_are_the_last_paragraphs_with_tokens_and_may_go_on() -> None:
    found = parse("fix: x\n\nwhy\n\nNote: prose\n\nmore prose\n\nReviewed-by: Z\nRefs #12\n and #13\nCloses: #4")
    assert found.body == "why\n\nNote: prose\n\nmore prose"
    assert [*found.footers] == [("reviewed-by", "Z"), ("refs", "#12\n and #13"), ("closes", "#4")]


@pytest.mark.parametrize(
    ("message", "breaks"),
    [
        ("feat!: x", ""),
        ("chore(a)!: x", ""),
        ("✨ feat!: x", ""),
        ("feat: x\n\nBREAKING CHANGE: old\nkeys\n\nare gone", "old\nkeys\n\nare gone"),
        ("docs: x\n\nBREAKING-CHANGE: gone", "gone"),
        ("fix: x\n\nBREAKING CHANGE #12 gone", "#12 gone"),
        ("BREAKING CHANGE: gone", ""),
    ],
)
def test_each_mark_of_the_convention_is_a_breaking_change(message: str, breaks: str) -> None:
    found = parse(message)
    assert (found.breaking, found.breaks, found.unusual) == (True, breaks, False)


@pytest.mark.parametrize(
    "body", ["breaking change: gone", "BREAKING: gone", "## Breaking changes\n\ngone", "**Breaking change**: gone"]
)
def test_a_mark_of_another_way_is_taken_for_one_and_told(body: str) -> None:
    found = parse(f"Take it away\n\n{body}")
    assert (found.breaking, found.breaks, found.unusual) == (True, "gone", True)


def test_a_heading_without_breaking_changes_is_none() -> None:
    assert not parse("Add it\n\n## Breaking changes\n\nNone.").breaking


def test_a_breaking_change_inside_a_squashed_body_is_kept() -> None:
    found = parse("All of it (#3)\n\n* fix: a\n* feat!: b")
    assert (found.breaking, found.breaks) == (True, "b")
    assert [block[0] for block in found.blocks] == ["fix", "feat"]


def test_reverted_commits_are_named() -> None:
    assert parse(f'Revert "x"\n\nThis reverts commit {"a" * 40}.').reverts == ("a" * 40,)
    assert parse("revert: x\n\nRefs: 676104e, a215868").reverts == ("676104e", "a215868")


def test_a_megabyte_is_cut_and_its_breaking_change_is_not() -> None:
    found = parse(f"fix: x\n\n{'word ' * 200_000}\n\nBREAKING CHANGE: gone")
    assert found.breaks == "gone"
    assert len(found.body) <= BODY_LIMIT
    assert "left out" in found.body
