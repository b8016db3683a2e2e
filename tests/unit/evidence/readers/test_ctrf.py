from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers import ctrf
from pytest_stagegate.evidence.readers.ctrf import read
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.tests import Outcome, TestData

DATA = Path(__file__).parents[3] / "data" / "ctrf"
FILES = sorted(DATA.glob("*.json"))
Write = Callable[[bytes], Path]

# Passed, failed, errors, skipped, xfailed, flaky, and what the tool itself said of the same run.
COUNTS = {
    "jest.json": (1, 2, 0, 2, 0, 0),  # 2 failed, 1 skipped, 1 todo, 1 passed; the broken file is not in it
    "mocha.json": (3, 3, 0, 2, 0, 1),  # 3 passing, 2 pending, 3 failing
    "playwright.json": (6, 2, 0, 2, 0, 2),  # 3 failed, 1 flaky, 2 skipped, 4 passed
    "pytest.json": (7, 2, 2, 1, 2, 1),  # 2 failed, 9 passed, 1 skipped, 2 xfailed, 1 xpassed, 4 errors, 12 rerun
    "vitest.json": (3, 2, 0, 2, 0, 1),  # 2 failed, 2 passed, 1 expected fail, 1 skipped, 1 todo
}
WARNINGS = {
    # A test that passes though it should fail is a failure to Playwright; its reporter writes it as passed.
    "playwright.json": ("the summary says 5 passed where there are 6, 3 failed where there are 2",),
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return the path of a file with these bytes."""

    def written(content: bytes) -> Path:
        path = tmp_path / "report.json"
        path.write_bytes(content)
        return path

    return written


@pytest.fixture
def read_tests(write: Write) -> Callable[..., Contents]:
    """Return the contents of a report with these tests and other keys of its results."""

    def contents(*tests: dict[str, Any], **keys: Any) -> Contents:
        return read(write(json.dumps({"results": {"tests": tests, **keys}}).encode()), DATA)

    return contents


def results_of(contents: Contents) -> TestData:
    assert contents.tests is not None
    return contents.tests


def counted(tests: TestData) -> tuple[int, ...]:
    counts = tests.counts()
    return counts.passed, counts.failed, counts.errors, counts.skipped, counts.xfailed, counts.flaky


def passed_or_fault(path: Path) -> int:
    """Return how many tests passed; 0 when the file is refused with a fault that names it, -1 without its name."""
    try:
        return results_of(read(path, DATA)).counts().passed
    except EvidenceError as error:
        return 0 if str(error).startswith(path.name) else -1


def test_every_real_file_is_in_the_table_and_in_the_list_of_sources() -> None:
    names = {path.name for path in FILES}
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    assert names == set(COUNTS)
    assert [name for name in names if f"`{name}`" not in sources] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_is_counted(path: Path) -> None:
    contents = read(path, path.parent)
    assert counted(results_of(contents)) == COUNTS[path.name]
    assert contents.warnings == WARNINGS.get(path.name, ())
    assert contents.created is not None
    assert contents.created.startswith("2026-11-23T1")
    assert contents.producer.split(" ")[0] == path.stem


def test_a_pytest_file_in_detail() -> None:
    contents = read(DATA / "pytest.json", DATA)
    tests = results_of(contents)
    details = {tests.ids[index].partition("::")[2]: detail for index, detail in tests.details.items()}
    assert contents.producer == "pytest 9.2.0"
    assert (details["test_flaky"].reruns, details["test_flaky"].reason) == (2, "assert 1 > 2")
    assert details["test_fails"].message.startswith("def test_fails():")
    assert (details["test_error_in_setup"].executed, details["test_fails"].executed) == (False, True)
    assert (details["test_skipped"].reason, details["test_skipped"].message) == ("no network here", "")


def test_environment_and_commit_are_those_of_the_file(write: Write) -> None:
    report = json.loads((DATA / "jest.json").read_text(encoding="utf-8"))
    assert read(DATA / "jest.json", DATA).environment == "staging"
    report["results"]["environment"]["commit"] = "3f2a9c0"
    assert read(write(json.dumps(report).encode()), DATA).commit == "3f2a9c0"


@pytest.mark.parametrize(
    ("status", "raw", "outcome"),
    [
        ("failed", None, Outcome.FAILED),
        ("skipped", None, Outcome.SKIPPED),
        ("pending", None, Outcome.SKIPPED),
        ("other", None, Outcome.LOST),
        ("other", "todo", Outcome.SKIPPED),
        ("other", "timedOut", Outcome.ERROR),
        ("other", "failed", Outcome.FAILED),
        ("other", "passed", Outcome.LOST),
        ("other", "unheard-of", Outcome.LOST),
        ("excellent", None, Outcome.LOST),
        ("Passed", None, Outcome.LOST),
        ("skipped", "xfailed", Outcome.XFAILED),
        ("passed", "xpassed", Outcome.XPASSED),
    ],
)
def test_only_passed_passes(
    read_tests: Callable[..., Contents], status: str, raw: str | None, outcome: Outcome
) -> None:
    contents = read_tests({"name": "a", "status": status, "rawStatus": raw, "duration": 5})
    tests = results_of(contents)
    assert (tests.ids, list(tests.outcomes), list(tests.durations)) == (["a"], [outcome], [5000])
    assert bool(contents.warnings) is (outcome is Outcome.LOST)


@pytest.mark.parametrize(
    ("keys", "reruns"),
    [
        ({"retries": 2}, 2),
        ({"flaky": True}, 1),
        ({"retryAttempts": [{"attempt": 1, "status": "failed", "message": "first try"}]}, 1),
        ({"retries": 3, "flaky": True, "retryAttempts": [{"attempt": 1, "status": "failed"}]}, 3),
    ],
)
def test_a_test_that_passed_on_a_retry_is_flaky(
    read_tests: Callable[..., Contents], keys: dict[str, Any], reruns: int
) -> None:
    tests = results_of(read_tests({"name": "a", "status": "passed", "duration": 1, **keys}))
    assert (tests.details[0].reruns, tests.counts().flaky, tests.counts().passed) == (reruns, 1, 1)


def test_names_carry_their_suites_and_are_numbered(read_tests: Callable[..., Contents]) -> None:
    test = {"name": "a", "status": "failed"}
    tests = results_of(read_tests(test, test, {**test, "suite": "s"}, {**test, "suite": ["s", "t"]}))
    assert tests.ids == ["a", "a (2)", "s::a", "s > t::a"]


def test_plainly_passed_quick_tests_keep_no_name(read_tests: Callable[..., Contents]) -> None:
    passed = {"name": "a", "status": "passed"}
    tests = results_of(read_tests({**passed, "duration": 1.5}, {**passed, "duration": 100}, passed))
    assert (tests.ids, list(tests.durations), list(tests.unnamed[0])) == (["a"], [100_000], [1500, 0])


@pytest.mark.parametrize("duration", [-1, 1e300])
def test_durations_that_are_none_count_as_nothing_and_are_told(
    read_tests: Callable[..., Contents], duration: float
) -> None:
    contents = read_tests({"name": "a", "status": "passed", "duration": duration})
    assert list(results_of(contents).unnamed[0]) == [0]
    assert contents.warnings == (f"1 durations are no durations and count as 0 ms, the first: {float(duration)}",)


def test_a_failure_that_only_the_summary_knows_is_an_error(read_tests: Callable[..., Contents]) -> None:
    contents = read_tests({"name": "a", "status": "passed"}, summary={"tests": 2, "passed": 1, "failed": 1})
    sentence = "the summary says 2 tests where there are 1, 1 failed where there are 0"
    assert (contents.warnings, results_of(contents).details[0].reason) == ((sentence,), sentence)
    assert counted(results_of(contents)) == (1, 0, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("keys", "created"),
    [
        ({"summary": {"start": 1767261600000, "stop": 1767261660000}}, "2026-01-01T10:01:00Z"),
        ({"summary": {"start": 1767261600000.5, "stop": 0}}, "2026-01-01T10:00:00Z"),
        ({"summary": {"stop": 12}}, None),
        ({}, None),
    ],
)
def test_it_was_made_when_the_run_stopped(
    read_tests: Callable[..., Contents], keys: dict[str, Any], created: str | None
) -> None:
    assert read_tests(**keys).created == created


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(write: Write, encoding: str) -> None:
    text = (DATA / "pytest.json").read_text(encoding="utf-8")
    contents = read(write(text.encode(encoding)), DATA)
    assert results_of(contents).counts() == results_of(read(DATA / "pytest.json", DATA)).counts()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_that_breaks_off_is_no_evidence(path: Path, write: Write) -> None:
    whole = path.read_bytes().rstrip()
    for end in range(1, len(whole), max(1, len(whole) // 20)):
        with pytest.raises(EvidenceError, match=r"^report\.json:\d+:\d+: this is no well-formed JSON: "):
            read(write(whole[:end]), DATA)


@given(data=st.data())
def test_a_file_with_changed_bytes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    changed = tmp_path_factory.getbasetemp() / "changed.json"
    changed.write_bytes(content)
    assert passed_or_fault(changed) >= 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "report.json: the file is empty"),
        (b"\x00\x01\x02", "report.json:1:1: this is no well-formed JSON: invalid character"),
        (b"<testsuites/>", "report.json:1:1: this is no well-formed JSON: invalid character"),
        (b'{"x":\n  nul}', "report.json:2:4: this is no well-formed JSON: invalid character"),
        (b'{"results": {"tests": []}} x', "report.json:1:29: this is no well-formed JSON: trailing characters"),
        (b"[]", "report.json: this is no CTRF: Expected `object`, got `array`"),
        (b"{}", "report.json: this is no CTRF: Object missing required field `results`"),
        (b'{"results": {}}', "report.json: this is no CTRF: Object missing required field `tests` - at `$.results`"),
        (b'{"results": {"tests": [{"name": 1}]}}', "report.json: this is no CTRF: Expected `str`, got `int`"),
        (b'{"results": {"tests": []}, "reportFormat": "X"}', "report.json: this is no CTRF: its reportFormat is 'X'"),
        (b"[" * 100_000, "report.json: this is no CTRF: "),
        (b'{"x": ' + b"[" * 100_000, "report.json: this is no CTRF: values are nested too deeply"),
        (b'{"reportFormat": "\xff"}', "report.json: this is no utf-8 text: invalid start byte"),
        (b"\xff\xfe\x00\xd8x", "report.json: this is no utf-16-le text: "),
    ],
)
def test_what_is_no_ctrf_is_named_with_its_place(write: Write, content: bytes, message: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        read(write(content), DATA)
    assert str(caught.value).startswith(message)


def test_a_file_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^report\.json: can't be read: No such file or directory$"):
        read(tmp_path / "report.json", tmp_path)


def test_a_file_that_is_too_large_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctrf, "LARGEST", 1 << 20)
    with pytest.raises(EvidenceError, match=r"^report\.json: it is larger than 1 MiB, up to which CTRF is read$"):
        read(write(b" " * (1 << 20) + b"{}"), DATA)
