// Metrics of a shop, in both text formats.
const fs = require("fs");
const client = require("prom-client");
for (const [type, file] of [[client.Registry.PROMETHEUS_CONTENT_TYPE, "prom-client.prom"],
                            [client.Registry.OPENMETRICS_CONTENT_TYPE, "prom-client.openmetrics"]]) {
  const registry = new client.Registry(type);
  const registers = [registry];
  const requests = new client.Counter({ name: "shop_requests_total", help: "Answers", labelNames: ["verb", "code"], registers });
  requests.inc({ verb: "get", code: "200" }, 3);
  requests.inc({ code: "500", verb: 'a "b" \\ c' });
  new client.Gauge({ name: "shop_ratio", help: "A ratio", registers }).set(0.30000000000000004);
  const latency = new client.Histogram({ name: "shop_latency_seconds", help: "Latency", buckets: [0.1, 1], registers });
  [0.05, 0.7, 12].forEach((each) => latency.observe(each));
  const size = new client.Summary({ name: "shop_size", help: "Size", percentiles: [0.5, 0.99], registers });
  [1, 2, 3].forEach((each) => size.observe(each));
  registry.metrics().then((text) => fs.writeFileSync(file, text));
}
