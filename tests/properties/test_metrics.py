"""Readers of metrics refuse or read, never anything else; and worse numbers are never judged better."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import read_file
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.metrics import MetricsData
from pytest_stagegate.model.numbers import Number, Percentage
from pytest_stagegate.stock.metrics import metrics
from tests.unit.fakes import evidence_of, judged, metrics_of

DATA: Final = Path(__file__).parents[1] / "data" / "metrics"
REAL: Final = {
    "pytest-benchmark": DATA / "pytest-benchmark-5.3.1.json",
    "openmetrics": DATA / "prometheus_client-0.26.0.openmetrics",
    "allure-perf": DATA / "allure-3.18.0-perf.json",
    "metrics-json": DATA / "pytest-benchmark-4.0.0.json",
}
HOSTILE: Final = (b"1e999999999", b"1e-999999999", b"\\", b'"', b"{", b"[", b"]", b"}", b"\0", b"\xff", b"\\ud800")
RANK: Final = {"PASS": 2, "WARN": 1}
NUMBERS: Final = st.decimals(-1000, 1000, places=3).map(str)
BROKEN: Final = st.sampled_from(["NaN", "+Inf", "-Inf", "1e999999999", ""])


@pytest.mark.parametrize("format_", REAL)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_in_a_sentence(format_: str, data: st.DataObject) -> None:
    content = bytearray(REAL[format_].read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 1, 2, 40, 4_000]))
        content[start : start + length] = data.draw(st.one_of(st.sampled_from(HOSTILE), st.binary(max_size=4)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m"
        path.write_bytes(content)
        with contextlib.suppress(EvidenceError):
            found = read_file(path, path.parent, format_).metrics
            assert found is not None
            for each in found.metrics:
                each.name.encode()
                assert _verdict([found], at_most={each.name: Number.parse(0)}) in (0, 2)


def _verdict(data: list[MetricsData], baseline: BaselineData | None = None, **options: Any) -> int:
    made = judged(metrics, evidence_of(metrics=data, baseline=baseline), **options).verdict
    return RANK.get(made.value, 0)


def _limited(kind: str, limit: str, tolerance: int) -> dict[str, Any]:
    """Return one limit of the metric n; the absolute ones warn, too."""
    number = float(limit)
    return {
        "at_most": {"at_most": {"n": Number.parse(number)}, "warn_above": {"n": Number.parse(number - 50)}},
        "at_least": {"at_least": {"n": Number.parse(number)}, "warn_below": {"n": Number.parse(number + 50)}},
        "max_growth": {"max_growth": {"n": Percentage.parse(f"{tolerance} %")}},
        "max_drop": {"max_drop": {"n": Percentage.parse(f"{tolerance} %")}},
    }[kind]


KINDS: Final = st.sampled_from(["at_most", "at_least", "max_growth", "max_drop"])
FILES: Final = st.lists(NUMBERS, min_size=1, max_size=3)


def _files(numbers: list[str]) -> list[MetricsData]:
    return [metrics_of(("n", number), ("other", "1")) for number in numbers]


@given(KINDS, FILES, NUMBERS, NUMBERS, st.integers(0, 300), st.decimals(0, 500, places=3), st.data())
def test_a_worse_number_is_never_judged_better(
    kind: str, numbers: list[str], before: str, limit: str, tolerance: int, by: Any, data: st.DataObject
) -> None:
    worse = list(numbers)
    place = data.draw(st.integers(0, len(numbers) - 1))
    upward = kind in ("at_most", "max_growth")
    worse[place] = str(type(by)(numbers[place]) + (by if upward else -by))
    baseline = BaselineData(tables={"metrics": {"n": (before,)}})
    options = _limited(kind, limit, tolerance)
    assert _verdict(_files(worse), baseline, **options) <= _verdict(_files(numbers), baseline, **options)


@given(KINDS, FILES, NUMBERS, NUMBERS, st.integers(0, 300), NUMBERS)
def test_a_further_number_is_never_judged_better(
    kind: str, numbers: list[str], before: str, limit: str, tolerance: int, further: str
) -> None:
    baseline = BaselineData(tables={"metrics": {"n": (before,)}})
    options = _limited(kind, limit, tolerance)
    more = _files([*numbers, further])
    assert _verdict(more, baseline, **options) <= _verdict(_files(numbers), baseline, **options)


@given(KINDS, FILES, NUMBERS, NUMBERS, st.integers(0, 300), BROKEN)
def test_missing_or_broken_is_never_judged_at_all(
    kind: str, numbers: list[str], before: str, limit: str, tolerance: int, broken: str
) -> None:
    baseline = BaselineData(tables={"metrics": {"n": (before,)}})
    options = _limited(kind, limit, tolerance)
    assert _verdict([], baseline, **options) == 0
    assert _verdict([metrics_of(("other", "1"))], baseline, **options) == 0
    assert _verdict(_files([*numbers, broken]), baseline, **options) == 0


@given(KINDS, FILES, NUMBERS, st.integers(0, 300))
def test_without_a_baseline_nothing_relative_passes(kind: str, numbers: list[str], limit: str, tolerance: int) -> None:
    assume(kind.startswith("max"))
    assert _verdict(_files(numbers), None, **_limited(kind, limit, tolerance)) == 0


@given(NUMBERS, NUMBERS)
def test_a_limit_is_met_by_exactly_the_numbers_that_meet_it(number: str, limit: str) -> None:
    made = _verdict(_files([number]), at_most={"n": Number.parse(float(limit))})
    assert (made == 2) == (float(number) <= float(limit))
