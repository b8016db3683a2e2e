from __future__ import annotations

import datetime as dt
import gzip
import json
import socket
import threading
from email.utils import format_datetime
from typing import Final

import pytest

from pytest_stagegate.evidence.prometheus import LARGEST, Prometheus
from pytest_stagegate.model.service_levels import Problem, PrometheusRule, Unmeasured
from tests.unit.servers import connected, free_port, prometheus, vector

SECOND: Final = 1_000_000
SECRET: Final = "Bearer s3cret-t0ken"


def server(url: str, *, limit: int = 20 * SECOND, headers: dict[str, str] | None = None, **environ: str) -> Prometheus:
    return Prometheus(PrometheusRule(url, limit, tuple((headers or {}).items())), environ, "1795852804.000")


def problem(status: int, content: bytes, *, location: str = "") -> Problem:
    with prometheus(lambda _: (status, content), location=location) as (url, _), pytest.raises(Unmeasured) as told:
        server(url).number("up")
    return told.value.problem


def test_a_vector_of_one_sample_is_its_number_as_it_was_written() -> None:
    with prometheus(lambda _: (200, vector("1016.2421972534332"))) as (url, asked):
        assert server(f"{url}/prom/").number("sum(up)") == "1016.2421972534332"
    assert asked[0][:2] == ("POST", "/prom/api/v1/query")


def test_a_scalar_is_a_number_too() -> None:
    content = b'{"status": "success", "data": {"resultType": "scalar", "result": ["when", "4"]}}'
    with prometheus(lambda _: (200, content)) as (url, _):
        assert server(url).number("scalar(up)") == "4"


def test_a_server_that_takes_no_post_is_asked_with_get() -> None:
    with prometheus(lambda query: (200, vector(str(len(query)))), methods=("GET",)) as (url, asked):
        assert server(url).number("a + b") == "5"
    assert [method for method, _, _ in asked] == ["POST", "GET"]


def test_no_series_is_no_number() -> None:
    with prometheus(lambda _: (200, vector())) as (url, _):
        assert server(url).number("up") is None


@pytest.mark.parametrize(
    ("status", "content", "reason", "told"),
    [
        (200, vector("1", "2"), "many-series", "the query gives 2 series, and has to give one; sum them"),
        (200, vector("NaN"), "not-finite", "the query gives 'NaN', which is no number"),
        (200, vector("+Inf"), "not-finite", "the query gives '+Inf', which is no number"),
        (200, vector("1e999999"), "not-finite", "the query gives '1e999999', which is no number"),
        (
            200,
            b'{"status": "success", "data": {"resultType": "matrix", "result": []}}',
            "many-series",
            "the query gives a matrix, and has to give a vector of one sample, or a scalar",
        ),
        (
            400,
            b'{"status": "error", "errorType": "bad_data", "error": "parse error"}',
            "prometheus-refused",
            "Prometheus refused the query (400): parse error",
        ),
        (
            200,
            b'{"status": "error", "error": "\\ud800 no"}',
            "prometheus-refused",
            "Prometheus refused the query (200): ? no",
        ),
        (
            200,
            b'{"status": "success", "warnings": ["one store is away"], "data": {"resultType": "vector", "result": []}}',
            "prometheus-warns",
            "Prometheus warns that the answer may not be whole: one store is away",
        ),
        (
            200,
            b'{"status": "success", "isPartial": true, "data": {"resultType": "vector", "result": []}}',
            "prometheus-warns",
            "the answer says that it is partial (isPartial): a part of the storage could not be read",
        ),
        (
            200,
            b'{"status": "success", "error": "timed out", "data": {"resultType": "vector", "result": []}}',
            "prometheus-refused",
            "Prometheus refused the query (200): timed out",
        ),
        (204, b"", "prometheus-refused", "the address answers 204, and with no JSON of Prometheus"),
        (
            200,
            gzip.compress(b" " * 9_999_999),
            "prometheus-nonsense",
            "the address answers 200, and with no JSON of Prometheus",
        ),
        (503, b"<html>", "prometheus-refused", "the address answers 503, and with no JSON of Prometheus"),
        (404, b"{}", "prometheus-refused", "Prometheus refused the query (404)"),
        (200, b"<html>", "prometheus-nonsense", "the address answers 200, and with no JSON of Prometheus"),
        (200, b"[" * 99_999, "prometheus-nonsense", "the address answers 200, and with no JSON of Prometheus"),
        (200, b'{"a": 1, "a": 2}', "prometheus-nonsense", "the address answers 200, and with no JSON of Prometheus"),
        (200, b"[]", "prometheus-nonsense", "the answer is none of Prometheus"),
        (200, b"{}", "prometheus-nonsense", "the answer is none of Prometheus"),
        (
            200,
            b'{"status": "success", "data": {"resultType": "vector", "result": [7]}}',
            "prometheus-nonsense",
            "the answer holds no sample",
        ),
        (
            200,
            b'{"status": "success", "data": {"resultType": "scalar", "result": [1, 2]}}',
            "prometheus-nonsense",
            "the answer holds no sample",
        ),
    ],
)
def test_what_is_no_number_has_its_reason(status: int, content: bytes, reason: str, told: str) -> None:
    assert problem(status, content) == Problem(reason, told)


@pytest.mark.parametrize("instant", ["1795766404", "1795852503", "1795853105", "1e400", "true", "null", "9" * 400])
def test_a_sample_of_another_instant_is_no_number(instant: str) -> None:
    told = problem(200, vector("1").replace(b'"when"', instant.encode()))
    assert told == Problem(
        "prometheus-other-time", "the sample that it answers is not of the instant that was asked for"
    )


@pytest.mark.parametrize(("hours", "told"), [(-24, "behind ours"), (24, "ahead of ours")])
def test_a_server_whose_clock_is_another_is_told(hours: int, told: str) -> None:
    date = format_datetime(dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=hours), usegmt=True)
    with prometheus(lambda _: (200, vector("1")), date=date) as (url, _), pytest.raises(Unmeasured) as error:
        server(url).number("up")
    assert error.value.problem.reason == "prometheus-other-time"
    assert error.value.problem.text.endswith(told)


def test_remarks_on_a_query_and_a_whole_answer_are_no_problem() -> None:
    said = {**json.loads(vector("1")), "infos": ["PromQL info: metric might not be a counter"], "isPartial": False}
    with prometheus(lambda _: (200, json.dumps({**said, "warnings": []}).encode()), date="yesterday") as (url, _):
        assert server(url).number("up") == "1"


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    assert problem(200, b" " * (LARGEST + 1)) == Problem("prometheus-nonsense", "the answer is larger than 1 MiB")


def test_a_redirect_is_not_followed() -> None:
    with prometheus(lambda _: (200, vector("1"))) as (elsewhere, asked):
        assert problem(302, b"", location=elsewhere).reason == "prometheus-redirects"
    assert asked == []


def test_where_nobody_listens_nothing_more_is_asked() -> None:
    port = free_port()
    asking = server(f"http://127.0.0.1:{port}")
    for _ in range(2):
        with pytest.raises(Unmeasured, match="Prometheus could not be reached: Connection refused"):
            asking.number("up")
    with prometheus(lambda _: (200, vector("1"))) as (_, asked):
        assert asked == []


def test_a_server_that_drips_is_given_up_in_time() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.02):
            connection.sendall(b"x")

    with connected(drip) as address, pytest.raises(Unmeasured) as told:
        server(f"http://{address}", limit=SECOND // 5).number("up")
    assert told.value.problem == Problem("prometheus-slow", "Prometheus did not answer within 200 ms")


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with prometheus(lambda _: (200, vector("1"))) as (url, _):
        assert server(url).number("up") == "1"


def test_a_header_is_sent_and_never_told() -> None:
    error = json.dumps({"status": "error", "error": f"no: {SECRET}, s3cret-t0ken"}).encode()
    with prometheus(lambda _: (401, error)) as (url, asked), pytest.raises(Unmeasured) as told:
        server(url, headers={"Authorization": "TOKEN"}, TOKEN=f"{SECRET}\n").number("up")
    assert asked[0][2]["Authorization"] == SECRET
    assert told.value.problem.text == "Prometheus refused the query (401): no: ***, ***"


def test_a_short_secret_is_not_told_and_a_scheme_is_no_secret() -> None:
    error = json.dumps({"status": "error", "error": "Bearer wanted, not pa55"}).encode()
    with prometheus(lambda _: (401, error)) as (url, _), pytest.raises(Unmeasured) as told:
        server(url, headers={"Authorization": "TOKEN"}, TOKEN="Bearer pa55").number("up")
    assert told.value.problem.text == "Prometheus refused the query (401): Bearer wanted, not ***"


def test_a_value_that_no_header_can_have_is_not_told_either() -> None:
    asking = server("http://127.0.0.1:9", headers={"Authorization": "TOKEN"}, TOKEN="s3cret-one\ns3cret-two")
    with pytest.raises(Unmeasured) as told:
        asking.number("up")
    assert "s3cret" not in told.value.problem.text
    with pytest.raises(Unmeasured) as told:
        server("http://127.0.0.1:9", headers={"Authorization": "TOKEN"}, TOKEN="pä55").number("up")
    assert told.value.problem == Problem("secret-missing", "the variable TOKEN holds what no header can have")


def test_without_its_secret_nothing_is_asked() -> None:
    with prometheus(lambda _: (200, vector("1"))) as (url, asked), pytest.raises(Unmeasured) as told:
        server(url, headers={"Authorization": "PROMETHEUS_TOKEN"}).number("up")
    assert (told.value.problem.reason, asked) == ("secret-missing", [])
    assert "PROMETHEUS_TOKEN" in told.value.problem.text
