from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.judging import ActiveGate
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.verdicts import Enforcement, GateResult, Level
from pytest_stagegate.model.vulnerabilities import ScanData, Vulnerabilities, Vulnerability
from pytest_stagegate.model.waivers import Waiver
from pytest_stagegate.stock.vulnerabilities import VulnerabilitiesOptions, vulnerabilities
from pytest_stagegate.waiving import Waivers, judge_with_waivers
from tests.unit.fakes import NOW, SUBJECT, check_of, evidence_of, judged, verdicts


def known(id_: str = "CVE-1", severity: str = "high", **more: Any) -> Vulnerability:
    return Vulnerability(
        **{"id": id_, "severity": severity, "package": "urllib3", "version": "1", "fix": "available", **more}
    )


def scan(*found: Vulnerability, packages: int | None = 5, tool: str = "trivy", **more: Any) -> ScanData:
    return ScanData(file=f"{tool}.json", tool=tool, producer=tool, packages=packages, vulnerabilities=found, **more)


def of(*scans: ScanData, **options: Any) -> GateResult:
    return judged(vulnerabilities, replace(evidence_of(), scans=scans), **options)


def measured(result: GateResult, name: str) -> object:
    return check_of(result, name).measured


def test_no_scan_is_no_evidence() -> None:
    result = of()
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "not-reported")


def test_a_scan_that_found_nothing_passes() -> None:
    result = of(scan())
    assert (result.verdict, check_of(result, "critical").inspected) == ("PASS", 5)


def test_a_scan_that_looked_at_nothing_is_no_evidence_beside_another_too() -> None:
    result = of(scan(), scan(packages=0, tool="pip-audit"))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "nothing-scanned")
    assert "pip-audit looked at no package" in result.summary


def test_a_scan_that_looked_at_nothing_and_found_something_hides_no_scan_that_looked_at_too_little() -> None:
    nothing = scan(known(severity="low"), packages=0, tool="cyclonedx")
    assert of(nothing).reason == "nothing-scanned"
    assert of(scan(), nothing).verdict == "NO_EVIDENCE"
    assert of(scan(), nothing, min_packages=6).verdict == "FAIL"
    assert of(scan(), scan(packages=0, tool="other"), min_packages=6).verdict == "FAIL"


def test_a_clean_scan_that_does_not_say_what_it_looked_at_has_to_be_asked_for_by_name() -> None:
    assert of(scan(packages=None, tool="grype")).reason == "nothing-scanned"
    assert of(scan(packages=None, tool="grype"), tools=["Grype"]).verdict == "PASS"


def test_a_tool_that_has_to_report_and_did_not_is_named() -> None:
    assert (of(scan(), tools=["grype"]).verdict, of(scan(), tools=["grype"]).reason) == ("NO_EVIDENCE", "tool-missing")


def test_a_limit_takes_in_what_is_heavier() -> None:
    result = of(scan(known("A", "critical"), known("B", "high"), known("C", "medium"), known("D", "low")), max_low=3)
    assert [measured(result, name) for name in ("critical", "high-or-worse", "medium-or-worse", "low-or-worse")] == [
        1,
        2,
        3,
        4,
    ]
    assert verdicts(result)["medium-or-worse"] == "NOT_APPLICABLE"


def test_what_has_no_severity_counts_as_high_and_the_policy_may_say_otherwise() -> None:
    assert measured(of(scan(known(severity="unknown"))), "high-or-worse") == 1
    assert of(scan(known(severity="unknown")), unknown="low").verdict == "PASS"


def test_what_has_no_fix_is_shown_and_counts_where_the_policy_says_so() -> None:
    result = of(scan(known(fix="none")))
    assert (result.verdict, measured(result, "unfixable")) == ("PASS", 1)
    assert "CVE-1" in check_of(result, "unfixable").where[0]
    assert of(scan(known(fix="none")), ignore_unfixable=False).verdict == "FAIL"


def test_where_nothing_is_said_of_a_fix_it_counts() -> None:
    assert of(scan(known(fix="unknown"))).verdict == "FAIL"


@pytest.mark.parametrize(
    ("published", "verdict"),
    [("2026-11-23", "PASS"), ("2026-11-13", "PASS"), ("2026-11-12", "FAIL"), ("2026-11-24", "FAIL"), (None, "FAIL")],
)
def test_leeway_is_counted_from_the_day_of_publication(published: str | None, verdict: str) -> None:
    result = of(scan(known(published=published)), leeway_days={"high": 10})
    assert result.verdict == verdict
    assert measured(result, "in-leeway") == int(verdict == "PASS")


def test_leeway_of_one_severity_is_none_of_another() -> None:
    assert of(scan(known(severity="critical", published="2026-11-23")), leeway_days={"high": 10}).verdict == "FAIL"


@pytest.mark.parametrize("state", ["not_affected", "false_positive", "resolved", "resolved_with_pedigree", "ignored"])
def test_what_somebody_judged_harmless_is_set_apart_and_shown(state: str) -> None:
    result = of(scan(known(state=state, reason="not called")))
    assert (result.verdict, measured(result, "set-apart")) == ("PASS", 1)
    assert f"{state}: not called" in check_of(result, "set-apart").where[0]


@pytest.mark.parametrize("state", ["in_triage", "exploitable", "something new"])
def test_any_other_state_counts(state: str) -> None:
    assert of(scan(known(state=state))).verdict == "FAIL"


def test_a_statement_in_a_file_of_its_own_holds_for_what_scanners_find() -> None:
    vex = scan(known(state="not_affected", severity="unknown"), packages=None, tool="vex", statements=True)
    assert of(scan(known()), vex).verdict == "PASS"
    assert of(vex).reason == "not-reported"


def test_of_two_statements_the_one_that_it_counts_wins() -> None:
    assert of(scan(known(state="not_affected")), scan(known(state="exploitable"), tool="grype")).verdict == "FAIL"


def test_one_vulnerability_of_several_tools_and_names_counts_once_at_its_worst() -> None:
    first = known("PYSEC-1", "unknown", aliases=("CVE-1",))
    second = known("CVE-1", "medium", aliases=("GHSA-1",), fix="none", published="2026-01-02")
    third = known("GHSA-1", "critical", package="URLLIB3")
    (one,) = Vulnerabilities((scan(first), scan(second), scan(third)), SUBJECT, Tally())
    assert (one.id, one.aliases, one.severity) == ("CVE-1", ("GHSA-1", "PYSEC-1"), "critical")
    assert (one.fix, one.published) == ("available", "2026-01-02")


def test_another_version_is_another_vulnerability() -> None:
    assert measured(of(scan(known(), known(version="2"))), "high-or-worse") == 2


def test_skipped_packages_count_but_for_the_project_itself() -> None:
    result = of(scan(skipped=(("Rates", "not found"), ("secret-lib", "not found"))))
    assert (verdicts(result)["skipped"], measured(result, "skipped")) == ("FAIL", 1)
    assert check_of(result, "skipped").where == ("secret-lib: not found",)


def test_a_scan_of_too_few_packages_fails() -> None:
    assert verdicts(of(scan(packages=2), min_packages=3))["packages"] == "FAIL"


@pytest.mark.parametrize("subject", ["CVE-1", "GHSA-1", "urllib3", "urllib3@1"])
def test_a_waiver_covers_a_vulnerability_by_any_of_its_names(subject: str) -> None:
    definition = getattr(vulnerabilities, "__stagegate__")  # noqa: B009 - the decorator adds it
    active = ActiveGate("vulnerabilities", definition, VulnerabilitiesOptions(), Enforcement(Level.BLOCK))
    found = replace(evidence_of(), scans=(scan(known(aliases=("GHSA-1",))), scan(known("GHSA-1"), tool="grype")))
    waiver = Waiver(
        gate="vulnerabilities", subject=subject, owner="dana", reason="no TLS here", expires=dt.date(2027, 1, 1)
    )
    result, used, _ = judge_with_waivers(active, found, Place("build", None, NOW), Path(), Waivers((waiver,)))
    assert (result.verdict, used) == ("WAIVED", (waiver,))


def test_a_waiver_covers_all_that_a_scan_found_where_it_does_not_say_what_it_looked_at() -> None:
    definition = getattr(vulnerabilities, "__stagegate__")  # noqa: B009 - the decorator adds it
    active = ActiveGate("vulnerabilities", definition, VulnerabilitiesOptions(), Enforcement(Level.BLOCK))
    waivers = Waivers(
        (Waiver(gate="vulnerabilities", subject="CVE-1", owner="dana", reason="x", expires=dt.date(2027, 1, 1)),)
    )
    for found, verdict in ((known(),), "WAIVED"), ((known(), known("CVE-2")), "FAIL"), ((), "NO_EVIDENCE"):
        evidence = replace(evidence_of(), scans=(scan(*found, packages=None, tool="grype"),))
        assert judge_with_waivers(active, evidence, Place("build", None, NOW), Path(), waivers)[0].verdict == verdict


def test_names_that_only_a_later_report_ties_together_are_of_one_vulnerability() -> None:
    one, other = known("CVE-1", aliases=("A",)), known("CVE-2", aliases=("B",))
    assert measured(of(scan(one, other)), "high-or-worse") == 2
    assert measured(of(scan(one, other, known("C", aliases=("B", "A")))), "high-or-worse") == 1


def test_what_a_gate_of_the_project_s_own_may_ask() -> None:
    found = Vulnerabilities((scan(known("A", "unknown"), known("B", "low")),), SUBJECT, Tally())
    assert found.at_least("high").value == 1
    assert found.at_least("high", unknown="low").value == 0
    assert found.at_least("low").inspected == 5
    assert repr(found) == "<vulnerabilities of trivy>"
