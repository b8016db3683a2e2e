"""What holds for every format: real figures, and one sentence whatever is wrong with a file."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers import cobertura
from tests.unit.evidence.readers.coverage_files import ALL, DIFFERING, REAL, Real, coverage_of, figures, written


def name_of(real: object) -> str:
    return real.file if isinstance(real, Real) else str(real)


every = pytest.mark.parametrize("real", ALL, ids=name_of)
# One file of each format is enough where the content does not matter.
formats = pytest.mark.parametrize(
    "real", list({real.read.__module__: real for real in REAL[::-1] + ALL[-1:]}.values()), ids=name_of
)


@every
def test_the_figures_are_those_of_the_tool(real: Real) -> None:
    assert figures(real.read(real.path, real.root)) == real[3:]


@every
def test_every_file_stands_once_sorted_and_its_lines_are_either_executed_or_missing(real: Real) -> None:
    coverage = coverage_of(real.read(real.path, real.root))
    paths = [file.path for file in coverage.files]
    assert paths == sorted(set(paths))
    assert all(row.covered <= row.lines for row in coverage.rows)
    assert (coverage.labelled, "stage" in coverage.label_problem) == (False, True)
    assert coverage.measured_branches == bool(real.branches) or real.read.__module__.endswith("jacoco")


@pytest.mark.parametrize("real", REAL, ids=name_of)
def test_a_file_that_agrees_with_itself_has_no_contradiction(real: Real) -> None:
    assert [each for each in real.read(real.path, real.root).warnings if "add up" in each] == []


@pytest.mark.parametrize("real", DIFFERING, ids=name_of)
def test_figures_that_the_lines_do_not_have_are_reported_and_the_lines_are_taken(real: Real) -> None:
    warnings = real.read(real.path, real.root).warnings
    assert sum("but the lines add up to" in each for each in warnings) == 2


@pytest.mark.parametrize("real", ALL, ids=name_of)
def test_files_of_the_project_are_named_from_its_root(real: Real) -> None:
    coverage = coverage_of(real.read(real.path, real.root))
    below = [file.path for file in coverage.files if (real.root / file.path).is_file()]
    grouped = real.file == "jacoco-0.8.6-group.xml"
    assert len(below) == (0 if grouped else len(coverage.files))


@pytest.mark.parametrize(
    ("file", "created", "producer"),
    [
        ("coveragepy-7.17.3.json", "2026-11-23T16:00:01", "coverage 7.17.3"),
        ("coveragepy-7.17.3.xml", "2026-11-23T16:00:01Z", "coverage 7.17.3"),
        ("gcovr-8.8.cobertura.xml", "2026-11-23T16:00:03Z", "gcovr 8.8"),
        ("geninfo-2.5.info", None, ""),
        ("phpunit-9.6.7.clover.xml", "2026-11-23T16:00:08Z", "PHPUnit"),
        ("go-1.19.8.set.out", None, "go cover"),
    ],
)
def test_who_made_a_file_and_when_is_what_the_file_states(file: str, created: str | None, producer: str) -> None:
    real = next(each for each in ALL if each.file == file)
    contents = real.read(real.path, real.root)
    assert (contents.created, contents.producer) == (created, producer)


@formats
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0", ""),
        (b"PK\x03\x04" + bytes(range(256)), ""),
        ("<nothing/>".encode("utf-16"), ""),
        (b"\xff\xfe\xff\n", ""),
        (b"[" * 100_000, ""),
        (b'{"a":' * 100_000, ""),
        (b"<a>" * 100_000, ""),
        (b"x" * 2_000_000, ""),
        (b'{"meta": {"branch_coverage": 1}, "files": []}', ""),
        (b"<testsuites/>", ""),
        (b"mode: sometimes\n", ""),
        (b'<!DOCTYPE coverage [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><coverage>&c;</coverage>', ""),
        (b'<!DOCTYPE report [<!ENTITY a SYSTEM "file:///etc/passwd">]><report>&a;</report>', ""),
        (b"<coverage " + b" ".join(b'a%d=""' % number for number in range(200_000)) + b"/>", ""),
    ],
    ids=range(15),
)
def test_what_is_no_such_file_is_refused_in_one_sentence(tmp_path: Path, real: Real, content: bytes, told: str) -> None:
    path = written(tmp_path, "report", content)
    with pytest.raises(EvidenceError, match=rf"^report\b.*{told}") as caught:
        real.read(path, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["nonsense", "shift_jis", "hex", "idna"])
def test_xml_in_an_encoding_that_nobody_knows_is_refused(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "report", f'<?xml version="1.0" encoding="{encoding}"?><coverage/>')
    with pytest.raises(EvidenceError, match=r"^report:1:"):
        cobertura.read(path, tmp_path)


@formats
def test_a_file_that_can_t_be_read_is_refused(tmp_path: Path, real: Real) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(EvidenceError, match=f"^{path.name}: can't be read: "):
            real.read(path, tmp_path)


@every
def test_a_file_that_is_cut_short_is_refused_or_loses_nothing(tmp_path: Path, real: Real) -> None:
    content = real.path.read_bytes().rstrip()
    whole = figures(real.read(real.path, real.root))
    for length in range(1, len(content), max(1, len(content) // 25)):
        cut = written(tmp_path, "cut", content[:length])
        try:
            found = figures(real.read(cut, real.root))
        except EvidenceError:
            continue
        # Text formats have no end mark of the whole; what was cut off is a whole section or line.
        assert real.path.suffix in (".info", ".out")
        assert content[:length].endswith((b"end_of_record", b"\n"))
        assert found <= whole


@every
def test_damaged_bytes_never_end_in_a_traceback(tmp_path: Path, real: Real) -> None:
    content = real.path.read_bytes()
    for position in range(0, len(content), max(1, len(content) // 12)):
        for byte in (b"\0", b"9", b'"', b"-"):
            path = written(tmp_path, "damaged", content[:position] + byte + content[position + 1 :])
            with contextlib.suppress(EvidenceError):
                real.read(path, real.root)


@formats
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, real: Real) -> None:
    content = real.path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    marked = written(tmp_path, "marked", b"\xef\xbb\xbf" + content)
    assert figures(real.read(marked, real.root)) == real[3:]


@formats
def test_lines_that_end_as_on_windows_change_nothing(tmp_path: Path, real: Real) -> None:
    content = real.path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert figures(real.read(written(tmp_path, "windows", content), real.root)) == real[3:]


@formats
def test_a_reader_writes_nothing(tmp_path: Path, real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    real.read(real.path, real.root)
    assert os.listdir(tmp_path) == []
