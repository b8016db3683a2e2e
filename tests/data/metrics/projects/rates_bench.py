"""Benchmarks of a price, few rounds each, so that the file stays small."""

import pytest


def price(cents, days):
    return sum(cents + cents * day // 100 for day in range(days))


@pytest.mark.parametrize("days", [1, 30])
def test_price(benchmark, days):
    assert benchmark.pedantic(price, (100, days), rounds=5, iterations=20) > 0


@pytest.mark.benchmark(group="text")
def test_words(benchmark):
    assert benchmark.pedantic("a b c".split, rounds=1) == ["a", "b", "c"]


def test_it_fails(benchmark):
    benchmark.pedantic(price, (100, None), rounds=1)
