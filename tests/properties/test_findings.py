"""Worse findings are never judged better, and no damage of a report is anything but a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.findings import LEVELS, Finding, FindingsData
from pytest_stagegate.model.repository import UNKNOWN
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.findings import findings
from tests.unit.evidence.readers.test_findings_files import DATA, SHOP, format_of
from tests.unit.fakes import evidence_of, finding_of, judged

if TYPE_CHECKING:
    from collections.abc import Callable

_STANDING = {Verdict.PASS: 2, Verdict.WARN: 1, Verdict.TOO_SMALL: 1, Verdict.WAIVED: 1}
TOOLS = ("ruff", "mypy")

FINDINGS = st.builds(
    finding_of,
    st.sampled_from(LEVELS),
    st.sampled_from(["src/a.py", "src/b.py", "web/c.js"]),
    suppressed=st.booleans(),
)
REPORTS = st.builds(
    lambda tool, found, unfinished: FindingsData(tool=tool, producer="", findings=tuple(found), unfinished=unfinished),
    st.sampled_from(TOOLS),
    st.lists(FINDINGS, max_size=6),
    st.sampled_from(["", "", "it crashed"]),
)
COUNTS = st.integers(0, 3)
OPTIONS = st.fixed_dictionaries(
    {
        "max_errors": COUNTS,
        "max_warnings": st.none() | COUNTS,
        "max_notes": st.none() | COUNTS,
        "paths": st.dictionaries(st.sampled_from(["src", "web/**", "docs"]), COUNTS, max_size=2),
        "tools": st.just(list(TOOLS)),
    }
)
KEYS = [f"R1 {path}.{level}" for path in ("src/a.py", "src/b.py", "web/c.js") for level in LEVELS]
TABLES = st.dictionaries(st.sampled_from(KEYS), st.tuples(COUNTS), max_size=4)
BASELINES = st.builds(lambda table: BaselineData(tables={"findings": table}), TABLES) | st.just(BaselineData())


def standing(reports: tuple[FindingsData, ...], baseline: BaselineData, options: dict[str, Any], known: bool) -> int:
    repository = msgspec.structs.replace(UNKNOWN, tracked=("src/a.py", "src/b.py", "web/c.js") if known else None)
    evidence = replace(evidence_of(), findings=reports, baseline=baseline, repository=repository)
    return _STANDING.get(judged(findings, evidence, **options).verdict, 0)


def with_findings(reports: tuple[FindingsData, ...], at: int, found: tuple[Finding, ...]) -> tuple[FindingsData, ...]:
    return (*reports[:at], replace(reports[at], findings=found), *reports[at + 1 :])


def heavier(finding: Finding) -> Finding:
    level = LEVELS[max(0, LEVELS.index(finding.level) - 1)]
    known = finding.fingerprint.removesuffix(f".{finding.level}")
    return msgspec.structs.replace(finding, level=level, fingerprint=f"{known}.{level}")


@st.composite
def worse(draw: st.DrawFn) -> tuple[Any, Any]:
    """Return evidence and the same with one thing worse."""
    reports = tuple(draw(st.lists(REPORTS, min_size=1, max_size=3)))
    baseline, known = draw(BASELINES), draw(st.booleans())
    at = draw(st.integers(0, len(reports) - 1))
    found = reports[at].findings
    how = draw(st.sampled_from(["more", "heavier", "open", "unfinished", "tool", "all", "baseline", "repository"]))
    after, later, knows = reports, baseline, known
    if how == "more":
        place = draw(st.integers(0, len(found)))
        after = with_findings(reports, at, (*found[:place], draw(FINDINGS), *found[place:]))
    elif how in ("heavier", "open") and found:
        place = draw(st.integers(0, len(found) - 1))
        one = heavier(found[place]) if how == "heavier" else msgspec.structs.replace(found[place], suppressed=False)
        after = with_findings(reports, at, (*found[:place], one, *found[place + 1 :]))
    elif how == "unfinished":
        after = (*reports[:at], replace(reports[at], unfinished="it crashed"), *reports[at + 1 :])
    elif how == "tool":
        after = tuple(each for each in reports if each.tool != reports[at].tool)
    elif how == "all":
        after = ()
    elif how == "baseline":
        reason = draw(st.sampled_from(["no-baseline", "unreadable", "other-project"]))
        later = BaselineData(absent={"findings": Absent(reason, "why")})
    else:
        knows = False
    return (reports, baseline, known), (after, later, knows)


@given(worse(), OPTIONS)
def test_worse_findings_are_never_judged_better(pair: tuple[Any, Any], options: dict[str, Any]) -> None:
    (reports, baseline, known), (after, later, knows) = pair
    assert standing(after, later, options, knows) <= standing(reports, baseline, options, known)


@given(st.lists(REPORTS, min_size=2, max_size=3), BASELINES, OPTIONS)
def test_the_order_of_the_reports_makes_no_difference(
    reports: list[FindingsData], baseline: BaselineData, options: dict[str, Any]
) -> None:
    forward = standing(tuple(reports), baseline, options, True)
    assert standing(tuple(reversed(reports)), baseline, options, True) == forward


# ---- damage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
ODD = JSON | st.sampled_from([[], {}, "", 0, -1, 10**30, 1e300, "none", "\0", "\ud800", "file:///", "%00", ".."])


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """Return a document with one value changed or taken away, anywhere."""
    if not isinstance(document, (dict, list)) or not document or draw(st.integers(0, 7)) == 0:
        return draw(ODD)
    keys = list(document) if isinstance(document, dict) else range(len(document))
    key = draw(st.sampled_from(keys))
    copy = document.copy()
    if draw(st.integers(0, 7)) == 0:
        del copy[key]
    else:
        copy[key] = draw(changed(document[key]))
    return copy


def said(call: Callable[[], Any]) -> Any:
    """Return what a call answers, or the sentence in which it refuses."""
    try:
        return call()
    except EvidenceError as error:
        return str(error)


def read_whole(format_: str, content: bytes) -> None:
    """Read a file and check that what comes out can be written anywhere."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "report.json")
        path.write_bytes(content)
        assert said(lambda: detect(path))
        answer = said(lambda: read_file(path, SHOP, format_))
    if isinstance(answer, str):
        assert answer.startswith("report.json")
        return
    for report in answer.findings:
        for each in report.findings:
            each.place.encode()
            assert not each.path.startswith("/")
            assert each.level in LEVELS


FILES = ["ruff-0.17.6.json", "ruff-0.17.6.gitlab.json", "pylint-4.1.4.json2.json", "bandit-1.9.4.json"]
FILES += ["eslint-10.15.0.sarif", "semgrep-1.182.0.sarif"]


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_report_with_one_value_changed_is_read_or_refused_in_a_sentence(name: str, data: st.DataObject) -> None:
    document = json.loads((DATA / name).read_bytes())
    read_whole(format_of(name), json.dumps(data.draw(changed(document))).encode())


@given(data=st.data())
def test_a_line_of_mypy_with_one_value_changed_is_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    lines = (DATA / "mypy-2.4.1.json").read_text().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = json.dumps(data.draw(changed(json.loads(lines[at]))))
    read_whole("mypy-json", "\n".join(lines).encode())


@pytest.mark.parametrize("name", [*FILES[:4], "mypy-2.4.1.json", "semgrep-1.182.0.sarif"])
@given(data=st.data())
def test_a_report_with_bytes_cut_or_changed_is_read_or_refused_in_a_sentence(name: str, data: st.DataObject) -> None:
    content = bytearray((DATA / name).read_bytes())
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    read_whole(format_of(name), bytes(content))
