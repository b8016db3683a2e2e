"""What is known not to work: from the policy, from entries behind flags, and from a decision's evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.notes import KnownIssue, Reference
from pytest_stagegate.telling.drafting import one_line
from pytest_stagegate.telling.references import issues_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.note_rules import NotesRules
    from pytest_stagegate.model.notes import Entry
    from pytest_stagegate.telling.references import Addresses

_URL: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_IN_USE: Final = ("used", "not-enough")


def known_issues_of(
    rules: NotesRules, entries: Sequence[Entry], decision: Decision | None, stated: Sequence[str], addresses: Addresses
) -> tuple[KnownIssue, ...]:
    """Return the known issues: stated ones first, then waivers, tests that are expected to fail, and flags.

    Args:
        rules: The policy.
        entries: The entries, some of them behind flags.
        decision: The decision whose evidence is read, or None.
        stated: What other sources state, one line each.
        addresses: Where references lead.
    """
    found = [*rules.known_issues, *(KnownIssue(kind="stated", text=one_line(text)) for text in stated)]
    if decision is not None:
        found += [*_waived(decision, addresses), *_expected_to_fail(decision, addresses)]
    return (*found, *_concealed(entries))


def reference_in(text: str, addresses: Addresses) -> Reference | None:
    """Return the first issue that a text names: by address, or by id."""
    url = _URL.search(text)
    if url is not None:
        address = url[0].rstrip(".,;:")
        last = address.rstrip("/").rsplit("/", 1)[-1]
        return Reference(kind="issue", id=f"#{last}" if last.isdigit() else last, url=address)
    name = next(issues_in(text, lettered=True), None)
    return addresses.reference("issue", name) if name is not None else None


def _waived(decision: Decision, addresses: Addresses) -> Iterator[KnownIssue]:
    for row in decision.waivers:
        if row.state in _IN_USE:
            subject = f" ({row.subject})" if row.subject else ""
            text = one_line(f"{row.gate}{subject} is waived: {row.reason}")
            issue = reference_in(row.reason, addresses)
            yield KnownIssue(kind="waiver", text=text, reference=issue, owner=row.owner, until=row.expires)


def _expected_to_fail(decision: Decision, addresses: Addresses) -> Iterator[KnownIssue]:
    """Yield one issue for each reason, with how many tests it has; one for each test that has none."""
    tests: dict[str, list[str]] = {}
    for row in decision.not_passed:
        if row.outcome == "xfailed":
            tests.setdefault(one_line(row.reason) or f"{row.id} is expected to fail", []).append(row.id)
    for reason, ids in tests.items():
        text = f"{reason} ({len(ids)} tests are expected to fail)" if len(ids) > 1 else reason
        yield KnownIssue(kind="xfail", text=text, reference=reference_in(reason, addresses))


def _concealed(entries: Sequence[Entry]) -> Iterator[KnownIssue]:
    counts: dict[str, int] = {}
    for entry in entries:
        if entry.concealed_by:
            counts[entry.concealed_by] = counts.get(entry.concealed_by, 0) + 1
    for flag, count in sorted(counts.items()):
        changes = "1 change is" if count == 1 else f"{count} changes are"
        yield KnownIssue(kind="concealed", text=f"{changes} there but not switched on yet: flag {flag}.")
