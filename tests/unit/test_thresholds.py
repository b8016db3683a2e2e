from __future__ import annotations

from fractions import Fraction

import pytest

from pytest_stagegate.model.numbers import Measure, Number, Percentage, Ratio
from pytest_stagegate.model.verdicts import Limit, Verdict
from pytest_stagegate.thresholds import WHERE_LIMIT, check, no_evidence, show_number, show_share


def lines_run(covered: int, total: int) -> Measure:
    return Measure(Ratio(covered, total), unit="lines", inspected=total)


def lasting(microseconds: int) -> Measure:
    return Measure(microseconds, kind="duration", inspected=1)


def counted(count: int, **more: object) -> Measure:
    return Measure(count, unit="tests", inspected=10, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measured", "limit", "verdict"),
    [
        (lines_run(875, 1000), "88 %", "FAIL"),
        (lines_run(875, 1000), "87.5 %", "PASS"),
        (lines_run(99_999, 100_000), "100 %", "FAIL"),
        (lines_run(100_000, 100_000), "100 %", "PASS"),
        (lines_run(0, 7), "0 %", "PASS"),
        (lines_run(1, 3), "33.333333333333333333 %", "PASS"),
        (lines_run(1, 3), "33.333333333333333334 %", "FAIL"),
        (counted(3), 3, "PASS"),
        (counted(2), 3, "FAIL"),
        (counted(0), 0, "PASS"),
        (lasting(2_000_000), "2 s", "PASS"),
        (lasting(1_999_999), "2 s", "FAIL"),
    ],
)
def test_lower_limit_is_compared_exactly(measured: Measure, limit: object, verdict: str) -> None:
    assert check("it", measured, at_least=limit).verdict == verdict


@pytest.mark.parametrize(
    ("measured", "limit", "verdict"),
    [
        (counted(0), 0, "PASS"),
        (counted(1), 0, "FAIL"),
        (lines_run(1, 10_000), "0 %", "FAIL"),
        (lines_run(101, 1000), "10 %", "FAIL"),
        (lines_run(100, 1000), "10 %", "PASS"),
        (lasting(2_000_001), "2 s", "FAIL"),
        (lasting(300_000), "300 ms", "PASS"),
    ],
)
def test_upper_limit_is_compared_exactly(measured: Measure, limit: object, verdict: str) -> None:
    assert check("it", measured, at_most=limit).verdict == verdict


def test_a_float_limit_is_the_decimal_that_was_written() -> None:
    made = check("ratio", Fraction(1, 10), at_most=0.1, inspected=1)  # type: ignore[arg-type]
    assert made.verdict is Verdict.PASS


@pytest.mark.parametrize("measure", [lines_run(0, 0), Measure(5, inspected=0), Measure(None, inspected=3)])
@pytest.mark.parametrize("side", ["at_least", "at_most"])
def test_nothing_inspected_is_no_evidence(measure: Measure, side: str) -> None:
    made = check("it", measure, **{side: "0 %" if measure.ratio else 0})  # type: ignore[arg-type]
    assert (made.verdict, made.reason) == (Verdict.NO_EVIDENCE, "nothing-measured")


def test_fewer_than_no_thing_inspected_is_no_evidence() -> None:
    assert check("it", 3, at_most=5, inspected=-1).verdict is Verdict.NO_EVIDENCE


def test_a_plain_number_without_inspected_is_no_evidence() -> None:
    made = check("it", 3, at_least=1)
    assert (made.verdict, made.inspected) == (Verdict.NO_EVIDENCE, 0)


def test_without_a_limit_the_figure_is_only_shown() -> None:
    made = check("skipped", counted(4))
    assert (made.verdict, made.reason, made.shown) == (Verdict.NOT_APPLICABLE, "not-declared", "4 tests")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_finite_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="is not a number that can be compared"):
        check("it", value, at_least=1, inspected=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [float("nan"), float("inf")])
def test_a_limit_that_is_no_finite_number_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="is not a number that can be compared"):
        check("it", counted(1), at_most=limit)


@pytest.mark.parametrize(
    ("measure", "limit", "example"),
    [(lines_run(1, 2), 90, '"90 %"'), (counted(1), "90 %", "3"), (lasting(1), 2, '"2 s"')],
)
def test_a_limit_of_another_kind_is_refused_with_an_example(measure: Measure, limit: object, example: str) -> None:
    with pytest.raises(ValueError, match=rf"^check 'it': the limit of a \w+ is written like {example}, not "):
        check("it", measure, at_least=limit)


def test_two_limits_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="give at_least or at_most, not both"):
        check("it", counted(1), at_least=0, at_most=2)


@pytest.mark.parametrize(
    ("covered", "verdict", "reason"),
    [(949, "WARN", "warning-limit"), (950, "PASS", ""), (899, "FAIL", "limit-not-met")],
)
def test_warning_limit_below(covered: int, verdict: str, reason: str) -> None:
    made = check("line", lines_run(covered, 1000), at_least="90 %", warn_below="95 %")
    assert (made.verdict, made.reason) == (verdict, reason)


@pytest.mark.parametrize(("count", "verdict"), [(3, "PASS"), (4, "WARN"), (5, "WARN"), (6, "FAIL")])
def test_warning_limit_above(count: int, verdict: str) -> None:
    assert check("skipped", counted(count), at_most=5, warn_above=3).verdict == verdict


def test_the_limit_is_kept_as_exact_numbers() -> None:
    made = check("line", lines_run(9, 10), at_least="87.5 %", warn_below="95 %")
    assert made.limit == Limit("at_least", Ratio(7, 8), Ratio(19, 20))


def test_a_whole_limit_is_kept_as_an_integer() -> None:
    made = check("failed", counted(1), at_most=3, warn_above=2)
    assert made.limit == Limit("at_most", 3, 2)


@pytest.mark.parametrize(
    ("measure", "measured"), [(counted(3), 3), (lines_run(8, 10), Ratio(8, 10)), (Measure(None, inspected=0), None)]
)
def test_the_measured_value_is_kept_exactly(measure: Measure, measured: object) -> None:
    assert check("it", measured=measure).measured == measured


def test_of_few_places_none_is_omitted() -> None:
    made = check("failed", counted(1, where=("t.py::test_a",)), at_most=0)
    assert (made.where, made.where_omitted) == (("t.py::test_a",), 0)


def test_places_are_cut_and_the_rest_is_counted() -> None:
    places = tuple(f"t.py::test_{number}" for number in range(WHERE_LIMIT + 3))
    made = check("failed", counted(53, where=places), at_most=0)
    assert (made.where, made.where_omitted) == (places[:WHERE_LIMIT], 3)


def test_a_check_that_warns_lists_its_places() -> None:
    made = check("failed", counted(1, where=("t.py::test_a",)), at_most=1, warn_above=0)
    assert (made.verdict, made.where) == (Verdict.WARN, ("t.py::test_a",))


def test_a_passed_check_lists_no_places() -> None:
    assert check("failed", counted(1, where=("t.py::test_a",)), at_most=1).where == ()


@pytest.mark.parametrize(
    ("measure", "limits", "shown"),
    [
        (lines_run(875, 1000), {"at_least": "88 %"}, "87.5 % (875 of 1000 lines)"),
        (lines_run(8799, 10_000), {"at_least": "88 %"}, "87.9 % (8799 of 10000 lines)"),
        (lines_run(87_999, 100_000), {"at_least": "87.99 %"}, "87.999 % (87999 of 100000 lines)"),
        (lines_run(99_999, 100_000), {"at_least": "100 %"}, "99.9 % (99999 of 100000 lines)"),
        (lines_run(1, 100_000), {"at_least": "90 %"}, "0.001 % (1 of 100000 lines)"),
        (lines_run(0, 5), {"at_least": "90 %"}, "0 % (0 of 5 lines)"),
        (lines_run(5, 5), {"at_least": "90 %"}, "100 % (5 of 5 lines)"),
        (lines_run(100_001, 1_000_000), {"at_most": "10 %"}, "10.1 % (100001 of 1000000 lines)"),
        (lines_run(99_999, 1_000_000), {"at_most": "10 %"}, "9.9999 % (99999 of 1000000 lines)"),
        (counted(1), {"at_most": 0}, "1 test"),
        (counted(0), {"at_most": 0}, "0 tests"),
        (lasting(2_000_001), {"at_most": "2 s"}, "2.01 s"),
        (lasting(1_900_001), {"at_most": "2 s"}, "1.91 s"),
        (lasting(5_400_000_000), {"at_most": "2 h"}, "1.5 h"),
        (lines_run(0, 0), {"at_least": "90 %"}, "no evidence"),
    ],
)
def test_the_shown_value_never_looks_better_than_it_is(measure: Measure, limits: dict[str, str], shown: str) -> None:
    assert check("it", measure, **limits).shown == shown  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "limits", "shown"),
    [
        (lines_run(1, 2), {"at_least": "90 %"}, "≥ 90 %"),
        (lines_run(1, 2), {"at_least": "87.55 %"}, "≥ 87.55 %"),
        (lines_run(1, 2), {"at_most": "0.05 %"}, "≤ 0.05 %"),
        (lasting(1), {"at_most": "300 ms"}, "≤ 300 ms"),
        (lasting(1), {"at_most": "1.234 s"}, "≤ 1.234 s"),
        (lasting(1), {"at_most": "90 min"}, "≤ 1.5 h"),
        (lasting(1), {"at_most": "1 h"}, "≤ 1 h"),
        (lasting(1), {"at_most": "61 s"}, "≤ 61 s"),
        (lasting(1), {"at_most": "60.03 s"}, "≤ 60.03 s"),
        (lasting(1), {"at_most": "0.5 us"}, "≤ 0.0000005 s"),
        (lasting(1), {"at_most": "0 s"}, "≤ 0 µs"),
        (counted(1), {"at_most": 3}, "≤ 3"),
        (counted(1), {"at_most": 2.9999}, "≤ 2.9999"),
        (counted(1), {"at_most": 0.000001}, "≤ 0.000001"),
        (counted(1), {"at_most": 10**21}, "≤ 1e21"),
        (counted(1), {"at_most": 1 + Fraction(1, 10**29)}, f"≤ 1.{1:029}"),
        (counted(1), {"at_most": 1 + Fraction(1, 10**30)}, f"≤ {10**30 + 1}/{10**30}"),
    ],
)
def test_the_limit_is_shown_as_it_was_written(measure: Measure, limits: dict[str, object], shown: str) -> None:
    assert check("it", measure, **limits).limit_shown == shown  # type: ignore[arg-type]


def test_a_duration_below_its_lower_limit_is_not_shown_as_reaching_it() -> None:
    assert check("soak", lasting(1_999_999), at_least="2 s").shown == "1.99 s"


def test_a_value_beyond_its_warning_limit_is_not_shown_short_of_it() -> None:
    made = check("line", lines_run(9507, 10_000), at_least="90 %", warn_below="95.05 %")
    assert made.shown == "95.07 % (9507 of 10000 lines)"


def test_a_warning_shows_the_limit_that_was_missed() -> None:
    made = check("line", lines_run(94, 100), at_least="90 %", warn_below="95 %")
    assert "95 %" in f"{made.limit_shown} {made.text}"


def test_a_fraction_below_zero_keeps_its_value() -> None:
    assert check("change", -2.5, at_most=0, inspected=1).shown == "-2.5"  # type: ignore[arg-type]


def test_a_fraction_short_of_its_limit_is_shown_short_of_it() -> None:
    assert check("mean", 2.9996, at_least=3, inspected=1).shown == "2.999"  # type: ignore[arg-type]


def test_a_share_is_cut_down_where_nothing_else_is_said() -> None:
    assert show_share(Fraction(2, 3)) == "66.6 %"


def test_a_share_just_below_the_whole_is_not_rounded_up_to_it() -> None:
    assert show_share(Fraction(9_995, 10_000), upward=True) == "99.95 %"


@pytest.mark.parametrize(("digits", "shown"), [(59, f"3.{1:059}"), (60, f"{3 * 10**60 + 1}/{10**60}")])
def test_a_number_very_near_to_its_limit_is_a_decimal_up_to_59_digits(digits: int, shown: str) -> None:
    assert show_number(3 + Fraction(1, 10**digits), Fraction(3), upward=False) == shown


def test_a_share_that_needs_endless_digits_stays_exact() -> None:
    assert show_share(Fraction(1, 2) - Fraction(1, 10**70), Fraction(1, 2)).endswith(" %")


@pytest.mark.parametrize(("length", "shown"), [(999, "999 µs"), (1_000, "1 ms"), (60_000_000, "1 min")])
def test_a_duration_is_shown_with_the_largest_unit_that_fits(length: int, shown: str) -> None:
    assert check("total", lasting(length)).shown == shown


def test_a_duration_of_less_than_a_microsecond_is_shown_in_microseconds() -> None:
    assert check("total", Measure(Fraction(1, 2), kind="duration", inspected=1)).shown == "0.5 µs"


def test_no_evidence_says_why() -> None:
    made = no_evidence("coverage", "not-measured", "nobody measured coverage in this run")
    assert (made.verdict, made.inspected, made.shown) == (Verdict.NO_EVIDENCE, 0, "no evidence")


@pytest.mark.parametrize(("number", "omitted"), [(0, 0), (1, 0), (WHERE_LIMIT, 0), (2 * WHERE_LIMIT + 3, 53)])
def test_no_evidence_cuts_its_places_and_counts_the_rest(number: int, omitted: int) -> None:
    places = tuple(f"src/{each}.py" for each in range(number))
    made = no_evidence("files", "files-missing", "some were never measured", where=places)
    assert (made.where, made.where_omitted) == (places[:WHERE_LIMIT], omitted)


def test_a_number_that_no_decimal_can_write_is_shown_as_a_fraction() -> None:
    made = check("thirds", Measure(Fraction(1, 3), inspected=3), at_least=Fraction(1, 3))
    assert (made.shown, made.limit_shown, made.verdict) == ("1/3", "≥ 1/3", Verdict.PASS)


def test_a_share_that_was_not_counted_is_shown_without_counts() -> None:
    made = check("share", Measure(Fraction(1, 2), kind="share", inspected=1), at_least="50 %")
    assert (made.shown, made.unit, made.verdict) == ("50 %", "", Verdict.PASS)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("-1", "-1"),
        ("1234567", "1234567"),
        ("312.4567", "312.456"),
        ("-312.4567", "-312.457"),
        ("0.1", "0.1"),
        ("0.00123456", "0.00123"),
        ("0.0000041860002966132013", "0.00000418"),
        ("4.1860002966132013e-07", "4.18e-7"),
        ("1e-400", "1e-400"),
        ("-2.5e-9", "-2.5e-9"),
        ("999999999999999999999", "999999999999999999999"),
        ("1e21", "1e21"),
        ("1.23456e+300", "1.23e300"),
    ],
)
def test_a_number_of_any_size_is_shown_short_and_truthfully(value: str, shown: str) -> None:
    assert show_number(Fraction(value), upward=False) == shown


def test_a_small_number_is_never_shown_beyond_its_limit() -> None:
    made = check("it", Measure(Fraction("4.1860002966132013e-07"), inspected=1), at_most=Number.parse(4.187e-07))
    assert (made.shown, made.limit_shown, made.verdict) == ("4.1861e-7", "≤ 4.187e-7", "PASS")


def test_a_large_limit_is_shown_in_full() -> None:
    assert check("it", counted(1), at_most=Number.parse(1.5e300)).limit_shown == "≤ 1.5e300"


def test_a_change_beyond_100_percent_is_shown_with_its_limit() -> None:
    made = check("it", Measure(Fraction(7, 3), kind="share", inspected=1), at_most=Percentage.parse("150 %"))
    assert (made.shown, made.limit_shown, made.verdict) == ("233.4 %", "≤ 150 %", "FAIL")


def test_a_change_for_the_better_is_shown_with_its_sign() -> None:
    made = check("it", Measure(Fraction(-1, 3), kind="share", inspected=1), at_most=Percentage.parse("0 %"))
    assert (made.shown, made.verdict) == ("-33.3 %", "PASS")


def test_one_of_a_unit_without_a_plural_keeps_it() -> None:
    assert check("it", Measure(1, unit="ms", inspected=1), at_most=1).shown == "1 ms"
