"""What the operators watch: the figures exist and count what they say."""

import pytest


@pytest.mark.stage("monitor")
def test_answers_are_counted_by_status(ask):
    for path in ("/health", "/health", "/quote", "/nowhere"):
        ask(path)
    assert ask("/metrics")[1] == {"answers_200": 2, "answers_400": 1, "answers_404": 1}


@pytest.mark.stage("monitor")
@pytest.mark.environment("production")
def test_ninety_nine_of_a_hundred_questions_are_answered(ask):
    query = "/quote?country=DE&postcode=10115&grams={}&size=25x18x5"
    answers = [ask(query.format(grams))[0] for grams in range(510, 610)]
    assert answers.count(200) >= 99
