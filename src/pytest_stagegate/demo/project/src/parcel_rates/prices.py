"""Prices and refunds. Every amount is a Decimal in euros, rounded half up to a full cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from parcel_rates.weights import BANDS
from parcel_rates.zones import Zone

CENT = Decimal("0.01")
PRICE_LIST: dict[Zone, tuple[str, ...]] = {
    Zone.HOME: ("3.99", "4.99", "6.49", "9.49", "17.99"),
    Zone.ISLAND: ("3.99", "4.99", "6.49", "9.49", "17.99"),
    Zone.NEAR: ("8.89", "10.49", "14.99", "19.99", "34.99"),
    Zone.EUROPE: ("9.99", "12.49", "17.99", "24.99", "44.99"),
    Zone.WORLD: ("15.99", "21.49", "32.99", "54.99", "119.00"),
}
ISLAND_SURCHARGE = Decimal("7.50")
EXPRESS_FACTOR = Decimal("1.65")
FREE_COVER = Decimal("500")
COVER_RATE = Decimal("0.012")
COVER_MINIMUM = Decimal("2.50")


def to_cents(amount: Decimal) -> Decimal:
    """Round an amount half up to a full cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def base_price(zone: Zone, band: str) -> Decimal:
    """Return the price list's entry."""
    if band not in BANDS:
        raise ValueError(f"no such band: {band!r}")
    return Decimal(PRICE_LIST[zone][BANDS.index(band)])


def cover_price(value: Decimal) -> Decimal:
    """Return what it costs to insure a value; the first 500 euros are free."""
    if value < 0:
        raise ValueError("a value can't be negative")
    if value <= FREE_COVER:
        return Decimal("0.00")
    return max(COVER_MINIMUM, to_cents((value - FREE_COVER) * COVER_RATE))


def price(zone: Zone, band: str, *, express: bool = False, value: Decimal = Decimal(0)) -> Decimal:
    """Return what a parcel costs: base price, express, island surcharge and cover."""
    amount = base_price(zone, band)
    if express:
        amount *= EXPRESS_FACTOR
    if zone is Zone.ISLAND:
        amount += ISLAND_SURCHARGE
    return to_cents(amount) + cover_price(value)


def refund(paid: Decimal, *, days_late: int, express: bool = False, lost: bool = False) -> Decimal:
    """Return what a sender gets back.

    A lost parcel is refunded whole, a late express parcel too from its second day; before that, and
    without express, a day is worth 10 % and all days together at most 50 %.
    """
    if days_late < 0:
        raise ValueError("a parcel can't be late by less than no day")
    if lost:
        return paid
    if express and days_late >= 2:
        return paid
    share = min(Decimal("0.10") * days_late, Decimal("0.50"))
    return to_cents(paid * share)
