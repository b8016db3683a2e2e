"""Smoke tests. A path rule binds this folder to the stage "deploy", in staging and production."""

import pytest

from parcel_rates import __version__


def test_the_deployed_version_answers(ask):
    assert ask("/health") == (200, {"status": "ok", "version": __version__})


@pytest.mark.parametrize(("country", "postcode"), [("DE", "10115"), ("FR", "75001"), ("US", "10001")])
def test_a_quote_for_each_market(ask, country, postcode):
    status, body = ask(f"/quote?country={country}&postcode={postcode}&grams=800&size=25x18x5")
    assert status == 200
    assert float(body["total"]) > 0


def test_metrics_are_served(ask):
    assert ask("/metrics")[0] == 200
