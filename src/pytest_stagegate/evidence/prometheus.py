"""Asking Prometheus for single numbers by its HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/.

The declared address alone is asked: no proxy, no redirect, and never for longer than declared.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from pytest_stagegate import __version__
from pytest_stagegate.evidence.readers.json_documents import KeyTwice, once
from pytest_stagegate.model.metrics import exact
from pytest_stagegate.model.numbers import NotANumber
from pytest_stagegate.model.service_levels import Problem, Unmeasured
from pytest_stagegate.model.texts import REASON_LIMIT, shortened
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stagegate.model.service_levels import PrometheusRule

LARGEST: Final = 1 << 20
"""Bytes that an answer may have; that of a single number has some hundred."""

_PORTS: Final = {"http": 80, "https": 443}
_PATH: Final = "/api/v1/query"
_NO_POST: Final = (405, 501)
"""Statuses of a server that takes the question in its address alone."""
_HIDDEN: Final = "***"
_SHORTEST_SECRET: Final = 4
"""Characters of a value that is worth hiding; a shorter one stands in every other word."""
_SCHEMES: Final = ("basic", "bearer", "digest", "token")
"""First words of values of ``Authorization`` that are no secret."""
_SKEW: Final = 300
"""Seconds by which two clocks, or an instant that is asked for and that of an answer, may differ."""
_GONE: Final = ("prometheus-unreachable", "prometheus-slow")
"""Reasons after which no further question is asked."""


class _Answer(NamedTuple):
    """What came back.

    Attributes:
        status: The status of HTTP.
        content: What was read of the body.
        behind: By how many seconds the server's clock is behind ours; 0 where it does not tell the time.
    """

    status: int
    content: bytes
    behind: float


class Prometheus:
    """A server that is asked for single numbers, all of one instant.

    Args:
        rule: Its address, its time limit and its headers.
        environ: Variables, in which the values of headers are looked for.
        instant: Seconds since the epoch, as decimal text, at which all queries are evaluated.
    """

    def __init__(self, rule: PrometheusRule, environ: Mapping[str, str], instant: str) -> None:
        self._rule = rule
        self._instant = instant
        self._headers = {name: environ.get(variable, "").strip() for name, variable in rule.headers}
        self._unset = [variable for name, variable in rule.headers if not self._headers[name]]
        self._unfit = [variable for name, variable in rule.headers if not _may_be_sent(self._headers[name])]
        self._gone: Problem | None = None

    def number(self, query: str) -> str | None:
        """Return the one number that a query gives, as it was written; None where it gives no series.

        Raises:
            Unmeasured: Where there is none, or several, or Prometheus does not answer as it should.
        """
        if self._unset:
            names = ", ".join(self._unset)
            raise Unmeasured(Problem("secret-missing", f"the variable {names} is not set, which a header needs"))
        if self._unfit:
            names = ", ".join(self._unfit)
            raise Unmeasured(Problem("secret-missing", f"the variable {names} holds what no header can have"))
        if self._gone is not None:
            raise Unmeasured(self._gone)
        try:
            return _number_of(self._answer(query), float(self._instant))
        except Unmeasured as error:
            text = shortened(" ".join(self._hidden(error.problem.text).split()), REASON_LIMIT)
            problem = Problem(error.problem.reason, text.encode("utf-8", "replace").decode())
            if problem.reason in _GONE:
                self._gone = problem
            raise Unmeasured(problem) from error

    def _answer(self, query: str) -> _Answer:
        words = urlencode({"query": query, "time": self._instant})
        answer = _within(_Call(self._rule, self._headers, "POST", words))
        if answer.status in _NO_POST:
            answer = _within(_Call(self._rule, self._headers, "GET", words))
        return answer

    def _hidden(self, text: str) -> str:
        words = {word for value in self._headers.values() for word in (value, *value.split())}
        for secret in sorted(words, key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET and secret.lower() not in _SCHEMES:
                text = text.replace(secret, _HIDDEN)
        return text


class _Call:
    """One question, with everything of it under one time limit."""

    def __init__(self, rule: PrometheusRule, headers: Mapping[str, str], method: str, words: str) -> None:
        self.limit = rule.limit
        parts = urlsplit(rule.url)
        own = {"User-Agent": f"stagegate/{__version__}", "Accept": "application/json", "Connection": "close"}
        form = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        path = f"{parts.path.rstrip('/')}{_PATH}"
        target = path if method == "POST" else f"{path}?{words}"
        self._asked = (method, target, words if method == "POST" else None, {**headers, **own, **form})
        seconds, port = rule.limit / 1_000_000, parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=seconds)

    def __call__(self) -> _Answer:
        try:
            self._connection.request(*self._asked)
            response = self._connection.getresponse()
            return _Answer(response.status, response.read(LARGEST + 1), _behind(response.getheader("Date", "")))
        finally:
            self._connection.close()

    def give_up(self) -> None:
        if (open_socket := self._connection.sock) is not None:
            open_socket.shutdown(socket.SHUT_RDWR)


def _may_be_sent(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _behind(date: str) -> float:
    """Return by how many seconds the header ``Date`` of an answer that has just come is behind our own clock."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return 0


def _within(call: _Call) -> _Answer:
    """Return the answer to a question.

    A limit of a socket holds for each byte; and nothing ends the search for a name. Both are left behind here.

    Raises:
        Unmeasured: Where there is none in time.
    """
    said: list[_Answer | Exception] = []
    thread = threading.Thread(target=lambda: said.append(_tried(call)), daemon=True)
    thread.start()
    thread.join(call.limit / 1_000_000)
    answer = said[0] if said else TimeoutError()
    if isinstance(answer, _Answer):
        return answer
    if isinstance(answer, TimeoutError):
        with suppress(OSError):
            call.give_up()
        limit = show_duration(Fraction(call.limit), upward=False)
        raise Unmeasured(Problem("prometheus-slow", f"Prometheus did not answer within {limit}"))
    told = getattr(answer, "strerror", None) or str(answer) or type(answer).__name__
    raise Unmeasured(Problem("prometheus-unreachable", f"Prometheus could not be reached: {told}"))


def _tried(call: _Call) -> _Answer | Exception:
    try:
        return call()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return error


def _number_of(answer: _Answer, instant: float) -> str | None:
    """Return the one number of an answer for an instant; None where it holds no series."""
    if 300 <= answer.status < 400:
        text = f"the address answers {answer.status} and leads elsewhere; redirects are not followed"
        raise Unmeasured(Problem("prometheus-redirects", text))
    if len(answer.content) > LARGEST:
        text = f"the answer is larger than {LARGEST >> 20} MiB"
        raise Unmeasured(Problem("prometheus-nonsense", text))
    said = _document(answer)
    if said.get("status") == "error" or said.get("error") or answer.status != 200:
        told = said.get("error")
        what = f": {told}" if isinstance(told, str) and told else ""
        raise Unmeasured(Problem("prometheus-refused", f"Prometheus refused the query ({answer.status}){what}"))
    if said.get("status") != "success" or not isinstance(said.get("data"), dict):
        raise Unmeasured(Problem("prometheus-nonsense", "the answer is none of Prometheus"))
    if warned := said.get("warnings"):
        first = warned[0] if isinstance(warned, list) else warned
        raise Unmeasured(Problem("prometheus-warns", f"Prometheus warns that the answer may not be whole: {first}"))
    if said.get("isPartial") not in (None, False):
        text = "the answer says that it is partial (isPartial): a part of the storage could not be read"
        raise Unmeasured(Problem("prometheus-warns", text))
    if abs(answer.behind) > _SKEW:
        raise Unmeasured(Problem("prometheus-other-time", f"the server's clock is {_off(answer.behind)} ours"))
    return _sample(said["data"], instant)


def _off(seconds: float) -> str:
    length = show_duration(Fraction(int(abs(seconds)) * 1_000_000), upward=False)
    return f"{length} {'behind' if seconds > 0 else 'ahead of'}"


def _document(answer: _Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.content.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError, KeyTwice) as error:
        reason = "prometheus-nonsense" if answer.status == 200 else "prometheus-refused"
        text = f"the address answers {answer.status}, and with no JSON of Prometheus"
        raise Unmeasured(Problem(reason, text)) from error
    return found if isinstance(found, dict) else {}


def _sample(data: dict[str, Any], instant: float) -> str | None:
    kind, result = data.get("resultType"), data.get("result")
    if kind == "vector" and isinstance(result, list):
        if not result:
            return None
        if len(result) > 1:
            text = f"the query gives {len(result)} series, and has to give one; sum them"
            raise Unmeasured(Problem("many-series", text))
        result = result[0].get("value") if isinstance(result[0], dict) else None
    elif kind != "scalar":
        shown = kind if isinstance(kind, str) else "nothing that is known"
        text = f"the query gives a {shown[:40]}, and has to give a vector of one sample, or a scalar"
        raise Unmeasured(Problem("many-series", text))
    if not isinstance(result, list) or len(result) != 2 or not isinstance(result[1], str):
        raise Unmeasured(Problem("prometheus-nonsense", "the answer holds no sample"))
    if not isinstance(result[0], (int, float)) or not instant - _SKEW <= result[0] <= instant + _SKEW:
        text = "the sample that it answers is not of the instant that was asked for"
        raise Unmeasured(Problem("prometheus-other-time", text))
    try:
        exact("that Prometheus answered", result[1])
    except NotANumber as error:
        raise Unmeasured(Problem("not-finite", f"the query gives {result[1][:40]!r}, which is no number")) from error
    return result[1]
