from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import read_file
from pytest_stagegate.evidence.readers import json_documents

FORMATS = ("sarif", "gitlab-code-quality", "ruff-json", "mypy-json", "pylint-json", "bandit-json")


def refused(path: Path, format_: str, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(EvidenceError) as caught:
        read_file(path, path.parent, format_)
    assert str(caught.value).startswith(path.name)
    return str(caught.value)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"version": "2.1.0", "version": "2.1.0"}', "the key 'version' stands twice in one object"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "a number in it has too many digits"),
        (b'{"a": ' + b"[" * 100_000, "values are nested too deeply"),
        (b'{"a": 1,}', ": this is no well-formed JSON"),
        (b'{"a": "\xff"}', "this is no utf-8 text"),
        (b"\xff\xfea", "this is no utf-16"),
        (b"null", "this is no"),
        (b'"text"', "this is no"),
        (b"7", "this is no"),
        (b"[7]", "this is no"),
        (b"[{}]", "this is no"),
        (b"{}", "this is no"),
    ],
    ids=range(14),
)
def test_hostile_input_is_a_sentence_with_its_place(tmp_path: Path, format_: str, content: bytes, told: str) -> None:
    assert told in refused(tmp_path / "a.json", format_, content)


@pytest.mark.parametrize("format_", [each for each in FORMATS if each != "mypy-json"])
def test_an_empty_file_is_no_report(tmp_path: Path, format_: str) -> None:
    assert refused(tmp_path / "a.json", format_, b"") == "a.json: the file is empty"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_above_the_limit_is_refused(tmp_path: Path, format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_documents, "LARGEST", 10)
    assert "it is larger than" in refused(tmp_path / "a.json", format_, b" " * 11)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_hides_nothing(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.json"
    text = '[{"code": "Ü1", "filename": "a.py", "location": {"row": 1}, "message": "no"}]'
    path.write_bytes(text.encode(encoding))
    (report,) = read_file(path, tmp_path, "ruff-json").findings or ()
    assert report.findings[0].rule == "Ü1"


def test_half_a_character_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(rb'[{"code": "\ud800", "filename": "a.py", "location": {"row": 1}, "message": "\ud800"}]')
    (report,) = read_file(path, tmp_path, "ruff-json").findings or ()
    assert (report.findings[0].rule, report.findings[0].message) == ("?", "?")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r"\ud800", "?"),
        (r"\uDFff", "?"),
        (r"\ud800\ud83d\ude00\udc00", "?\N{GRINNING FACE}?"),
        (r"\\ud800", r"\ud800"),
        (r"\\\ud800", r"\?"),
        (r"\u00dc\n\"", 'Ü\n"'),
    ],
)
def test_half_a_pair_in_any_text_can_be_written_into_a_record(written: str, kept: str) -> None:
    assert json_documents.decoded(f'{{"{written}": "{written}"}}', dict[str, str], "list", "a.json") == {kept: kept}


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ('{"a": 1}\r\n\n{"b"\n', [('{"a": 1}\r', 1), ('{"b"', 3)]),
        ('{"a": 1}\n', [('{"a": 1}\n', 1)]),
        ('{"a": {}\n, "b": {}}', [('{"a": {}\n, "b": {}}', 1)]),
        ('{"a": {"b": 1}\n}', [('{"a": {"b": 1}\n}', 1)]),
        ("[{}\n,{}]", [("[{}\n,{}]", 1)]),
        ("", [("", 1)]),
    ],
)
def test_a_text_is_lines_where_its_first_is_a_whole_object(text: str, documents: list[tuple[str, int]]) -> None:
    assert list(json_documents.documents_in(text)) == documents


@pytest.mark.parametrize("format_", ["cdevents", "in-toto"])
def test_a_line_that_breaks_off_is_named(tmp_path: Path, format_: str) -> None:
    event = Path(__file__).parents[3] / "data" / "deployments" / "cdevents-0.4.1-service-deployed.json"
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "p", "subject": []}
    whole = json.dumps(statement if format_ == "in-toto" else json.loads(event.read_text(encoding="utf-8")))
    told = refused(tmp_path / "a.json", format_, f"{whole}\n{whole[:-1]}\n".encode())
    assert told.startswith("a.json:2:")
