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


def test_what_is_not_ready_is_not_shown(ask):
    status, body = ask("/quote?country=DE&postcode=10115&grams=800&size=100x10x10&shape=tube")
    assert (status, body) == (400, {"error": "not a shape: 'tube'"})


@pytest.mark.drill("rollback")
def test_the_version_before_answers_the_same_question(ask):
    """The way back: nothing is stored, so it is enough that the questions of 1.1.0 are still understood."""
    assert ask("/quote?country=DE&postcode=10115&grams=800&size=25x18x5")[0] == 200
