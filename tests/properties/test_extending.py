"""Policies that lie over one another: in whatever way they are grouped or written, the same content."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.policy.extending import laid_over
from pytest_stagegate.policy.finding import canonical, digest, layer

KEYS = st.sampled_from("abc")
PLAIN = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 2), max_size=2))


@st.composite
def tables(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """Draw a policy: a key in upper case is a table in every policy that has it, as in every one without mistakes."""
    plain = draw(st.dictionaries(KEYS, PLAIN, max_size=3))
    inner = draw(st.dictionaries(KEYS.map(str.upper), tables(depth=depth - 1), max_size=2)) if depth else {}
    return {**plain, **inner}


@given(tables(), tables(), tables())
def test_the_grouping_does_not_matter(low: dict[str, Any], middle: dict[str, Any], high: dict[str, Any]) -> None:
    assert laid_over(laid_over(low, middle), high) == laid_over(low, laid_over(middle, high))


@given(tables())
def test_nothing_and_oneself_change_nothing(table: dict[str, Any]) -> None:
    assert laid_over({}, table) == laid_over(table, {}) == laid_over(table, table) == table


@given(tables(), tables())
def test_every_key_of_the_nearer_one_holds(low: dict[str, Any], high: dict[str, Any]) -> None:
    both = laid_over(low, high)
    assert laid_over(both, high) == both
    assert set(both) == {*low, *high}


def written(table: dict[str, Any], key: tuple[str, ...], turn: int) -> str:
    """Write a table as TOML, in one of several ways."""
    items = list(table.items())
    items = items[::-1] if turn % 2 else items
    head = [f"[{'.'.join(key)}]"] if key else []
    plain = [f"{name}{' ' * (turn % 3)}= {json.dumps(value)}  # {turn}" for name, value in items if name.islower()]
    inner = [written(value, (*key, name), turn) for name, value in items if name.isupper()]
    return "\n".join([*head, *plain, *inner])


@given(tables(), st.integers(0, 5), st.integers(0, 5))
def test_the_digest_does_not_depend_on_how_a_policy_is_written(table: dict[str, Any], one: int, other: int) -> None:
    digests = {layer("x.toml", written(table, (), turn)).sha256 for turn in (one, other)}
    assert digests == {digest(canonical(table))}
