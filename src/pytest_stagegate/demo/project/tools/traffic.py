"""Put questions to the service as its users do, and write down what it counted. For example: traffic.py traffic.txt

A real project lets Prometheus scrape the service; the gate asks it then, see [tool.stagegate.prometheus].
"""

from __future__ import annotations

import json
import sys
from http.client import HTTPConnection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from parcel_rates.service import running

QUESTIONS = 500


def asked(broken: bool) -> dict[str, int]:
    """Return how many questions were answered with each status."""
    with running() as server:
        for number in range(QUESTIONS):
            postcode = "" if broken and number % 10 == 0 else "10115"
            path = f"/quote?country=DE&postcode={postcode}&grams={500 + number}&size=25x18x5"
            ask(server.port, "/quote" if not postcode else path)
        return {key.rpartition("_")[2]: count for key, count in ask(server.port, "/metrics").items()}


def ask(port: int, path: str) -> dict[str, int]:
    """Return the body of an answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return dict(json.loads(connection.getresponse().read()))
    finally:
        connection.close()


def main() -> None:
    """Write the counters as OpenMetrics."""
    target, counts = Path(sys.argv[1]), asked("--broken" in sys.argv)
    lines = ["# TYPE rates_answers counter"]
    lines += [f'rates_answers_total{{code="{code}"}} {count}' for code, count in sorted(counts.items())]
    lines += ["# TYPE rates_questions counter", f"rates_questions_total {sum(counts.values())}", "# EOF", ""]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines), encoding="utf-8")
    print(f"wrote {target.as_posix()}: {sum(counts.values())} questions")


if __name__ == "__main__":
    main()
