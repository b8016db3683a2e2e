from __future__ import annotations

import gzip
import io
import os
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.evidence.artifacts import artifacts_of
from pytest_stagegate.model.artifacts import ArtifactGlobs

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Artifact


def names(root: Path, *globs: str) -> tuple[list[str], list[str]]:
    artifacts, notes = artifacts_of(root, ArtifactGlobs(globs))
    return [each.name for each in artifacts], [note.reason for note in notes]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("dist/b.whl", "b"), ("dist/a.whl", "a"), ("dist/old/a.whl", "old"), ("dist/.tmp/c.whl", "c")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_what_a_glob_matches_is_listed_by_name(root: Path) -> None:
    assert names(root, "dist/*.whl", "dist/a.whl") == (["a.whl", "b.whl"], [])


def test_two_of_one_name_are_listed_and_told(root: Path) -> None:
    assert names(root, "dist/**") == (["a.whl", "a.whl", "b.whl"], ["artifact-ambiguous"])


def test_two_of_one_name_with_the_same_bytes_are_one(root: Path) -> None:
    (root / "dist/old/a.whl").write_text("a")
    assert names(root, "dist/**") == (["a.whl", "b.whl"], [])


def test_a_folder_with_a_dot_is_searched_where_it_is_named(root: Path) -> None:
    assert names(root, "dist/.tmp/*.whl") == (["c.whl"], [])


def test_one_that_cannot_be_read_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_stagegate.evidence.artifacts.sha256_of", lambda path: None)
    assert names(root, "dist/b.whl") == ([], ["artifact-unreadable"])


def test_nothing_that_matches_is_no_fault(root: Path) -> None:
    assert names(root, "out/*.whl", "dist/*.tar.gz") == ([], [])


# ---- what each one is


DATA = Path(__file__).parents[2] / "data" / "artifacts"
BUILT = sorted(DATA.glob("*/*"))
WHEEL = "parcel_rates-2.4.0-py3-none-any.whl"
SDIST = "parcel_rates-2.4.0.tar.gz"
METADATA = b"Metadata-Version: 2.1\nName: parcel-rates\nVersion: 2.4.0\n"


def looked_at(folder: Path, name: str, project: str | None = None) -> Artifact:
    (found,), _ = artifacts_of(folder, ArtifactGlobs((name,)), project)
    return found


def wheel(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def tar(path: Path, members: dict[str, bytes], *, mtime: int = 0) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), mtime
            archive.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_a_build_backend_made_is_known_by_its_metadata(path: Path) -> None:
    found = looked_at(path.parent, path.name)
    kind = "wheel" if path.suffix == ".whl" else "sdist"
    said = (found.kind, found.project.replace("_", "-"), found.version, found.problem)
    assert said == (kind, "parcel-rates", "2.4.0", "")


def test_any_other_file_is_only_named(tmp_path: Path) -> None:
    (tmp_path / "rates_2.4.0_amd64.deb").write_bytes(b"!<arch>")
    found = looked_at(tmp_path, "rates_2.4.0_amd64.deb", "rates")
    assert (found.kind, found.project, found.problem) == ("other", "", "")


def test_an_archive_without_metadata_is_a_source_distribution_only_by_the_projects_name(tmp_path: Path) -> None:
    tar(tmp_path / SDIST, {"parcel_rates-2.4.0/main.c": b"int main;"})
    assert (looked_at(tmp_path, SDIST, "thing").kind, looked_at(tmp_path, SDIST, "thing").problem) == ("other", "")
    own = looked_at(tmp_path, SDIST, "Parcel.Rates")
    assert (own.kind, own.problem) == ("sdist", "it has no metadata: no */PKG-INFO")


@pytest.mark.parametrize("end", [-1, -9, 300, 11, 1, 0])
@pytest.mark.parametrize("name", [WHEEL, SDIST])
def test_one_that_breaks_off_is_damaged(tmp_path: Path, name: str, end: int) -> None:
    (tmp_path / name).write_bytes((DATA / "hatchling-1.33.0" / name).read_bytes()[:end])
    found = looked_at(tmp_path, name, "parcel-rates")
    assert (found.kind, found.project, bool(found.problem)) == ("wheel" if name == WHEEL else "sdist", "", True)


@pytest.mark.parametrize("name", [WHEEL, SDIST])
def test_one_with_a_changed_byte_is_damaged(tmp_path: Path, name: str) -> None:
    content = bytearray((DATA / "hatchling-1.33.0" / name).read_bytes())
    content[len(content) // 4] ^= 0xFF
    (tmp_path / name).write_bytes(content)
    assert looked_at(tmp_path, name, "parcel-rates").problem


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"a.py": b""}, "no *.dist-info/METADATA"),
        ({"a-1.dist-info/METADATA": METADATA, "b-1.dist-info/METADATA": METADATA}, "several metadata"),
        ({"a-1.dist-info/METADATA": METADATA, "../evil.py": b""}, "'../evil.py' would lie outside"),
        ({"a-1.dist-info/METADATA": METADATA, "/etc/evil": b""}, "would lie outside"),
        ({"a-1.dist-info/METADATA": b"Name: parcel-rates\n"}, "state no Version"),
        ({"a-1.dist-info/METADATA": METADATA + b"Version: 2.4.1\n"}, "more than one Version"),
        ({"a-1.dist-info/METADATA": METADATA.replace(b"2.4.0", b"nightly")}, "'nightly', which is no version"),
        ({"a-1.dist-info/METADATA": METADATA.replace(b"2.4.0", b"2.5.0")}, "file name says parcel-rates 2.4.0"),
        ({"a-1.dist-info/METADATA": METADATA.replace(b"parcel-", b"letter-")}, "its metadata letter-rates 2.4.0"),
    ],
)
def test_what_is_wrong_with_a_wheel_is_said(tmp_path: Path, members: dict[str, bytes], told: str) -> None:
    wheel(tmp_path / WHEEL, members)
    assert told in looked_at(tmp_path, WHEEL).problem


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_can_ask_for_any_memory_is_not_decompressed(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / WHEEL, "w", method) as archive:
        archive.writestr("a-1.dist-info/METADATA", METADATA)
    assert looked_at(tmp_path, WHEEL).problem == "it is compressed in a way that is not read"


def test_metadata_that_stand_twice_under_one_name_are_said(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / SDIST, "w:gz") as archive:
        for content in (METADATA, METADATA.replace(b"2.4.0", b"2.5.0")):
            member = tarfile.TarInfo("a-1/PKG-INFO")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    assert "several metadata" in looked_at(tmp_path, SDIST, "parcel-rates").problem


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text here")
def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.whl")).touch()
    (found, (note,)) = artifacts_of(tmp_path, ArtifactGlobs(("*.whl",)))
    assert (found, note.text[:7]) == ((), "?.whl: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.whl")
    assert names(tmp_path, "*.whl") == ([], ["artifact-unreadable"])


def test_a_file_name_that_is_none_of_a_wheel_is_said(tmp_path: Path) -> None:
    shutil.copy(DATA / "hatchling-1.33.0" / WHEEL, tmp_path / "rates.whl")
    assert looked_at(tmp_path, "rates.whl").problem == "its file name is not that of a wheel"


@pytest.mark.parametrize("limit", ["LARGEST", "MOST"])
def test_no_more_is_looked_at_than_is_bounded(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    for module in ("artifact_contents", "archives"):
        monkeypatch.setattr(f"pytest_stagegate.evidence.{module}.{limit}", 1)
    for name in (WHEEL, SDIST):
        problem = looked_at(DATA / "hatchling-1.33.0", name).problem
        assert "unpacked it is larger" in problem or "members" in problem


def test_metadata_of_any_size_are_not_read(tmp_path: Path) -> None:
    wheel(tmp_path / WHEEL, {"a-1.dist-info/METADATA": METADATA + b"\n" * (5 << 20)})
    tar(tmp_path / SDIST, {"a-1/PKG-INFO": METADATA + b"\n" * (5 << 20)})
    for name in (WHEEL, SDIST):
        assert looked_at(tmp_path, name, "parcel-rates").problem == "its metadata are larger than 4 MiB"


def test_a_header_that_claims_any_size_costs_no_memory(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 1 << 32
    (tmp_path / SDIST).write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + b"x" * 1024))
    assert looked_at(tmp_path, SDIST, "parcel-rates").problem == "a part of it claims more than 64 MiB"


def with_a_hole(size: int, content: bytes = b"x") -> bytes:
    """Return a source distribution with a member that is mostly a hole."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        stored = b"1\n0\n1\n".ljust(512, b"\0") + content
        member = tarfile.TarInfo("a-1/hole")
        member.size = len(stored)
        member.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "a-1/hole",
            "GNU.sparse.realsize": str(size),
        }
        archive.addfile(member, io.BytesIO(stored))
    return packed.getvalue()


def test_a_hole_of_any_size_is_not_looked_through(tmp_path: Path) -> None:
    one, other = with_a_hole(1 << 40), with_a_hole(1 << 40, b"y")
    assert built_again(both(tmp_path, SDIST, one, other))[1] == ("the bytes differ",)
    assert "unpacked it is larger than 4 GiB" in looked_at(tmp_path / "dist", SDIST, "parcel-rates").problem


# ---- a second build


def built_again(root: Path) -> tuple[str | None, tuple[str, ...]]:
    (found,), _ = artifacts_of(root, ArtifactGlobs(("dist/**",), ("again/**",)))
    again = found.rebuilt
    return (None, ()) if again is None else (again.sha256 if again.sha256 != found.sha256 else "same", again.differs)


def both(root: Path, name: str, one: bytes, other: bytes) -> Path:
    for folder, content in (("dist", one), ("again", other)):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / name).write_bytes(content)
    return root


def test_a_second_build_with_the_same_bytes_is_told(tmp_path: Path) -> None:
    assert built_again(both(tmp_path, "a.deb", b"a", b"a")) == ("same", ())


def test_a_second_build_that_did_not_make_it_is_none(tmp_path: Path) -> None:
    both(tmp_path, "a.deb", b"a", b"a")
    (tmp_path / "again" / "a.deb").rename(tmp_path / "again" / "b.deb")
    assert built_again(tmp_path) == (None, ())


def test_of_two_second_builds_the_one_that_differs_counts(tmp_path: Path) -> None:
    both(tmp_path, "a.deb", b"a", b"a")
    (tmp_path / "again" / "more").mkdir()
    (tmp_path / "again" / "more" / "a.deb").write_bytes(b"b")
    assert built_again(tmp_path)[1] == ("the bytes differ",)


def test_what_a_second_build_made_is_no_artifact_and_no_twin_of_itself(tmp_path: Path) -> None:
    both(tmp_path, "a.deb", b"a", b"b")
    assert artifacts_of(tmp_path, ArtifactGlobs(("**/*.deb",), ("**/*.deb",)))[0] == ()
    (found,), notes = artifacts_of(tmp_path, ArtifactGlobs(("**/*.deb",), ("again/*",)))
    assert (notes, found.rebuilt is not None) == ((), True)


def test_a_time_that_a_backend_writes_is_told_apart_from_content(tmp_path: Path) -> None:
    one, other = (DATA / folder / SDIST for folder in ("setuptools-84.2.1", "setuptools-84.2.1-again"))
    differs = built_again(both(tmp_path, SDIST, one.read_bytes(), other.read_bytes()))[1]
    assert "parcel_rates-2.4.0/PKG-INFO: its time differs" in differs
    assert not any("content" in each for each in differs)


def test_members_that_differ_are_named(tmp_path: Path) -> None:
    wheel(tmp_path / "one", {"a.py": b"1", "b.py": b"1"})
    wheel(tmp_path / "other", {"a.py": b"2", "c.py": b"1"})
    differs = built_again(both(tmp_path, WHEEL, (tmp_path / "one").read_bytes(), (tmp_path / "other").read_bytes()))[1]
    assert [each for each in differs if "time" not in each or "content" in each] == [
        "a.py: its content differs",
        "b.py: only in the first build",
        "c.py: only in the second build",
    ]


def test_an_archive_that_cannot_be_looked_into_is_told_as_different(tmp_path: Path) -> None:
    wheel(tmp_path / "one", {"a-1.dist-info/METADATA": METADATA})
    content = (tmp_path / "one").read_bytes()
    entry = content.rindex(b"PK\x01\x02")
    later = content[: entry + 6] + bytes([220]) + content[entry + 7 :]
    assert built_again(both(tmp_path, WHEEL, content, later))[1] == ("the bytes differ",)


def test_an_archive_that_differs_only_around_its_members_says_so(tmp_path: Path) -> None:
    content = gzip.decompress((DATA / "hatchling-1.33.0" / SDIST).read_bytes())
    one, other = (gzip.compress(content, mtime=when) for when in (1, 2))
    assert built_again(both(tmp_path, SDIST, one, other))[1] == (
        "the members are the same; the archive around them differs",
    )
