"""A quote on one sheet of paper: `python -m parcel_rates.printed FR 75001 800 25x18x5 > quote.html`."""

from __future__ import annotations

import sys

from jinja2 import Environment

from parcel_rates.quotes import Quote, quote
from parcel_rates.weights import Parcel

SHEET = Environment(autoescape=True).from_string(
    """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Quote for {{ name }}</title>
<style>body { font: 28pt sans-serif; margin: 2cm } strong { font-size: 60pt }</style>
<p>A parcel for {{ name }}
<p><strong>{{ offer.total }} €</strong>
<p>{{ offer.days }} working days, band {{ offer.band }}
</html>
"""
)


def sheet(offer: Quote, name: str) -> str:
    """Return the sheet as HTML."""
    return SHEET.render(offer=offer, name=name)


def main(words: list[str]) -> None:
    """Print the sheet for country, postcode, grams and size."""
    country, postcode, grams, size = words
    parcel = Parcel(int(grams), *(int(edge) for edge in size.split("x")))
    print(sheet(quote(parcel, country, postcode), f"{country} {postcode}"))


if __name__ == "__main__":
    main(sys.argv[1:])
