"""The service over HTTP. The whole module is bound to dev and staging: none of it meets production."""

import pytest

pytestmark = [pytest.mark.stage("test"), pytest.mark.environment("dev", "staging")]

QUOTE = "/quote?country=DE&postcode=10115&grams=800&size=25x18x5"


def test_a_quote(ask):
    status, body = ask(QUOTE)
    assert status == 200
    assert body == {"zone": "home", "band": "S", "total": "4.99", "days": 2, "express": False}


def test_an_express_quote(ask):
    status, body = ask(QUOTE + "&express=yes")
    assert (status, body["total"]) == (200, "8.23")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("country=DE&postcode=10115&grams=800", "missing: size"),
        ("country=DE&postcode=10115&size=25x18x5", "missing: grams"),
        ("country=DE&postcode=10115&grams=800&size=25x18x5&shape=ball", "not a shape"),
        ("country=FR&grams=40000&size=25x18x5", "40000 g is above"),
        # This one needs the address register, which only staging has.
        pytest.param(
            "country=DE&postcode=0&grams=800&size=25x18x5",
            "not a postcode",
            marks=pytest.mark.environment("staging"),
        ),
    ],
)
@pytest.mark.requirement("RATE-12")
def test_a_wrong_question_is_answered_with_400(ask, query, error):
    status, body = ask(f"/quote?{query}")
    assert status == 400
    assert error in body["error"]


def test_an_unknown_path_is_answered_with_404(ask):
    assert ask("/price")[0] == 404
