from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pytest_stagegate.documents.rendering import (
    DEFAULT,
    FILES,
    SUMS,
    Wanted,
    decision_json,
    documents_of,
    prepare_folder,
    write_documents,
)
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.evidence.finding import sha256_of
from tests.unit.documents.samples import no_go


def test_every_document_is_rendered_into_the_folder() -> None:
    _, files = documents_of(no_go(), DEFAULT, Path("out"), None)
    assert {path.as_posix() for path in files} == {f"out/{name}" for name in FILES.values()}


def test_a_document_may_be_written_elsewhere() -> None:
    _, files = documents_of(no_go(), (Wanted("junit", Path("reports/g.xml")), Wanted("terminal")), Path("out"), None)
    assert list(files) == [Path("reports/g.xml")]


def test_the_same_decision_gives_the_same_bytes() -> None:
    assert documents_of(no_go(), DEFAULT, Path("out"), None) == documents_of(no_go(), DEFAULT, Path("out"), None)


def test_decision_json_has_sorted_keys_and_ends_in_a_line_feed() -> None:
    content = decision_json(no_go())
    keys = list(json.loads(content))
    assert keys == sorted(keys)
    assert content.endswith(b"}\n")


def test_the_view_carries_the_digest_of_the_decision() -> None:
    view, files = documents_of(no_go(), (Wanted("json"),), Path("out"), None)
    assert view.digest == hashlib.sha256(files[Path("out/decision.json")]).hexdigest()


def test_the_sums_are_those_of_the_files_that_lie_beside_them(tmp_path: Path) -> None:
    record = tmp_path / "evidence.jsonl"
    record.write_bytes(b"record\n")
    elsewhere = tmp_path / "other" / "report.md"
    documents = {tmp_path / "b.json": b"b", tmp_path / "a.md": b"a", elsewhere: b"c"}
    write_documents(documents, tmp_path, {"evidence.jsonl": hashlib.sha256(b"record\n").hexdigest()})
    named = {line[66:]: line[:64] for line in (tmp_path / SUMS).read_text().splitlines()}
    assert list(named) == ["a.md", "b.json", "evidence.jsonl"]
    assert all(digest == sha256_of(tmp_path / name) for name, digest in named.items())
    assert elsewhere.read_bytes() == b"c"


def test_preparing_takes_away_what_an_earlier_run_left(tmp_path: Path) -> None:
    names = [*FILES.values(), SUMS, "evidence.jsonl", "coverage.data"]
    for name in (*names, "notes.txt"):
        (tmp_path / name).write_text("yesterday")
    prepare_folder(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", "notes.txt"]


def test_a_prepared_folder_ignores_itself_in_git(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / ".gitignore").read_bytes() == b"*\n"


def test_a_gitignore_of_the_project_s_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.html\n")
    prepare_folder(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.html\n"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.md"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert (path.read_bytes(), len(list(path.parent.iterdir()))) == (b"new", 1)


@pytest.mark.parametrize("step", ["pathlib.Path.write_bytes", "os.replace"])
def test_when_writing_fails_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "report.md"
    write_whole(path, b"old")

    def full(*args: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(step, full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"old", 1)
