from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import pytest

from pytest_stagegate.documents.templating import render
from pytest_stagegate.documents.view import View, view
from pytest_stagegate.errors import StageGateError
from tests.unit.documents.samples import no_go

NAME = "report.md.j2"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which bytecode is kept, empty at first."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "kept"


@pytest.fixture
def shown() -> View:
    return view(no_go(), "0" * 64)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_template_is_compiled_once(kept: Path, shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(NAME, shown, None)
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert render(NAME, shown, None) == first


# What is made anew need not be the same bytes: Python's marshal writes reference counts into them.
@pytest.mark.parametrize("damaged", [b"", b"\0" * 40, b"changed"])
def test_a_damaged_file_is_made_anew(kept: Path, shown: View, damaged: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(NAME, shown, None)
    [path] = files(kept)
    path.write_bytes(path.read_bytes()[: -len(damaged)] + damaged if damaged else b"")
    assert render(NAME, shown, None) == first
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert render(NAME, shown, None) == first


def test_what_another_jinja_made_is_not_used(kept: Path, shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(NAME, shown, None)
    monkeypatch.setattr(jinja2, "__version__", "99")
    assert render(NAME, shown, None) == first
    monkeypatch.setattr(jinja2, "__version__", "98")
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    with pytest.raises(StageGateError):
        render(NAME, shown, None)


def test_nothing_is_kept_where_python_keeps_none(kept: Path, shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    render(NAME, shown, None)
    assert not files(kept)


def test_a_folder_that_cannot_be_written_stops_nothing(kept: Path, shown: View) -> None:
    kept.write_text("a file where the folder would be", encoding="utf-8")
    assert render(NAME, shown, None)


def test_templates_of_a_project_are_not_kept(kept: Path, shown: View, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / NAME).write_text("{{ view.word }}", encoding="utf-8")
    assert render(NAME, shown, tmp_path / "own") == "NO GO"
    assert not files(kept)


def test_where_python_keeps_no_bytecode_nothing_is_kept(
    kept: Path, shown: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = render(NAME, shown, None)
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert render(NAME, shown, None) == first
