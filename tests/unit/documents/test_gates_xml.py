from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from junitparser import JUnitXml

from pytest_stagegate.documents.gates_xml import gates_xml
from pytest_stagegate.documents.view import view
from pytest_stagegate.model.decision import Decision, Note
from pytest_stagegate.model.verdicts import Verdict
from tests.unit.documents.samples import HOSTILE, decision_of, everywhere, go, no_go
from tests.unit.fakes import STARTED, result_of


def written(decision: Decision) -> bytes:
    return gates_xml(decision, view(decision, "d" * 64))


def cases(decision: Decision) -> dict[str, Any]:
    (suite,) = JUnitXml.fromstring(written(decision))
    return {case.name: case for case in suite}


def test_junitparser_reads_it() -> None:
    (suite,) = JUnitXml.fromstring(written(go()))
    assert (suite.name, suite.timestamp) == ("stage gate: test", STARTED)
    assert {prop.name: prop.value for prop in suite.properties()} == {"decision": "GO"}


@pytest.mark.parametrize(
    ("verdict", "effect", "element"),
    [
        ("PASS", "", None),
        ("FAIL", "NO_GO", "failure"),
        ("FAIL", "CONDITIONAL", "skipped"),
        ("FAIL", "", "skipped"),
        ("NO_EVIDENCE", "HOLD", "error"),
        ("ERROR", "HOLD", "error"),
        ("NOT_APPLICABLE", "", "skipped"),
    ],
)
def test_what_blocks_is_a_failure_and_what_holds_an_error(verdict: str, effect: str, element: str | None) -> None:
    case = ET.fromstring(written(decision_of(result_of(Verdict(verdict), effect)))).find(".//testcase")
    assert case is not None
    assert [child.tag for child in case] == ([element] if element else [])


def test_a_failure_has_reason_summary_and_remedy() -> None:
    (result,) = cases(no_go())["results"].result
    assert (result.type, result.message) == ("limit-not-met", "failed 1 test, limit ≤ 0 Mend the tests.")


def test_the_counts_of_the_suite_are_those_of_its_cases() -> None:
    gates = [
        result_of(gate="a"),
        result_of(Verdict.FAIL, "NO_GO", gate="b"),
        result_of(Verdict.ERROR, "HOLD", gate="c"),
    ]
    root = ET.fromstring(written(decision_of(*gates)))
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["3", "1", "1", "0"]


def test_why_the_run_is_not_whole_is_an_error_of_its_own() -> None:
    note = Note(reason="worker-lost", text="Worker gw1 went down.")
    case = cases(decision_of(result_of(), incomplete=(note,)))["worker-lost"]
    assert (case.classname, case.result[0].message) == ("stagegate.run", note.text)


def test_hostile_text_of_a_gate_leaves_it_well_formed() -> None:
    ET.fromstring(written(everywhere(HOSTILE)))


def test_hostile_text_of_the_run_leaves_it_well_formed() -> None:
    note = Note(reason="worker-lost", text=HOSTILE)
    ET.fromstring(written(decision_of(result_of(), incomplete=(note,))))
