"""Servers on loopback, as tests need them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit


@contextmanager
def serving(status: int, location: str = "", body: bytes = b"") -> Iterator[tuple[str, list[str]]]:
    """A server that answers every request; yields its address and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def connected(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that does what it likes with each connection until it is told to end."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    with connection:
                        behave(connection, over)
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def prometheus(
    answer: Callable[[str], tuple[int, bytes]],
    *,
    methods: tuple[str, ...] = ("POST", "GET"),
    location: str = "",
    date: str = "",
) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str]]]]]:
    """A server with Prometheus's query API; yields its address, and of each request method, path and headers.

    The text "when" in an answer becomes the instant that was asked for.
    """
    asked: list[tuple[str, str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            words = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._respond("POST", words)

        def do_GET(self) -> None:
            self._respond("GET", urlsplit(self.path).query)

        def _respond(self, method: str, words: str) -> None:
            asked.append((method, urlsplit(self.path).path, dict(self.headers)))
            said = parse_qs(words)
            status, content = answer(said["query"][0]) if method in methods else (405, b"")
            content = content.replace(b'"when"', said["time"][0].encode())
            self.send_response_only(status)
            self.send_header("Date", date or self.date_time_string())
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def vector(*values: str) -> bytes:
    """The answer of Prometheus with one sample a series, for `prometheus`."""
    result = [{"metric": {}, "value": ["when", value]} for value in values]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
