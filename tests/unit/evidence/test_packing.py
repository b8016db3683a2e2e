from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence import packing
from pytest_stagegate.evidence.packing import is_canonical, read_zip, write_zip

FILES: dict[str, bytes | Path] = {"b/c.txt": b"two\n", "a.txt": b"one\n", "é.txt": b""}


def packed(path: Path, *members: tuple[str, bytes], mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content)
    return path


def refused(path: Path, into: Path) -> str:
    with pytest.raises(EvidenceError) as caught:
        read_zip(path, into)
    return str(caught.value)


def test_what_was_packed_comes_back(tmp_path: Path) -> None:
    write_zip(tmp_path / "x.zip", FILES)
    assert read_zip(tmp_path / "x.zip", tmp_path / "out") == ("a.txt", "b/c.txt", "é.txt")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES


def test_files_and_bytes_of_the_same_content_give_the_same_zip(tmp_path: Path) -> None:
    write_zip(tmp_path / "one.zip", FILES)
    read_zip(tmp_path / "one.zip", tmp_path / "out")
    write_zip(tmp_path / "two.zip", {name: tmp_path / "out" / name for name in reversed(FILES)})
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_only_the_form_that_is_written_is_canonical(tmp_path: Path) -> None:
    write_zip(tmp_path / "one.zip", {"a": b"1"})
    packed(tmp_path / "two.zip", ("a", b"1"), mode=0o600)
    for name, expected in (("one", True), ("two", False)):
        names = read_zip(tmp_path / f"{name}.zip", tmp_path / name)
        assert is_canonical(tmp_path / f"{name}.zip", tmp_path / name, names, tmp_path / "scratch") is expected
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("name", ["../a", "/a", "a/../b", "a//b", "./a", "C:/a", "a\\b", "a\nb", "folder/", "x" * 2000])
def test_a_name_that_could_lie_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    assert "is no name of a file below the folder" in refused(packed(tmp_path / "x.zip", (name, b"")), tmp_path / "out")
    with pytest.raises(EvidenceError):
        write_zip(tmp_path / "y.zip", {name: b""})
    assert not (tmp_path / "y.zip").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", ("a", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)
    assert "is a link" in refused(path, tmp_path / "out")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert "'a' stands in it twice" in refused(packed(tmp_path / "x.zip", ("a", b"1"), ("a", b"2")), tmp_path / "out")


def test_a_file_that_is_a_folder_too_is_refused(tmp_path: Path) -> None:
    assert "can't be unpacked" in refused(packed(tmp_path / "x.zip", ("a", b"1"), ("a/b", b"2")), tmp_path / "out")


def test_a_zip_that_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "LARGEST", 3)
    assert "unpacked it is larger than" in refused(packed(tmp_path / "x.zip", ("a", b"12"), ("b", b"34")), tmp_path)


def test_a_zip_of_too_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST", 1)
    assert "it has 2 members" in refused(packed(tmp_path / "x.zip", ("a", b""), ("b", b"")), tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert refused(tmp_path / "x.zip", tmp_path / "out").startswith("x.zip: this zip is damaged: ")


def test_a_missing_zip_is_refused(tmp_path: Path) -> None:
    assert "can't be unpacked: No such file" in refused(tmp_path / "x.zip", tmp_path / "out")
