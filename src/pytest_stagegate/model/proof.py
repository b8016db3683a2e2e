"""Linking entries of release notes to the tests that verify them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.notes import Section, Verification, VerifyingTest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_stagegate.model.notes import Entry, Notes
    from pytest_stagegate.model.requirements import RequirementRow


def linked(notes: Notes, requirements: Iterable[RequirementRow]) -> Notes:
    """Return the notes with what a decision says of the requirements that entries refer to."""
    rows = {row.id: row for row in requirements}
    sections = (
        Section(id=each.id, title=each.title, entries=tuple(_verified(entry, rows) for entry in each.entries))
        for each in notes.sections
    )
    return msgspec.structs.replace(notes, sections=tuple(sections))


def _verified(entry: Entry, rows: Mapping[str, RequirementRow]) -> Entry:
    asked = dict.fromkeys(each.id for each in entry.references if each.kind == "requirement")
    return msgspec.structs.replace(entry, verified=tuple(_verification(each, rows.get(each)) for each in asked))


def _verification(requirement: str, row: RequirementRow | None) -> Verification:
    if row is None or not row.tests:
        return Verification(requirement=requirement, outcome="untested")
    tests = tuple(
        VerifyingTest(id=each.id, outcome=each.outcome, stage=each.stage, environment=each.environment)
        for each in row.tests
    )
    return Verification(requirement=requirement, outcome=row.outcome, tests=tests, omitted=row.tests_omitted)
