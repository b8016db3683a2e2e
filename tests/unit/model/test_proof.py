"""Entries of release notes and the tests of their requirements."""

from __future__ import annotations

from pytest_stagegate.model.notes import Reference
from pytest_stagegate.model.proof import linked
from pytest_stagegate.model.requirements import LinkedTest, RequirementRow
from tests.unit.documents.notes_samples import entry_of, notes_of


def test_each_requirement_of_an_entry_has_what_the_decision_says() -> None:
    ids = ("PAY-7", "PAY-8", "PAY-7")
    entry = entry_of("Refunds", references=tuple(Reference(kind="requirement", id=each) for each in ids))
    test = LinkedTest(id="t.py::test_a", stage="test", environment=None, shard=None, outcome="passed")
    row = RequirementRow(id="PAY-7", outcome="passed", tests=(test,), tests_omitted=2)
    (told,) = linked(notes_of(entry), [row]).entries
    assert [(each.requirement, each.outcome, each.omitted) for each in told.verified] == [
        ("PAY-7", "passed", 2),
        ("PAY-8", "untested", 0),
    ]


def test_an_issue_is_no_requirement() -> None:
    entry = entry_of("Refunds", references=(Reference(kind="issue", id="PAY-7"),))
    assert linked(notes_of(entry), []).entries == (entry,)
