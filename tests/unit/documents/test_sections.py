"""The sections on the supply chain, the rollout and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.rollback import rollback_view
from pytest_stagegate.documents.supply import supply_view
from pytest_stagegate.model.decision import Artifact
from pytest_stagegate.model.deployments import DeployedArtifact, DeploymentRow
from pytest_stagegate.model.drills import DrillRow
from pytest_stagegate.model.rings import RingRow
from pytest_stagegate.model.rollback import RollbackRow, Written
from pytest_stagegate.model.supply import ScanRow, Severities, Supply
from pytest_stagegate.model.verdicts import Verdict
from tests.unit.documents.samples import check_with, decision_of, view_of
from tests.unit.fakes import SUBJECT, result_of

NOTHING = Written(lack="nothing is written")
UNKNOWN = RollbackRow(trigger=NOTHING, command=NOTHING, previous=NOTHING, data=NOTHING)


def told(row: RollbackRow = UNKNOWN, **more: Any) -> dict[str, str]:
    shown = rollback_view(decision_of(rollback=row, **more))
    assert shown is not None
    return {fact.label: fact.command or " / ".join(fact.said) for fact in shown.facts}


def text_of(format: str, **more: Any) -> str:
    _, files = documents_of(decision_of(**more), (Wanted(format),), Path("out"), None)
    return next(iter(files.values())).decode()


def test_what_is_not_known_of_the_way_back_is_said_and_nothing_is_made_up() -> None:
    assert told() == {
        "trigger": "not stated",
        "command": "not stated",
        "goes back to": "not stated",
        "data, and whether its migration can be undone": "not stated",
        "last rehearsal": "not stated",
    }


def test_a_command_that_is_not_finished_does_not_look_like_one() -> None:
    open_ = Written(text="deploy TODO", lack="it still says TODO")
    shown = rollback_view(decision_of(rollback=msgspec.structs.replace(UNKNOWN, command=open_)))
    assert shown is not None
    assert [fact.command for fact in shown.facts if fact.command] == []
    assert told(msgspec.structs.replace(UNKNOWN, command=open_))["command"] == (
        "deploy TODO / Not finished: it still says TODO."
    )


def test_a_file_that_could_not_be_read_is_named() -> None:
    gone = Written(file="ops/t.md", lack="ops/t.md: there is no such file")
    assert told(msgspec.structs.replace(UNKNOWN, trigger=gone))["trigger"] == (
        "not stated (ops/t.md: there is no such file)"
    )


def test_the_last_rehearsal_is_told_with_the_verdict_about_this_version() -> None:
    drill = DrillRow(drill="rollback", passed="2026-01-01T00:00:00Z", failed=None, what="dana", days=3, source="d.json")
    other = DrillRow(drill="restore", passed=None, failed="2026-01-01T00:00:00Z")
    gate = result_of(Verdict.NO_EVIDENCE, "HOLD", gate="way-back", uses="rollback", summary="none with this version")
    found = told(drills=(drill, other), gates=(gate,))["last rehearsal"]
    assert found == (
        "rollback: last passed 2026-01-01T00:00:00Z, 3 days before this decision, by dana, as d.json says / "
        "With this version, the gate way-back says NO EVIDENCE: none with this version"
    )


def test_a_rehearsal_that_never_passed_is_no_rehearsal() -> None:
    drill = DrillRow(drill="rollback", passed=None, failed="2026-01-01T00:00:00Z")
    assert told(drills=(drill,))["last rehearsal"] == "rollback: never passed; last failed 2026-01-01T00:00:00Z"


def test_the_version_before_is_told_with_its_digest_in_full() -> None:
    row = DeploymentRow(
        service="shop",
        environment="production",
        state="runs",
        at="2026-01-01T00:00:00Z",
        version="1.1.0",
        artifacts=(DeployedArtifact(name="shop.whl", sha256="1" * 64),),
        source="d.json",
    )
    shown = rollback_view(decision_of(rollback=msgspec.structs.replace(UNKNOWN, ran_before=(row,))))
    assert shown is not None
    assert shown.before.rows == (
        ("shop", "production", "1.1.0", "not stated", f"shop.whl {'1' * 64}", "2026-01-01T00:00:00Z", "d.json"),
    )


@pytest.mark.parametrize("format", ["html", "md"])
def test_documents_have_a_section_on_the_way_back_where_the_decision_has(format: str) -> None:
    heading = '<h2 id="rollback">Rollback</h2>' if format == "html" else "## Rollback"
    assert heading in text_of(format, rollback=UNKNOWN)
    assert heading not in text_of(format)


def test_each_line_of_a_command_stays_a_line() -> None:
    row = msgspec.structs.replace(UNKNOWN, command=Written(text="deploy 1.1.0\n- `rm` | x\n"))
    assert "- command: \n\n      deploy 1.1.0\n      - `rm` | x\n\n- goes back to" in text_of("md", rollback=row)
    assert "<pre>deploy 1.1.0\n- `rm` | x</pre>" in text_of("html", rollback=row)


def test_a_matter_of_the_supply_chain_of_which_nothing_is_known_is_named() -> None:
    shown = supply_view(decision_of(supply=Supply()))
    assert shown is not None
    assert (len(shown.tables), len(shown.none)) == (0, 4)
    assert supply_view(decision_of()) is None


def test_a_decision_of_an_older_version_still_says_what_is_shipped() -> None:
    subject = msgspec.structs.replace(SUBJECT, artifacts=(Artifact(name="shop.whl", sha256="1" * 64),))
    shown = supply_view(decision_of(subject=subject))
    assert shown is not None
    assert [each.id for each in shown.tables] == ["shipped"]
    assert shown.none == ()


def scan(**more: Any) -> ScanRow:
    made: dict[str, Any] = {
        "source": "s.json",
        "producer": "trivy 0.70",
        "created": "2026-01-01T00:00:00Z",
        "statements": False,
        "packages": 9,
        "skipped": 0,
        "found": Severities(),
        "set_apart": 0,
    }
    return ScanRow(**(made | more))


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (scan(), ("trivy 0.70", "2026-01-01T00:00:00Z", "9 packages", "none", "0")),
        (
            scan(packages=None, created=None, producer="", found=Severities(high=2, unknown=1), set_apart=1),
            ("not stated", "at a time not stated", "it does not say", "2 high, 1 of unknown severity", "1"),
        ),
        (scan(skipped=2), ("trivy 0.70", "2026-01-01T00:00:00Z", "9 packages, 2 skipped", "none", "0")),
        (
            scan(statements=True),
            ("trivy 0.70", "2026-01-01T00:00:00Z", "no scan: it says what became of some", "none", "0"),
        ),
    ],
)
def test_a_scan_says_when_and_by_what_and_what_it_found(row: ScanRow, cells: tuple[str, ...]) -> None:
    shown = supply_view(decision_of(supply=Supply(scans=(row,))))
    assert shown is not None
    assert shown.tables[0].rows == (("s.json", *cells),)


def test_what_the_limits_do_not_count_is_named_with_why() -> None:
    checks = (
        check_with(name="in-leeway", shown="7 vulnerabilities", where=tuple(f"p: CVE-{n}" for n in range(7))),
        check_with(name="set-apart", shown="1 vulnerability", where=("p: CVE-9, not_affected",)),
        check_with(name="unfixable", shown="0 vulnerabilities"),
        check_with(name="critical", where=("p: CVE-10",)),
    )
    gate = result_of(gate="known", uses="vulnerabilities", checks=checks)
    shown = supply_view(decision_of(gate, supply=Supply()))
    assert shown is not None
    assert shown.tables[0].rows == (
        (
            "known",
            "known for too short a time",
            "7 vulnerabilities",
            "p: CVE-0; p: CVE-1; p: CVE-2; p: CVE-3; p: CVE-4; 2 more, see the gate",
        ),
        (
            "known",
            "said to do no harm here (VEX, or told to the scanner)",
            "1 vulnerability",
            "p: CVE-9, not_affected",
        ),
    )


def test_a_ring_says_what_opens_it_and_what_it_is_left_with() -> None:
    row = RingRow(
        ring="canary",
        audience="us",
        percent="5 %",
        environment=None,
        soak=3_600_000_000,
        enter=("notes",),
        exit=("slo",),
    )
    (shown,) = view_of(rollout=(row,)).operated
    assert shown.title == "Rollout"
    assert shown.rows == (("canary", "5 %, us", "none named", "notes", "slo, open for 1 h", "not open", "none"),)
