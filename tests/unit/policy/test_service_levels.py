from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.service_levels import Objective, PrometheusRule
from pytest_stagegate.policy.loading import load
from pytest_stagegate.policy.model import Policy
from pytest_stagegate.project import load_project

SERVER = '[prometheus]\nurl = "http://127.0.0.1:9090"\n'
SLO = """
[[slo]]
name = "checkout"
objective = "99.9 %"
window = "30 d"
good = 'sum(increase(good_total[{window}]))'
total = 'sum(increase(all_total[{window}]))'
burn = ["1 h", "90 min"]
"""


def policy(tmp_path: Path, text: str) -> Policy:
    (tmp_path / "stagegate.toml").write_text(text, encoding="utf-8")
    return load(tmp_path)


def mistakes(tmp_path: Path, text: str) -> str:
    return "\n".join(map(str, policy(tmp_path, text).mistakes))


def test_a_server_with_a_header(tmp_path: Path) -> None:
    text = f'{SERVER}timeout = "3 s"\nheaders = {{ Authorization = "env:PROMETHEUS_TOKEN" }}\n'
    found = policy(tmp_path, text)
    assert found.mistakes == ()
    assert found.prometheus == PrometheusRule(
        "http://127.0.0.1:9090", 3_000_000, (("Authorization", "PROMETHEUS_TOKEN"),)
    )


def test_an_objective_with_burn_windows(tmp_path: Path) -> None:
    found = policy(tmp_path, SERVER + SLO)
    assert found.mistakes == ()
    assert found.objectives == (
        Objective(
            name="checkout",
            objective=Ratio(999, 1000),
            window=2_592_000_000_000,
            good="sum(increase(good_total[{window}]))",
            total="sum(increase(all_total[{window}]))",
            burn=(3_600_000_000, 5_400_000_000),
        ),
    )
    assert found.objectives[0].queries(5_400_000_000)[0] == "sum(increase(good_total[90m]))"


def test_counters_among_the_evidence_need_no_server(tmp_path: Path) -> None:
    text = '[[slo]]\nname = "a"\nobjective = "99 %"\nwindow = "1 d"\nbad_metric = "b"\ntotal_metric = "t"\n'
    (found,) = policy(tmp_path, text).objectives
    assert (found.by_metric, found.bad, found.total) == (True, "b", "t")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("http://127.0.0.1:9090", "ftp://a", "is no address"),
        ("http://127.0.0.1:9090", "http://u:s3cret@a", "has a user or a password in it"),
        ("http://127.0.0.1:9090", "http://a/?token=s3cret", "has a question in it"),
        ('url = "http://127.0.0.1:9090"', "", "has no url"),
        ('url = "http', 'timeout = "0 s"\nurl = "http', "has to be longer than 0 s"),
        ('url = "http', 'adress = "a"\nurl = "http', "unknown key 'adress'"),
        ('url = "http', 'headers = { Authorization = "Bearer s3cret" }\nurl = "http', "has to name the variable"),
        ('url = "http', 'headers = { "A b" = "env:A" }\nurl = "http', "is no name of a header"),
        ('"99.9 %"', "99.9", "is not a share"),
        ('"99.9 %"', '"0 %"', "has to be more than 0 %"),
        ('"99.9 %"', '"100.1 %"', "can never be reached"),
        ('"30 d"', '"a month"', "is not a length of time"),
        ('"30 d"', '"0 d"', "a whole number of milliseconds above 0"),
        ('"1 h"', '"hour"', "is not a length of time"),
        ("good =", "bed =", "unknown key 'bed'; did you mean 'bad'"),
        ("good = 'sum(increase(good_total[{window}]))'", "", "has to have one of good and bad"),
        ("good =", "bad = 'x{window}'\ngood =", "one of good and bad, and not both"),
        ("total = 'sum(increase(all_total[{window}]))'", "", "has no total"),
        ("all_total[{window}]", "all_total[5m]", "counts over [5m], and the window is 30d; write [{window}]"),
        ("all_total[{window}]", "all_total[30d]", "needs queries with the placeholder {window}"),
        ("burn =", "good_metric = 'a'\nburn =", "is a query, and the others are names of metrics"),
        ('name = "checkout"', 'name = "check\\u001b[31mout"', "can't be shown"),
        ('name = "checkout"', "", "has no name"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, was: str, now: str, told: str) -> None:
    assert was in SERVER + SLO
    found = mistakes(tmp_path, (SERVER + SLO).replace(was, now, 1))
    assert told in found
    assert "s3cret" not in found.replace("user or a password", "")


def test_two_objectives_of_one_name_are_told(tmp_path: Path) -> None:
    assert "two objectives have the name 'checkout'" in mistakes(tmp_path, SERVER + SLO + SLO)


def test_queries_need_a_server(tmp_path: Path) -> None:
    assert "there is no [tool.stagegate.prometheus]" in mistakes(tmp_path, SLO)


def test_a_command_can_t_have_the_name_of_our_own_producer(tmp_path: Path) -> None:
    text = f'{SERVER}[[evidence]]\nname = "Service-Levels"\ncommand = ["true"]\n'
    assert "makes evidence of the name 'service-levels'" in mistakes(tmp_path, text)


def test_nobody_is_asked_where_no_gate_wants_it(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_text(SERVER + SLO, encoding="utf-8")
    assert load_project(tmp_path).producers("monitor", None) == ()
    (tmp_path / "stagegate.toml").write_text(SERVER + SLO + "[gate.slo]\n", encoding="utf-8")
    project = load_project(tmp_path)
    assert (len(project.producers("monitor", None)), project.producers("test", None)) == (1, ())


def test_the_windows_of_max_burn_are_measured_where_the_queries_can_be_asked_for_them(tmp_path: Path) -> None:
    fixed = SLO.replace("[{window}]", "[30d]").replace("checkout", "fixed").replace('burn = ["1 h", "90 min"]', "")
    gates = '[gate.slo]\nmax_burn = { "1 h" = 9, "2 h" = 3 }\n[gate.again]\nuses = "slo"\n'
    (tmp_path / "stagegate.toml").write_text(SERVER + SLO + fixed + gates, encoding="utf-8")
    asked = load_project(tmp_path).to_measure
    assert asked is not None
    hours = [[length / 3_600_000_000 for length in each.burn] for each in asked.objectives]
    assert hours == [[1, 1.5, 2], []]


def test_a_gate_with_names_that_are_none_is_a_mistake_of_the_policy(tmp_path: Path) -> None:
    (tmp_path / "stagegate.toml").write_text('[gate.telemetry]\nexpect = { "a b" = [] }\n', encoding="utf-8")
    with pytest.raises(MistakesError, match="'a b' is no name of a metric"):
        load_project(tmp_path)
