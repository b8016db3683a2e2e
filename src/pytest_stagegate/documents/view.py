"""From a decision to finished strings: the one place that formats. Templates and printers only arrange them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.counts import MATRIX_HEAD, GridView, grid, matrix_row, totals
from pytest_stagegate.documents.covered import CoverageView, coverage_view
from pytest_stagegate.documents.drift import drift_line
from pytest_stagegate.documents.environments import EnvironmentView, environments_view
from pytest_stagegate.documents.goals import GoalsView, goals_view, shown_goals
from pytest_stagegate.documents.identity import front, identity
from pytest_stagegate.documents.judged import GateView, gate_view
from pytest_stagegate.documents.manual import ManualTestsView, manual_view
from pytest_stagegate.documents.operated import operated_view
from pytest_stagegate.documents.progress import ProgressGroup, progress_view
from pytest_stagegate.documents.questions import question_of, replay_of, verified_beside
from pytest_stagegate.documents.reasons import (
    BlockerView,
    ReasonsView,
    blocker_view,
    headline_of,
    reasons_views,
    sentence_of,
)
from pytest_stagegate.documents.requirements import RequirementsView, requirements_view
from pytest_stagegate.documents.reviews import ReviewsView, reviews_view
from pytest_stagegate.documents.rollback import RollbackView, rollback_view
from pytest_stagegate.documents.shipped import SHIPPED_HEAD, shipped_table
from pytest_stagegate.documents.sign_offs import SignOffsView, sign_offs_view
from pytest_stagegate.documents.signs import WORDS
from pytest_stagegate.documents.since import SinceView, since_view
from pytest_stagegate.documents.stages import RingView, ring_view
from pytest_stagegate.documents.supply import SupplyView, supply_view
from pytest_stagegate.documents.tables import TableView
from pytest_stagegate.documents.tests_shown import TestView, tests_more, tests_view
from pytest_stagegate.documents.timed import DurationsView, durations_view
from pytest_stagegate.documents.trend import TrendView, trend_view
from pytest_stagegate.documents.upstream import UPSTREAM_HEAD, upstream_row
from pytest_stagegate.documents.waivers import WAIVERS_HEAD, waiver_notes, waiver_row
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.decision import Decision, EvidenceItem
from pytest_stagegate.thresholds import show_duration

if TYPE_CHECKING:
    pass

_EVIDENCE_HEAD: Final = ("id", "source", "of", "state", "made", "sha256")


class View(msgspec.Struct, frozen=True):
    """A decision as finished strings, in the order in which people read it.

    Attributes:
        word: ``GO``, ``CONDITIONAL``, ``HOLD`` or ``NO GO``.
        sign: A sign that tells the words apart without colour.
        style: Style class.
        sentence: The decision in one sentence, for places that say no more.
        headline: Likewise, for places where the reasons follow.
        question: What was asked: stage and environment.
        provisional: Why the decision is provisional; empty when it is not.
        identity: Label and value: what was decided, on what.
        blockers: Why it is not GO, worst first.
        reasons: The same in three groups: what stops it, what is missing, what was accepted.
        ring: Where each stage of the flow stands.
        front: Label and value: the few facts by which people know what was decided, and whether to trust it.
        gates: All gates.
        drift: What the policy demands less of than at the last release; decides nothing.
        since: What changed since the last release.
        trend: What it carries forward of the decisions before.
        totals: Label and value of every count.
        grid: How the tests of each stage ended in each environment.
        matrix_head: Column heads of the matrix.
        matrix: One row for each stage.
        tests: Tests that did not plainly pass.
        tests_more: A sentence when there are more; empty otherwise.
        requirements: The requirements that tests are linked to, worst first.
        goals: The goals and milestones of the plan.
        coverage: Coverage by file and by stage.
        durations: How long the tests took.
        progress: How far the goals and requirements are, by priority and milestone.
        manual: The manual tests, worst first.
        environments: What is known of the environments that were run against, worst first.
        collection_errors: Path and message.
        run: Label and value: facts about the run.
        evidence_head: Column heads of the evidence index.
        evidence: One row for each item.
        waivers_head: Column heads of the waivers.
        waivers: One row for each waiver of the policy.
        waiver_notes: A sentence for each waiver that somebody has to look at: expired, about to, unused, too long.
        sign_offs: What people said of it.
        reviews: Who reviewed the change.
        operated: What is known of running software, a table each.
        upstream_head: Column heads of the earlier decisions.
        upstream: One row for each decision of an earlier stage that was handed over.
        shipped_head: Column heads of what is said of the artifacts.
        shipped: One row for each artifact.
        supply: What is shipped and what is said of its making; None where nothing is.
        rollback: The way back; likewise.
        digest: SHA-256 of ``decision.json``.
        replay: The command that decides once more, and what it does.
        verify: Commands that verify the document, and what each does.
    """

    word: str
    sign: str
    style: str
    sentence: str
    headline: str
    question: str
    provisional: tuple[str, ...]
    identity: tuple[tuple[str, str], ...]
    blockers: tuple[BlockerView, ...]
    reasons: tuple[ReasonsView, ...]
    ring: RingView
    front: tuple[tuple[str, str], ...]
    gates: tuple[GateView, ...]
    drift: tuple[str, ...]
    since: SinceView
    trend: TrendView
    totals: tuple[tuple[str, str], ...]
    grid: GridView
    matrix_head: tuple[str, ...]
    matrix: tuple[tuple[str, ...], ...]
    tests: tuple[TestView, ...]
    tests_more: str
    requirements: RequirementsView
    goals: GoalsView
    coverage: CoverageView
    durations: DurationsView
    progress: tuple[ProgressGroup, ...]
    manual: ManualTestsView
    environments: tuple[EnvironmentView, ...]
    collection_errors: tuple[tuple[str, str], ...]
    run: tuple[tuple[str, str], ...]
    evidence_head: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    waivers_head: tuple[str, ...]
    waivers: tuple[tuple[str, ...], ...]
    waiver_notes: tuple[str, ...]
    sign_offs: SignOffsView
    reviews: ReviewsView
    operated: tuple[TableView, ...]
    upstream_head: tuple[str, ...]
    upstream: tuple[tuple[str, ...], ...]
    shipped_head: tuple[str, ...]
    shipped: tuple[tuple[str, ...], ...]
    supply: SupplyView | None
    rollback: RollbackView | None
    digest: str
    replay: tuple[str, str]
    verify: tuple[tuple[str, str], ...]
    left_out: str = ""


def view(decision: Decision, digest: str) -> View:
    """Return a decision as finished strings; the digest is the SHA-256 of ``decision.json``, hexadecimal."""
    word, sign, style = WORDS[decision.decision]
    gates = tuple(gate_view(result, number) for number, result in enumerate(decision.gates, start=1))
    blockers = tuple(blocker_view(blocker, gates) for blocker in decision.blockers)
    linked = requirements_view(decision.requirements, decision.evidence, shown_goals(decision), decision.manual)
    return View(
        word=word,
        sign=sign,
        style=style,
        sentence=sentence_of(decision),
        headline=headline_of(decision),
        question=question_of(decision),
        provisional=tuple(clean(note.text) for note in decision.provisional),
        identity=identity(decision, digest),
        blockers=blockers,
        reasons=reasons_views(blockers),
        ring=ring_view(decision.stages),
        front=front(decision, digest),
        gates=gates,
        drift=tuple(drift_line(each) for each in decision.drift),
        since=since_view(decision),
        trend=trend_view(decision),
        totals=totals(decision.tests),
        grid=grid(decision),
        matrix_head=MATRIX_HEAD,
        matrix=tuple(matrix_row(cell) for cell in decision.matrix),
        tests=tests_view(decision.not_passed),
        tests_more=tests_more(decision.not_passed_omitted),
        requirements=linked,
        goals=goals_view(decision, linked.anchors),
        coverage=coverage_view(decision.coverage),
        durations=durations_view(decision.durations),
        progress=progress_view(decision),
        manual=manual_view(decision.manual),
        environments=environments_view(decision.environments),
        collection_errors=tuple((clean(e.path), clean(e.message)) for e in decision.collection_errors),
        run=tuple((clean(key), clean(value)) for key, value in sorted(decision.run.items())),
        evidence_head=_EVIDENCE_HEAD,
        evidence=tuple(_evidence(item) for item in decision.evidence),
        waivers_head=WAIVERS_HEAD,
        waivers=tuple(waiver_row(row) for row in decision.waivers),
        waiver_notes=waiver_notes(decision.waivers),
        sign_offs=sign_offs_view(decision),
        reviews=reviews_view(decision.reviews),
        operated=operated_view(decision),
        upstream_head=UPSTREAM_HEAD,
        upstream=tuple(upstream_row(row) for row in decision.upstream),
        shipped_head=SHIPPED_HEAD,
        shipped=shipped_table(decision),
        supply=supply_view(decision),
        rollback=rollback_view(decision),
        digest=digest,
        replay=replay_of(decision),
        verify=verified_beside(decision, digest),
    )


def _evidence(item: EvidenceItem) -> tuple[str, ...]:
    if item.kind == "baseline":
        state = f"{item.state}: {item.text}" if item.text else item.state
        cells = (item.id, item.source, "", state, "from earlier runs", item.sha256 or "no content")
        return tuple(clean(each) for each in cells)
    format_ = f" ({item.format})" if item.format else ""
    place = [f"commit {item.commit[:12]}" if item.commit is not None else "commit not stated"]
    place += [part for part in (item.environment, f"shard {item.shard}" if item.shard else "") if part]
    state = "; ".join([f"{item.state}: {item.text}" if item.text else item.state, *item.warnings])
    made = [item.created or "at a time not stated", f"by {item.producer}" if item.producer else ""]
    if item.max_age is not None:
        made.append(f"stale after {show_duration(Fraction(item.max_age), upward=False)}")
    digest = item.sha256 or ("part of the record" if item.state in ("whole", "incomplete") else "no file")
    cells = (item.id, f"{item.source}{format_}", ", ".join(place), state, ", ".join(filter(None, made)), digest)
    return tuple(clean(each) for each in cells)
