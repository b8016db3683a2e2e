from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.keeping.entries import unpacked
from pytest_stagegate.keeping.folder import DAYS, HISTORY, LATEST, cell_of, entries, keep
from pytest_stagegate.model.standing import Standing
from tests.unit.documents.samples import go
from tests.unit.fakes import named_tests

TESTS = named_tests(("t.py::test_a", "passed"), ("t.py::test_b", "failed"), ("t.py::test_c", "flaky"))


def kept(out: Path, as_of: str, digest: str = "a" * 64, **more: str) -> None:
    keep(go(as_of=as_of, **more), digest, TESTS, out)


def names(out: Path) -> list[str]:
    return [each.path.name for each in entries(out)]


def test_a_decision_is_kept_with_what_became_of_every_test(tmp_path: Path) -> None:
    kept(tmp_path, "2026-11-23T09:00:00Z")
    (entry,) = entries(tmp_path)
    decision, roll = unpacked(entry.path)
    assert decision == go(as_of="2026-11-23T09:00:00Z")
    assert roll.known == {
        "t.py::test_a": Standing.PASSED,
        "t.py::test_b": Standing.FAILED,
        "t.py::test_c": Standing.FLAKY,
    }
    assert roll.unlisted == {Standing.ABSENT}


def test_its_name_tells_instant_stage_environment_and_digest(tmp_path: Path) -> None:
    kept(tmp_path, "2026-11-23T09:00:00Z", stage="deploy", environment="eu-west-1")
    assert names(tmp_path) == ["20261123T090000Z_deploy@eu-west-1_aaaaaaaaaaaa.jsonl.gz"]


@pytest.mark.parametrize("stages", [("план", "тест"), ("a b", "a/b"), ("x" * 70, "x" * 71)])
def test_what_no_name_of_a_file_can_hold_makes_no_two_stages_one(tmp_path: Path, stages: tuple[str, str]) -> None:
    for stage in stages:
        kept(tmp_path, "2026-11-23T09:00:00Z", stage=stage)
    assert {unpacked(each.path)[0].stage for each in entries(tmp_path)} == set(stages)
    assert all(name.isascii() and "/" not in name for name in names(tmp_path))


def test_the_folder_ignores_itself_so_that_it_can_be_restored_alone(tmp_path: Path) -> None:
    kept(tmp_path, "2026-11-23T09:00:00Z")
    assert (tmp_path / HISTORY / ".gitignore").read_text() == "*\n"


def test_of_the_same_decision_the_bytes_are_the_same(tmp_path: Path) -> None:
    contents = set()
    for folder in (tmp_path / "one", tmp_path / "other"):
        kept(folder, "2026-11-23T09:00:00Z")
        contents.add(entries(folder)[0].path.read_bytes())
    assert len(contents) == 1


def test_of_one_instant_the_last_decision_stays(tmp_path: Path) -> None:
    kept(tmp_path, "2026-11-23T09:00:00Z", "a" * 64)
    kept(tmp_path, "2026-11-23T09:00:00Z", "b" * 64)
    kept(tmp_path, "2026-11-23T09:00:00Z", "a" * 64)
    assert names(tmp_path) == ["20261123T090000Z_test_aaaaaaaaaaaa.jsonl.gz"]


def test_the_latest_stay_and_of_each_earlier_day_the_last(tmp_path: Path) -> None:
    for day in (20, 21, 22):
        for minute in range(15):
            kept(tmp_path, f"2026-11-{day}T09:{minute:02}:00Z")
    instants = [each.as_of for each in reversed(entries(tmp_path))]
    assert len(instants) == LATEST + 1
    assert instants[:2] == ["20261120T091400Z", "20261121T091000Z"]


def test_days_that_are_too_many_go(tmp_path: Path) -> None:
    for month in (9, 10):
        for day in range(1, 31):
            kept(tmp_path, f"2026-{month:02}-{day:02}T09:00:00Z")
    assert len(names(tmp_path)) == DAYS
    assert names(tmp_path)[-1].startswith("20261001T")


def test_many_decisions_of_one_stage_push_out_none_of_another(tmp_path: Path) -> None:
    kept(tmp_path, "2026-11-01T09:00:00Z", stage="release")
    for minute in range(40):
        kept(tmp_path, f"2026-11-23T09:{minute:02}:00Z")
    assert sum(each.cell == cell_of("release", None) for each in entries(tmp_path)) == 1


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / HISTORY / "notes.jsonl.gz"
    other.parent.mkdir()
    other.write_bytes(b"mine")
    for minute in range(40):
        kept(tmp_path, f"2026-11-23T09:{minute:02}:00Z")
    assert other.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["a\ud800b", "plain"])
def test_what_can_not_be_written_is_not_kept_and_no_fault(tmp_path: Path, name: str) -> None:
    tests = named_tests((name, "passed"))
    if name == "plain":
        (tmp_path / HISTORY).write_text("a file where the folder should be")
    keep(go(), "a" * 64, tests, tmp_path)
    assert names(tmp_path) == []
