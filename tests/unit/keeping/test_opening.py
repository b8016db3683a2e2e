from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.keeping.folder import entries, keep
from pytest_stagegate.keeping.opening import earlier, opened
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.standing import Standing
from tests.unit.documents.samples import go, no_go, record_item
from tests.unit.fakes import SUBJECT, green_record, named_tests

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision

TESTS = named_tests(("t.py::test_a", "passed"))
NARROWED = Note(reason="narrowed", text="The run was narrowed by hand with -k.")


def written(folder: Path, decision: Decision) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "decision.json").write_bytes(decision_json(decision))
    return folder


def with_history(folder: Path, decision: Decision) -> Path:
    keep(decision, hashlib.sha256(decision_json(decision)).hexdigest(), TESTS, folder)
    return written(folder, decision)


def test_a_decision_alone_tells_no_test_that_passed(tmp_path: Path) -> None:
    roll = opened(written(tmp_path, no_go()) / "decision.json").roll
    assert roll.known == {"t.py::test_a": Standing.FAILED}
    assert roll.of("t.py::test_b") == {Standing.PASSED, Standing.DESELECTED, Standing.ABSENT}


def test_what_was_kept_beside_it_tells_every_test(tmp_path: Path) -> None:
    folder = with_history(tmp_path, go())
    assert opened(folder).roll.known == {"t.py::test_a": Standing.PASSED}
    assert opened(entries(folder)[0].path) == opened(folder / "decision.json")


def test_a_copy_of_a_decision_is_known_by_what_another_folder_has_kept_of_it(tmp_path: Path) -> None:
    out = with_history(tmp_path / "out", go())
    copy = tmp_path / "copy.json"
    copy.write_bytes((out / "decision.json").read_bytes())
    assert opened(copy).roll.known == {}
    assert opened(copy, out).roll.known == {"t.py::test_a": Standing.PASSED}


def test_what_was_kept_of_another_decision_does_not(tmp_path: Path) -> None:
    folder = with_history(tmp_path, go())
    (folder / "decision.json").write_bytes(decision_json(go(stage="release")))
    assert opened(folder).roll.known == {}


def test_the_record_beside_it_tells_every_test(tmp_path: Path) -> None:
    record = green_record(tmp_path / "evidence.jsonl")
    item = record_item(record)
    folder = written(tmp_path, go(evidence=(item,)))
    assert opened(folder).roll.known == {"t.py::test_0": Standing.PASSED, "t.py::test_1": Standing.PASSED}
    record.write_bytes(record.read_bytes() + b"\n")
    assert opened(folder).roll.known == {}


def test_a_dossier_as_a_zip_is_opened(tmp_path: Path) -> None:
    write_zip(tmp_path / "d.zip", {"decision.json": decision_json(go())})
    assert opened(tmp_path / "d.zip").decision == go()


def test_what_is_no_decision_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.jsonl.gz").write_bytes(b"PK")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "e.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "f").mkdir()
    for name in ("a.json", "b.jsonl.gz", "c.jsonl.gz", "d.jsonl.gz", "e.zip", "f", "nowhere"):
        with pytest.raises(EvidenceError, match=name):
            opened(tmp_path / name)


def test_a_kept_decision_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = entries(with_history(tmp_path, go()))[0].path
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        with pytest.raises(EvidenceError):
            opened(path)


def history(out: Path, *days: int, **more: Any) -> None:
    for day in days:
        with_history(out, go(as_of=f"2026-11-{day}T09:00:00Z", **more))


def day_found(out: Path, until: int, now: Decision | None = None) -> str:
    now = now or go(as_of="2026-11-23T09:00:00Z")
    found = earlier(now, out, dt.datetime(2026, 11, until, 23, 59, tzinfo=dt.timezone.utc))
    return found.found.decision.as_of[8:10] if found.found is not None else f"none, oldest {found.oldest}"


def test_the_latest_decision_until_an_instant_is_found(tmp_path: Path) -> None:
    history(tmp_path, 18, 20, 21, 23)
    assert day_found(tmp_path, 22) == "21"
    assert day_found(tmp_path, 20) == "20"
    assert day_found(tmp_path, 17) == "none, oldest 2026-11-18"


def test_a_decision_is_not_before_itself(tmp_path: Path) -> None:
    history(tmp_path, 23)
    assert day_found(tmp_path, 25) == "none, oldest None"


def test_decisions_about_something_else_are_not_found(tmp_path: Path) -> None:
    history(tmp_path, 19)
    history(tmp_path, 20, stage="release")
    history(tmp_path, 21, environment="staging")
    history(tmp_path, 22, subject=msgspec.structs.replace(SUBJECT, name="other"))
    assert day_found(tmp_path, 22) == "19"


def test_a_run_that_was_narrowed_by_hand_is_passed_over(tmp_path: Path) -> None:
    history(tmp_path, 20)
    history(tmp_path, 21, provisional=(NARROWED,))
    assert day_found(tmp_path, 22) == "20"
    narrowed = go(as_of="2026-11-23T09:00:00Z", provisional=(NARROWED,))
    assert day_found(tmp_path, 22, narrowed) == "21"


def test_what_can_not_be_read_is_passed_over_and_named(tmp_path: Path) -> None:
    history(tmp_path, 20, 21)
    entries(tmp_path)[0].path.write_bytes(b"no gzip")
    now = go(as_of="2026-11-23T09:00:00Z")
    found = earlier(now, tmp_path, dt.datetime(2026, 11, 22, tzinfo=dt.timezone.utc))
    assert found.found is not None
    assert found.found.decision.as_of == "2026-11-20T09:00:00Z"
    assert "damaged" in found.passed_over[0]


def test_what_was_passed_over_is_not_offered_as_the_oldest(tmp_path: Path) -> None:
    history(tmp_path, 19, 22)
    entries(tmp_path)[-1].path.write_bytes(b"no gzip")
    assert day_found(tmp_path, 21) == "none, oldest 2026-11-22"
    assert day_found(tmp_path, 22) == "22"


def test_a_pipe_among_what_is_kept_is_not_waited_for(tmp_path: Path) -> None:
    history(tmp_path, 20, 21)
    path = entries(tmp_path)[0].path
    path.unlink()
    os.mkfifo(path)
    assert day_found(tmp_path, 22) == "20"
