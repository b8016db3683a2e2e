from __future__ import annotations

from pytest_stagegate.documents.requirements import requirements_view
from pytest_stagegate.model.requirements import LinkedTest, RequirementRow


def row(name: str, outcome: str, tests: int = 1, omitted: int = 0) -> RequirementRow:
    linked = LinkedTest(id="t.py::test_a", stage="test", environment=None, shard="linux", outcome="passed")
    return RequirementRow(id=name, outcome=outcome, tests=(linked,) * tests, tests_omitted=omitted)


def test_the_worst_stand_first() -> None:
    shown = requirements_view([row("A", "passed"), row("B", "partial"), row("C", "failed"), row("D", "not-run")])
    assert [each.id for each in shown.rows] == ["C", "D", "B", "A"]
    assert shown.sentence == "4 requirements: 1 failed, 1 not-run, 1 partial, 1 passed."


def test_a_test_is_shown_with_its_outcome_and_place() -> None:
    assert requirements_view([row("A", "passed")]).rows[0].tests == ("t.py::test_a (passed; test, linux)",)


def test_many_tests_and_many_requirements_are_counted() -> None:
    shown = requirements_view([row(f"A-{number}", "passed", tests=6, omitted=3) for number in range(201)])
    assert shown.rows[0].tests[-1] == "… and 4 more in decision.json"
    assert (len(shown.rows), shown.more) == (200, "1 more requirement in decision.json.")
