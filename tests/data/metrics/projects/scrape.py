"""Metrics of a shop, in both text formats, and as the registry itself has them."""

import json
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Summary, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

registry = CollectorRegistry()
requests = Counter("shop_requests", "Answers by code", ["code", "path"], registry=registry)
requests.labels("200", "/price").inc(12_345_678_901)
requests.labels("500", 'C:\\price "a"\nb').inc(exemplar={"trace": "abc"})
latency = Histogram("shop_latency_seconds", "Latency", unit="seconds", buckets=(0.1, 0.25, 1), registry=registry)
for seconds in (0.05, 0.2, 0.3, 7.125):
    latency.observe(seconds)
Summary("shop_size_bytes", "Sizes", unit="bytes", registry=registry).observe(1e21)
for name, number in {
    "ratio": 0.1,
    "broken": float("nan"),
    "high": float("inf"),
    "low": -float("inf"),
    "tiny": 5e-324,
}.items():
    Gauge(f"shop_{name}", "A number", registry=registry).set(number)
Info("shop_build", "The build", registry=registry).info({"version": "1.2.0"})
Enum("shop_state", "The state", states=["open", "closed"], registry=registry).state("open")

Path("prometheus_client.prom").write_bytes(generate_latest(registry))
Path("prometheus_client.openmetrics").write_bytes(generate_openmetrics(registry))
samples = [[each.name, each.labels, repr(each.value)] for family in registry.collect() for each in family.samples]
Path("prometheus_client.json").write_text(json.dumps(samples, indent=1), encoding="utf-8")
