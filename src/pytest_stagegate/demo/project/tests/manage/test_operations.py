"""What operations can be sure of. Nothing is stored, so a restore is a service that starts from nothing."""

import pytest

pytestmark = pytest.mark.stage("manage")


@pytest.mark.drill("restore")
def test_a_fresh_service_quotes_like_any_other(ask):
    status, body = ask("/quote?country=DE&postcode=10115&grams=800&size=25x18x5")
    assert (status, float(body["total"]) > 0) == (200, True)


def test_a_caller_is_told_what_is_missing(ask):
    assert ask("/quote?country=DE") == (400, {"error": "missing: size"})
