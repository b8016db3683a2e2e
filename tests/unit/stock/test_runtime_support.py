from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.sbom import SbomData
from pytest_stagegate.model.support import Cycle, SupportData
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.runtime_support import runtime_support
from tests.unit.fakes import TODAY, check_of, evidence_of, judged

DAY = dt.timedelta(days=1)


def table(*cycles: Cycle, made: dt.date | None = TODAY) -> SupportData:
    return SupportData(cycles=cycles, made=made, file="support.toml")


def python(days: int, cycle: str = "3.11") -> Cycle:
    return Cycle("python", cycle, TODAY + days * DAY)


def ask(
    *tables: SupportData,
    pythons: tuple[str, ...] = ("3.11.7",),
    listed: tuple[tuple[str, str], ...] = (),
    **options: Any,
) -> GateResult:
    sbom = SbomData(file="sbom.json", producer="", subjects=(), components=len(listed), listed=listed)
    evidence = replace(evidence_of(), support=tables, pythons=pythons, sboms=(sbom,))
    return judged(runtime_support, evidence, stage="manage", **options)


@pytest.mark.parametrize(("days", "verdict"), [(400, "PASS"), (90, "PASS"), (89, "WARN"), (0, "WARN"), (-1, "FAIL")])
def test_python_is_judged_by_its_last_day(days: int, verdict: str) -> None:
    assert ask(table(python(days))).verdict == verdict


def test_without_a_table_nothing_is_known() -> None:
    assert ask().reason == "not-reported"


def test_a_version_that_no_table_has_is_no_evidence() -> None:
    result = ask(table(python(400)), pythons=("3.12.1",))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "cycle-unknown")
    assert "python 3.12.1" in result.summary


def test_a_cycle_is_whole_numbers() -> None:
    assert ask(table(python(400, "3.1")), pythons=("3.11.7",)).reason == "cycle-unknown"
    assert ask(table(python(-9, "3"), python(400, "3.11"))).verdict == "PASS"


def test_of_tables_that_differ_the_earlier_end_counts() -> None:
    assert ask(table(python(400)), table(python(-1))).verdict == "FAIL"


@pytest.mark.parametrize(
    ("cycle", "verdict"), [(Cycle("python", "3.11"), "PASS"), (Cycle("python", "3.11", ended=True), "FAIL")]
)
def test_an_end_without_a_day(cycle: Cycle, verdict: str) -> None:
    assert ask(table(cycle)).verdict == verdict


def test_what_an_sbom_lists_is_in_use() -> None:
    django = Cycle("django", "4.2", TODAY - DAY)
    assert ask(table(python(400), django)).verdict == "PASS"
    assert ask(table(python(400), django), listed=(("Django", "4.2.1"),)).verdict == "FAIL"


def test_what_is_required_has_to_be_in_use_and_in_a_table() -> None:
    assert ask(table(python(400)), pythons=()).reason == "product-missing"
    assert ask(table(Cycle("django", "4.2", TODAY + DAY))).reason == "product-missing"
    assert ask(table(python(400)), require=["python", "django"]).reason == "product-missing"


def test_an_old_table_is_stale() -> None:
    result = ask(table(python(400), made=TODAY - 181 * DAY))
    assert (result.verdict, result.reason) == ("STALE", "table-too-old")
    assert ask(table(python(400)), table(made=TODAY - 181 * DAY)).verdict == "STALE"


def test_a_table_without_its_day_is_no_evidence() -> None:
    assert ask(table(python(400), made=None)).reason == "table-not-dated"


@pytest.mark.parametrize(("days", "verdict"), [(1, "PASS"), (2, "NO_EVIDENCE")])
def test_a_table_of_a_day_to_come_is_no_evidence(days: int, verdict: str) -> None:
    assert ask(table(python(400), made=TODAY + days * DAY)).verdict == verdict


def test_what_fails_is_not_hidden() -> None:
    result = ask(table(python(-1), made=TODAY - 400 * DAY))
    assert check_of(result, "ended").verdict == "FAIL"


def test_where_no_table_lists_what_is_in_use_the_remedy_is_to_add_it() -> None:
    result = ask(table(Cycle("node", "22", TODAY)), require=[])
    assert (result.verdict, result.reason, result.summary) == (
        "NO_EVIDENCE",
        "product-missing",
        "ended: no table lists anything that is in use",
    )
    assert result.remedy.startswith("Add the product to a table")
