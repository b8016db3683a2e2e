from __future__ import annotations

from typing import Any

from pytest_stagegate.documents.service_levels import service_level_rows
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.service_levels import Reading
from pytest_stagegate.stock.slo import slo
from tests.unit.fakes import judged
from tests.unit.service_levels import DOWN, HOUR, counts, evidence, file_of, objective


def rows(*readings: Reading, **options: Any) -> list[tuple[str, ...]]:
    return service_level_rows([judged(slo, evidence(file_of(*readings)), **options)])


def test_each_objective_has_a_row_with_what_falls_short() -> None:
    bad = Reading(asked=objective("a", burn=(HOUR,)), counts=(counts("980"), counts("50", "100", window=HOUR)))
    good = Reading(asked=objective("b"), counts=(counts("999"),))
    assert rows(bad, good) == [
        ("a", "slo", "≥ 99 %", "98 % (980 of 1000 events) (FAIL)", "-100 % (FAIL)", "1h: 50 × (FAIL)"),
        ("b", "slo", "≥ 99 %", "99.9 % (999 of 1000 events)", "90 %", ""),
    ]


def test_a_name_that_looks_like_a_budget_is_an_objective_of_its_own() -> None:
    two = [Reading(asked=objective(name), counts=(counts("999"),)) for name in ("a", "a budget")]
    assert [row[0] for row in rows(*two)] == ["a", "a budget"]


def test_an_objective_of_everything_has_no_budget() -> None:
    whole = Reading(asked=objective(percent=Ratio(1, 1)), counts=(counts("1000"),))
    assert rows(whole) == [("checkout", "slo", "≥ 100 %", "100 % (1000 of 1000 events)", "", "")]


def test_what_was_not_measured_has_a_row_too() -> None:
    down = Reading(asked=objective(), counts=(counts(total=None, problem=DOWN),))
    assert rows(down) == [("checkout", "slo", "", "no evidence (NO EVIDENCE)", "", "")]
