"""The operational documents of a release: runbook, rollout, rollback, known issues, hand-over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.prose import Block, blocks_of, markdown_blocks
from pytest_stagegate.documents.templating import render
from pytest_stagegate.documents.view import View, view
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.operations import DOCUMENTS, OperationsData, points_of
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.operations import Point

NAMES: Final = (*DOCUMENTS, "known-issues")
_RUNNING: Final = ("deploy", "manage", "monitor")
"""Stages whose tests tell operators something."""


class PointView(msgspec.Struct, frozen=True):
    """One thing that a person has to write.

    Attributes:
        label: What it is.
        body: What is written, as Markdown that can do nothing; may be empty.
        question: What a person must still answer; empty where it is answered.
    """

    label: str
    body: str
    question: str


class OperationsView(msgspec.Struct, frozen=True):
    """One operational document as finished strings.

    Attributes:
        draft: Whether the dossier is one of a decision that nothing may rest on.
        decision: The decision.
        points: What people have to write, in order.
        steps: Of the rollout: the points of each step.
        open: How many points are still open.
        tests: Rows of the matrix of decisions: those of the stages from the deployment on.
        rehearsal: What is known of the test that rehearses the rollback, in one sentence.
        xfailed: Test and reason of each known failure.
        xpassed: Likewise, of each that passed although it was expected to fail.
        waived: Rows of the waivers that are in use.
        short: Gate and summary of each that fell short.
        observed: Likewise, of those that change no decision.
    """

    draft: bool
    decision: View
    points: tuple[PointView, ...]
    steps: tuple[tuple[PointView, ...], ...]
    open: int
    tests: tuple[tuple[str, ...], ...]
    rehearsal: str
    xfailed: tuple[tuple[str, str], ...]
    xpassed: tuple[tuple[str, str], ...]
    waived: tuple[tuple[str, ...], ...]
    short: tuple[tuple[str, str], ...]
    observed: tuple[tuple[str, str], ...]


def operational_documents(
    decision: Decision, digest: str, data: OperationsData, templates: Path | None, *, draft: bool
) -> dict[str, bytes]:
    """Return the documents by file name.

    Args:
        decision: The decision.
        digest: SHA-256 of its ``decision.json``.
        data: What people have written.
        templates: A folder of the project's own templates, or None.
        draft: Whether nothing may rest on it.

    Raises:
        StageGateError: When a template of the project's own is broken.
    """
    shown = view(decision, digest)
    found = {name: operations_view(decision, shown, data, name, draft=draft) for name in sorted(NAMES)}
    return {
        f"{name}.md": render(f"operations/{name}.md.j2", each, templates).encode("utf-8", "replace")
        for name, each in found.items()
    }


def operations_view(decision: Decision, shown: View, data: OperationsData, name: str, *, draft: bool) -> OperationsView:
    """Return one document as strings."""
    points = tuple(_point(point, data) for point in (points_of(data.plan, name) if name in DOCUMENTS else ()))
    steps = len(data.plan.rollout) if name == "rollout" else 0
    size = len(points) // steps if steps else 0
    fell_short = [gate for gate in shown.gates if gate.short]
    return OperationsView(
        draft=draft,
        decision=shown,
        points=points,
        steps=tuple(points[size * number : size * (number + 1)] for number in range(steps)),
        open=sum(bool(point.question) for point in points),
        tests=tuple(row for row, cell in zip(shown.matrix, decision.matrix, strict=True) if cell.stage in _RUNNING),
        rehearsal=_rehearsal(decision, data.plan.rollback.rehearsed_by),
        xfailed=_tests(decision, "xfailed"),
        xpassed=_tests(decision, "xpassed"),
        waived=tuple(row for row, each in zip(shown.waivers, decision.waivers, strict=True) if each.state == "used"),
        short=tuple((gate.id, f"{gate.verdict}: {gate.summary}") for gate in fell_short if gate.effect),
        observed=tuple((gate.id, f"{gate.verdict}: {gate.summary}") for gate in fell_short if not gate.effect),
    )


def _point(point: Point, data: OperationsData) -> PointView:
    written, lack = clean(data.written(point.text)), data.lack(point.text)
    blocks = blocks_of(written)
    if point.key == "rollback.command" and written.strip() and not any(block.kind == "code" for block in blocks):
        blocks = (Block("code", code=written.strip("\n") + "\n"),)
    question = f"{point.question} ({clean(lack)})" if lack else ""
    return PointView(point.label, markdown_blocks(blocks), question)


def _rehearsal(decision: Decision, pattern: str) -> str:
    if not pattern:
        return "The policy names no test that rehearses it."
    checks = [check for gate in decision.gates if gate.uses == "operations" for check in gate.checks]
    found = next((check for check in checks if check.name == "rehearsal"), None)
    if found is None:
        return clean(f"No gate of this decision has looked at {pattern}.")
    if found.verdict is Verdict.PASS:
        return clean(f"{pattern} was executed and passed.")
    return clean(f"Not rehearsed, {found.verdict.value.replace('_', ' ')}: {found.text or pattern}")


def _tests(decision: Decision, outcome: str) -> tuple[tuple[str, str], ...]:
    rows = [row for row in decision.not_passed if row.outcome == outcome]
    return tuple((clean(row.id), clean(row.reason) or "no reason is given") for row in rows)
