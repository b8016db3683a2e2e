"""Prometheus is asked once where a gate wants it; what it said is evidence, with and without Python's tests."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.model.times import rfc3339
from tests.unit.servers import free_port, prometheus, vector

if TYPE_CHECKING:
    from tests.plugin.conftest import Project

SUITE = """
    import pytest
    @pytest.mark.stage("monitor")
    def test_page(): pass
"""
JUNIT = "<testsuite name='js'><testcase name='a'/></testsuite>"
SECRET = "Bearer s3cret-t0ken"


def policy(url: str, more: str = "") -> str:
    return f"""
    environments = ["production"]
    default_stage = "monitor"
    [prometheus]
    url = "{url}"
    headers = {{ Authorization = "env:PROMETHEUS_TOKEN" }}
    [[slo]]
    name = "checkout"
    objective = "99 %"
    window = "30 d"
    good = 'sum(increase(good_total[{{window}}]))'
    total = 'sum(increase(all_total[{{window}}]))'
    burn = ["1 h"]
    [gate.slo]
    [gate.telemetry]
    expect = {{ all_total = ["code"] }}
    {more}
    """


def answers(good: str = "996") -> dict[str, bytes]:
    return {
        "sum(increase(good_total[30d]))": vector(good),
        "sum(increase(all_total[30d]))": vector("1000"),
        "sum(increase(good_total[1h]))": vector("100"),
        "sum(increase(all_total[1h]))": vector("100"),
        'count({__name__="all_total"})': vector("2"),
        'count({__name__="all_total",code!=""})': vector("2"),
    }


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PROMETHEUS_TOKEN", SECRET)
    project.write("test_a.py", SUITE)
    return project


def stagegate(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        main([*args])
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def test_a_run_asks_once_and_what_was_said_is_read_again(shop: Project, workers: list[str]) -> None:
    said = answers()
    with prometheus(lambda query: (200, said[query])) as (url, asked):
        shop.write("stagegate.toml", policy(url))
        run = shop.run("--stage-gate-at=monitor", "--stage-gate-env=production", *workers, process=bool(workers))
    assert (run.word, run.gate("slo")["verdict"], run.gate("telemetry")["verdict"]) == ("GO", "PASS", "PASS")
    assert (len(asked), asked[0][2]["Authorization"]) == (len(said), SECRET)
    before = (run.folder / "report.html").read_bytes()
    assert b"s3cret" not in b"".join(path.read_bytes() for path in run.folder.rglob("*") if path.is_file())

    again = shop.check("--as-of=run", "--env=production", ".stagegate")
    assert (again.folder / "report.html").read_bytes() == before
    assert stagegate("verify", ".stagegate/decision.json")[0] == 0


def test_a_spent_budget_is_no_go(shop: Project) -> None:
    said = answers(good="900")
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        run = shop.run("--stage-gate-at=monitor")
    assert (run.word, run.check("slo", "checkout budget")["shown"]) == ("NO_GO", "-900 %")


def test_where_nobody_answers_the_decision_is_held_with_the_reason(shop: Project) -> None:
    shop.write("stagegate.toml", policy(f"http://127.0.0.1:{free_port()}"))
    run = shop.run("--stage-gate-at=monitor")
    assert (run.word, run.gate("slo")["reason"]) == ("HOLD", "prometheus-unreachable")
    assert "not measured: checkout: Prometheus could not be reached: Connection refused" in run.out


def test_a_stage_that_no_gate_measures_at_and_a_plain_pytest_ask_nobody(shop: Project) -> None:
    with prometheus(lambda _: (200, vector("1"))) as (url, asked):
        shop.write("stagegate.toml", policy(url))
        shop.run("--stage-gate-at=test")
        shop.run(gate=False)
    assert asked == []


def test_a_project_without_python_tests_measures_and_decides(shop: Project) -> None:
    said = answers()
    shop.write("junit.xml", JUNIT)
    with prometheus(lambda query: (200, said[query])) as (url, asked):
        shop.write("stagegate.toml", policy(url))
        status, told = stagegate("measure", "--env", "production")
        assert (status, "wrote .stagegate/evidence/service-levels.json" in told) == (0, True)
        count = len(asked)
        given = ("junit.xml,environment=production", ".stagegate/evidence")
        run = shop.check("--at=monitor", "--env=production", *given)
    assert (run.word, run.gate("slo")["verdict"], len(asked)) == ("GO", "PASS", count)


def test_without_a_measurement_the_decision_is_held(shop: Project) -> None:
    shop.write("junit.xml", JUNIT)
    shop.write("stagegate.toml", policy(f"http://127.0.0.1:{free_port()}"))
    run = shop.check("--at=monitor", "junit.xml")
    assert (run.word, run.gate("slo")["verdict"]) == ("HOLD", "NO_EVIDENCE")
    assert "run stagegate collect" in run.out


def test_collect_ends_with_21_when_something_was_not_measured(shop: Project) -> None:
    said = {**answers(), "sum(increase(all_total[30d]))": vector()}
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        status, told = stagegate("collect", "--at", "monitor")
    assert (status, "‼ not measured: checkout: the query total gives no series" in told) == (21, True)


def test_what_a_hostile_server_says_is_inert_everywhere(shop: Project) -> None:
    evil = "\x1b[31m<script>alert(1)</script> | `x` [a](javascript:1)\r\n::error::x"
    content = json.dumps({"status": "error", "error": evil}).encode()
    with prometheus(lambda _: (400, content)) as (url, _):
        shop.write("stagegate.toml", policy(url))
        run = shop.run(
            "--stage-gate-at=monitor", *(f"--stage-gate-report={each}" for each in ("terminal", "html", "md", "json"))
        )
        status, told = stagegate("measure")
    assert (run.word, run.gate("slo")["reason"], status) == ("HOLD", "prometheus-refused", 21)
    assert "\x1b[31m" not in run.out + told
    assert "\n::error::" not in run.out + told
    html, md = ((run.folder / name).read_text(encoding="utf-8") for name in ("report.html", "report.md"))
    assert "<script>alert" not in html
    assert "\x1b" not in html + md
    for line in (each for each in md.splitlines() if "javascript:" in each):
        # Outside of inline code, which nothing ends, every sign is escaped; no bar ends a cell of a table.
        rest = re.sub(r"``.*``", "", line)
        assert "<script>" not in rest
        assert not re.search(r"(?<!\\)\]\(javascript", rest)
        assert " | `x`" not in line


def test_measure_says_what_the_policy_lacks(shop: Project) -> None:
    shop.write("stagegate.toml", "")
    assert stagegate("measure") == (2, "stagegate: the policy names no server to ask: no [tool.stagegate.prometheus]\n")
    shop.write("stagegate.toml", '[prometheus]\nurl = "http://127.0.0.1:9090"\n')
    assert stagegate("measure")[0] == 2
    assert "the policy asks nothing of Prometheus" in stagegate("measure")[1]


OPENSLO = """
    apiVersion: openslo/v1
    kind: SLO
    metadata: {name: export}
    spec:
      indicator:
        spec:
          ratioMetric:
            good: {metricSource: {type: Prometheus, spec: {query: 'sum(increase(exported_total[{{.window}}]))'}}}
            total: {metricSource: {type: Prometheus, spec: {query: 'sum(increase(exports_total[{{.window}}]))'}}}
      timeWindow: [{duration: 7d, isRolling: true}]
      budgetingMethod: Occurrences
      objectives: [{target: 0.9}]
"""


def test_objectives_in_files_are_measured_judged_and_verified(shop: Project) -> None:
    said = {
        **answers(),
        "sum(increase(exported_total[7d]))": vector("500"),
        "sum(increase(exports_total[7d]))": vector("1000"),
    }
    shop.write("slo/export.yaml", OPENSLO)
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url, '[slos]\n    files = ["slo/*.yaml"]'))
        run = shop.run("--stage-gate-at=monitor")
    assert (run.word, run.check("slo", "export")["verdict"]) == ("NO_GO", "FAIL")
    assert stagegate("verify", ".stagegate/decision.json")[0] == 0

    shop.write("slo/export.yaml", "kind: SLO")
    status, told = stagegate("measure")
    assert (status, "slo/export.yaml: has to hold documents with apiVersion: openslo/v1" in told) == (2, True)


def test_objectives_in_files_that_nobody_measured_are_no_evidence(shop: Project) -> None:
    said = answers()
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        assert stagegate("measure")[0] == 0
        shop.write("slo/export.yaml", OPENSLO)
        shop.write("stagegate.toml", policy(url, '[slos]\n    files = ["slo/*.yaml"]'))
        shop.write("junit.xml", JUNIT)
        run = shop.check("--at=monitor", "junit.xml", ".stagegate/evidence")
    assert (run.word, run.check("slo", "files")["reason"]) == ("HOLD", "not-reported")


def test_the_reports_have_a_table_of_the_objectives(shop: Project) -> None:
    said = answers(good="994")
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        run = shop.run("--stage-gate-at=monitor")
    row = ("checkout", "slo", "≥ 99 %", "99.4 % (994 of 1000 events)", "40 %", "1h: 0 ×")
    md, html = ((run.folder / name).read_text(encoding="utf-8") for name in ("report.md", "report.html"))
    assert "| checkout | slo | ≥ 99 % | 99.4 % (994 of 1000 events) | 40 % | 1h: 0 × |" in md
    assert all(f">{cell}</t" in html for cell in row)


def test_measure_writes_where_it_is_told_and_the_file_counts(shop: Project) -> None:
    said = answers()
    shop.write("junit.xml", JUNIT)
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        status, told = stagegate("measure", "--at", "monitor", "--out", "reports/levels.json")
    assert (status, "wrote reports/levels.json" in told) == (0, True)
    assert (shop.path / "reports/levels.json.stagegate.json").is_file()
    assert shop.check("--at=monitor", "junit.xml", "reports/levels.json").word == "GO"


def test_samples_are_stale_after_an_hour(shop: Project) -> None:
    said = answers()
    shop.write("junit.xml", JUNIT)
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        assert stagegate("measure")[0] == 0
    later = rfc3339(dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=2))
    run = shop.check("--at=monitor", f"--as-of={later}", "junit.xml", ".stagegate/evidence")
    assert (run.word, run.gate("slo")["verdict"], run.gate("slo")["reason"]) == ("HOLD", "STALE", "too-old")


def test_an_objective_that_was_measured_otherwise_is_stale(shop: Project) -> None:
    said = answers()
    shop.write("junit.xml", JUNIT)
    with prometheus(lambda query: (200, said[query])) as (url, _):
        shop.write("stagegate.toml", policy(url))
        assert stagegate("measure")[0] == 0
        shop.write("stagegate.toml", policy(url).replace('"99 %"', '"99.5 %"'))
        run = shop.check("--at=monitor", "junit.xml", ".stagegate/evidence")
    assert (run.word, run.gate("slo")["reason"]) == ("HOLD", "other-policy")


def test_measure_of_an_environment_that_is_closed_asks_nobody(shop: Project) -> None:
    with prometheus(lambda _: (200, vector("1"))) as (url, asked):
        shop.write(
            "stagegate.toml",
            policy(url, "[environment.production]\n    protected = true\n    require = { NOT_SET = true }"),
        )
        status, told = stagegate("measure", "--env", "production")
    assert (status, asked) == (2, [])
    assert "NOT_SET" in told
