from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.told import EntryCount, ToldData
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.notes import NotesOptions, notes
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged, verdicts

TOLD = ToldData(
    since="v1.1.4",
    version_before="1.1.4",
    implied="minor",
    entries=(EntryCount(audiences=("user",), count=1),),
    breaking=0,
    without_upgrade=0,
    titles=(),
    commits=3,
)


def ask(version: str | None = "1.2.0", told: ToldData | Absent | None = TOLD, **options: Any) -> GateResult:
    subject = msgspec.structs.replace(SUBJECT, version=version)
    return judged(notes, replace(evidence_of(), subject=subject, told=told), stage="release", **options)


def told(**more: Any) -> ToldData:
    return msgspec.structs.replace(TOLD, **more)


def entries(*counts: tuple[int, tuple[str, ...]]) -> ToldData:
    return told(entries=tuple(EntryCount(audiences=audiences, count=count) for count, audiences in counts))


def test_a_version_that_has_grown_and_a_told_change_pass() -> None:
    assert verdicts(ask()) == {"version": "PASS", "entries": "PASS", "upgrade": "PASS"}


@pytest.mark.parametrize(
    ("before", "implied", "version", "verdict"),
    [
        ("1.1.4", "none", "1.1.4", "PASS"),
        ("1.1.4", "none", "1.1.3", "FAIL"),
        ("1.1.4", "patch", "1.1.4", "FAIL"),
        ("1.1.4", "patch", "1.1.4.post1", "FAIL"),
        ("1.1.4", "patch", "1.1.5", "PASS"),
        ("1.1.4", "minor", "1.1.9", "FAIL"),
        ("1.1.4", "minor", "1.2.0rc1", "PASS"),
        ("1.1.4", "minor", "1.2.0.dev3", "PASS"),
        ("1.1.4", "major", "1.9.0", "FAIL"),
        ("1.1.4", "major", "2.0.0a1", "PASS"),
        ("1.1.4", "major", "10.0", "PASS"),
        ("1.1.4.post1", "none", "1.1.4.post1", "PASS"),
        ("5", "minor", "5.1", "PASS"),
        ("2026.11.3.1", "patch", "2026.11.4", "PASS"),
        ("1!1.1.4", "minor", "1.2.0", "FAIL"),
        ("1!1.1.4", "minor", "1!1.2.0", "PASS"),
    ],
)
def test_the_version_has_to_grow_as_the_changes_ask_for(before: str, implied: str, version: str, verdict: str) -> None:
    result = ask(version, told(version_before=before, implied=implied))
    assert check_of(result, "version").verdict == verdict


def test_the_first_release_may_have_any_version() -> None:
    assert ask("0.0.1", told(since="", version_before="", implied="major")).verdict == "PASS"


@pytest.mark.parametrize("version", [None, "", "next", "1.2.0-beta.x", "1." + "9" * 5000])
def test_a_version_that_is_none_is_no_evidence(version: str | None) -> None:
    result = ask(version)
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "version-unknown")


def test_a_tag_that_names_no_version_is_no_evidence() -> None:
    assert ask(told=told(since="stable", version_before="")).reason == "version-unknown"


def test_too_small_a_version_says_which_one_would_do() -> None:
    assert ask("1.1.5").summary == "version: 1.1.5 is less than 1.2.0 (minor since 1.1.4)"


@pytest.mark.parametrize(
    ("counts", "options", "verdict"),
    [
        ((), {}, "FAIL"),
        (((3, ("internal",)),), {}, "FAIL"),
        (((3, ("internal",)),), {"audiences": ["internal"]}, "PASS"),
        (((1, ("developer", "internal")),), {}, "PASS"),
        (((1, ("user",)), (1, ("operator", "user"))), {"min_entries": 3}, "FAIL"),
        (((1, ("user",)), (1, ("operator", "user"))), {"min_entries": 2}, "PASS"),
        (((1, ("user",)), (1, ("operator", "user"))), {"audiences": ["operator"], "min_entries": 2}, "FAIL"),
        ((), {"min_entries": 0}, "PASS"),
    ],
)
def test_enough_has_to_be_told_to_the_audiences(
    counts: tuple[tuple[int, tuple[str, ...]], ...], options: dict[str, Any], verdict: str
) -> None:
    assert check_of(ask(told=entries(*counts), **options), "entries").verdict == verdict


def test_what_is_odd_about_the_notes_stands_beside_too_few_entries() -> None:
    result = ask(told=told(entries=(), warnings=("A fragment could not be read.",)))
    assert check_of(result, "entries").where == ("A fragment could not be read.",)


def test_a_breaking_change_without_a_word_on_upgrading_fails_by_its_title() -> None:
    result = ask(told=told(breaking=2, without_upgrade=1, titles=("drop cash",)))
    made = check_of(result, "upgrade")
    assert (made.verdict, made.measured, made.where) == ("FAIL", 1, ("drop cash",))


def test_upgrade_texts_are_asked_for_unless_the_policy_says_otherwise() -> None:
    assert set(verdicts(ask(told=told(without_upgrade=1), require_upgrade=False))) == {"version", "entries"}


def test_without_a_commit_nothing_changed() -> None:
    result = ask(told=told(commits=0))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "nothing-changed")


def test_what_git_could_not_say_is_no_evidence() -> None:
    result = ask(told=Absent("shallow-clone", "the clone is shallow"))
    assert (result.verdict, result.reason, result.summary) == (
        "NO_EVIDENCE",
        "shallow-clone",
        "history: the clone is shallow",
    )


def test_what_nobody_recorded_is_no_evidence() -> None:
    assert (ask(told=None).verdict, ask(told=None).reason) == ("NO_EVIDENCE", "no-repository")


def test_audiences_have_to_be_somebody() -> None:
    assert [keys for keys, _ in NotesOptions(audiences=[]).contradictions()] == [("audiences",)]
