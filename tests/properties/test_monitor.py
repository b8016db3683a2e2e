"""What holds for the gates of the stage monitor: less or worse evidence never looks better."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.synthetic import synthetic
from tests.unit.fakes import evidence_of, judged, outcomes_of

COUNTS = st.fixed_dictionaries({word: st.integers(0, 3) for word in ("passed", "failed", "skipped", "xfailed", "lost")})


def synthetic_passes(counts: dict[str, int], ran_in: str | None, least: int, most: int) -> bool:
    tests = outcomes_of(**counts)
    tests.tags = [Tag("monitor", (), True, ran_in=ran_in)]
    options = {"min_passed": least, "max_skipped": most}
    found = judged(synthetic, evidence_of(tests), stage="monitor", environment="production", **options)
    return found.verdict is Verdict.PASS


@given(COUNTS, st.integers(1, 3), st.integers(0, 2), st.sampled_from(["failed", "skipped", "xfailed", "lost"]))
def test_a_synthetic_test_that_did_not_pass_never_helps(
    counts: dict[str, int], least: int, most: int, word: str
) -> None:
    worse = {**counts, word: counts[word] + 1}
    moved = {**worse, "passed": max(0, counts["passed"] - 1)}
    before = synthetic_passes(counts, "production", least, most)
    assert synthetic_passes(worse, "production", least, most) <= before
    assert synthetic_passes(moved, "production", least, most) <= before


@given(COUNTS, st.sampled_from([None, "staging"]))
def test_synthetic_tests_against_anything_else_never_pass(counts: dict[str, int], ran_in: str | None) -> None:
    assert not synthetic_passes(counts, ran_in, 1, 3)
