"""Refunds, to the cent."""

from decimal import Decimal

import pytest

from parcel_rates.prices import refund

pytestmark = pytest.mark.requirement("RATE-9")

PAID = Decimal("12.49")


@pytest.mark.parametrize(
    ("days", "euros"), [(0, "0.00"), (1, "1.25"), (3, "3.75"), (5, "6.25"), (9, "6.25")]
)
def test_a_late_parcel_is_refunded_by_the_day(days, euros):
    assert refund(PAID, days_late=days) == Decimal(euros)


def test_a_lost_parcel_is_refunded_whole():
    assert refund(PAID, days_late=0, lost=True) == PAID


@pytest.mark.parametrize(("days", "euros"), [(1, "1.25"), (2, "12.49")])
def test_express_is_refunded_whole_from_the_second_day(days, euros):
    assert refund(PAID, days_late=days, express=True) == Decimal(euros)


def test_days_late_start_at_zero():
    with pytest.raises(ValueError, match="less than no day"):
        refund(PAID, days_late=-1)
