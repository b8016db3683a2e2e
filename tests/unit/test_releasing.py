"""What a decision says of the supply chain, the rollout and the way back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.decision import Artifact, Subject
from pytest_stagegate.model.deployments import DeployedArtifact, Deployment
from pytest_stagegate.model.operations import OperationsData, OperationsFile, OperationsPlan, Rollback, TextFile
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.provenance import StatementData, StatementSubject
from pytest_stagegate.model.rings import Ring
from pytest_stagegate.model.rollback import KIND, Written
from pytest_stagegate.model.sbom import SbomData, SbomSubject
from pytest_stagegate.model.sources import Source, State
from pytest_stagegate.model.supply import Severities, Supply
from pytest_stagegate.model.vulnerabilities import ScanData, Vulnerability
from pytest_stagegate.policy.model import Policy
from pytest_stagegate.releasing import rollback_of, rollback_row, rollout_of, supply_at, supply_of
from pytest_stagegate.stock.rollback import RollbackOptions
from tests.unit.fakes import evidence_of

MINE = Subject(name="shop", version="1.2.0", commit="a" * 40, commit_source="git", dirty=False)


def place(stage: str) -> Place:
    return Place(stage=stage, environment=None, instant=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc))


def deployed(version: str | None, at: str, **more: Any) -> Deployment:
    made = {"service": "shop", "environment": "production", "file": f"{version}.json"} | more
    return Deployment(version=version, at=f"2026-01-{at}T00:00:00Z", **made)


def before(*records: Deployment, environment: str | None = None) -> list[tuple[str, str | None]]:
    row = rollback_row(OperationsData(), records, MINE, environment, set())
    return [(each.state, each.version) for each in row.ran_before]


def test_the_version_before_is_the_last_other_one_that_was_deployed() -> None:
    assert before(deployed("1.0.0", "01"), deployed("1.1.0", "02"), deployed("1.2.0", "03")) == [("runs", "1.1.0")]


@pytest.mark.parametrize("outcome", ["failed", "removed"])
def test_what_never_ran_is_not_gone_back_to(outcome: str) -> None:
    records = deployed("1.0.0", "01"), deployed("1.1.0", "02", outcome=outcome), deployed("1.2.0", "03")
    assert before(*records) == [("runs", "1.0.0")]


def test_a_record_that_cannot_be_told_from_this_version_is_not_the_one_before() -> None:
    assert before(deployed(None, "01")) == before(deployed(None, "01", commit="a" * 40)) == []
    assert before(deployed(None, "01", commit="b" * 40)) == [("runs", None)]


def test_records_of_one_instant_that_differ_say_nothing() -> None:
    assert before(deployed("1.0.0", "01"), deployed("1.1.0", "01")) == [("contradicted", None)]


def test_only_the_environment_that_is_decided_counts() -> None:
    records = deployed("1.0.0", "01", environment="staging"), deployed("1.1.0", "01")
    assert before(*records, environment="production") == [("runs", "1.1.0")]
    assert len(before(*records)) == 2


def test_the_digest_of_the_version_before_is_kept() -> None:
    artifact = DeployedArtifact(name="shop.whl", sha256="1" * 64)
    row = rollback_row(OperationsData(), [deployed("1.1.0", "01", artifacts=(artifact,))], MINE, None, set())
    assert row.ran_before[0].artifacts == (artifact,)


def test_many_services_are_listed_up_to_a_number_and_the_rest_is_counted() -> None:
    records = [deployed("1.1.0", "01", service=f"s{number:03}") for number in range(130)]
    row = rollback_row(OperationsData(), records, MINE, None, set())
    assert (len(row.ran_before), row.ran_before_omitted) == (100, 30)


def test_what_people_wrote_is_told_with_what_it_lacks() -> None:
    plan = OperationsPlan(
        rollback=Rollback(
            trigger="5 % errors", command="TODO", previous=TextFile("ops/p.md"), data=TextFile("ops/d.md")
        )
    )
    files = {"ops/p.md": OperationsFile("ops/p.md", "0" * 64, "1.1.0")}
    row = rollback_row(OperationsData(plan, files), (), MINE, None, {"failover"})
    assert row.trigger == Written(text="5 % errors")
    assert row.command == Written(text="TODO", lack="it still says TODO")
    assert row.previous == Written(text="1.1.0", file="ops/p.md")
    assert row.data == Written(file="ops/d.md", lack="ops/d.md was not read: no gate of this decision asks for it")
    assert row.drills == ("failover",)


def test_a_long_text_is_shortened() -> None:
    plan = OperationsPlan(rollback=Rollback(command="x" * 100_000))
    assert len(rollback_row(OperationsData(plan), (), MINE, None, set()).command.text) < 5_000


def policy(**more: Any) -> Policy:
    return Policy(layers=(), content="{}", sha256="0" * 64, shape_sha256="0" * 64, **more)


@pytest.mark.parametrize(("stage", "told"), [("test", False), ("release", True), ("monitor", True)])
def test_from_the_release_on_it_is_always_said_what_is_not_known(stage: str, told: bool) -> None:
    evidence, rules = evidence_of(), policy()
    assert (rollback_of(rules, evidence, (), place(stage)) is not None) is told
    assert (supply_at(rules, evidence, (), (), place(stage)) is not None) is told


def test_before_the_release_it_is_said_where_the_policy_says_something_of_it() -> None:
    rules = policy(operations=OperationsPlan(rollback=Rollback(trigger="5 % errors")))
    row = rollback_of(rules, evidence_of(), (), place("test"))
    assert row is not None
    assert (row.trigger.text, row.command.lack) == ("5 % errors", "nothing is written")


def test_stages_of_other_names_have_no_release() -> None:
    rules = policy(stages=("draft", "ship"))
    assert rollback_of(rules, evidence_of(), (), place("ship")) is None


def test_the_rings_are_told_before_the_first_one_opens() -> None:
    evidence = replace(evidence_of(), rings=(Ring(name="canary", enter=("notes",), exit=("slo",)),))
    (row,) = rollout_of(policy(), evidence, place("release"))
    assert (row.enter, row.exit, row.opened) == (("notes",), ("slo",), None)
    assert rollout_of(policy(), evidence, place("test")) == ()


def test_the_kind_of_a_rehearsal_is_that_of_the_gate() -> None:
    assert RollbackOptions().kind == KIND


def source(name: str, **contents: Any) -> Source:
    return Source(name=name, max_age=1, created="2026-01-01T00:00:00Z", contents=Contents(**contents))


def scan(tool: str, *found: Vulnerability, **more: Any) -> ScanData:
    return ScanData(file=f"{tool}.json", tool=tool, producer=f"{tool} 1", packages=9, vulnerabilities=found, **more)


def known(id: str, severity: str, *aliases: str, **more: Any) -> Vulnerability:
    return Vulnerability(id=id, severity=severity, aliases=aliases, package="p", version="1", **more)


def test_each_scan_counts_by_the_worst_severity_that_any_report_states() -> None:
    one = source("a.json", scan=scan("trivy", known("CVE-1", "low"), known("CVE-2", "critical")))
    other = source("b.json", scan=scan("grype", known("GHSA-1", "high", "CVE-1"), skipped=(("q", "why"),)))
    first, second = supply_of([other, one]).scans
    assert (first.producer, first.found) == ("trivy 1", Severities(critical=1, high=1))
    assert (second.found, second.skipped, second.created) == (Severities(high=1), 1, "2026-01-01T00:00:00Z")


def test_what_a_vex_sets_apart_is_counted_in_the_scan_that_found_it() -> None:
    vex = scan("vex", known("CVE-1", "unknown", state="not_affected"), statements=True)
    found = supply_of([source("a.json", scan=scan("trivy", known("CVE-1", "high"))), source("v.json", scan=vex)])
    assert [(each.statements, each.set_apart) for each in found.scans] == [(False, 1), (True, 1)]


def test_sboms_and_statements_say_what_they_are_of() -> None:
    sbom = SbomData(file="s.json", producer="syft 1", components=3, subjects=(SbomSubject(name="shop", version="1"),))
    said = StatementData(
        file="p.json", predicate_type="slsa", subjects=(StatementSubject(name="shop.whl"),), builder="ci", signed=True
    )
    found = supply_of([source("s.json", sbom=sbom), source("p.json", statements=(said,))])
    assert [(each.producer, each.of, each.components) for each in found.sboms] == [("syft 1", ("shop 1",), 3)]
    assert [(each.builder, each.of, each.signed) for each in found.statements] == [("ci", ("shop.whl",), True)]


@pytest.mark.parametrize("state", [State.STALE, State.FOREIGN, State.UNREADABLE])
def test_a_file_that_may_not_be_used_is_no_part_of_it(state: State) -> None:
    bad = Source(name="a.json", max_age=1, state=state, contents=Contents(scan=scan("trivy")))
    assert supply_of([bad]) == Supply()


def test_many_files_are_listed_up_to_a_number() -> None:
    found = supply_of([source(f"{number:03}.json", scan=scan("t")) for number in range(120)])
    assert (len(found.scans), found.omitted) == (100, 20)


def test_a_scan_alone_is_told_before_the_release() -> None:
    found = supply_at(policy(), evidence_of(), [source("a.json", scan=scan("trivy"))], (), place("build"))
    assert found is not None
    assert len(found.scans) == 1


def test_artifacts_without_any_evidence_are_told_to_have_none() -> None:
    shop = replace(MINE, artifacts=(Artifact(name="shop.whl", sha256="1" * 64),))
    assert supply_at(policy(), replace(evidence_of(), subject=shop), (), (), place("build")) == Supply()
