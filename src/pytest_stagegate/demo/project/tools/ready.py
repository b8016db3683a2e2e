"""Is an environment ready? Starts the service and asks it for its health, as a real project would ask an address."""

from __future__ import annotations

import sys
from http.client import HTTPConnection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from parcel_rates.service import running

with running() as server:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/health")
    answer = connection.getresponse()
    print(answer.status, answer.read().decode())
sys.exit(answer.status != 200)
