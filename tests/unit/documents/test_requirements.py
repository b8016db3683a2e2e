from __future__ import annotations

from pytest_stagegate.documents.requirements import requirements_view
from pytest_stagegate.model.decision import EvidenceItem
from pytest_stagegate.model.manual import ManualRow
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


def item(name: str, kind: str, source: str, shard: str | None = None) -> EvidenceItem:
    return EvidenceItem(
        id=name, kind=kind, source=source, sha256="0" * 64, producer="", created=None, state="whole", shard=shard
    )


def test_a_requirement_leads_to_the_files_that_hold_its_tests() -> None:
    by_hand = LinkedTest(id="t.py::test_b", stage="test", environment=None, shard=None, outcome="passed", manual=True)
    linked = RequirementRow(id="A", outcome="passed", tests=(*row("A", "passed").tests, by_hand))
    done = ManualRow(
        id=by_hand.id, title="", stage="test", environment=None, outcome="passed", source="dana.manual.json"
    )
    evidence = [
        item("run", "tests", "linux.jsonl", "linux"),
        item("run-2", "tests", "mac.jsonl", "mac"),
        item("manual", "manual", "lee.manual.json"),
        item("manual-2", "manual", "dana.manual.json"),
    ]
    shown = requirements_view([linked], evidence, manual=[done])
    assert shown.rows[0].evidence == (("evidence-1", "run"), ("evidence-4", "manual-2"))
