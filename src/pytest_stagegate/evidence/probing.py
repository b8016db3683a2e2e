"""Looking at an environment: is it ready, and are its test data there?

The network is asked for the declared address alone: no proxy, no redirect, and never for longer than declared.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from pytest_stagegate.evidence.artifacts import files_matching
from pytest_stagegate.evidence.tools import Tools
from pytest_stagegate.model.environments import FAILED, PASSED, Answer
from pytest_stagegate.model.texts import REASON_LIMIT, shortened
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pytest_stagegate.model.environments import Inquiry

_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = range(300, 400)
_HIDDEN: Final = "***"
_SHORTEST_SECRET: Final = 4
"""Characters of a value that is worth hiding; a shorter one stands in every other word."""


_MOST: Final = 1 << 16
"""Bytes of an answer in which a version is looked for."""
_LONGEST: Final = 100
"""Characters of a version."""


class _Said(NamedTuple):
    passed: bool
    text: str
    version: str | None = None


class Asker:
    """Asks the questions that a policy has about one environment.

    Args:
        root: The project's root, in which commands run and files are looked for.
        environ: Environment variables of commands.
        secrets: Values that must not stand in any text.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], secrets: Iterable[str]) -> None:
        self._root = root
        self._tools = Tools(root, environ, self._hidden)
        # Of a secret with line breaks, as a file has one at its end, what is told holds a line.
        lines = {line.strip() for each in secrets for line in each.splitlines()}
        self._secrets = sorted((each for each in lines if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)
        self._ways: dict[str, Callable[[Inquiry], _Said]] = {
            "http": lambda inquiry: _within(_Http(inquiry)),
            "tcp": lambda inquiry: _within(_Tcp(inquiry)),
            "command": self._command,
            "files": self._files,
        }

    def ask(self, inquiry: Inquiry) -> Answer:
        """Ask one question; whatever happens is an answer."""
        began = time.monotonic_ns()
        said = self._ways[inquiry.kind](inquiry)
        return Answer(
            name=inquiry.name,
            asked=inquiry.asked,
            outcome=PASSED if said.passed else FAILED,
            us=(time.monotonic_ns() - began) // 1000,
            text=shortened(self._hidden(said.text), REASON_LIMIT),
            version=None if said.version is None else self._hidden(said.version),
        )

    def _command(self, inquiry: Inquiry) -> _Said:
        ended = self._tools.run(inquiry.command, None, inquiry.limit)
        words = f" ({ended.last_words})" if ended.last_words else ""
        if ended.status == 0:
            return _Said(True, "ended with the status 0")
        return _Said(False, f"{ended.problem or f'ended with the status {ended.status}'}{words}")

    def _files(self, inquiry: Inquiry) -> _Said:
        count = len({path for path in files_matching(self._root, inquiry.target) if (self._root / path).is_file()})
        files = "1 file" if count == 1 else f"{count} files"
        lacking = "" if count >= inquiry.wanted else f", and {inquiry.wanted} have to be there"
        return _Said(not lacking, f"{files}{lacking}")

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text


class _Http:
    def __init__(self, inquiry: Inquiry) -> None:
        self.limit = inquiry.limit
        self._wanted = inquiry.wanted
        self._pointer = inquiry.version
        parts = urlsplit(inquiry.target)
        self._path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        port = parts.port or _PORTS[parts.scheme]
        made = _plain if parts.scheme == "http" else _encrypted
        self._connection = made(parts.hostname or "", port, inquiry.limit / 1_000_000)

    def __call__(self) -> _Said:
        try:
            self._connection.request("GET", self._path, headers={"User-Agent": "stagegate", "Connection": "close"})
            answer = self._connection.getresponse()
            status = answer.status
            body = answer.read(_MOST + 1) if self._pointer else b""
        finally:
            self._connection.close()
        if status == self._wanted:
            return self._versioned(body, f"answered {status}")
        more = "; redirects are not followed" if status in _REDIRECTS else ""
        return _Said(False, f"answered {status}, and {self._wanted} is wanted{more}")

    def _versioned(self, body: bytes, told: str) -> _Said:
        """Return what was answered, with the version where one is asked for; an answer without it has failed."""
        if not self._pointer:
            return _Said(True, told)
        version = _version_in(body, self._pointer)
        if version is None:
            return _Said(False, f"{told}, and states no version at {self._pointer}")
        return _Said(True, f"{told}, version {version}", version)

    def give_up(self) -> None:
        if (open_socket := self._connection.sock) is not None:
            open_socket.shutdown(socket.SHUT_RDWR)


def _version_in(body: bytes, pointer: str) -> str | None:
    """Return the text or whole number that stands at a JSON pointer (RFC 6901); None where none does."""
    try:
        found: Any = json.loads(body) if len(body) <= _MOST else None
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found[int(key) if isinstance(found, list) and key.isdecimal() else key]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    told = str(found).strip() if isinstance(found, str) or type(found) is int else ""
    return told if told and told.isprintable() and len(told) <= _LONGEST else None


def _plain(host: str, port: int, seconds: float) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _encrypted(host: str, port: int, seconds: float) -> http.client.HTTPConnection:
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())


class _Tcp:
    def __init__(self, inquiry: Inquiry) -> None:
        self.limit = inquiry.limit
        host, _, port = inquiry.target.rpartition(":")
        self._address = host.removeprefix("[").removesuffix("]"), int(port)

    def __call__(self) -> _Said:
        socket.create_connection(self._address, timeout=self.limit / 1_000_000).close()
        return _Said(True, "accepted the connection")

    def give_up(self) -> None:
        """Leave the connection to its own time limit."""


def _within(question: _Http | _Tcp) -> _Said:
    """Return the answer to a question, or that there was none in time.

    A limit of a socket holds for each byte; and nothing ends the search for a name. Both are left behind here.
    """
    said: list[_Said] = []
    thread = threading.Thread(target=lambda: said.append(_answer(question)), daemon=True)
    thread.start()
    thread.join(question.limit / 1_000_000)
    if said:
        return said[0]
    with suppress(OSError):
        question.give_up()
    return _Said(False, f"did not answer within {show_duration(Fraction(question.limit), upward=False)}")


def _answer(question: _Http | _Tcp) -> _Said:
    try:
        return question()
    except TimeoutError:
        return _Said(False, f"did not answer within {show_duration(Fraction(question.limit), upward=False)}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return _Said(False, f"could not be reached: {told}")
