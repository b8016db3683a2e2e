"""What several test files share: the service on loopback and a way to ask it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from parcel_rates.service import running

Ask = Callable[[str], "tuple[int, dict[str, Any]]"]


@pytest.fixture
def ask(stagegate_environment) -> Iterator[Ask]:
    """Ask a fresh service for a path: status and body.

    A real project would ask the address that the policy declares of the environment.
    """
    settings = stagegate_environment.settings
    flags = Path(__file__).parent.parent / settings["flags"] if "flags" in settings else None
    with running(settings["host"], flags) as server:

        def get(path: str) -> tuple[int, dict[str, Any]]:
            connection = HTTPConnection(server.host, server.port, timeout=10)
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                return response.status, json.loads(response.read())
            finally:
                connection.close()

        yield get
