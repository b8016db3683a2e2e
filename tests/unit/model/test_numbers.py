from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from pytest_stagegate.model.numbers import (
    Duration,
    Measure,
    NothingMeasured,
    Number,
    Percentage,
    Quantity,
    Ratio,
    Share,
    parse_quantity,
    singular,
)


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        (3, 3, "count"),
        (0.1, Fraction(1, 10), "count"),
        (Decimal("2.50"), Fraction(5, 2), "count"),
        (Fraction(1, 3), Fraction(1, 3), "count"),
        ("90 %", Fraction(9, 10), "share"),
        ("87.5%", Fraction(7, 8), "share"),
        (" 100 % ", 1, "share"),
        ("0 %", 0, "share"),
        ("2 s", 2_000_000, "duration"),
        ("300 ms", 300_000, "duration"),
        ("1.5 min", 90_000_000, "duration"),
        ("24 h", 86_400_000_000, "duration"),
        ("30 d", 2_592_000_000_000, "duration"),
        ("7 us", 7, "duration"),
        ("7 µs", 7, "duration"),
    ],
)
def test_a_limit_is_read_exactly(written: object, value: Fraction, kind: str) -> None:
    assert parse_quantity(written) == Quantity(Fraction(value), kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["90", "ninety %", "-1 %", "% 90", "2 weeks", "", "1e3 s", None, [], True])
def test_what_is_no_limit_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(ValueError, match=r'is not a limit; write a number, "90 %" or "2 s"$'):
        parse_quantity(written)


def test_more_than_100_percent_is_impossible() -> None:
    with pytest.raises(ValueError, match=r'^"101 %" can never be reached; a share is between 0 % and 100 %$'):
        parse_quantity("101 %")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (90, '90 is not a share; write "90 %"'),
        (0.9, '0.9 is not a share; write "0.9 %"'),
        ("2 s", """'2 s' is not a share; write for example "90 %\""""),
        ("90", """'90' is not a share; write for example "90 %\""""),
    ],
)
def test_what_is_no_share(written: object, sentence: str) -> None:
    with pytest.raises(ValueError, match="not a") as caught:
        Share.parse(written)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("written", [2, "90 %", "2", "0.3 us", None])
def test_what_is_no_length_of_time(written: object) -> None:
    with pytest.raises(ValueError, match=r'is not a length of time; write for example "2 s", "5 min" or "24 h"$'):
        Duration.parse(written)


def test_written_values_are_equal_by_value() -> None:
    assert Share.parse("50 %") == Share.parse("50.0 %")
    assert len({Duration.parse("60 s"), Duration.parse("1 min"), Duration.parse("61 s")}) == 2


def test_values_of_different_kinds_are_never_equal() -> None:
    assert Share(1) != Duration(1)


def test_a_written_value_shows_itself() -> None:
    assert repr(Duration.parse("2 s")) == "Duration(2000000)"


COVERED = Measure(Ratio(7, 8), unit="lines", inspected=8)


@pytest.mark.parametrize(
    "holds",
    [
        COVERED >= "87.5 %",
        COVERED <= "87.5 %",
        COVERED > "87.4 %",
        COVERED < "88 %",
        COVERED == "87.5 %",
        COVERED != "87.51 %",
        Measure(3, inspected=1) == 3,
        Measure(3, inspected=1) > Measure(2, inspected=1),
        Measure(2_000_000, kind="duration", inspected=1) <= "2 s",
    ],
)
def test_measures_compare_exactly(holds: bool) -> None:
    assert holds


@pytest.mark.parametrize("other", [90, "2 s", Fraction(7, 8)])
def test_comparing_a_share_with_another_kind_is_refused(other: object) -> None:
    with pytest.raises(ValueError, match="a share can't be compared with "):
        _ = other <= COVERED


EMPTY = Measure(Ratio(0, 0), unit="lines", inspected=0)


@pytest.mark.parametrize("pair", [(EMPTY, "0 %"), (COVERED, EMPTY)])
def test_comparing_with_nothing_measured_is_refused(pair: tuple[Measure, object]) -> None:
    with pytest.raises(NothingMeasured, match=r"^nothing was measured: 0 lines$"):
        _ = pair[0] >= pair[1]


def test_the_truth_of_nothing_measured_is_unknown() -> None:
    with pytest.raises(NothingMeasured):
        bool(EMPTY)


@pytest.mark.parametrize(("value", "truth"), [(0, False), (1, True)])
def test_the_truth_of_a_measure(value: int, truth: bool) -> None:
    assert bool(Measure(value, inspected=1)) is truth


@pytest.mark.parametrize(
    ("measure", "exact", "shown"),
    [
        (COVERED, Ratio(7, 8), "<7 of 8 lines>"),
        (Measure(Ratio(4, 8), unit="lines", inspected=8), Ratio(4, 8), "<4 of 8 lines>"),
        (Measure(Fraction(5, 2), unit="tests", inspected=1), Ratio(5, 2), "<5/2 tests>"),
        (Measure(3, unit="tests", inspected=3), 3, "<3 tests>"),
        (Measure(None, unit="tests", inspected=0), None, "<nothing measured: 0 tests>"),
    ],
)
def test_a_measure_keeps_the_integers_it_was_counted_from(measure: Measure, exact: object, shown: str) -> None:
    assert (measure.exact(), repr(measure)) == (exact, shown)


def test_a_measure_can_be_no_key() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(COVERED)


@pytest.mark.parametrize(
    ("written", "value"), [("0 %", 0), ("10 %", Fraction(1, 10)), ("150%", Fraction(3, 2)), ("0.5 %", Fraction(1, 200))]
)
def test_a_percentage_may_be_above_100(written: str, value: Fraction) -> None:
    assert Percentage.parse(written).value == value


@pytest.mark.parametrize("written", ["-5 %", "5", 5, 0.05, True, None, "2 s", "1e3 %"])
def test_what_is_no_percentage(written: object) -> None:
    with pytest.raises(ValueError, match=r'is not a percentage; write for example "10 %"$'):
        Percentage.parse(written)


@pytest.mark.parametrize(
    ("written", "value"),
    [(250, 250), (0.1, Fraction(1, 10)), (-3, -3), (1e-6, Fraction(1, 10**6)), (10**30, 10**30), (1e22, 10**22)],
)
def test_a_number_is_the_decimal_that_was_written(written: float, value: Fraction) -> None:
    assert Number.parse(written).value == value


@pytest.mark.parametrize("written", [float("nan"), float("inf"), -float("inf")])
def test_nothing_compares_with_what_is_not_finite(written: float) -> None:
    with pytest.raises(ValueError, match=r"^-?(nan|inf) is no limit: nothing compares with it; write for example 250"):
        Number.parse(written)


@pytest.mark.parametrize("written", [True, "250", "90 %", None, [1]])
def test_what_is_no_number(written: object) -> None:
    with pytest.raises(ValueError, match=r"is not a number; write for example 250 or 0\.5$"):
        Number.parse(written)


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("tests", "test"),
        ("entries", "entry"),
        ("seconds", "second"),
        ("ms", "ms"),
        ("s", "s"),
        ("celsius", "celsius"),
        ("", ""),
    ],
)
def test_the_unit_of_one_thing(unit: str, one: str) -> None:
    assert singular(unit) == one
