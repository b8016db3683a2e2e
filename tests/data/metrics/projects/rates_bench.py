"""Benchmarks of a price, few rounds each, so that the file stays small."""

from typing import Any

import pytest


def price(cents: int, days: int) -> int:
    return sum(cents + cents * day // 100 for day in range(days))


@pytest.mark.parametrize("days", [1, 30])
def test_price(benchmark: Any, days: int) -> None:
    assert benchmark.pedantic(price, (100, days), rounds=5, iterations=20) > 0


@pytest.mark.benchmark(group="text")
def test_words(benchmark: Any) -> None:
    assert benchmark.pedantic("a b c".split, rounds=1) == ["a", "b", "c"]


def test_it_fails(benchmark: Any) -> None:
    benchmark.pedantic(price, (100, None), rounds=1)
