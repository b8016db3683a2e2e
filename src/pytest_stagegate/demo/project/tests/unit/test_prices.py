"""Prices, to the cent."""

from decimal import Decimal

import pytest

from parcel_rates.prices import base_price, cover_price, price, to_cents
from parcel_rates.weights import BANDS
from parcel_rates.zones import Zone


@pytest.mark.stage("code")
@pytest.mark.requirement("RATE-1")
class TestPrices:
    @pytest.mark.parametrize(
        ("zone", "band", "euros"),
        [
            (Zone.HOME, "XS", "3.99"),
            (Zone.HOME, "XL", "17.99"),
            (Zone.NEAR, "M", "14.99"),
            (Zone.EUROPE, "L", "24.99"),
            (Zone.WORLD, "XL", "119.00"),
        ],
    )
    def test_price_list(self, zone, band, euros):
        assert base_price(zone, band) == Decimal(euros)

    def test_an_unknown_band_is_refused(self):
        with pytest.raises(ValueError, match="no such band"):
            base_price(Zone.HOME, "XXL")

    def test_express(self):
        assert price(Zone.HOME, "S", express=True) == Decimal("8.23")

    def test_an_island_costs_the_ferry_too(self):
        assert price(Zone.ISLAND, "S") == Decimal("12.49")

    def test_half_a_cent_goes_up(self):
        assert to_cents(Decimal("6.675")) == Decimal("6.68")

    @pytest.mark.parametrize(("value", "euros"), [(500, "0.00"), (501, "2.50"), (1_000, "6.00")])
    def test_cover(self, value, euros):
        assert cover_price(Decimal(value)) == Decimal(euros)

    def test_a_negative_value_is_refused(self):
        with pytest.raises(ValueError, match="negative"):
            cover_price(Decimal("-0.01"))


# Nearer than the path rule: this one looks at the whole price list, so it belongs to "test".
@pytest.mark.stage("test")
@pytest.mark.parametrize("zone", list(Zone), ids=lambda zone: zone.value)
def test_a_heavier_parcel_never_costs_less(zone):
    ladder = [price(zone, band) for band in BANDS]
    assert ladder == sorted(ladder)
