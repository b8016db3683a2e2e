from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.errors import EvidenceError, MistakesError
from pytest_stagegate.evidence.manual.importing import Stated, results_in
from pytest_stagegate.evidence.manual.listing import Listed
from tests.unit.fakes import SUBJECT
from tests.unit.manual_tests import manual_test

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.manual import ManualResult

HEAD = "id,outcome,who,when,commit,environment,note\n"
WHEN = "2026-11-23T10:00:00+02:00"


def read(path: Path, text: str, *stated: str, **columns: str) -> tuple[ManualResult, ...]:
    path.write_text(text, encoding="utf-8")
    listed = Listed((manual_test("a"), manual_test("b")), SUBJECT.commit, False, None)
    return results_in(path, listed, ("staging",), columns, Stated(*stated))


def mistakes(path: Path, text: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        read(path, text)
    return [str(each) for each in caught.value.mistakes]


def test_a_row_of_csv_is_a_result(tmp_path: Path) -> None:
    text = f'{HEAD}a,PASS,Dana,{WHEN},{SUBJECT.commit},staging,"two\nlines"\n'
    (found,) = read(tmp_path / "r.csv", text)
    assert (found.outcome, found.when, found.environment, found.note) == (
        "passed",
        "2026-11-23T08:00:00Z",
        "staging",
        "two\nlines",
    )
    assert found.digest == manual_test("a").digest


def test_json_says_the_same(tmp_path: Path) -> None:
    text = f'[{{"id": "a", "outcome": "failed", "who": "D", "when": "{WHEN}", "commit": "{"c" * 40}", "note": null}}]'
    assert read(tmp_path / "r.json", text)[0].outcome == "failed"


def test_other_names_of_columns_and_what_rows_leave_open(tmp_path: Path) -> None:
    text = f"Case,Status,when\nb,blocked,{WHEN}\n"
    (found,) = read(tmp_path / "r.csv", text, "Dana", "c" * 40, "staging", id="Case", outcome="Status")
    assert (found.id, found.who, found.commit, found.environment) == ("b", "Dana", "c" * 40, "staging")


def test_of_another_commit_nobody_knows_the_steps(tmp_path: Path) -> None:
    assert read(tmp_path / "r.csv", f"{HEAD}a,passed,D,{WHEN},{'d' * 40},,\n")[0].digest == ""


def test_all_mistakes_are_told_with_file_and_line(tmp_path: Path) -> None:
    good = f'a,passed,D,{WHEN},{"c" * 40},,"x\ny"\n'
    told = mistakes(tmp_path / "r.csv", f"{HEAD}{good}x,done,,today,,moon,\na,b\n")
    assert [each.split(":")[0] + ":" + each.split(":")[1] for each in told] == ["r.csv:4"] * 6 + ["r.csv:5"]


def test_in_json_too(tmp_path: Path) -> None:
    told = mistakes(tmp_path / "r.json", '[\n{"id": "}"},\n\n{"id": "a", "note": "{"}]')
    assert {each.split(": ")[0] for each in told} == {"r.json:2", "r.json:4"}


def test_an_empty_table_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "r.csv", HEAD) == ["r.csv: it holds no result"]


def test_a_missing_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"no column 'outcome'; did you mean 'outcom'"):
        read(tmp_path / "r.csv", "id,outcom,when\n")


def test_a_column_that_stands_twice_is_a_mistake_as_one_of_them_would_be_lost(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"r\.csv:1: there are 2 columns 'outcome'; keep one of them"):
        read(tmp_path / "r.csv", f"id,outcome,when,outcome\na,failed,{WHEN},passed\n")
