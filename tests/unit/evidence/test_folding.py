from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Evidence, WarningLine
from pytest_stagegate.model.links import KINDS
from pytest_stagegate.model.tests import Exit
from tests.unit.fakes import (
    FINISHED,
    collected,
    coverage_of,
    encoded,
    end,
    file_of,
    passed,
    property_test,
    record_at,
    run_line,
)

Read = Callable[..., Evidence]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return the evidence in a record of these lines, behind a first one and three collected tests."""

    def evidence(*more: lines.Line) -> Evidence:
        return read_record(record_at(tmp_path / "evidence.jsonl", run_line(), *collected(3), *more))[0]

    return evidence


def outcomes(evidence: Evidence) -> list[int]:
    return list(evidence.tests.outcomes)


def reasons(evidence: Evidence) -> list[str]:
    return [note.reason for note in evidence.incomplete]


def failed(item: int) -> lines.Test:
    return lines.Test(item=item, outcome="failed", us=7, executed=True, reason="assert 1 == 2", message="E  assert")


def test_a_whole_record(read: Read) -> None:
    evidence = read(passed(0, 1), passed(2), end())
    assert (evidence.tests.counts().passed, evidence.exits, evidence.finished) == (3, (Exit(0, 0),), FINISHED)
    assert (evidence.incomplete, evidence.provisional, evidence.collection_errors) == ((), (), ())


def test_the_first_line_says_what_was_run(tmp_path: Path) -> None:
    note = Note(reason="narrowed", text="The run was narrowed by hand with -k.")
    first = run_line(stage="deploy", environment="staging", provisional=(note,), facts={"pytest": "9.0"})
    evidence, _ = read_record(record_at(tmp_path / "evidence.jsonl", first, end()))
    (origin,) = evidence.origins
    assert (origin.stage, origin.environment) == ("deploy", "staging")
    assert (evidence.provisional, evidence.facts, evidence.subject) == ((note,), {"pytest": "9.0"}, first.subject)


def test_a_test_that_did_not_plainly_pass_keeps_its_words(read: Read) -> None:
    evidence = read(passed(0, 2), failed(1), end(1))
    detail = evidence.tests.details[1]
    assert (detail.executed, detail.reason, detail.message) == (True, "assert 1 == 2", "E  assert")
    assert (evidence.tests.counts().failed, evidence.tests.durations[1]) == (1, 7)


def test_a_test_that_passed_on_a_rerun_is_flaky(read: Read) -> None:
    flaky = lines.Test(item=1, outcome="passed", us=7, executed=True, reruns=2)
    counts = read(passed(0, 2), flaky, end()).tests.counts()
    assert (counts.passed, counts.flaky, counts.executed) == (3, 1, 3)


@pytest.mark.parametrize(("by", "not_selected"), [("hand", False), ("selection", True)])
def test_tests_left_out_are_deselected(read: Read, by: str, not_selected: bool) -> None:
    evidence = read(lines.LeftOut(by=by, items=(1,)), passed(0, 2), end())
    assert (evidence.tests.counts().deselected, reasons(evidence)) == (1, [])
    assert evidence.tests.details[1].not_selected is not_selected


def test_tests_that_nobody_reported_as_left_out_are_lost_and_named(read: Read) -> None:
    evidence = read(lines.LeftOut(by="nobody", items=(0, 1)), passed(2), end())
    assert (evidence.tests.counts().lost, reasons(evidence)) == (2, ["removed-silently"])
    assert evidence.incomplete[0].text == "2 collected tests left the session and were reported to nobody."


def test_tests_left_out_by_somebody_unknown_are_no_evidence(read: Read) -> None:
    with pytest.raises(EvidenceError, match=r"^evidence\.jsonl:4: this line of the record is damaged: "):
        read(lines.LeftOut(by="somebody", items=(0,)), passed(1, 2), end())


def test_tests_that_never_ran_are_lost(read: Read) -> None:
    evidence = read(passed(0, 1), end())
    assert (evidence.tests.counts().lost, reasons(evidence)) == (1, ["not-run"])
    assert evidence.incomplete[0].text == "1 collected test never ran."


def test_a_record_without_an_end_is_not_whole(read: Read) -> None:
    evidence = read(passed(0, 1, 2))
    assert (reasons(evidence), evidence.exits[0].status, evidence.finished) == (["no-end-record"], None, None)
    assert evidence.incomplete[0].text == "The process ended without closing its record."


def test_without_an_end_the_tests_that_were_running_are_named(read: Read) -> None:
    started = [lines.Started(item=item) for item in (2, -1, 0)]
    text = read(passed(1), *started).incomplete[0].text
    assert text == ("The process ended without closing its record; running at that moment: t.py::test_2, t.py::test_0.")


def test_with_an_end_started_marks_mean_nothing(read: Read) -> None:
    assert read(lines.Started(item=0), passed(0, 1, 2), end()).incomplete == ()


def test_nothing_stands_behind_the_end(read: Read) -> None:
    with pytest.raises(EvidenceError, match=r"evidence.jsonl:6: .* it stands behind the end of the record"):
        read(passed(0, 1, 2), end(0), end(3))


def test_a_run_that_ended_early_says_why_once(read: Read) -> None:
    note = Note(reason="interrupted", text="The run was interrupted by the keyboard.")
    assert read(passed(0), lines.Ending(note=note), lines.Ending(note=note), end(2)).incomplete == (note,)


def test_a_lost_worker_is_named(read: Read) -> None:
    evidence = read(passed(0, 1, 2), lines.WorkerLost(worker="gw1", text="killed by signal 9"), end())
    assert evidence.incomplete == (Note(reason="worker-lost", text="Worker gw1 went down: killed by signal 9."),)


def test_modules_that_could_not_be_collected_are_named(read: Read) -> None:
    broken = [lines.CollectionFailed(path=f"tests/{name}.py", message="ImportError") for name in "ba"]
    evidence = read(passed(0, 1, 2), *broken, end(2))
    assert [error.path for error in evidence.collection_errors] == ["tests/a.py", "tests/b.py"]
    assert evidence.incomplete[0].text == "2 modules could not be collected: tests/a.py, tests/b.py."


def test_modules_skipped_as_a_whole_are_counted_apart(read: Read) -> None:
    evidence = read(passed(0, 1, 2), lines.SkippedFile(path="tests/a.py", reason="no tls"), end())
    assert (evidence.tests.skipped_files, evidence.tests.counts().skipped) == ({"tests/a.py": "no tls"}, 0)


def test_warnings_stand_with_the_most_frequent_first(read: Read) -> None:
    rare, often = (WarningLine(category="UserWarning", message="m", place="a.py:1", count=n) for n in (1, 5))
    assert read(lines.Warned(warning=rare), lines.Warned(warning=often), end()).warnings == (often, rare)


def test_coverage_is_read_back(read: Read) -> None:
    data = coverage_of(file_of("a.py", 1, 2, deploy=1), branches=True)
    evidence = read(lines.Measured(coverage=data), end())
    assert isinstance(evidence.coverage, CoverageData)
    assert evidence.coverage == data


def test_coverage_that_is_missing_says_why(read: Read) -> None:
    evidence = read(lines.NotMeasured(reason="coverage-incomplete", text="gw1 is missing", remedy="Run again."), end())
    assert evidence.coverage == Absent("coverage-incomplete", "gw1 is missing", "Run again.")


def test_coverage_that_nobody_spoke_of_was_not_measured(read: Read) -> None:
    assert isinstance(read(end()).coverage, Absent)


def test_a_record_that_breaks_off_in_a_line_is_not_whole(tmp_path: Path) -> None:
    path = record_at(tmp_path / "evidence.jsonl", run_line(), *collected(2), passed(0, 1), end())
    path.write_bytes(path.read_bytes()[:-1])
    evidence = read_record(path)[0]
    assert reasons(evidence) == ["no-end-record", "record-truncated"]
    assert evidence.incomplete[1].text == "The record breaks off in line 5."
    assert evidence.tests.counts().passed == 2


def test_a_record_that_lost_a_line_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    kept = encoded(run_line(), *collected(2), passed(0), passed(1), end()).splitlines(keepends=True)
    path.write_bytes(b"".join(kept[:3] + kept[4:]))
    assert "lines-missing" in reasons(read_record(path)[0])


@pytest.mark.parametrize(
    "damage",
    [
        b"{not json}",
        b"\xff\xfe",
        b"[]",
        b'{"record":"unheard-of"}',
        b'{"record":"passed","items":[0],"us":[]}',
        b'{"record":"passed","items":[9],"us":[1]}',
        b'{"record":"passed","items":[-1],"us":[1]}',
        b'{"record":"passed","items":[0],"us":[-1]}',
        b'{"record":"test","item":-1,"outcome":"passed","us":1}',
        b'{"record":"test","item":0,"outcome":"excellent","us":1}',
        b'{"record":"left-out","by":"hand","items":[7]}',
        b'{"record":"left-out","by":"nobody","items":[7]}',
        b'{"record":"items","first":3,"ids":["a"],"tags":[-1]}',
        b'{"record":"end","exit_status":"0","finished":""}',
    ],
)
def test_a_damaged_line_is_named_with_its_number(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "evidence.jsonl"
    path.write_bytes(encoded(run_line(), *collected(3)) + damage + b"\n" + encoded(end()))
    with pytest.raises(EvidenceError, match=r"^evidence\.jsonl:4: "):
        read_record(path)


@pytest.mark.parametrize(("first", "tags"), [(1, (0,)), (0, (0, 0))])
def test_a_gap_in_the_list_of_tests_is_damage(tmp_path: Path, first: int, tags: tuple[int, ...]) -> None:
    items = lines.Items(first=first, ids=("t.py::test_a",), tags=tags)
    tags_line = lines.Tags(tags=(("test", (), True),))
    path = record_at(tmp_path / "evidence.jsonl", run_line(), tags_line, items, end())
    with pytest.raises(EvidenceError, match=rf"^evidence\.jsonl.*: the list of collected tests has a gap at {first}$"):
        read_record(path)


def test_a_tag_that_the_record_does_not_list_is_damage(tmp_path: Path) -> None:
    items = lines.Items(first=0, ids=("t.py::test_a",), tags=(1,))
    path = record_at(tmp_path / "evidence.jsonl", run_line(), lines.Tags(tags=(("test", (), True),)), items, end())
    with pytest.raises(EvidenceError, match=r"^evidence\.jsonl"):
        read_record(path)


@pytest.mark.parametrize("content", [b"", b"\n", encoded(end())])
def test_a_file_that_is_no_record(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "evidence.jsonl"
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match=r"^evidence\.jsonl"):
        read_record(path)


def test_a_record_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = record_at(tmp_path / "evidence.jsonl", run_line(schema="stagegate/evidence/2"), end())
    with pytest.raises(EvidenceError) as caught:
        read_record(path)
    assert str(caught.value) == (
        "evidence.jsonl: its schema is 'stagegate/evidence/2'; this version reads 'stagegate/evidence/1'"
    )
    assert caught.value.code == "unknown-schema"


def test_a_record_that_does_not_exist_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^evidence\.jsonl: can't be read: No such file or directory$"):
        read_record(tmp_path / "evidence.jsonl")


def test_every_line_can_be_written_and_read_back() -> None:
    decoder = msgspec.json.Decoder(lines.Line)
    written: list[lines.Line] = [run_line(), *collected(2), passed(0), failed(1), lines.Started(item=-1), end(1)]
    assert [decoder.decode(msgspec.json.encode(line)) for line in written] == written


def test_what_hypothesis_said_of_a_test_stands_under_its_name(read: Read) -> None:
    said = lines.Examples(item=1, counted=True, passing=7, stopped="settings.max_examples")
    assert read(passed(0, 1, 2), said, end()).properties == (property_test("t.py::test_1", 7),)


def test_examples_of_a_test_that_was_not_collected_are_damage(read: Read) -> None:
    with pytest.raises(EvidenceError, match="a test that was not collected"):
        read(lines.Examples(item=3, counted=True))


def test_fewer_than_no_examples_are_damage(tmp_path: Path) -> None:
    whole = encoded(run_line(), *collected(1), lines.Examples(item=0, counted=True, passing=7))
    (tmp_path / "evidence.jsonl").write_bytes(whole.replace(b'"passing":7', b'"passing":-7'))
    with pytest.raises(EvidenceError, match=r"^evidence\.jsonl:4: this line of the record is damaged: "):
        read_record(tmp_path / "evidence.jsonl")


def test_links_to_requirements_add_up(read: Read) -> None:
    linked = [lines.Linked(id="B", items=(2,)), lines.Linked(id="A", items=(1,)), lines.Linked(id="B", items=(0, 2))]
    assert read(*linked, passed(0, 1, 2), end()).tests.links.of("requirement") == {"A": (1,), "B": (0, 2)}


def test_features_and_exercises_are_told_from_requirements_of_the_same_name(read: Read) -> None:
    said = [lines.Trying(id="A", items=(0,)), lines.Drilling(id="A", items=(1,)), lines.Linked(id="A", items=(2,))]
    links = read(*said, passed(0, 1, 2), end()).tests.links
    assert [links.of(kind) for kind in KINDS] == [{"A": (2,)}, {"A": (0,)}, {"A": (1,)}]


@pytest.mark.parametrize(
    "line", [lines.Linked(id="", items=(0,)), lines.Linked(id="A", items=(3,)), lines.Drilling(id="", items=(0,))]
)
def test_a_link_of_nothing_is_damage(read: Read, line: lines.Line) -> None:
    with pytest.raises(EvidenceError, match="this line of the record is damaged"):
        read(line, end())
