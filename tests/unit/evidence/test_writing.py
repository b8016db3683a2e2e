from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.folding import read_record
from pytest_stagegate.evidence.writing import BATCH, RecordWriter, replace_last_line
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.tags import Tag
from tests.unit.fakes import end, run_line

CODE, DEPLOY = Tag("code", (), True), Tag("deploy", ("dev", "staging"), False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.jsonl"


@pytest.fixture
def writer(path: Path) -> RecordWriter:
    return RecordWriter(path, run_line())


def names(count: int) -> list[str]:
    return [f"t.py::test_{number}" for number in range(count)]


def read(path: Path) -> Evidence:
    return read_record(path)[0]


def test_what_is_written_is_read_back(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(3), [0, 1, 0], [CODE, DEPLOY])
    writer.left_out("selection", [1])
    writer.passed(0, 1_234)
    writer.line(lines.Test(item=2, outcome="skipped", us=5, reason="no tls"))
    writer.flush()
    writer.line(end(lines_=writer.lines + 1))
    writer.close()
    evidence = read(path)
    tests, counts = evidence.tests, evidence.tests.counts()
    assert (tests.ids, tests.tags, list(tests.tag_of)) == (names(3), [CODE, DEPLOY], [0, 1, 0])
    assert list(tests.durations) == [1_234, 0, 5]
    assert (counts.passed, counts.deselected, counts.skipped, evidence.incomplete) == (1, 1, 1, ())


def test_the_first_line_is_on_the_disk_at_once(writer: RecordWriter, path: Path) -> None:
    assert read(path).subject == run_line().subject
    writer.close()


def test_what_is_expected_is_on_the_disk_before_any_test_runs(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(2), [0, 0], [CODE])
    assert read(path).tests.counts().lost == 2
    writer.close()


def test_long_collections_are_written_in_several_lines(writer: RecordWriter, path: Path) -> None:
    count = lines.ITEMS_PER_LINE + 1
    writer.collected(names(count), [0] * count, [CODE])
    writer.close()
    assert read(path).tests.ids == names(count)
    assert path.read_bytes().count(b'"record":"items"') == 2


def test_a_second_part_of_the_collection_is_appended(writer: RecordWriter, path: Path) -> None:
    writer.collected(["a", "b"], [0, 0], [CODE])
    writer.collected(["c"], [1], [CODE, DEPLOY], first=2)
    writer.close()
    assert read(path).tests.ids == ["a", "b", "c"]


def test_a_full_batch_reaches_the_disk_by_itself(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(BATCH + 1), [0] * (BATCH + 1), [CODE])
    writer._next_flush = float("inf")
    for item in range(BATCH + 1):
        writer.passed(item, 1)
    assert read(path).tests.counts().passed == BATCH
    writer.close()


def test_a_batch_that_is_due_reaches_the_disk_with_the_next_test(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(1), [0], [CODE])
    writer._next_flush = float("-inf")
    writer.passed(0, 1)
    assert read(path).tests.counts().passed == 1
    writer.close()


def test_nothing_left_out_writes_nothing(writer: RecordWriter, path: Path) -> None:
    writer.left_out("hand", [])
    writer.close()
    assert path.read_bytes().count(b"\n") == 1


def running(path: Path) -> str:
    return read(path).incomplete[0].text.removeprefix("The process ended without closing its record")


def test_a_test_that_is_running_is_on_the_disk_at_once(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(2), [0, 0], [CODE])
    writer.started(1)
    assert running(path) == "; running at that moment: t.py::test_1."
    writer.close()


def test_a_finished_test_s_mark_is_used_again(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(3), [0] * 3, [CODE])
    for item in range(3):
        writer.started(item)
        writer.finished(item)
        writer.passed(item, 1)
    writer.close()
    assert path.read_bytes().count(b'"record":"started"') == 1


def test_several_running_tests_each_have_a_mark(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(3), [0] * 3, [CODE])
    for item in range(3):
        writer.started(item)
    writer.finished(1)
    writer.started(1)
    assert running(path) == "; running at that moment: t.py::test_0, t.py::test_1, t.py::test_2."
    writer.close()


def test_when_nothing_runs_any_more_no_test_is_named(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(2), [0, 0], [CODE])
    writer.started(0)
    writer.finished(0)
    writer.started(1)
    writer.finished(1)
    writer.idle()
    writer.close()
    assert running(path) == "."


def test_what_still_runs_stays_named(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(2), [0, 0], [CODE])
    writer.started(1)
    writer.idle()
    writer.close()
    assert running(path) == "; running at that moment: t.py::test_1."


def test_taking_back_a_mark_that_was_never_set_is_harmless(writer: RecordWriter, path: Path) -> None:
    writer.finished(7)
    writer.close()
    assert read(path).tests.ids == []


def test_marks_leave_the_other_lines_alone(writer: RecordWriter, path: Path) -> None:
    writer.collected(names(2), [0, 0], [CODE])
    writer.started(0)
    writer.passed(0, 1)
    writer.flush()
    writer.finished(0)
    writer.started(1)
    writer.passed(1, 1)
    writer.flush()
    writer.line(end(lines_=writer.lines + 1))
    writer.close()
    assert (read(path).tests.counts().passed, read(path).incomplete) == (2, ())


def test_the_end_of_a_closed_record_can_be_written_anew(writer: RecordWriter, path: Path) -> None:
    writer.line(end(0, lines_=writer.lines + 1))
    writer.close()
    replace_last_line(path, end(3, lines_=writer.lines))
    assert (read(path).exits[0].status, read(path).incomplete) == (3, ())


def test_a_folder_that_does_not_exist_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory"):
        RecordWriter(tmp_path / "none" / "evidence.jsonl", run_line())
