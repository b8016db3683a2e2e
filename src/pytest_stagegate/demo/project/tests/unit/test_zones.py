"""Zones. No mark here: the path rule for tests/unit puts these tests at the stage "code"."""

import pytest

from parcel_rates.zones import Zone, zone_of


@pytest.mark.parametrize(
    ("country", "postcode", "zone"),
    [
        ("DE", "10115", Zone.HOME),
        ("de", " 80331 ", Zone.HOME),
        ("DE", "25946", Zone.ISLAND),
        ("DE", "27498", Zone.ISLAND),
        ("FR", "75001", Zone.NEAR),
        ("AT", "1010", Zone.NEAR),
        ("SE", "111 20", Zone.EUROPE),
        ("JP", "100-0001", Zone.WORLD),
    ],
)
def test_zone_of_an_address(country, postcode, zone):
    assert zone_of(country, postcode) is zone


@pytest.mark.parametrize("country", ["", "D", "DEU", "4Z"])
def test_a_country_needs_two_letters(country):
    with pytest.raises(ValueError, match="not a country code"):
        zone_of(country, "10115")


@pytest.mark.parametrize("postcode", ["", "1011", "1011A"])
def test_a_postcode_at_home_has_five_digits(postcode):
    with pytest.raises(ValueError, match="not a postcode"):
        zone_of("DE", postcode)
