from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from junitparser import JUnitXml

from pytest_stagegate.evidence.readers.junit import read
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.links import KINDS
from pytest_stagegate.model.tests import Detail, Outcome, TestData

DATA = Path(__file__).parents[3] / "data" / "junit"
FILES = sorted(DATA.glob("*.xml"))

# Passed, failed, errors, skipped, xfailed, and what the tool itself said of the same run, where it counts in words.
COUNTS = {
    "bats.xml": (1, 1, 0, 1, 0),
    "behave.xml": (3, 1, 2, 1, 0),  # 3 scenarios passed, 1 failed, 2 error, 1 skipped
    "behave-dry-run.xml": (0, 0, 1, 6, 0),  # 0 scenarios passed, 0 failed, 1 error, 0 skipped, 6 untested
    "boost-test.xml": (3, 1, 1, 1, 0),
    "bun.xml": (2, 2, 0, 2, 0),  # 2 pass, 1 skip, 1 todo, 2 fail
    "catch2.xml": (2, 2, 1, 0, 1),  # 2 passed, 3 failed, 1 failed as expected; one of two sections counts as passed
    "criterion.xml": (1, 1, 1, 2, 0),  # Tested: 3, Passing: 1, Failing: 2, Crashing: 1
    "ctest.xml": (3, 3, 3, 2, 0),  # 40% tests passed, 6 tests failed out of 10; 1 disabled, 1 skipped
    "cucumber-js.xml": (3, 4, 0, 0, 0),  # 2 failed, 1 undefined, 1 pending, 3 passed
    "deno.xml": (3, 3, 0, 1, 0),  # 2 passed (1 step), 3 failed (1 step), 1 ignored; the broken file is not in it
    "doctest.xml": (3, 3, 1, 0, 0),  # 3 passed, 3 failed; a test that fails as it should is written as failed
    "googletest.xml": (4, 2, 0, 2, 0),  # PASSED 4, SKIPPED 1, FAILED 2, 1 DISABLED
    "gotestsum-build-failed.xml": (3, 4, 1, 1, 0),  # 8 tests, 1 skipped, 4 failures, 1 error
    "gotestsum-reruns.xml": (4, 7, 0, 1, 0),  # 2 runs, 12 tests, 1 skipped, 7 failures
    "gradle.xml": (1, 4, 0, 2, 0),  # with BrokenTest: 8 tests completed, 5 failed, 2 skipped
    "jest-junit.xml": (2, 3, 1, 1, 0),  # one of the 2 is to do
    "jest-junit-broken-file.xml": (2, 2, 0, 1, 0),  # the broken file is not in it
    "meson.xml": (5, 2, 1, 2, 0),  # a test that timed out and one that passed unexpectedly look as if they passed
    "mocha-junit-reporter.xml": (3, 3, 0, 0, 0),  # 3 passing, 2 pending, 3 failing
    "mocha-junit-reporter-pending.xml": (3, 3, 0, 2, 0),  # 3 passing, 2 pending, 3 failing
    "mocha-xunit.xml": (3, 3, 0, 2, 0),  # 3 passing, 2 pending, 3 failing
    "newman.xml": (2, 1, 0, 0, 0),
    "node-test.xml": (2, 3, 0, 2, 0),  # pass 2, fail 2, skipped 2, todo 2; a failing todo and a skipped parent
    "nose2.xml": (1, 3, 2, 2, 0),  # failures=2, errors=2, skipped=1, expected failures=1, unexpected successes=1
    "phpunit.xml": (4, 2, 2, 2, 0),  # Tests: 10, Errors: 1, Failures: 2, Skipped: 1, Incomplete: 1, Risky: 1
    "playwright.xml": (5, 2, 1, 2, 0),  # 3 failed, 1 flaky, 2 skipped, 4 passed
    "pytest.xml": (6, 2, 4, 2, 2),  # 2 failed, 6 passed, 2 skipped, 2 xfailed, 1 xpassed, 4 errors
    "pytest-rerunfailures.xml": (3, 0, 0, 0, 0),  # 1 passed, 2 rerun; the attempts look as if they passed
    "pytest-xunit1.xml": (6, 2, 3, 1, 2),  # 2 failed, 6 passed, 1 skipped, 2 xfailed, 1 xpassed, 3 errors
    "qtest.xml": (4, 3, 0, 0, 1),  # 5 passed, 3 failed, 1 skipped; a skip is a comment
    "robot.xml": (1, 2, 0, 1, 0),  # 4 tests, 1 passed, 2 failed, 1 skipped
    "rspec.xml": (1, 3, 0, 3, 0),  # 7 examples, 3 failures, 3 pending
    "rspec-nothing-ran.xml": (0, 0, 0, 0, 0),  # 0 examples, 0 failures, 1 error occurred outside of examples
    "surefire-broken-class.xml": (0, 0, 1, 0, 0),  # both: Tests run: 8, Failures: 1, Errors: 2, Skipped: 2, Flakes: 2
    "surefire-reruns.xml": (3, 1, 1, 2, 0),
    "tap-formatter-junit.xml": (4, 1, 2, 0, 0),
    "unittest-xml-reporting.xml": (1, 2, 3, 1, 1),  # failures=2, errors=2, skipped=1, expected failures=1, unexpected 1
    "vitest.xml": (3, 3, 0, 2, 0),  # 2 failed, 2 passed, 1 expected fail, 1 skipped, 1 todo; and the broken file
}

# Everything that is said about the real files; the others fit.
WARNINGS = {
    "criterion.xml": (
        "suite 'sums' says 3 failures and errors, and has 2",
        "suite 'Criterion Tests' says 3 failures and errors, and has 2",
    ),
    "gotestsum-build-failed.xml": ("suite 'testsuites' says 5 failures and errors, and has 4",),
    "jest-junit.xml": (
        "suite 'sums' says 4 tests, and has 5 cases",
        "suite 'broken.test.cjs' says 0 tests and 1 failure or error, and has 2 cases and 2",
        "suite 'jest tests' says 4 tests and 3 failures and errors, and has 7 cases and 4",
    ),
    "jest-junit-broken-file.xml": ("suite 'sums' says 4 tests, and has 5 cases",),
    "mocha-junit-reporter.xml": (
        "suite 'sums' says 6 tests, and has 4 cases",
        "suite 'Mocha Tests' says 8 tests and 2 skipped, and has 6 cases and 0",
    ),
    "mocha-xunit.xml": ("suite 'sums' says 7 tests, and has 8 cases",),
    "newman.xml": (
        "suite 'first' says 2 failures and errors, and has 1",
        "suite 'sums' says 1 test, and has 3 cases",
    ),
    "nose2.xml": ("suite 'nose2-junit' says 7 tests, and has 8 cases",),
    "pytest-rerunfailures.xml": ("suite 'pytest' says 1 test, and has 3 cases",),
    "tap-formatter-junit.xml": ("suite 'dies_t' says 3 failures and errors, and has 1",),
}

# junitparser counts elements, and nothing else; where tests are counted differently here, and why.
OTHER_THAN_JUNITPARSER = {
    "boost-test.xml": "a test with two failures",
    "catch2.xml": "a test with two failures, and one that may fail",
    "ctest.xml": "tests that could not be started are written as skipped; disabled ones have a status only",
    "doctest.xml": "a test with two failures",
    "googletest.xml": "a test with two failures; disabled tests have a status only",
    "gotestsum-build-failed.xml": "a package that did not compile is only counted",
    "node-test.xml": "a test that is to do and fails is skipped and failed",
    "nose2.xml": "an unexpected pass is written as skipped",
    "qtest.xml": "an expected failure has a status only",
    "tap-formatter-junit.xml": "errors of suites",
}

Read = Callable[[str], Contents]


@pytest.fixture
def read_text(tmp_path: Path) -> Read:
    """Return the contents of a file of this text."""

    def contents(text: str) -> Contents:
        path = tmp_path / "report.xml"
        path.write_text(text, encoding="utf-8")
        return read(path, tmp_path)

    return contents


@pytest.fixture
def read_cases(read_text: Read) -> Callable[[str], TestData]:
    """Return the tests of a suite with these cases."""
    return lambda cases: results_of(read_text(f"<testsuite name='s'>{cases}</testsuite>"))


def results_of(contents: Contents) -> TestData:
    assert contents.tests is not None
    return contents.tests


def counted(tests: TestData) -> tuple[int, int, int, int, int]:
    counts = tests.counts()
    assert counts.collected == counts.passed + counts.failed + counts.errors + counts.skipped + counts.xfailed
    return counts.passed, counts.failed, counts.errors, counts.skipped, counts.xfailed


def only(tests: TestData) -> tuple[Outcome, Detail]:
    assert len(tests.ids) == 1
    return Outcome(tests.outcomes[0]), tests.details[0]


def test_every_real_file_is_in_the_tables_and_in_the_list_of_sources() -> None:
    names = {path.name for path in FILES}
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    assert names == set(COUNTS)
    assert names >= {*WARNINGS, *OTHER_THAN_JUNITPARSER}
    assert [name for name in names if f"`{name}`" not in sources] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_is_counted_as_its_tool_counts(path: Path) -> None:
    contents = read(path, path.parent)
    assert counted(results_of(contents)) == COUNTS[path.name]
    assert contents.warnings == WARNINGS.get(path.name, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_is_counted_as_junitparser_counts_it(path: Path) -> None:
    theirs = JUnitXml.fromfile(str(path))
    theirs.update_statistics()  # type: ignore[no-untyped-call]
    passed, failed, errors, skipped, xfailed = counted(results_of(read(path, path.parent)))
    ours = (failed, errors, skipped + xfailed, passed + failed + errors + skipped + xfailed)
    same = ours == (theirs.failures, theirs.errors, theirs.skipped, theirs.tests)
    assert same is (path.name not in OTHER_THAN_JUNITPARSER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_test_that_did_not_pass_has_a_name_and_a_reason_where_the_file_gives_one(path: Path) -> None:
    tests = results_of(read(path, path.parent))
    text = path.read_text(encoding="utf-8")
    for index, detail in tests.details.items():
        name = tests.ids[index].rpartition("::")[2].partition(" (2)")[0]
        assert name
        if tests.outcomes[index] == Outcome.FAILED:
            assert detail.reason or "<failure/>" in text or "<failure />" in text or 'message=""' in text


def test_a_pytest_file_in_detail() -> None:
    contents = read(DATA / "pytest.xml", DATA)
    tests = results_of(contents)
    details = {tests.ids[index]: detail for index, detail in tests.details.items()}
    assert details["test_broken_module"].reason == "collection failure"
    assert not details["test_broken_module"].executed
    assert details["test_sample::test_skipped"] == Detail(reason="no network here")
    assert details["test_sample::test_expected_failure"] == Detail(reason="known bug 12", executed=True)
    assert details["test_sample::test_not_even_run"].executed is False
    assert details["test_sample::test_fails"].reason == "AssertionError: arithmetic"
    assert details["test_sample::test_fails"].message.startswith("def test_fails():\n")
    # Failed in the call and again in its teardown: pytest writes two cases, and counts two.
    assert details["test_sample::test_fails_then_error_in_teardown"].executed
    assert details["test_sample::test_fails_then_error_in_teardown (2)"].reason.startswith("failed on teardown with")
    assert (contents.producer, contents.created) == ("pytest", "2026-11-23T15:54:36Z")


def test_attempts_of_maven_are_reruns() -> None:
    tests = results_of(read(DATA / "surefire-reruns.xml", DATA))
    reruns = {tests.ids[i]: (Outcome(tests.outcomes[i]).word, d.reruns, d.reason) for i, d in tests.details.items()}
    assert reruns["SumsTest::passesOnTheThirdTry"] == ("passed", 2, "try 1")
    assert reruns["SumsTest::throwsOnTheFirstTry"] == ("passed", 1, "try 1")
    assert reruns["SumsTest::throwsAtOnce"] == ("error", 2, "thrown")
    assert reruns["SumsTest::fails"][:2] == ("failed", 2)
    assert tests.counts().flaky == 2


def test_a_package_that_did_not_compile_is_an_error() -> None:
    tests = results_of(read(DATA / "gotestsum-build-failed.xml", DATA))
    assert (tests.ids[-1], tests.outcomes[-1]) == ("testsuites", Outcome.ERROR)
    assert tests.details[len(tests.ids) - 1].reason == "suite 'testsuites' says 5 failures and errors, and has 4"


def test_a_script_that_died_is_an_error_of_its_suite() -> None:
    tests = results_of(read(DATA / "tap-formatter-junit.xml", DATA))
    broken = {tests.ids[i]: d.reason for i, d in tests.details.items() if tests.outcomes[i] == Outcome.ERROR}
    assert broken["dies_t"] == "Dubious, test returned 255 (wstat 65280, 0xff00)"


def test_tests_that_ctest_could_not_start_are_errors() -> None:
    tests = results_of(read(DATA / "ctest.xml", DATA))
    by_name = {tests.ids[i]: (Outcome(tests.outcomes[i]).word, d.reason) for i, d in tests.details.items()}
    assert by_name["missing_program"] == ("error", "Unable to find executable")
    assert by_name["needs_setup"] == ("error", "Fixture dependency failed")
    assert by_name["skips_by_code"] == ("skipped", "SKIP_RETURN_CODE=1")
    assert by_name["left_out"] == ("skipped", "status disabled")


@pytest.mark.parametrize(
    ("name", "producer"),
    [
        ("bun.xml", "Bun"),
        ("doctest.xml", "doctest 2.4.9"),
        ("googletest.xml", "GoogleTest"),
        ("gotestsum-reruns.xml", "Go 1.19.8 linux/amd64"),
        ("surefire-reruns.xml", "Maven Surefire"),
        ("vitest.xml", "Vitest"),
        ("bats.xml", ""),
    ],
)
def test_the_producer_is_what_the_file_says(name: str, producer: str) -> None:
    assert read(DATA / name, DATA).producer == producer


def test_plainly_passed_quick_tests_keep_no_name(read_cases: Callable[[str], TestData]) -> None:
    tests = read_cases(
        "<testcase name='a' time='0.001'/><testcase name='b' classname='m' time='0.5'/><testcase name='c'/>"
        "<testcase name='d' time='0.002'><system-out>words</system-out></testcase>"
    )
    assert (tests.ids, list(tests.outcomes), list(tests.durations)) == (["m::b"], [Outcome.PASSED], [500_000])
    assert list(tests.unnamed[0]) == [1000, 0, 2000]
    assert [tuple(tag)[:3] for tag in tests.tags] == [("", (), False)]


def test_names_that_come_again_are_numbered(read_cases: Callable[[str], TestData]) -> None:
    tests = read_cases("<testcase name='a'><failure/></testcase>" * 3 + "<testcase classname='a' name='a' time='9'/>")
    assert tests.ids == ["a", "a (2)", "a (3)", "a (4)"]


@pytest.mark.parametrize(
    ("case", "outcome", "reason"),
    [
        ("<testcase name='a'><error message='e'/><failure message='f'/></testcase>", Outcome.FAILED, "f"),
        ("<testcase name='a'><skipped/><error message='e'/></testcase>", Outcome.ERROR, "e"),
        ("<testcase name='a'><failure>\n  first\nsecond</failure></testcase>", Outcome.FAILED, "first"),
        ("<testcase name='a'><failure type='t'/></testcase>", Outcome.FAILED, "t"),
        ("<testcase name='a'><x><failure message='deep'/></x></testcase>", Outcome.FAILED, "deep"),
        ("<testcase name='a' status='failed'/>", Outcome.FAILED, "status failed"),
        ("<testcase name='a' status='failed'><skipped/></testcase>", Outcome.FAILED, "status failed"),
        ("<testcase name='a' status='passed'><failure message='f'/></testcase>", Outcome.FAILED, "f"),
        ("<testcase name='a' status='Errored'/>", Outcome.ERROR, "status Errored"),
        ("<testcase name='a' result='timedout'/>", Outcome.ERROR, "result timedout"),
        ("<testcase name='a' status='notrun'/>", Outcome.SKIPPED, "status notrun"),
        ("<testcase name='a' status='run' result='suppressed'/>", Outcome.SKIPPED, "status run, result suppressed"),
        ("<testcase name='a' status='inconclusive'/>", Outcome.LOST, "status inconclusive"),
        ("<testcase name='a' status='untested'><skipped message='m'/></testcase>", Outcome.SKIPPED, "m"),
        ("<testcase name='a'><disabled/></testcase>", Outcome.SKIPPED, ""),
        ("<testcase name='a'><Failure/></testcase>", Outcome.FAILED, ""),
        ("<testcase name='a'><rerunFailure message='r'/></testcase>", Outcome.FAILED, "r"),
        ("<testcase name='a'><rerunError message='r'/></testcase>", Outcome.ERROR, "r"),
        ("<testcase name='a'><skipped type='pytest.xfail' message='m'/></testcase>", Outcome.XFAILED, "m"),
        ("<testcase name='a'><skipped message='unconditional skip'/></testcase>", Outcome.SKIPPED, ""),
        ("<testcase name='a'><skipped type='pytest.skip' message='Skipped'/></testcase>", Outcome.SKIPPED, ""),
        ("<testcase name='a'><skipped type='pytest.xfail' message=''/></testcase>", Outcome.XFAILED, ""),
        ("<j:testcase xmlns:j='urn:j' name='a'><j:failure message='f'/></j:testcase>", Outcome.FAILED, "f"),
    ],
)
def test_the_worst_word_wins(read_cases: Callable[[str], TestData], case: str, outcome: Outcome, reason: str) -> None:
    tests = read_cases(case)
    found, detail = only(tests)
    assert (found, detail.reason, tests.ids) == (outcome, reason, ["a"])
    assert tests.counts().passed == 0


def test_all_failures_of_a_test_are_in_its_message(read_cases: Callable[[str], TestData]) -> None:
    cases = (
        "<testcase name='a'><failure message='one'>at 1</failure><failure message='two'>two at 2</failure></testcase>"
    )
    assert only(read_cases(cases))[1].message == "one\nat 1\n\ntwo at 2"


def test_words_that_nobody_knows_are_told(read_text: Read) -> None:
    contents = read_text(
        "<testsuite><testcase name='a' status='odd'/><testcase name='b' status='odd'/>"
        "<testcase name='c'><extra/></testcase></testsuite>"
    )
    assert contents.warnings == ("3 words or elements of test cases are not known, the first: status='odd' of a",)
    assert results_of(contents).counts().passed == 1


def test_test_cases_inside_a_test_case_can_only_make_it_worse(read_text: Read) -> None:
    contents = read_text("<testsuite><testcase name='a'><testcase name='b'><error/></testcase></testcase></testsuite>")
    assert counted(results_of(contents)) == (0, 0, 1, 0, 0)
    assert contents.warnings == ("1 words or elements of test cases are not known, the first: <testcase> of a",)


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("<s tests='2'><testcase name='a'/></s>", "suite 's' says 2 tests, and has 1 case"),
        ("<s tests='1'/>", "suite 's' says 1 test, and has 0 cases"),
        ("<s tests='1' skipped='1'><testcase name='a'/></s>", "suite 's' says 1 skipped, and has 0"),
        ("<s tests='3'><testsuite tests='0'/></s>", "suite 's' says 3 tests, and has 0 cases"),
        ("<s tests='0'/>", ""),
        ("<s tests='many' errors='-1'/>", ""),
        ("<s><testcase name='a'/></s>", ""),
        ("<s tests='2'><testsuite tests='1'><testcase name='a'/></testsuite><testcase name='b'/></s>", ""),
        ("<s tests='1'><testsuite tests='1'><testcase name='a'/></testsuite><testcase name='b'/></s>", ""),
    ],
)
def test_counts_that_contradict_the_cases_are_told(read_text: Read, text: str, warnings: str) -> None:
    suite = text.replace("<s ", "<testsuite name='s' ").replace("<s>", "<testsuite>").replace("</s>", "</testsuite>")
    assert "; ".join(read_text(suite).warnings) == warnings


def test_of_many_contradictions_only_some_are_told(read_text: Read) -> None:
    warnings = read_text("<testsuites>" + "<testsuite name='s' tests='1'/>" * 40 + "</testsuites>").warnings
    assert len(warnings) == 11
    assert warnings[-1] == "and 30 more suites that contradict their cases"


@pytest.mark.parametrize(
    "text",
    [
        "<testsuite name='s' failures='1' tests='1'><testcase name='a'/></testsuite>",
        "<testsuite name='s' errors='1'/>",
        "<testsuite name='s'><error message='e'/><testcase name='a'/></testsuite>",
        "<testsuites><testsuite name='s'><properties/><failure>f</failure></testsuite></testsuites>",
        "<testsuites><testsuite name='s' errors='1'/><testsuite name='t'><testcase name='a'/></testsuite></testsuites>",
    ],
)
def test_what_breaks_a_suite_is_an_error_of_its_name(read_text: Read, text: str) -> None:
    tests = results_of(read_text(text))
    assert (tests.ids, list(tests.outcomes)) == (["s"], [Outcome.ERROR])
    assert only(tests)[1].reason


@pytest.mark.parametrize(
    ("times", "created"),
    [
        (["2026-01-01T12:00:00", "2026-01-01T12:00:00Z", "2026-01-01T12:30:00+02:00"], "2026-01-01T10:30:00Z"),
        (["2026-01-01 10:00:00.123456789"], "2026-01-01T10:00:00"),
        (["20260101 10:00:00.123"], "2026-01-01T10:00:00"),
        (["Thu, 01 Jan 2026 10:00:00 GMT"], "2026-01-01T10:00:00Z"),
        (["1767261600"], "2026-01-01T10:00:00Z"),
        (["1767261600123"], "2026-01-01T10:00:00Z"),
        (["1970-01-01T00:00:00", "0001-01-01T00:00:00Z", ""], None),
    ],
)
def test_the_earliest_time_stamp_counts_with_its_zone_or_without(
    read_text: Read, times: list[str], created: str | None
) -> None:
    suites = "".join(f"<testsuite timestamp='{time}'/>" for time in times)
    contents = read_text(f"<testsuites>{suites}</testsuites>")
    assert (contents.created, contents.warnings) == (created, ())


@pytest.mark.parametrize("time", ["01/02/2026 10:00", "yesterday", "2026-13-01T10:00:00", "9999-12-31T23:59:59-10:00"])
def test_a_time_stamp_that_is_none_is_told(read_text: Read, time: str) -> None:
    contents = read_text(f"<testsuite timestamp='{time}'/>")
    assert (contents.created, contents.warnings) == (None, (f"1 timestamps can't be read, the first: {time}",))


@pytest.mark.parametrize(
    ("time", "microseconds"),
    [
        ("0.123456", 123_456),
        ("1", 1_000_000),
        ("1.5E-1", 150_000),
        ("1,234.56", 1_234_560_000),
        ("1.234,56", 1_234_560_000),
        ("1,234", 1_234_000_000),
        ("0,123", 123_000),
        ("12,5", 12_500_000),
        (" 2.5 ", 2_500_000),
        ("86399.999999", 86_399_999_999),
    ],
)
def test_durations_of_all_countries(read_cases: Callable[[str], TestData], time: str, microseconds: int) -> None:
    tests = read_cases(f"<testcase name='a' time='{time}'/>")
    assert [*tests.durations, *tests.unnamed[0]] == [microseconds]


@pytest.mark.parametrize("time", ["", "NaN", "-1.5", "inf", "1e400", "12:30", "1_000", "1.2.3", "5 s"])
def test_durations_that_are_none_count_as_nothing_and_are_told(read_text: Read, time: str) -> None:
    contents = read_text(f"<testsuite><testcase name='a' time='{time}'/></testsuite>")
    assert contents.warnings == (f"1 times can't be read and count as 0 s, the first: {time!r}",)
    assert list(results_of(contents).unnamed[0]) == [0]


def linked(contents: Contents, kind: str = "requirement") -> dict[str, list[str]]:
    assert contents.tests is not None
    return {name: [contents.tests.ids[i] for i in tests] for name, tests in contents.tests.links.of(kind).items()}


PROPERTY = '<properties><property name="other" value="x"/><property name="requirement" value="{}"/></properties>'


def test_properties_link_test_cases_to_requirements(tmp_path: Path) -> None:
    first = f'<testcase name="a" time="0.001">{PROPERTY.format("R1")}</testcase>'
    second = f'<testcase name="b" time="1"><system-out>x</system-out>{PROPERTY.format("R1")}</testcase>'
    third = f'<testcase name="c"><skipped/>{PROPERTY.format("R2")}</testcase>'
    fourth = f'<testcase name="d">{PROPERTY.format("R2")}<failure>no</failure></testcase>'
    fifth = '<testcase name="e" time="0.001"><properties><property name="other" value="R1"/></properties></testcase>'
    path = tmp_path / "a.xml"
    path.write_text(f'<testsuite tests="5" failures="1" skipped="1">{first}{second}{third}{fourth}{fifth}</testsuite>')
    contents = read(path, tmp_path)
    assert linked(contents) == {"R1": ["a", "b"], "R2": ["c", "d"]}
    assert contents.tests is not None
    counts = contents.tests.counts()
    assert (counts.collected, counts.passed, counts.failed, counts.skipped) == (5, 3, 1, 1)
    assert contents.warnings == ()


def test_properties_link_test_cases_to_features_and_exercises(tmp_path: Path) -> None:
    feature, drill = (PROPERTY.replace("requirement", kind) for kind in ("feature", "drill"))
    first = f'<testcase name="a">{feature.format("checkout=on")}</testcase>'
    second = f'<testcase name="b">{drill.format("restore")}</testcase>'
    path = tmp_path / "a.xml"
    path.write_text(f"<testsuite>{first}{second}</testsuite>")
    contents = read(path, tmp_path)
    assert [linked(contents, kind) for kind in KINDS] == [{}, {"checkout=on": ["a"]}, {"restore": ["b"]}]


def test_a_property_that_names_no_requirement_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f'<testsuite><testcase name="a">{PROPERTY.format(" ")}</testcase></testsuite>')
    contents = read(path, tmp_path)
    assert linked(contents) == {}
    assert contents.warnings == ("1 requirements of test cases are no ids, the first: ' '",)


def test_a_property_of_a_suite_links_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f'<testsuite>{PROPERTY.format("R1")}<testcase name="a"/></testsuite>')
    assert linked(read(path, tmp_path)) == {}
