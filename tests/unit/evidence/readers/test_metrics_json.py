from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.evidence.readers.metrics_json import read
from tests.unit.evidence.readers.test_metric_rows import read_of, refused


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ('{"a": 1}', {"a": "1"}),
        ('{"a": {"b": {"c": 1}}}', {"a.b.c": "1"}),
        ('{"a": [1, {"b": 2}]}', {"a.0": "1", "a.1.b": "2"}),
        ("[3, 4]", {"0": "3", "1": "4"}),
        ('{"a.b": 1, "a": {"b": 2}}', {'"a.b"': "1", "a.b": "2"}),
        ('{"": 1}', {'""': "1"}),
        (r'{"\"": 1, "\\": 2}', {r'"\""': "1", r'"\\"': "2"}),
        ('{"a b": 1}', {"a b": "1"}),
        ('{"a": true, "b": null, "c": "5", "d": {}, "e": 1}', {"e": "1"}),
    ],
)
def test_each_number_is_named_by_its_path(document: str, names: dict[str, str], tmp_path: Path) -> None:
    assert read_of(read, tmp_path / "m.json", document) == names


@pytest.mark.parametrize("number", ["1", "-0", "0.10", "1e-3", "1E+400", "123456789012345678901234567890.5"])
def test_a_number_stays_as_it_was_written(number: str, tmp_path: Path) -> None:
    assert read_of(read, tmp_path / "m.json", f'{{"n": {number}}}') == {"n": number}


@pytest.mark.parametrize(("word", "value"), [("NaN", "NaN"), ("Infinity", "+Inf"), ("-Infinity", "-Inf")])
def test_what_python_writes_for_no_finite_number_is_kept(word: str, value: str, tmp_path: Path) -> None:
    assert read_of(read, tmp_path / "m.json", f'{{"n": {word}}}') == {"n": value}


def test_a_number_without_a_name_is_refused(tmp_path: Path) -> None:
    assert refused(read, tmp_path / "m.json", "5").endswith("is a single number, so that it has no name")


def test_a_document_without_a_number_says_so(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"a": "b"}', encoding="utf-8")
    assert read(tmp_path / "m.json", tmp_path).warnings == ("it holds no number",)


def test_a_long_path_is_refused_before_it_is_multiplied(tmp_path: Path) -> None:
    document = '{"' + "a" * 1_001 + '": {"b": {"c": 1}}}'
    assert refused(read, tmp_path / "m.json", document).endswith("this path is longer than 1,000 characters")
