"""Delivery zones: where a parcel goes decides which column of the price list applies."""

from __future__ import annotations

from enum import Enum

HOME = "DE"
NEIGHBOURS = frozenset({"AT", "BE", "CH", "CZ", "DK", "FR", "LU", "NL", "PL"})
EUROPE = frozenset({"ES", "FI", "GR", "HU", "IE", "IT", "NO", "PT", "SE", "SK"})
# Islands that are reached by ferry only.
ISLAND_PREFIXES = ("2594", "26465", "26548", "26571", "27498")


class Zone(Enum):
    """A column of the price list."""

    HOME = "home"
    ISLAND = "island"
    NEAR = "near"
    EUROPE = "europe"
    WORLD = "world"


def zone_of(country: str, postcode: str) -> Zone:
    """Return the zone of an address; `country` is an ISO 3166 code of two letters."""
    code = country.strip().upper()
    if len(code) != 2 or not code.isalpha():
        raise ValueError(f"not a country code: {country!r}")
    if code == HOME:
        return _home_zone(postcode.strip())
    if code in NEIGHBOURS:
        return Zone.NEAR
    return Zone.EUROPE if code in EUROPE else Zone.WORLD


def _home_zone(postcode: str) -> Zone:
    if len(postcode) != 5 or not postcode.isdigit():
        raise ValueError(f"not a postcode: {postcode!r}")
    return Zone.ISLAND if postcode.startswith(ISLAND_PREFIXES) else Zone.HOME
