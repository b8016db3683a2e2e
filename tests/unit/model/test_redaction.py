from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.redaction import REDACTED, redacted, secrets_of, without_values

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA\n-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"read:\n{KEY}\nend", f"read:\n{REDACTED}\nend"),
        ("-----BEGIN PRIVATE KEY-----\ncut off here", REDACTED),
        ("ghp_" + "a1B2" * 9, REDACTED),
        ("github_pat_" + "a" * 30, REDACTED),
        ("is glpat-" + "x_-9" * 6 + " valid?", f"is {REDACTED} valid?"),
        ("xoxb-123456789012-abcdef", REDACTED),
        ("pypi-" + "AgEI" * 20, REDACTED),
        ("AKIAIOSFODNN7EXAMPLE", REDACTED),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", REDACTED),
        ("GET https://dana:s3cret@shop.example/x", f"GET https://{REDACTED}@shop.example/x"),
        ("Authorization: Bearer abcdefghijklmnop", f"Authorization: Bearer {REDACTED}"),
        ("{'password': 'hunter2222', 'user': 'dana'}", f"{{'password': '{REDACTED}', 'user': 'dana'}}"),
        ("DB_PASSWORD=hunter2222 x", f"DB_PASSWORD={REDACTED} x"),
        ("api_key='abcdef123456'", f"api_key='{REDACTED}'"),
        ("assert client_secret == 'abcdef123456'", f"assert client_secret == '{REDACTED}'"),
    ],
)
def test_what_has_the_shape_of_a_secret_is_taken_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "assert 'M' == 'S'",
        "tests/test_a.py::test_password[short]",
        "assert token == 'identifier'",
        "password = None",
        "the secret of good tests: readable names",
        "https://shop.example:8080/a@b",
        "basic auth",
        "eyJ.a.b",
        "sha256 3cf0e58df5a732df695d084b062cc9d94a118facb54a0fc6354f0d985551d903",
    ],
)
def test_what_a_failure_says_stays_readable(text: str) -> None:
    assert redacted(text) == text


@given(st.text(max_size=300))
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    once = redacted(text, ("correct-horse",))
    assert redacted(once, ("correct-horse",)) == once


def test_values_of_variables_are_found_anywhere() -> None:
    environ = {
        "DEPLOY_TOKEN": "correct-horse",
        "HOME": "/home/dana",
        "API_KEY": "short",
        "X_SECRET": "correct-horse-battery",
    }
    values = secrets_of(environ)
    assert values == ("correct-horse-battery", "correct-horse")
    assert redacted("a correct-horse-battery of correct-horses in /home/dana", values) == (
        f"a {REDACTED} of {REDACTED}s in /home/dana"
    )


def test_a_value_of_several_lines_is_found_a_line_at_a_time() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END PRIVATE KEY-----"
    values = secrets_of({"SIGNING_SECRET": key})
    assert redacted("E   MIIEvQIBADAN\nE   'BgkqhkiG9w0B\\n'", values) == f"E   {REDACTED}\nE   '{REDACTED}\\n'"
    other = key.replace("MII", "XYZ")
    assert redacted(other, values) == REDACTED


@pytest.mark.parametrize(
    "piece", ["password=", "://a:", "-----BEGIN PRIVATE KEY-----", "secret_" * 3, "eyJ" + "a" * 40]
)
def test_a_long_hostile_text_takes_no_time(piece: str) -> None:
    assert redacted(piece * 20_000)


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        (["--api-token=abc", "-q"], ["--api-token=[redacted]", "-q"]),
        (["--password", "abc", "tests"], ["--password", "[redacted]", "tests"]),
        (["--password", "-q", "tests"], ["--password", "-q", "tests"]),
        (["DB_PASSWD=abc"], ["DB_PASSWD=[redacted]"]),
        (
            ["--auth=abc", "--session-id=ab", "--key=a"],
            ["--auth=[redacted]", "--session-id=[redacted]", "--key=[redacted]"],
        ),
        (["--url=https://dana:abc@shop.example/x"], ["--url=https://[redacted]@shop.example/x"]),
        (["tests/test_token.py", "-k", "password"], ["tests/test_token.py", "-k", "password"]),
        (["--keyboard=de", "--pattern=x"], ["--keyboard=de", "--pattern=x"]),
    ],
)
def test_a_command_line_loses_the_values_that_are_said_to_be_secret(args: list[str], shown: list[str]) -> None:
    assert list(without_values(args)) == shown
