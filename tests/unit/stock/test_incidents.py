from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.incidents import Incident, IncidentsData, without_incidents
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.incidents import IncidentsOptions, incidents
from tests.unit.fakes import check_of, evidence_of, judged


def one(severity: str = "high", *, id: str = "1", open: bool = True, service: str = "") -> Incident:
    return Incident(id=id, title="Down", severity=severity, open=open, service=service)


def export(*found: Incident, cut: str = "", tool: str = "PagerDuty") -> IncidentsData:
    return IncidentsData(tool=tool, incidents=found, cut=cut, file="incidents.json")


def ask(*exports: IncidentsData, **options: Any) -> GateResult:
    return judged(incidents, replace(evidence_of(), incidents=exports), stage="manage", **options)


def test_an_export_without_an_open_incident_passes() -> None:
    assert ask(export()).verdict == "PASS"
    assert ask(export(one(open=False))).verdict == "PASS"


def test_without_an_export_nothing_is_known() -> None:
    assert (ask().verdict, ask().reason) == ("NO_EVIDENCE", "not-reported")


def test_an_export_that_breaks_off_is_no_evidence_and_hides_nothing() -> None:
    assert ask(export(cut="it names a next page")).reason == "incidents-cut-off"
    assert ask(export(one(), cut="it names a next page")).verdict == "FAIL"
    assert ask(export(), export(one())).verdict == "FAIL"


@pytest.mark.parametrize(
    ("severity", "verdict"), [("critical", "FAIL"), ("high", "FAIL"), ("medium", "PASS"), ("low", "PASS")]
)
def test_open_incidents_count_by_their_severity(severity: str, verdict: str) -> None:
    assert ask(export(one(severity))).verdict == verdict


def test_limits_take_in_what_is_worse() -> None:
    found = export(one("critical", id="1"), one("medium", id="2"))
    result = ask(found, max_critical=1, max_high=1, max_medium=1)
    assert check_of(result, "medium-or-worse").verdict == "FAIL"
    assert check_of(result, "critical").where == () or check_of(result, "critical").verdict == "PASS"


def test_an_unknown_severity_counts_as_the_policy_says() -> None:
    assert ask(export(one("unknown"))).verdict == "FAIL"
    assert ask(export(one("unknown")), unknown="low").verdict == "PASS"


def test_only_some_services_may_count() -> None:
    assert ask(export(one(service="mail")), services=["shop"]).verdict == "PASS"
    assert ask(export(one(service="shop")), services=["shop"]).verdict == "FAIL"
    assert ask(export(one(service="Shop")), services=["shop"]).verdict == "FAIL"
    assert ask(export(one()), services=["shop"]).verdict == "FAIL"
    assert ask(export(one(service="shop")), services=[" shop "]).verdict == "FAIL"


def test_a_service_of_blanks_is_refused() -> None:
    assert [*IncidentsOptions(services=["shop", " "]).contradictions()] == [
        (("services",), "names a service that is only blanks")
    ]
    assert not [*IncidentsOptions(services=["shop"]).contradictions()]


def test_of_two_exports_of_one_tool_the_worse_word_counts() -> None:
    assert ask(export(one(open=False)), export(one("critical"))).verdict == "FAIL"
    assert len(ask(export(one()), export(one())).checks[1].where) == 1


def test_a_waiver_may_name_one() -> None:
    (left,) = without_incidents((export(one(id="1"), one(id="2")),), lambda name: name == "1")
    assert [each.id for each in left.incidents] == ["2"]


def test_two_trackers_may_use_the_same_ids() -> None:
    other = Incident(id="1", title="Another matter", severity="high", open=True)
    assert ask(export(one(), tool=""), export(other, tool=""), max_high=1).verdict == "FAIL"
