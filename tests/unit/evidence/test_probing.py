from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_stagegate.evidence.probing import Asker
from pytest_stagegate.model.environments import Answer, Inquiry
from tests.unit.servers import connected, free_port, serving

SECOND = 1_000_000


def ask(inquiry: Inquiry, root: Path = Path(), secrets: tuple[str, ...] = (), **environ: str) -> Answer:
    return Asker(root, environ, secrets).ask(inquiry)


def http(address: str, wanted: int = 200, limit: int = 20 * SECOND) -> Inquiry:
    return Inquiry("probe", "http", target=f"http://{address}/health?key=s3cret", limit=limit, wanted=wanted)


def test_a_page_that_answers_as_wanted_passes() -> None:
    with serving(200) as (address, asked):
        said = ask(http(address))
    assert (said.outcome, said.text, asked) == ("passed", "answered 200", ["/health?key=s3cret"])
    assert said.asked == f"GET http://{address}/health"


def versioned(body: bytes, pointer: str = "/build/version", status: int = 200) -> Answer:
    with serving(status, body=body) as (address, _):
        return ask(http(address)._replace(version=pointer))


@pytest.mark.parametrize(
    ("body", "pointer", "version"),
    [
        (b'{"build": {"version": "1.2.0"}}', "/build/version", "1.2.0"),
        (b'{"build": [{"a/b~": 7}]}', "/build/0/a~1b~0", "7"),
        (b'{"": " 1.2.0\\n"}', "/", "1.2.0"),
    ],
)
def test_an_answer_states_the_version_that_runs(body: bytes, pointer: str, version: str) -> None:
    said = versioned(body, pointer)
    assert (said.outcome, said.version, said.text) == ("passed", version, f"answered 200, version {version}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1.2.0",
        b"<p>1.2.0</p>",
        b'{"build": 1}',
        b'{"build": {"version": null}}',
        b'{"build": {"version": true}}',
        b'{"build": {"version": ""}}',
        b'{"build": {"version": ["1.2.0"]}}',
        b'{"build": {"version": "1.2.0\\u001b[31m"}}',
        b'{"build": {"version": "' + b"1" * 101 + b'"}}',
        b'{"build": {"version": "1.2.0", "more": "' + b"a" * (1 << 16) + b'"}}',
        b"[" * 60_000,
        b"\xff\xfe\x00",
    ],
)
def test_an_answer_that_states_no_version_fails(body: bytes) -> None:
    said = versioned(body)
    assert (said.outcome, said.version) == ("failed", None)
    assert said.text == "answered 200, and states no version at /build/version"


def test_another_status_states_no_version() -> None:
    said = versioned(b'{"build": {"version": "1.2.0"}}', status=503)
    assert (said.version, said.text) == (None, "answered 503, and 200 is wanted")


def test_a_version_shows_no_secret() -> None:
    with serving(200, body=b'{"v": "1.2.0+s3cret"}') as (address, _):
        said = ask(http(address)._replace(version="/v"), secrets=("s3cret",))
    assert (said.version, said.text) == ("1.2.0+***", "answered 200, version 1.2.0+***")


def test_another_status_fails() -> None:
    with serving(503) as (address, _):
        assert ask(http(address)).text == "answered 503, and 200 is wanted"


def test_the_wanted_status_may_be_another() -> None:
    with serving(401) as (address, _):
        assert ask(http(address, wanted=401)).outcome == "passed"


def test_no_redirect_is_followed() -> None:
    with serving(200) as (elsewhere, asked), serving(302, f"http://{elsewhere}/") as (address, _):
        said = ask(http(address))
    assert (said.outcome, asked) == ("failed", [])
    assert said.text == "answered 302, and 200 is wanted; redirects are not followed"


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with serving(200) as (address, _):
        assert ask(http(address)).outcome == "passed"


def drip(connection: socket.socket, over: threading.Event) -> None:
    """Send one byte of a header after another, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.02):
        connection.sendall(b"a")


def hang(_connection: socket.socket, over: threading.Event) -> None:
    over.wait()


@pytest.mark.parametrize("behave", [drip, hang])
def test_a_slow_server_is_not_waited_for(behave: Callable[[socket.socket, threading.Event], None]) -> None:
    with connected(behave) as address:
        said = ask(http(address, limit=SECOND // 5))
    assert (said.outcome, said.text) == ("failed", "did not answer within 200 ms")


def test_what_is_no_web_server_fails() -> None:
    with connected(lambda connection, _: connection.sendall(b"SSH-2.0-x\r\n")) as address:
        assert ask(http(address)).outcome == "failed"


def test_a_port_that_nobody_listens_at_fails() -> None:
    port = free_port()
    for kind, target in (("http", f"http://127.0.0.1:{port}/"), ("tcp", f"127.0.0.1:{port}")):
        said = ask(Inquiry("probe", kind, target=target, limit=20 * SECOND, wanted=200))
        assert (said.outcome, said.text) == ("failed", "could not be reached: Connection refused")


def test_a_port_that_accepts_passes() -> None:
    with connected(hang) as address:
        said = ask(Inquiry("probe", "tcp", target=address, limit=20 * SECOND))
    assert (said.outcome, said.asked) == ("passed", f"tcp {address}")


def python(code: str, limit: int = 60 * SECOND) -> Inquiry:
    return Inquiry("orders", "command", command=(sys.executable, "-c", code), limit=limit)


def test_a_command_that_ends_with_0_passes() -> None:
    assert ask(python("")).outcome == "passed"


def test_a_command_fails_with_its_last_words_and_without_secrets() -> None:
    said = ask(python("import sys; sys.exit('no orders for s3cret-t0ken')"), secrets=("s3cret-t0ken", "1", ""))
    assert (said.outcome, said.text) == ("failed", "ended with the status 1 (no orders for ***)")


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("s3cret-t0ken\n", "no orders for s3cret-t0ken"),
        ("-----BEGIN-----\r\ns3cret-t0ken\r\n", "no orders for s3cret-t0ken"),
        ("s3cret-t0ken", "x" * 74 + "s3cret-t0ken" + "x" * 200),
    ],
    ids=["line feed at its end", "several lines", "cut in two"],
)
def test_no_part_of_a_secret_is_shown(secret: str, said: str) -> None:
    told = ask(python(f"import sys; sys.exit({said!r})"), secrets=(secret,)).text
    assert "s3c" not in told


def test_a_command_that_does_not_end_is_stopped() -> None:
    said = ask(python("import time; time.sleep(600)", limit=SECOND // 10))
    assert said.text == "was not done after 100 ms and was stopped"


def test_a_command_that_is_not_there_fails() -> None:
    said = ask(Inquiry("orders", "command", command=("no-such-program",), limit=SECOND))
    assert said.text == "could not be run: there is no program 'no-such-program'"


@pytest.mark.parametrize(("wanted", "outcome", "text"), [(2, "passed", "2 files"), (3, "failed", "2 files, and 3")])
def test_files_are_counted(tmp_path: Path, wanted: int, outcome: str, text: str) -> None:
    for name in ("a.csv", "b.csv", "c.txt"):
        (tmp_path / name).touch()
    said = ask(Inquiry("customers", "files", target="*.csv", wanted=wanted), tmp_path)
    assert said.outcome == outcome
    assert said.text.startswith(text)
