"""Quotes: from a parcel and an address to an offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from parcel_rates.prices import price
from parcel_rates.weights import Parcel, band_of, billable_grams
from parcel_rates.zones import Zone, zone_of

TRANSIT_DAYS = {Zone.HOME: 2, Zone.ISLAND: 4, Zone.NEAR: 4, Zone.EUROPE: 6, Zone.WORLD: 12}


@dataclass(frozen=True)
class Quote:
    """An offer: what it costs and how many working days it takes."""

    zone: Zone
    band: str
    total: Decimal
    days: int
    express: bool

    def as_dict(self) -> dict[str, object]:
        """Return the quote as JSON knows it; the total is a string, so that it stays exact."""
        return {
            "zone": self.zone.value,
            "band": self.band,
            "total": str(self.total),
            "days": self.days,
            "express": self.express,
        }


def quote(
    parcel: Parcel,
    country: str,
    postcode: str,
    *,
    express: bool = False,
    value: Decimal = Decimal(0),
) -> Quote:
    """Return the offer for one parcel to one address."""
    zone = zone_of(country, postcode)
    band = band_of(billable_grams(parcel))
    days = TRANSIT_DAYS[zone]
    if express:
        days = max(1, days // 2)
    return Quote(zone, band, price(zone, band, express=express, value=value), days, express)


def cheapest(quotes: Iterable[Quote]) -> Quote:
    """Return the cheapest offer, of equal ones the fastest."""
    ranked = sorted(quotes, key=lambda offer: (offer.total, offer.days))
    if not ranked:
        raise ValueError("no quotes to choose from")
    return ranked[0]
