"""Whatever single thing is changed in a dossier, verifying it finds something."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_stagegate.assembling import Question
from pytest_stagegate.documents.rendering import DEFAULT
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.model.decision import Subject
from pytest_stagegate.model.manifest import SUMS, sums_of
from pytest_stagegate.model.verification import Answer
from pytest_stagegate.project import load_project
from pytest_stagegate.run import decide_on
from pytest_stagegate.verifying import Audit, verify
from tests.unit.fakes import green_record

_FEW: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small dossier, laid out by hand."""
    root = tmp_path_factory.mktemp("project")
    record = green_record(root / ".stagegate" / "evidence.jsonl")
    subject = Subject(name="demo", version=None, commit="c" * 40, commit_source="git", dirty=False)
    folder = tmp_path_factory.mktemp("far") / "dossier"
    decided = decide_on(
        load_project(root), Question(given=(Given(record),), checkout=(subject, ())), wanted=DEFAULT, out=folder
    )
    (folder / "evidence").mkdir(parents=True)
    for path, content in decided.files.items():
        path.write_bytes(content)
    shutil.copyfile(record, folder / "evidence" / record.name)
    (folder / "notes.md").write_bytes(b"# Notes\n")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names(folder)}
    (folder / SUMS).write_bytes(sums_of(digests))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def answer(path: Path) -> Answer:
    return verify(path, Audit(path.parent)).answer


def zipped(folder: Path, path: Path) -> Path:
    write_zip(path, {name: folder / name for name in names(folder)})
    return path


def changed(content: bytes, data: st.DataObject) -> bytes:
    """One byte changed, put in or taken out."""
    place = data.draw(st.integers(0, len(content) - 1), label="place")
    byte = bytes([data.draw(st.integers(0, 255).filter(lambda each: each != content[place]), label="byte")])
    kept = data.draw(st.sampled_from(["changed", "put in", "taken out"]), label="how")
    return content[:place] + (b"" if kept == "taken out" else byte) + content[place + (kept != "put in") :]


def test_the_dossier_and_its_zip_are_identical(dossier: Path, tmp_path: Path) -> None:
    assert answer(dossier) is Answer.IDENTICAL
    assert answer(zipped(dossier, tmp_path / "d.zip")) is Answer.IDENTICAL


@_FEW
@given(data=st.data())
def test_every_changed_byte_of_a_file_is_found(
    dossier: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("changed") / "dossier"
    shutil.copytree(dossier, folder)
    path = folder / data.draw(st.sampled_from(names(dossier)), label="file")
    path.write_bytes(changed(path.read_bytes(), data))
    assert answer(folder) is not Answer.IDENTICAL


@_FEW
@given(data=st.data())
def test_every_changed_byte_of_the_zip_is_found(
    dossier: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = zipped(dossier, tmp_path_factory.mktemp("changed") / "d.zip")
    path.write_bytes(changed(path.read_bytes(), data))
    assert answer(path) is not Answer.IDENTICAL


def test_every_file_that_is_gone_renamed_or_added_is_found(dossier: Path, tmp_path: Path) -> None:
    for number, name in enumerate(names(dossier)):
        folder = tmp_path / str(number)
        shutil.copytree(dossier, folder)
        (folder / name).rename(folder / f"{name}.old")
        assert answer(folder) is Answer.DIFFERENT, name
        (folder / f"{name}.old").unlink()
        assert answer(folder) is Answer.DIFFERENT, name
        shutil.copyfile(dossier / name, folder / name)
        (folder / "evidence" / "more.xml").write_bytes(b"")
        assert answer(folder) is Answer.DIFFERENT, name
