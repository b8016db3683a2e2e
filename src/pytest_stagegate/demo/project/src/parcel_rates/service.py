"""The rates as a small HTTP service: /quote, /health and /metrics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from parcel_rates import __version__
from parcel_rates.flags import shown
from parcel_rates.quotes import quote
from parcel_rates.weights import Parcel


class RateServer(TCPServer):
    """Serves one request at a time. (HTTPServer would ask the name service for its own name.)"""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, flags: Path | None = None) -> None:
        super().__init__((host, port), RateHandler)
        self.host = host
        self.port = int(self.server_address[1])
        self.features = shown(flags)
        self.answers: Counter[int] = Counter()


class RateHandler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: RateServer

    def do_GET(self) -> None:
        """Answer and count the answer by its status."""
        url = urlsplit(self.path)
        status, body = self._answer(url.path, url.query)
        self.server.answers[status] += 1
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, path: str, query: str) -> tuple[int, dict[str, object]]:
        if path == "/health":
            return 200, {"status": "ok", "version": __version__}
        if path == "/metrics":
            answers = sorted(self.server.answers.items())
            return 200, {f"answers_{status}": count for status, count in answers}
        if path == "/quote":
            return quote_answer(query, self.server.features)
        return 404, {"error": f"nothing at {path}"}

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent; /metrics tells what happened."""


def quote_answer(query: str, features: frozenset[str]) -> tuple[int, dict[str, object]]:
    """Return status and body for a query such as `country=FR&grams=800&size=20x15x10`."""
    # Not ready: a tube is still measured as the box around it.
    shapes = ("box", "tube") if "tubes" in features else ("box",)
    fields = {name: values[-1] for name, values in parse_qs(query).items()}
    try:
        if fields.get("shape", "box") not in shapes:
            raise ValueError(f"not a shape: {fields['shape']!r}")
        length, width, height = (int(edge) for edge in fields["size"].split("x"))
        parcel = Parcel(int(fields["grams"]), length, width, height)
        offer = quote(
            parcel,
            fields["country"],
            fields.get("postcode", ""),
            express=fields.get("express") == "yes",
        )
    except KeyError as missing:
        return 400, {"error": f"missing: {missing.args[0]}"}
    except ValueError as wrong:
        return 400, {"error": str(wrong)}
    return 200, offer.as_dict()


@contextmanager
def running(host: str = "127.0.0.1", flags: Path | None = None) -> Iterator[RateServer]:
    """Run the service on a free port until the block ends."""
    with RateServer(host, flags=flags) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
