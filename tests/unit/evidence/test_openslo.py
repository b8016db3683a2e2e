from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import pytest

from pytest_stagegate.evidence.openslo import objectives_in
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.service_levels import Objective

DAY: Final = 86_400_000_000
INLINE: Final = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout}
spec:
  service: shop
  indicator:
    metadata: {name: answered}
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource: {type: Prometheus, spec: {query: 'sum(requests_total{code!~"5.."})'}}
        total:
          metricSource: {type: Prometheus, spec: {query: requests_total}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{targetPercent: 99.95}]
"""
BY_REF: Final = """
apiVersion: openslo/v1
kind: DataSource
metadata: {name: metrics}
spec: {type: prometheus}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: failed}
spec:
  ratioMetric:
    counter: false
    bad:
      metricSource: {metricSourceRef: metrics, spec: {query: 'sum(increase(errors_total[{{ .window }}]))'}}
    total:
      metricSource: {metricSourceRef: metrics, spec: {query: 'sum(increase(requests_total[{{.window}}]))'}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: export}
spec:
  indicatorRef: failed
  timeWindow: [{duration: 90m, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{displayName: gold, target: 0.999}, {target: 0.9}]
"""


def of(tmp_path: Path, text: str, name: str = "a.yaml") -> tuple[tuple[Objective, ...], str]:
    folder = tmp_path / "slo"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    found, mistakes = objectives_in(tmp_path, ("slo/*",))
    return found, "\n".join(map(str, mistakes))


def test_counters_are_counted_over_the_window(tmp_path: Path) -> None:
    assert of(tmp_path, INLINE) == (
        (
            Objective(
                name="checkout",
                objective=Ratio(1999, 2000),
                window=28 * DAY,
                good='sum(increase(requests_total{code!~"5.."}[{window}]))',
                total="sum(increase(requests_total[{window}]))",
                source="slo/a.yaml",
            ),
        ),
        "",
    )


def test_an_indicator_by_its_name_and_several_objectives(tmp_path: Path) -> None:
    found, mistakes = of(tmp_path, BY_REF)
    assert (mistakes, [(each.name, each.objective) for each in found]) == (
        "",
        [("export/2", Ratio(9, 10)), ("export/gold", Ratio(999, 1000))],
    )
    assert (found[0].good, found[0].queries(found[0].window)[1]) == ("", "sum(increase(errors_total[90m]))")


def test_json_needs_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    text = json.dumps(yaml.safe_load(INLINE))
    monkeypatch.setitem(sys.modules, "yaml", None)
    found, mistakes = of(tmp_path, text, "a.json")
    assert (len(found), mistakes) == (1, "")
    assert "PyYAML is not installed: pip install pytest-stagegate[yaml]" in of(tmp_path, INLINE)[1]


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("openslo/v1", "openslo/v1alpha", "has to hold documents with apiVersion: openslo/v1"),
        ("kind: SLO", "kind: Service", "holds no SLO"),
        ("{name: checkout}", "{}", "metadata.name has to be a text"),
        ("{name: checkout}", '{name: "a\\eb"}', "can't be shown"),
        ("Occurrences", "Timeslices", "checkout: budgetingMethod has to be Occurrences"),
        ("isRolling: true", "isRolling: false", "one item with isRolling: true"),
        ("4w", "1M", "has to be written like 30d or 4w"),
        ("[{targetPercent: 99.95}]", "[]", "at least one target"),
        ("targetPercent: 99.95", "target: 99.95", "a target has to lie above 0 and not above 1"),
        ("targetPercent: 99.95", "target: 0.9, targetPercent: 90", "has one of target and targetPercent"),
        ("targetPercent: 99.95", "target: .nan", "a target has to be a number"),
        ("targetPercent: 99.95", "target: 0.9, indicatorRef: b", "an indicator of its own is not read"),
        ("  service: shop", "  indicatorRef: b", "it has one of indicator and indicatorRef"),
        ("ratioMetric", "thresholdMetric", "only a ratioMetric of good or bad and total is read"),
        ("        total:", "        raw:", "only a ratioMetric of good or bad and total is read"),
        ("        good:", "        fine:", "its ratioMetric has total and one of good and bad"),
        ("type: Prometheus", "type: Datadog", "checkout: good does not say that its source is Prometheus"),
        ("{query: requests_total}", "{}", "checkout: total has no query"),
        ("counter: true", "counter: false", "checkout: good has a query without a window"),
        ("requests_total}", "rate(requests_total)}", "checkout: total has a query without a window"),
        (
            "query: requests_total}",
            "query: 'sum(rate(requests_total[5m]))'}",
            "total counts over [5m], and its window is",
        ),
        ("{name: answered}", "&a {name: answered, b: *a}", "has an alias (*name), which is not read"),
        ("kind: SLO", "kind: SLO\nkind: SLI", "the key 'kind' stands twice in one object"),
        ("kind: SLO", "kind: !!python/object/apply:os.system [touch boom]", "can't be read as YAML"),
        ("kind: SLO", "kind: [", "can't be read as YAML"),
        ("kind: SLO", "? [a]\n: b", "can't be read as YAML"),
        ("kind: SLO", "kind: !!bool SLO", "a value is not of the type that its tag says"),
        ("kind: SLO", "kind: SLO\nof: 1" + ":59" * 1_000 + ".5", "a value is not of the type that its tag says"),
    ],
)
def test_what_can_t_be_judged_is_refused(tmp_path: Path, was: str, now: str, told: str) -> None:
    assert was in INLINE
    found, mistakes = of(tmp_path, INLINE.replace(was, now, 1))
    assert (told in mistakes, found) == (True, ()), mistakes
    assert mistakes.startswith("slo/a.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("# nothing", "holds no SLO"),
        ("- 1", "has to hold documents"),
        ("[" * 100_000, "is nested too deep"),
        ("- " * 100_000, "is nested too deep"),
        ("- a\n" * 50_001, "holds more values than such a file can have"),
        ("a: 1" + ":59" * 300_000, "holds a text of more than 10,000 characters"),
        ("a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]", "has an alias"),
        ("x" * (1 << 21), "the file is larger than 1 MiB"),
    ],
)
def test_files_that_are_none_are_told(tmp_path: Path, text: str, told: str) -> None:
    found, mistakes = of(tmp_path, text)
    assert (found, bool(mistakes), told in mistakes) == ((), True, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": ' + "9" * 5_000 + "}", "a number in it has too many digits"),
        ("[" * 100_000, "is nested too deep"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice in one object"),
        (json.dumps({"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "\ud800"}}), "can't be shown"),
    ],
)
def test_json_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    found, mistakes = of(tmp_path, text, "a.json")
    assert (found, told in mistakes) == ((), True)


def test_one_name_in_two_files_is_told(tmp_path: Path) -> None:
    of(tmp_path, INLINE)
    assert "two objectives have the name 'checkout'" in of(tmp_path, INLINE, "b.yaml")[1]


def test_a_glob_without_a_file_is_told(tmp_path: Path) -> None:
    assert "'slo/*' matches no file" in str(objectives_in(tmp_path, ("slo/*",))[1][0])


def test_a_link_to_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text(INLINE, encoding="utf-8")
    (tmp_path / "root/slo").mkdir(parents=True)
    (tmp_path / "root/slo/a.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    found, mistakes = objectives_in(tmp_path / "root", ("slo/*",))
    assert (found, "lies elsewhere" in str(mistakes[0])) == ((), True)
