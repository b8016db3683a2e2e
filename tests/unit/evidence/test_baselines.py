from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.evidence.baselines import baseline_lines, path_of, read_baseline
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline, BaselineData, Table
from pytest_stagegate.model.tally import Tally

HEAD = '{"schema":"stagegate/baseline/1","key":"coverage","project":"rates"}\n'


def read(folder: Path, text: str, key: str = "coverage") -> BaselineData:
    path_of(folder, key).write_text(text, encoding="utf-8", newline="")
    return read_baseline(folder.parent, folder.name, "rates")


def problem(folder: Path, text: str, key: str = "coverage") -> Absent:
    data = read(folder, text, key)
    assert key not in data.tables
    return data.absent[key]


def test_a_file_has_a_line_for_each_entry_in_the_order_of_names() -> None:
    table: Table = {"src/b.py": (3, 4, 1, 2), "src/a.py": (1, 1, 0, 0)}
    rows = ['["src/a.py",1,1,0,0]', '["src/b.py",3,4,1,2]']
    assert baseline_lines("coverage", table, "rates").decode() == HEAD + "\n".join(rows) + "\n"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    tests: Table = {"t.py::test[a\nb]": (), 't.py::test["]': (), "t.py::test[\u2028 é]": ()}
    path_of(tmp_path, "tests").write_bytes(baseline_lines("tests", tests, None))
    assert read_baseline(tmp_path, ".", "rates").tables == {"tests": tests}


def test_a_file_is_known_by_its_digest(tmp_path: Path) -> None:
    data = read(tmp_path, HEAD)
    assert data.files["coverage"].source == f"{tmp_path.name}/coverage.jsonl"
    assert len(data.files["coverage"].sha256 or "") == 64


def test_a_key_without_a_file_has_no_baseline(tmp_path: Path) -> None:
    data = read_baseline(tmp_path, "gates/baseline", "rates")
    found = Baseline(data, Tally()).of("coverage")
    assert isinstance(found, Absent)
    assert found.reason == "no-baseline"


def test_the_face_notes_what_was_asked_for() -> None:
    data = BaselineData()
    Baseline(data, Tally()).of("coverage")
    assert data.asked == {"coverage"}


def test_a_file_of_another_project_is_not_used(tmp_path: Path) -> None:
    absent = problem(tmp_path, HEAD.replace("rates", "shop"))
    assert absent.reason == "other-project"
    assert absent.text.endswith("coverage.jsonl: it is of the project 'shop', and this one is 'rates'")


@pytest.mark.parametrize(("stated", "name"), [(None, "rates"), ("shop", None), (None, None)])
def test_where_a_name_is_not_stated_nobody_can_tell(tmp_path: Path, stated: str | None, name: str | None) -> None:
    path_of(tmp_path, "tests").write_bytes(baseline_lines("tests", {"a": ()}, stated))
    assert read_baseline(tmp_path, ".", name).tables == {"tests": {"a": ()}}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('["a.py",1,2,0,0]\n["a.py",1,2,0,0]\n', ":3: 'a.py' stands twice"),
        ('["b.py",1,2,0,0]\n["a.py",1,2,0,0]\n', ":3: 'a.py' is not in its place"),
        ('["a.py",3,2,0,0]\n', ":2: the line has to be a name and covered lines"),
        ('["a.py",1,2,3,2]\n', ":2: the line has to be"),
        ('["a.py",-1,2,0,0]\n', ":2: the line has to be"),
        ('["a.py",1,2,0]\n', ":2: the line has to be"),
        ('["a.py",1.0,2,0,0]\n', ":2: the line has to be"),
        ('["a.py",true,2,0,0]\n', ":2: the line has to be"),
        ("[1,1,2,0,0]\n", ":2: the line has to be"),
        ("[]\n", ":2: the line has to be"),
        ('{"a.py":1}\n', ":2: the line can't be read"),
        ("\n", ":2: the line can't be read"),
        ('["a.py",1,2,0,0]', ":2: the last line has no end"),
        ("<<<<<<< HEAD\n", ":2: the conflict of a merge is not resolved"),
        ("=======\n", ":2: the conflict of a merge is not resolved"),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, rows: str, words: str) -> None:
    absent = problem(tmp_path, HEAD + rows)
    assert absent.reason == "unreadable"
    assert f"{tmp_path.name}/coverage.jsonl{words}" in absent.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("not json\n", ":1: it does not say that it is a baseline"),
        (HEAD.replace("baseline/1", "baseline/2"), ":1: its schema is 'stagegate/baseline/2'"),
        (HEAD.replace('"coverage"', '"covered"'), ":1: unknown key 'covered'"),
        (HEAD.replace('"coverage"', '"tests"'), ":1: it is a baseline of tests, not of coverage"),
        (HEAD.replace("}", ',"commit":"abc"}'), ":1: it does not say"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str, words: str) -> None:
    assert words in problem(tmp_path, text).text


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("durations", '["stage:test",-1]'),
        ("findings", '["abc",0]'),
        ("history", '["p95"]'),
        ("history", '["p95","1","5","5"]'),
        ("history", '["p95","1",5,5,""]'),
        ("history", '["p95","1","5","NaN",""]'),
        ("history", '["p95","1","6","5",""]'),
        ("history", '["p95","2","5","5","","1","5","5",""]'),
        ("history", '["p95","1","5","5","","1","5","5",""]'),
        ("history", '["p95"' + "".join(f',"{run:02}","5","5",""' for run in range(21)) + "]"),
        ("metrics", '["p95",12]'),
        ("metrics", '["p95","NaN"]'),
        ("metrics", '["p95","1e-999999999"]'),
        ("metrics", '["p95","fast"]'),
        ("skips", '["t.py::a",1]'),
        ("tests", '["t.py::a",1]'),
        ("warnings", '["UserWarning a.py",0]'),
    ],
)
def test_each_key_has_its_own_shape(tmp_path: Path, key: str, row: str) -> None:
    assert problem(tmp_path, HEAD.replace("coverage", key) + row + "\n", key).reason == "unreadable"


def test_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    path_of(tmp_path, "tests").write_bytes(baseline_lines("tests", {"a": ()}, "rates"))
    assert read(tmp_path, "damaged").tables == {"tests": {"a": ()}}
