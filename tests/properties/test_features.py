"""What holds for features and flags: worse evidence never makes one ready, or a gate about them pass."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.flags import APPLICATION, Flag, shown_by
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.features import features
from pytest_stagegate.stock.flag_hygiene import flag_hygiene
from tests.unit.fakes import judged, result_of
from tests.unit.stock.test_features import flag, revealing, rule

BAD: Final = st.sampled_from(["failed", "errors", "skipped", "lost", "xfailed", "xpassed"])
SHOWS: Final = st.sets(st.sampled_from(["on", "off", APPLICATION]), min_size=1)
LINKED: Final = st.sampled_from([(), ("checkout",), ("checkout=on", "checkout=off")])
GATES: Final = st.sampled_from([features, flag_hygiene])
RULES: Final = st.recursive(
    st.sampled_from(["on", "off", None, {}, {"var": "x"}, "gone"]),
    lambda inner: st.builds(lambda parts: {"if": [True, *parts]}, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=8,
)


def kept(shows: set[str], expires: str = "2027-01-31") -> Flag:
    return flag("checkout", *shows, owner="dana", expires=expires)


def rank(gate: Any, *flags: Flag, **more: Any) -> int:
    found = judged(gate, revealing(*flags, **more), stage="release", environment="production").verdict
    return 2 if found is Verdict.PASS else 1 if found is Verdict.WARN else 0


@given(GATES, SHOWS, LINKED, BAD)
def test_a_test_that_did_not_pass_never_helps(gate: Any, shows: set[str], linked: tuple[str, ...], word: str) -> None:
    good = rank(gate, kept(shows), linked=linked, passed=1)
    assert rank(gate, kept(shows), linked=linked, passed=1, **{word: 1}) <= good
    assert shows == {"off"} or not rank(features, kept(shows), passed=1, **{word: 1})


@given(SHOWS, SHOWS, LINKED, st.integers(0, 1))
def test_a_flag_that_shows_more_is_never_judged_better(
    shows: set[str], more: set[str], linked: tuple[str, ...], failed: int
) -> None:
    outcomes = {"passed": 1, "failed": failed}
    assert rank(features, kept(shows | more), linked=linked, **outcomes) <= rank(
        features, kept(shows), linked=linked, **outcomes
    )


@given(st.sampled_from(Verdict), st.sampled_from(Verdict))
def test_a_further_gate_that_it_needs_never_helps(one: Verdict, other: Verdict) -> None:
    results = (result_of(one, gate="a"), result_of(other, gate="b"))
    alone = rank(features, kept({"on"}), rules=(rule(gates=("a",)),), results=results)
    assert rank(features, kept({"on"}), rules=(rule(gates=("a", "b")),), results=results) <= alone


@given(GATES, SHOWS, LINKED)
def test_a_further_flag_that_nobody_knows_never_helps(gate: Any, shows: set[str], linked: tuple[str, ...]) -> None:
    assert rank(gate, kept(shows), flag("other", "on"), linked=linked) <= rank(gate, kept(shows), linked=linked)


@given(st.dates(), st.dates())
def test_an_earlier_last_day_is_never_judged_better(one: Any, other: Any) -> None:
    first, last = sorted((one.isoformat(), other.isoformat()))
    linked = ("checkout=on", "checkout=off")
    assert rank(flag_hygiene, kept({"on"}, first), linked=linked) <= rank(
        flag_hygiene, kept({"on"}, last), linked=linked
    )


@given(RULES, RULES)
def test_a_rule_shows_all_that_its_branches_show(one: Any, other: Any) -> None:
    variants, both = ("on", "off"), {"if": [True, one, other]}
    shown = {*shown_by(variants, "off", one, {}), *shown_by(variants, "off", other, {})}
    assert shown <= set(shown_by(variants, "off", both, {}))
