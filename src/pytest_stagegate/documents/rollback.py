"""The way back as finished strings: what people wrote of it, what ran before, and when it was last rehearsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.tables import TableView, table
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.deployments import DeploymentRow
    from pytest_stagegate.model.drills import DrillRow
    from pytest_stagegate.model.rollback import RollbackRow, Written

NOT_STATED: Final = "not stated"
_NOTHING: Final = "nothing is written"
_HEAD: Final = ("service", "environment", "version", "commit", "digest", "deployed", "record")


class FactView(msgspec.Struct, frozen=True):
    """One thing that is known of the way back, or not.

    Attributes:
        label: What it is.
        said: What is known, a paragraph each.
        command: What is run, where that is known.
    """

    label: str
    said: tuple[str, ...] = ()
    command: str = ""


class RollbackView(msgspec.Struct, frozen=True):
    """The way back.

    Attributes:
        facts: What is known of it.
        before: What ran before, as records of deployments tell; without rows where none does.
    """

    facts: tuple[FactView, ...]
    before: TableView


def rollback_view(decision: Decision) -> RollbackView | None:
    """Return what a decision says of the way back; None where it says nothing of it."""
    row = decision.rollback
    if row is None:
        return None
    rehearsals = [_fact("last rehearsal", *_rehearsals(decision, row))]
    if row.rehearsed_by:
        rehearsals.append(_fact("test that rehearses it", rehearsal(decision, row.rehearsed_by)))
    return RollbackView(
        facts=(
            _fact("trigger", *_said(row.trigger)),
            # A command that isn't finished must not look like one that can be run.
            _fact("command", *_said(row.command)) if row.command.lack else _command(row.command.text),
            _fact("goes back to", *_said(row.previous)),
            _fact("data, and whether its migration can be undone", *_said(row.data)),
            *rehearsals,
        ),
        before=table(
            ("ran-before", "Ran before", "The last other version of each service, as records of deployments tell."),
            _HEAD,
            [_before(each) for each in row.ran_before],
            row.ran_before_omitted,
        ),
    )


def rehearsal(decision: Decision, pattern: str) -> str:
    """Return what is known of the test that rehearses the way back, in one sentence.

    Args:
        decision: The decision.
        pattern: Node id or glob of the test; may be empty.
    """
    if not pattern:
        return "The policy names no test that rehearses it."
    checks = [check for gate in decision.gates if gate.uses == "operations" for check in gate.checks]
    found = next((check for check in checks if check.name == "rehearsal"), None)
    if found is None:
        return clean(f"No gate of this decision has looked at {pattern}.")
    if found.verdict is Verdict.PASS:
        return clean(f"{pattern} was executed and passed.")
    return clean(f"Not rehearsed, {found.verdict.value.replace('_', ' ')}: {found.text or pattern}")


def _fact(label: str, *said: str) -> FactView:
    return FactView(label, tuple(clean(each) for each in said))


def _command(text: str) -> FactView:
    return FactView("command", command=clean(text).strip("\n"))


def _said(written: Written) -> tuple[str, ...]:
    """Return what people wrote, and what is still to be said about it."""
    if not written.text.strip():
        known = written.lack and written.lack != _NOTHING
        return (f"{NOT_STATED} ({written.lack})" if known else NOT_STATED,)
    return (written.text.strip(), *((f"Not finished: {written.lack}.",) if written.lack else ()))


def _rehearsals(decision: Decision, row: RollbackRow) -> Iterator[str]:
    known = [each for each in decision.drills if each.drill in row.drills]
    yield from (_drill(each) for each in known)
    if not known:
        yield NOT_STATED
    for gate in decision.gates:
        if gate.uses == "rollback":
            yield f"With this version, the gate {gate.gate} says {gate.verdict.value.replace('_', ' ')}: {gate.summary}"


def _drill(row: DrillRow) -> str:
    if row.passed is None:
        return f"{row.drill}: never passed; last failed {row.failed}"
    days = f", {plural(row.days, 'day')} before this decision" if row.days else ""
    done = f", by {row.what}" if row.what else ""
    log = f", as {row.source} says" if row.source else ""
    failed = f"; last failed {row.failed}" if row.failed else ""
    return f"{row.drill}: last passed {row.passed}{days}{done}{log}{failed}"


def _before(row: DeploymentRow) -> tuple[str, ...]:
    where = f"{row.environment}, ring {row.ring}" if row.ring else row.environment
    digests = "; ".join(" ".join(filter(None, (each.name, each.sha256))) for each in row.artifacts)
    if row.state == "contradicted":
        return row.service, where, "records contradict each other", "", NOT_STATED, row.at, row.source
    version = row.version or NOT_STATED
    return row.service, where, version, short(row.commit) or NOT_STATED, digests or NOT_STATED, row.at, row.source
