"""Files that are broken, foreign or hostile: one fault that names the place, and memory that stays flat."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.junit import read
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.tests import Outcome, TestData

DATA = Path(__file__).parents[3] / "data" / "junit"
FILES = sorted(DATA.glob("*.xml"))
Write = Callable[[bytes], Path]

MEASURE = """
import resource, sys
from pathlib import Path
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.junit import read
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
try:
    tests = read(Path(sys.argv[1]), Path()).tests
    print(tests.counts().collected, tests.counts().failed, peak() - before)
except EvidenceError as error:
    print("fault", len(str(error)), peak() - before)
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return the path of a file with these bytes."""

    def written(content: bytes) -> Path:
        path = tmp_path / "report.xml"
        path.write_bytes(content)
        return path

    return written


def results_of(contents: Contents) -> TestData:
    assert contents.tests is not None
    return contents.tests


def passed_or_fault(path: Path) -> int:
    """Return how many tests passed; 0 when the file is refused with a fault that names it, -1 without its name."""
    try:
        return results_of(read(path, DATA)).counts().passed
    except EvidenceError as error:
        return 0 if str(error).startswith(path.name) else -1


def memory(path: Path) -> list[str]:
    """Return what reading the file came to in a process of its own, and the MiB that it took."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def large(path: Path, parts: Iterable[bytes]) -> Path:
    with path.open("wb") as file:
        file.writelines(parts)
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_that_breaks_off_is_no_evidence(path: Path, write: Write) -> None:
    whole = path.read_bytes().rstrip()
    for end in range(0, len(whole), max(1, len(whole) // 12)):
        with pytest.raises(EvidenceError, match=r"^report\.xml:(\d+:\d+)?"):
            read(write(whole[:end]), DATA)


@given(data=st.data())
def test_no_prefix_of_a_file_passes_more_than_the_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(FILES))
    content = path.read_bytes()
    cut = tmp_path_factory.getbasetemp() / "prefix.xml"
    cut.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert 0 <= passed_or_fault(cut) <= passed_or_fault(path)


@given(data=st.data())
def test_a_file_with_a_changed_byte_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    changed = tmp_path_factory.getbasetemp() / "changed.xml"
    changed.write_bytes(content)
    assert passed_or_fault(changed) >= 0


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"   \n", 2, "this is no well-formed XML: no element found"),
        (b"PK\x03\x04\x00\x00", 1, "this is no well-formed XML: "),
        (b"{}", 1, "this is no well-formed XML: not well-formed (invalid token)"),
        (b"<testsuite>", 1, "this is no well-formed XML: no element found"),
        (b"<testsuite>\n\x00</testsuite>", 2, "this is no well-formed XML: not well-formed (invalid token)"),
        (b"<testsuite/>\n<testsuite", 2, "this is no well-formed XML: "),
        (b"<testcase name='a'/>", 1, "the root element is <testcase>, where JUnit XML has <testsuites> or <testsuite>"),
        (b"<coverage/>", 1, "the root element is <coverage>, where JUnit XML has <testsuites> or <testsuite>"),
        (b"<test-run/>", 1, "the root element is <test-run>: this is NUnit's own format; --logger junit"),
        (b"<assemblies/>", 1, "the root element is <assemblies>: this is xUnit.net's own format; -junit FILE"),
        (b"\n<TestRun xmlns='urn:x'/>", 2, "the root element is <TestRun>: this is Visual Studio's TRX"),
        (b"<Site/>", 1, "the root element is <Site>: this is CTest's own format; ctest --output-junit FILE"),
        (b"<robot/>", 1, "the root element is <robot>: this is Robot Framework's own format; robot --xunit FILE"),
    ],
)
def test_what_is_no_junit_xml_is_named_with_its_place(write: Write, content: bytes, line: int, message: str) -> None:
    with pytest.raises(EvidenceError, match=rf"^report\.xml:{line}:\d+: {re.escape(message)}"):
        read(write(content), DATA)


def test_an_empty_file_is_a_fault(write: Write) -> None:
    with pytest.raises(EvidenceError, match=r"^report\.xml: the file is empty$"):
        read(write(b""), DATA)


def test_a_file_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^report\.xml: can't be read: No such file or directory$"):
        read(tmp_path / "report.xml", tmp_path)


@pytest.mark.parametrize("path", [DATA / "pytest.xml", DATA / "surefire-reruns.xml"], ids=lambda path: path.name)
def test_an_entity_bomb_in_a_real_file_is_refused(path: Path, write: Write) -> None:
    head, _, rest = path.read_bytes().partition(b"?>")
    bomb = b'<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(EvidenceError, match=r"^report\.xml:1:\d+: it declares the entity 'a'; entities are refused$"):
        read(write(head + b"?>" + bomb + rest), DATA)


@pytest.mark.parametrize("element", ["testsuite", "testcase", "failure", "x"])
def test_elements_without_end_inside_each_other_are_refused(write: Write, element: str) -> None:
    content = b"<testsuites><testsuite>" + b"<%s>" % element.encode() * 100_000
    with pytest.raises(EvidenceError, match=r"^report\.xml:1:\d+: elements are nested deeper than 200$"):
        read(write(content), DATA)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_read(write: Write, encoding: str) -> None:
    text = (DATA / "pytest.xml").read_text(encoding="utf-8").replace('encoding="utf-8"', "")
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    tests = results_of(read(write((mark + text).encode(encoding)), DATA))
    assert tests.counts() == results_of(read(DATA / "pytest.xml", DATA)).counts()


def test_several_documents_in_one_file_are_one_result(write: Write) -> None:
    names = ("pytest.xml", "robot.xml", "surefire-reruns.xml")
    parts = [(DATA / name).read_bytes() for name in names]
    together = read(write(b"\n".join(parts)), DATA)
    apart = [results_of(read(DATA / name, DATA)).counts() for name in names]
    for key in ("collected", "passed", "failed", "errors", "skipped", "xfailed", "flaky"):
        assert getattr(results_of(together).counts(), key) == sum(getattr(counts, key) for counts in apart)
    assert together.warnings == ()


def test_a_damaged_second_document_is_named_with_its_line(write: Write) -> None:
    with pytest.raises(EvidenceError, match=r"^report\.xml:3:\d+: this is no well-formed XML"):
        read(write(b"<testsuite/>\n<testsuite>\n</testsuites>"), DATA)


def test_ten_million_attributes_need_no_memory(tmp_path: Path) -> None:
    starts = range(0, 10**7, 10**4)
    attributes = (b"".join(b'a%d="1" ' % number for number in range(start, start + 10**4)) for start in starts)
    path = large(tmp_path / "report.xml", itertools.chain([b"<testsuite><testcase "], attributes))
    kind, length, mebibytes = memory(path)
    assert kind == "fault"
    assert int(length) < 200
    assert int(mebibytes) < 40


def test_a_failure_of_thirty_megabytes_needs_no_memory(tmp_path: Path) -> None:
    head, tail = b"<testsuite><testcase name='a'><failure>", b"</failure></testcase></testsuite>"
    line = "line of a log é\n".encode() * 1000
    path = large(tmp_path / "report.xml", itertools.chain([head], itertools.repeat(line, 2000), [tail]))
    collected, failed, mebibytes = memory(path)
    assert (collected, failed) == ("1", "1")
    assert int(mebibytes) < 20
    message = results_of(read(path, DATA)).details[0].message
    assert len(message) < 4200
    assert " characters left out " in message


def test_of_many_failures_the_texts_of_the_first_are_kept(tmp_path: Path) -> None:
    case = b"<testcase classname='m' name='t'><failure message='wrong'>" + b"x" * 2000 + b"</failure></testcase>"
    path = large(tmp_path / "report.xml", [b"<testsuite>", *[case] * 20_000, b"</testsuite>"])
    collected, failed, mebibytes = memory(path)
    assert (collected, failed) == ("20000", "20000")
    assert int(mebibytes) < 30
    contents = read(path, DATA)
    assert contents.warnings == ("failure texts are kept of the first 1000 of 20000 tests that have one",)
    tests = results_of(contents)
    assert (bool(tests.details[999].message), tests.details[1000].message) == (True, "")
    assert {detail.reason for detail in tests.details.values()} == {"wrong"}


@pytest.mark.parametrize("element", ["failure", "rerunFailure", "x", "skipped"])
def test_many_elements_in_one_case_are_one_test(write: Write, element: str) -> None:
    content = "".join(f"<{element} message='{number}'/>" for number in range(5000)) + "<failure message='last'/>"
    tests = results_of(read(write(f"<testsuite><testcase name='a'>{content}</testcase></testsuite>".encode()), DATA))
    assert [Outcome(outcome) for outcome in tests.outcomes] == [Outcome.FAILED]
    assert tests.details[0].reruns == (5000 if element == "rerunFailure" else 0)


def test_a_name_without_end_is_shortened(write: Write) -> None:
    content = b"<testsuite><testcase name='%s'><failure/></testcase></testsuite>" % (b"a" * 500_000)
    assert len(results_of(read(write(content), DATA)).ids[0]) < 2100
