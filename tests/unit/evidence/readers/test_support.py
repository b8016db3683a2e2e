from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.support import Cycle, SupportData

DATA = Path(__file__).parents[3] / "data" / "support"
TABLE = 'made = 2026-11-01\n[[product]]\nname = "Python"\ncycle = "3.13"\nend = 2029-10-31\n'


def read(path: Path) -> SupportData:
    found = read_file(path, path.parent, detect(path)).support
    assert found is not None
    return found


def written(tmp_path: Path, text: str, name: str = "support.toml") -> SupportData:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_a_product_of_the_present_api_is_read() -> None:
    found = read(DATA / "endoflife-v1-python.json")
    assert found.made == dt.date(2026, 11, 1)
    assert found.cycles[0] == Cycle("python", "3.13", dt.date(2029, 10, 31))


def test_a_list_of_the_old_api_is_named_by_its_file_and_has_no_day(tmp_path: Path) -> None:
    text = '[{"cycle": "4.2", "eol": "2026-04-30"}, {"cycle": "1", "eol": true}, {"cycle": "9", "eol": false}]'
    found = written(tmp_path, text, "Django.json")
    assert found.made is None
    assert found.cycles == (
        Cycle("django", "4.2", dt.date(2026, 4, 30)),
        Cycle("django", "1", ended=True),
        Cycle("django", "9"),
    )


def test_a_table_of_our_own_is_read(tmp_path: Path) -> None:
    found = written(tmp_path, TABLE + '[[product]]\nname = "zope"\ncycle = "5"\nend = false\n')
    assert found.made == dt.date(2026, 11, 1)
    assert found.cycles == (Cycle("python", "3.13", dt.date(2029, 10, 31)), Cycle("zope", "5"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TABLE.replace("made = 2026-11-01\n", ""), "made has to be the day on which it was made"),
        (TABLE.replace("end = 2029-10-31", 'end = "2029"'), "product 1: end has to be a day, true"),
        (TABLE.replace("cycle", "cylce"), "product 1: unknown key 'cylce'; did you mean 'cycle'?"),
        (TABLE.replace('"3.13"', "3.13"), "product 1: cycle has to be a text"),
        (TABLE + "[[prodcut]]\n", "unknown key 'prodcut'"),
        (TABLE + "x = " + "9" * 5000, "this is no TOML"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(EvidenceError) as error:
        written(tmp_path, text)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"cycle": "4.2", "eol": "soon"}]', "release 1: 'soon' is no day on which its support ends"),
        ('[{"cycle": "", "eol": true}]', "release 1 names no cycle"),
        ('{"result": {"releases": []}}', "this is no product of endoflife.date: it names none"),
    ],
)
def test_what_is_wrong_with_a_product_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(EvidenceError) as error:
        written(tmp_path, text, "x.json")
    assert told in str(error.value)
