from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from pytest_stagegate.evidence.readers import openmetrics
from pytest_stagegate.evidence.readers.openmetrics import read
from tests.unit.evidence.readers.test_metric_rows import read_of, refused

DATA = Path(__file__).parents[3] / "data" / "metrics"
SCRAPES = sorted(DATA.glob("*.prom")) + sorted(DATA.glob("*.openmetrics"))
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
SPECIAL = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}


def stated() -> dict[str, str]:
    """Return what the registry itself says, named as a sample is."""
    named = {}
    samples = json.loads((DATA / "prometheus_client-0.26.0.samples.json").read_text(encoding="utf-8"))
    for name, labels, number in samples:
        shown = [
            f'{key}="{"".join(ESCAPES.get(each, each) for each in value)}"' for key, value in sorted(labels.items())
        ]
        named[name + (f"{{{','.join(shown)}}}" if shown else "")] = number
    return named


@pytest.mark.parametrize("ending", ["prom", "openmetrics"])
def test_the_numbers_are_those_of_the_registry(ending: str) -> None:
    found = read(DATA / f"prometheus_client-0.26.0.{ending}", DATA).metrics
    assert found is not None
    ours = {each.name: each.value for each in found.metrics}
    theirs = stated()
    assert ours.keys() == theirs.keys()
    for name, number in theirs.items():
        assert ours[name] == SPECIAL[number] if number in SPECIAL else Fraction(ours[name]) == Fraction(number)


def test_both_formats_of_a_tool_say_the_same() -> None:
    found = [read(DATA / f"prom-client-15.1.3.{ending}", DATA).metrics for ending in ("prom", "openmetrics")]
    assert found[0] == found[1]


def test_the_unit_of_a_family_belongs_to_what_is_measured_in_it() -> None:
    found = read(DATA / "prometheus_client-0.26.0.openmetrics", DATA).metrics
    assert found is not None
    units = {each.name: each.unit for each in found.metrics if each.unit}
    assert units == {"shop_latency_seconds_sum": "seconds", "shop_size_bytes_sum": "bytes"}


@pytest.mark.parametrize("path", SCRAPES, ids=lambda path: path.name)
def test_a_scrape_that_breaks_off_within_a_line_is_refused(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes().removesuffix(b"# EOF\n")
    refused(read, tmp_path / "m.txt", content[:-1])


def test_openmetrics_that_breaks_off_between_two_lines_is_refused(tmp_path: Path) -> None:
    for path in sorted(DATA.glob("*.openmetrics")):
        content = path.read_bytes().removesuffix(b"# EOF\n")
        message = refused(read, tmp_path / "m.txt", content)
        assert message.endswith("does not end with # EOF: it was cut short")


def test_prometheus_text_has_no_end_and_that_is_said() -> None:
    assert read(DATA / "prom-client-15.1.3.prom", DATA).warnings == (
        "Prometheus text has no mark at its end: whether this is the whole of it, it does not tell",
    )


@pytest.mark.parametrize(
    "line",
    [
        "# UNIT a_seconds seconds",
        "# TYPE a unknown",
        "# TYPE a info",
        "# TYPE a stateset",
        "# TYPE a gaugehistogram",
        '# TYPE a counter\na_total 1 # {trace="b"} 1',
        "# TYPE b counter\nb_total 1",
    ],
)
def test_what_only_openmetrics_has_makes_its_end_necessary(line: str, tmp_path: Path) -> None:
    assert "it is OpenMetrics (" in refused(read, tmp_path / "m.txt", f"{line}\nc 1\n")
    assert "c" in read_of(read, tmp_path / "m.txt", f"{line}\nc 1\n# EOF")


def test_nothing_stands_behind_the_end(tmp_path: Path) -> None:
    assert refused(read, tmp_path / "m.txt", "# EOF\na 1\n") == "m.txt:2: something stands behind # EOF"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("a 1", "a"),
        ("a{} 1", "a"),
        ("  a\t1  ", "a"),
        ('a{z="1",b="2"} 1', 'a{b="2",z="1"}'),
        ('a { z = "1" , b="2", } 1', 'a{b="2",z="1"}'),
        (r'a{b="x\\y\"z\n"} 1', r'a{b="x\\y\"z\n"}'),
        ('a{b="}{,#"} 1', 'a{b="}{,#"}'),
        ('{"http.requests",code="200"} 1', '{"http.requests",code="200"}'),
        ('{"plain"} 1', "plain"),
        ('a{"http.code"="200"} 1', 'a{"http.code"="200"}'),
        ("a 1 1792065109697", "a"),
        ('a{b="c"} 1\r', 'a{b="c"}'),
        ("namespace:rule 1", "namespace:rule"),
    ],
)
def test_a_sample_has_one_name_however_it_is_written(line: str, name: str, tmp_path: Path) -> None:
    assert read_of(read, tmp_path / "m.txt", f"{line}\n") == {name: "1"}


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("1", "1"),
        ("1.0", "1.0"),
        ("-.5e-3", "-.5e-3"),
        ("+3", "+3"),
        ("12345678901234567890.25", "12345678901234567890.25"),
        ("NaN", "NaN"),
        ("nan", "NaN"),
        ("Inf", "+Inf"),
        ("+Inf", "+Inf"),
        ("-Infinity", "-Inf"),
    ],
)
def test_a_number_stays_as_it_was_written(number: str, value: str, tmp_path: Path) -> None:
    assert read_of(read, tmp_path / "m.txt", f"a {number}\n") == {"a": value}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\n", "behind its name stand a number"),
        ("a b\n", "'b' is no number"),
        ("a 1_0\n", "'1_0' is no number"),
        ("a 0x1p3\n", "'0x1p3' is no number"),
        ("a 1 now\n", "'now' is no number"),
        ("a 1 2 3\n", "behind its name stand a number"),
        ("1 a\n", "it does not begin with a name"),
        ('{b="c"} 1\n', "it does not begin with a name"),
        ("a{b=c} 1\n", "its labels are not written"),
        ('a{b="c" 1\n', "between two labels stands a comma"),
        ('a{b="c\n', "its labels are not written"),
        ('a{b="c" d="e"} 1\n', "between two labels stands a comma"),
        ('a{b="c",b="d"} 1\n', "the label 'b' stands twice"),
        ('a{"c"} 1\n', "its labels are not written"),
        ("a {count:24,sum:100} 1\n", "its labels are not written"),
        ('a{b="c"} {count:24} 1\n', "behind its name stand a number"),
        ("a 1\na 1\n", "a stands here for the second time"),
        ('a{b="1",c="2"} 1\na{c="2",b="1"} 2\n', "stands here for the second time"),
    ],
)
def test_what_is_no_sample_is_refused_with_its_line(text: str, sentence: str, tmp_path: Path) -> None:
    message = refused(read, tmp_path / "m.txt", f"# HELP a b\n{text}")
    assert message.startswith(f"m.txt:{1 + text.count(chr(10))}: ")
    assert sentence in message


def test_samples_of_other_instants_are_others(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text("a 1 1\na 2 2\n# EOF\n", encoding="utf-8")
    found = read(path, tmp_path).metrics
    assert found is not None
    assert [each.value for each in found.metrics] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "created"),
    [
        ("a 1\n", None),
        ("a 1 1792065109697\nb 1 1791000000000\n", "2026-10-03T04:00:00Z"),
        ("a 1 1792065109.697\nb 1 1791000000\n# EOF\n", "2026-10-03T04:00:00Z"),
        ("a 1 1e300\n", None),
        ("a 1 nan\n", None),
    ],
)
def test_it_is_as_old_as_its_oldest_sample(text: str, created: str | None, tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text(text, encoding="utf-8")
    assert read(path, tmp_path).created == created


def test_comments_and_empty_lines_say_nothing(tmp_path: Path) -> None:
    text = "#\n# a comment\n\n# HELP a What it is.\n# TYPE\n# TYPE a\na 1\n"
    assert read_of(read, tmp_path / "m.txt", text) == {"a": "1"}


def test_a_file_of_too_many_characters_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openmetrics, "LARGEST", 1 << 20)
    assert refused(read, tmp_path / "m.txt", "# comment\n" * 200_000).endswith("the file is larger than 1 MiB")


def test_a_line_of_a_million_escapes_takes_no_time(tmp_path: Path) -> None:
    refused(read, tmp_path / "m.txt", 'a{b="' + "\\\\" * 500_000)
