"""``gates.xml``: the gates as JUnit test cases, for the test view of any CI system."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from junitparser.junitparser import FinalResult

    from pytest_stagegate.documents.view import View
    from pytest_stagegate.model.decision import Decision


def gates_xml(decision: Decision, view: View) -> bytes:
    """Return the gates and the run's own reasons as one JUnit suite.

    What blocks is a failure, what holds is an error, what is only shown is skipped; everything else has passed.
    """
    suite = TestSuite(clean(f"stage gate: {decision.stage}"))
    suite.timestamp = decision.as_of
    suite.add_property("decision", decision.decision.value)
    if view.sign_offs.override:
        suite.add_property("override", view.sign_offs.override)
    if view.manual.sentence:
        suite.add_property("manual", view.manual.sentence)
    for result, shown in zip(decision.gates, view.gates, strict=True):
        case = TestCase(shown.id, classname="stagegate.gate", time=0.0)
        case.result = _results(result.verdict, result.effect, f"{shown.summary} {shown.remedy}".strip(), result.reason)
        suite.add_testcase(case)
    for note in decision.incomplete:
        case = TestCase(clean(note.reason), classname="stagegate.run", time=0.0)
        case.result = [_named(Error(clean(note.text)), note.reason)]
        suite.add_testcase(case)
    document = JUnitXml("pytest-stagegate")
    document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    buffer = io.BytesIO()
    document.write(buffer, pretty=True)
    return buffer.getvalue()


def _results(verdict: Verdict, effect: str, text: str, reason: str) -> list[FinalResult]:
    if verdict is Verdict.PASS:
        return []
    if effect in ("", "CONDITIONAL"):
        return [_named(Skipped(f"{verdict.value}: {text}"), reason)]
    return [_named(Failure(text) if effect == "NO_GO" else Error(text), reason)]


def _named(result: FinalResult, reason: str) -> FinalResult:
    result.type = clean(reason)
    return result
