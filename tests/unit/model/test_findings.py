from __future__ import annotations

import pytest

from pytest_stagegate.model.findings import Finding, Findings
from pytest_stagegate.model.tally import Tally
from tests.unit.fakes import finding_of, report_of

ERROR, WARNING, NOTE = (finding_of(level, known_by="same") for level in ("error", "warning", "note"))


def of(*found: Finding, accepted: dict[str, int]) -> int:
    return Findings((report_of(*found),), Tally()).beyond(accepted).count


def test_as_many_as_were_accepted_are_not_new() -> None:
    assert of(ERROR, ERROR, ERROR, accepted={"same.error": 2}) == 1


def test_what_was_accepted_at_a_level_is_accepted_at_a_lower_one() -> None:
    assert of(WARNING, NOTE, accepted={"same.error": 2}) == 0


@pytest.mark.parametrize("level", ["note", "warning"])
def test_what_was_accepted_at_a_level_is_not_at_a_higher_one(level: str) -> None:
    assert of(ERROR, accepted={f"same.{level}": 1}) == 1


def test_the_heaviest_takes_what_only_it_can_take() -> None:
    new = Findings((report_of(NOTE, ERROR),), Tally()).beyond({"same.error": 1})
    assert (new.at_level("error") == 0, new.at_level("note") == 1) == (True, True)


def test_what_is_taken_for_a_baseline_accepts_all_of_it_and_no_more() -> None:
    found = Findings((report_of(ERROR, ERROR, NOTE, finding_of(path="b.py")),), Tally())
    assert found.beyond(found.fingerprints()).count == 0


def test_suppressed_findings_take_nothing_from_the_baseline() -> None:
    suppressed = finding_of(known_by="same", suppressed=True)
    assert of(suppressed, ERROR, accepted={"same.error": 1}) == 0


def test_at_least_counts_a_level_and_those_above_it() -> None:
    found = Findings((report_of(ERROR, WARNING, NOTE),), Tally())
    assert [int(found.at_least(level).value or 0) for level in ("error", "warning", "note")] == [1, 2, 3]


def test_tools_are_named_in_any_case() -> None:
    found = Findings((report_of(ERROR), report_of(NOTE, tool="eslint")), Tally())
    assert (found.tools, found.of_tool("ESLint").count) == (("eslint", "ruff"), 1)
