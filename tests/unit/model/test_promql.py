from __future__ import annotations

import pytest

from pytest_stagegate.model.promql import other_range

MONTH = 30 * 86_400_000_000


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("sum(rate(a[5m]))", "5m"),
        ("sum(increase(a[29d23h]))", "29d23h"),
        ("max_over_time(a[1h:5m])", "1h"),
        ('sum(rate(a{code=~"{window}"}[5m]))', "5m"),
        ("sum(increase(a[30d]))", ""),
        ("sum(increase(a[4w2d]))", ""),
        ("sum(increase(a[720h:1m])) - sum(rate(b[5m]))", ""),
        ("sum(increase(a[{window}]))", ""),
        ("errors:month{path=\"/[5m]\",other='[5m]',more=`[5m]`}", ""),
        ("errors:month", ""),
        (f"a[{'9' * 5_000}d]", ""),
    ],
)
def test_a_range_that_is_not_the_window_is_told(query: str, told: str) -> None:
    assert other_range(query, MONTH) == told
