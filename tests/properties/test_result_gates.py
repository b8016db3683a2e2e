"""Worse evidence never moves a gate over test results up, whatever its limits are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_stagegate.model.baseline import Table
from pytest_stagegate.model.evidence import Evidence, WarningLine
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.numbers import Duration, Percentage, Share
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import Detail, Outcome, TestData
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.debt import debt
from pytest_stagegate.stock.durations import durations
from pytest_stagegate.stock.flaky import flaky
from pytest_stagegate.stock.matrix import matrix
from pytest_stagegate.stock.results import results
from pytest_stagegate.stock.skips import skips
from pytest_stagegate.stock.warnings import warnings
from tests.unit.fakes import NOW, evidence_of, judged

if TYPE_CHECKING:
    from collections.abc import Callable

LOW: Final = frozenset({Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR})
MIDDLE: Final = frozenset({Verdict.WARN, Verdict.TOO_SMALL, Verdict.WAIVED})
STAGES: Final = ("code", "test")
TAGS: Final = [Tag(stage, (), True) for stage in STAGES]
CELLS: Final = (Expected("code", None, None), Expected("test", None, None))
SECOND: Final = 1_000_000
NAMES: Final = tuple(f"{file}.py::test_{letter}" for file in ("a", "b") for letter in "wxyz")
PATTERNS: Final = ("a.py", "b.py::test_x", "**", "c.py")
REASONS: Final = ("", "why", "why owner=dana", "why until=2026-11-22", "why owner=x until=2027-01-31", "until=soon")
EXECUTED: Final = {Outcome.PASSED, Outcome.FAILED, Outcome.XFAILED, Outcome.XPASSED}


@dataclass(frozen=True)
class OneTest:
    name: str
    tag: int
    outcome: Outcome
    duration: int
    reason: str = ""
    reruns: int = 0


@dataclass(frozen=True)
class Run:
    tests: tuple[OneTest, ...]
    files: tuple[tuple[str, str], ...]
    warned: tuple[WarningLine, ...]
    baseline: dict[str, Table]
    instant: dt.datetime = NOW

    def evidence(self) -> Evidence:
        data = TestData(tags=list(TAGS), skipped_files=dict(self.files))
        for each in self.tests:
            detail = Detail(executed=each.outcome in EXECUTED, reason=each.reason, reruns=each.reruns)
            plain = each.outcome in (Outcome.PASSED, Outcome.LOST) and not each.reruns
            data.add(each.name, each.outcome, each.duration, None if plain else detail, tag=each.tag)
        bad = any(each.outcome in (Outcome.FAILED, Outcome.ERROR) for each in self.tests)
        return evidence_of(data, warnings=self.warned, baseline=self.baseline, expected=CELLS, exit_status=int(bad))


def one_test(name: str) -> st.SearchStrategy[OneTest]:
    return st.builds(
        OneTest,
        name=st.just(name),
        tag=st.integers(0, 1),
        # Most tests pass, so that verdicts have somewhere to fall from.
        outcome=st.sampled_from([*Outcome, *[Outcome.PASSED] * 12]),
        duration=st.integers(0, 4 * SECOND),
        reason=st.sampled_from(REASONS),
        reruns=st.sampled_from([0, 0, 0, 1]),
    )


WARNED: Final = st.lists(
    st.builds(
        WarningLine,
        category=st.sampled_from(["UserWarning", "DeprecationWarning"]),
        message=st.just("old"),
        place=st.sampled_from(["a.py:1", "a.py:2", "b.py:1"]),
        count=st.integers(1, 3),
    ),
    max_size=3,
).map(tuple)
NUMBER: Final = st.integers(0, 3)
TIME: Final = st.integers(0, 4 * SECOND)
BASELINE: Final = st.fixed_dictionaries(
    {
        "skips": st.dictionaries(st.sampled_from(NAMES), st.just(()), max_size=3),
        "warnings": st.dictionaries(
            st.sampled_from(["UserWarning a.py", "DeprecationWarning b.py"]), st.tuples(NUMBER), max_size=2
        ),
        "durations": st.dictionaries(
            st.sampled_from(["stage:code", "stage:test", f"test:{NAMES[0]}"]), st.tuples(TIME), max_size=3
        ),
    }
)
RUNS: Final = st.builds(
    Run,
    tests=st.lists(st.sampled_from(NAMES), unique=True, min_size=1).flatmap(
        lambda names: st.tuples(*map(one_test, names))
    ),
    files=st.dictionaries(st.sampled_from(["f.py", "g.py"]), st.sampled_from(REASONS), max_size=1).map(
        lambda files: tuple(files.items())
    ),
    warned=WARNED,
    baseline=BASELINE,
)

SHARE: Final = st.integers(0, 100).map(lambda percent: Share.parse(f"{percent} %"))
DURATION: Final = st.integers(0, 12 * SECOND).map(lambda us: Duration.parse(f"{us} us"))
PATTERN_LIST: Final = st.lists(st.sampled_from(PATTERNS), max_size=2)
OPTIONS: Final[dict[Callable[..., Any], dict[str, st.SearchStrategy[Any]]]] = {
    results: {
        "max_failed": NUMBER,
        "max_errors": NUMBER,
        "min_passed": NUMBER,
        "max_xpassed": NUMBER,
        "required": PATTERN_LIST,
    },
    skips: {
        "max_skipped": NUMBER,
        "max_skipped_ratio": SHARE,
        "max_new": NUMBER,
        "allow": PATTERN_LIST,
        "require_reason": st.booleans(),
    },
    flaky: {"max_flaky": NUMBER, "max_flaky_ratio": SHARE},
    durations: {
        "max_test": DURATION,
        "max_total": DURATION,
        "per_stage": st.dictionaries(st.sampled_from(STAGES), DURATION, max_size=2),
        "max_growth": st.integers(0, 300).map(lambda percent: Percentage.parse(f"{percent} %")),
        "min_duration": DURATION,
    },
    warnings: {
        "max_warnings": NUMBER,
        "max_new": NUMBER,
        "categories": st.dictionaries(st.sampled_from(["UserWarning", "ResourceWarning"]), NUMBER, max_size=2),
    },
    debt: {
        "require": st.lists(st.sampled_from(["reason", "owner", "until"]), unique=True),
        "max_debt": NUMBER,
    },
    matrix: {"min_executed": st.integers(1, 3)},
}
GATES: Final = st.sampled_from(list(OPTIONS)).flatmap(
    lambda gate: st.tuples(st.just(gate), st.fixed_dictionaries({}, optional=OPTIONS[gate]))
)
Asked = tuple["Callable[..., Any]", dict[str, Any]]


def verdict(asked: Asked, run: Run) -> Verdict:
    gate, options = asked
    result: GateResult = judged(gate, run.evidence(), instant=run.instant, **options)
    assert result.verdict is not Verdict.ERROR, result.summary
    return result.verdict


def rank(found: Verdict) -> int:
    return 0 if found in LOW else 1 if found in MIDDLE else 2


def never_up(asked: Asked, before: Run, after: Run) -> None:
    was, now = verdict(asked, before), verdict(asked, after)
    # A gate that is asked for nothing only shows figures, whatever the evidence.
    assert (was is Verdict.NOT_APPLICABLE) == (now is Verdict.NOT_APPLICABLE), (was, now)
    assert rank(now) <= rank(was), (was, now)


def first_passed(run: Run) -> int | None:
    """Return the index of a test that passed at the first try."""
    plain = (i for i, each in enumerate(run.tests) if each.outcome is Outcome.PASSED and not each.reruns)
    return next(plain, None)


def changed(run: Run, index: int, **values: Any) -> Run:
    return replace(run, tests=(*run.tests[:index], replace(run.tests[index], **values), *run.tests[index + 1 :]))


@given(GATES, RUNS, st.sampled_from([each for each in Outcome if each is not Outcome.PASSED]), st.sampled_from(REASONS))
def test_a_passed_test_that_ends_otherwise(asked: Asked, run: Run, outcome: Outcome, reason: str) -> None:
    # What does not run takes no time, as the page of `durations` says.
    assume(asked[0] is not durations or outcome in EXECUTED)
    index = first_passed(run)
    assume(index is not None)
    never_up(asked, run, changed(run, index or 0, outcome=outcome, reason=reason))


@given(GATES, RUNS)
def test_a_passed_test_that_needs_a_rerun(asked: Asked, run: Run) -> None:
    index = first_passed(run)
    assume(index is not None)
    never_up(asked, run, changed(run, index or 0, reruns=1))


@given(GATES.filter(lambda asked: asked[0] is not durations), RUNS)
def test_a_passed_test_that_is_gone(asked: Asked, run: Run) -> None:
    index = first_passed(run)
    assume(index is not None)
    never_up(asked, run, replace(run, tests=(*run.tests[: index or 0], *run.tests[(index or 0) + 1 :])))


@given(GATES, RUNS, st.integers(1, 4 * SECOND), st.data())
def test_a_test_that_takes_longer(asked: Asked, run: Run, more: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(run.tests) - 1))
    never_up(asked, run, changed(run, index, duration=run.tests[index].duration + more))


@given(GATES, RUNS, st.sampled_from([Outcome.FAILED, Outcome.ERROR, Outcome.LOST]), st.integers(0, 1))
def test_one_more_test_that_is_broken_or_lost(asked: Asked, run: Run, outcome: Outcome, tag: int) -> None:
    # One that was executed is evidence of its stage, and makes what was skipped or flaky a smaller share.
    shares = "max_skipped_ratio" in asked[1] or "max_flaky_ratio" in asked[1]
    assume(outcome is Outcome.LOST or not (shares or asked[0] in (durations, matrix)))
    assume(first_passed(run) is not None)
    never_up(asked, run, replace(run, tests=(*run.tests, OneTest("n.py::test", tag, outcome, 5))))


@given(GATES, RUNS, st.sampled_from(REASONS))
def test_one_more_module_that_is_skipped_as_a_whole(asked: Asked, run: Run, reason: str) -> None:
    # With no test that ended, a module is at least something that was looked at.
    assume(first_passed(run) is not None)
    never_up(asked, run, replace(run, files=(*run.files, ("h.py", reason))))


@given(GATES, RUNS, WARNED)
def test_more_warnings(asked: Asked, run: Run, more: tuple[WarningLine, ...]) -> None:
    never_up(asked, run, replace(run, warned=(*run.warned, *more)))


@given(GATES, RUNS)
def test_no_baseline(asked: Asked, run: Run) -> None:
    never_up(asked, run, replace(run, baseline={}))


@given(GATES, RUNS, st.integers(1, 200))
def test_a_later_day(asked: Asked, run: Run, days: int) -> None:
    never_up(asked, run, replace(run, instant=run.instant + dt.timedelta(days=days)))


@given(st.sampled_from([skips, debt]), RUNS)
def test_a_reason_that_is_gone(gate: Callable[..., Any], run: Run) -> None:
    bare = replace(run, tests=tuple(replace(each, reason="") for each in run.tests), files=run.files)
    asked = (gate, {"require_reason": True} if gate is skips else {"require": ["reason", "owner", "until"]})
    never_up(asked, run, bare)


def test_the_options_are_all_of_every_gate() -> None:
    for gate, options in OPTIONS.items():
        known = msgspec.structs.fields(getattr(gate, "__stagegate__").options)  # noqa: B009 - the decorator adds it
        assert set(options) == {each.name for each in known}
