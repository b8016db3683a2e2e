"""A real Prometheus scrapes a real exporter, and its numbers decide: GO, NO GO, and HOLD once it is gone."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Final

import pytest
from prometheus_client import CollectorRegistry, Counter, start_http_server

from pytest_stagegate.cli import main
from tests.unit.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugin.conftest import Project

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs the program prometheus")

PATIENCE: Final = 60
SCRAPES: Final = """
global: {{ scrape_interval: 100ms, scrape_timeout: 100ms }}
scrape_configs: [{{ job_name: shop, static_configs: [{{ targets: ["127.0.0.1:{port}"] }}] }}]
"""
POLICY: Final = """
[prometheus]
url = "http://127.0.0.1:{port}"
[[slo]]
name = "checkout"
objective = "99 %"
window = "1 h"
good = 'sum(increase(checkouts_total{{code!~"5.."}}[{{window}}]))'
total = 'sum(increase(checkouts_total[{{window}}]))'
burn = ["10 min"]
[gate.slo]
[gate.telemetry]
expect = {{ checkouts_total = ["code"], up = ["job", "instance"] }}
"""
BAD: Final = 'sum(increase(checkouts_total{code="500"}[1h]))'


@contextmanager
def exporting() -> Iterator[tuple[int, Counter]]:
    registry = CollectorRegistry()
    checkouts = Counter("checkouts", "how each went", ["code"], registry=registry)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        yield server.server_port, checkouts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def scraping(folder: Path, exporter: int, port: int) -> Iterator[None]:
    (folder / "scrapes.yml").write_text(SCRAPES.format(port=exporter), encoding="utf-8")
    words = (f"--config.file={folder}/scrapes.yml", f"--storage.tsdb.path={folder}/data")
    command = ("prometheus", *words, f"--web.listen-address=127.0.0.1:{port}")
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int, query: str) -> None:
    """Ask until a query gives a sample."""
    address = f"http://127.0.0.1:{port}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                if json.load(answer)["data"]["result"]:
                    return
        except urllib.error.URLError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"Prometheus never answered {query}")


def measure() -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main(["measure"])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def test_what_a_service_does_decides(project: Project, tmp_path: Path) -> None:
    port = free_port()
    project.write("stagegate.toml", POLICY.format(port=port))
    project.write("test_a.py", 'import pytest\n@pytest.mark.stage("monitor")\ndef test_page(): pass')
    with exporting() as (exporter, checkouts), scraping(tmp_path, exporter, port):
        checkouts.labels("500").inc(0)
        checkouts.labels("200").inc(0)
        wait_for(port, "count_over_time(checkouts_total[1h]) > 1")
        checkouts.labels("200").inc(1000)
        wait_for(port, "sum(increase(checkouts_total[1h])) > 500")
        status, told = measure()
        assert status == 0, told
        run = project.run("--stage-gate-at=monitor")
        assert (run.word, run.gate("slo")["verdict"], run.gate("telemetry")["verdict"]) == ("GO", "PASS", "PASS")

        checkouts.labels("500").inc(200)
        wait_for(port, f"{BAD} > 100")
        run = project.run("--stage-gate-at=monitor")
        assert (run.word, run.check("slo", "checkout budget")["verdict"]) == ("NO_GO", "FAIL")

    run = project.run("--stage-gate-at=monitor")
    assert (run.word, run.gate("slo")["reason"]) == ("HOLD", "prometheus-unreachable")
    assert measure()[0] == 21
