from __future__ import annotations

import re
from pathlib import Path

import msgspec

from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.model.decision import Decision, EvidenceItem
from pytest_stagegate.model.goals import GoalCell, GoalRow, MilestoneRow
from pytest_stagegate.model.requirements import LinkedTest, RequirementRow
from tests.unit.documents.samples import decision_of, view_of

CELLS = (
    GoalCell(stage="test", environment=None, outcome="passed", tests=2),
    GoalCell(stage="deploy", environment="staging", outcome="not-run", tests=1, manual=1),
)
GOAL = GoalRow(
    id="A",
    title="a goal",
    priority="must",
    milestone="1.4",
    owner="dana",
    status="",
    outcome="partial",
    cells=CELLS,
    source="plan.toml",
)
LINKED = RequirementRow(
    id="A",
    outcome="passed",
    tests=(LinkedTest(id="t.py::test_a", stage="test", environment=None, shard=None, outcome="passed"),),
)
PLAN = EvidenceItem(
    id="plan-1", kind="plan", source="plan.toml", sha256="1" * 64, producer="", created=None, state="whole"
)
MILESTONE = MilestoneRow(
    id="1.4",
    title="Islands",
    start="2026-11-03",
    due="2026-12-13",
    goals=4,
    done=1,
    forecast="2027-01-22",
    text="1 of 4",
)


def decided() -> Decision:
    plain = decision_of()
    return msgspec.structs.replace(
        plain,
        goals=(GOAL,),
        milestones=(MILESTONE,),
        requirements=(LINKED,),
        evidence=(*plain.evidence, PLAN),
    )


def page(decision: Decision) -> str:
    _, files = documents_of(decision, (Wanted("html", None),), Path(), None)
    return next(iter(files.values())).decode()


def test_a_goal_shows_each_stage_and_environment() -> None:
    shown = view_of(goals=(GOAL,)).goals
    assert shown.head == ("test", "deploy on staging")
    assert [cell.text for cell in shown.rows[0].cells] == ["passed (2 tests)", "not-run (1 test, 1 manual)"]


def test_goals_that_must_be_met_and_the_worst_come_first() -> None:
    named = [("C", "should", "failed"), ("B", "must", "passed"), ("A", "must", "failed"), ("D", "", "not-run")]
    rows = [msgspec.structs.replace(GOAL, id=name, priority=p, outcome=o) for name, p, o in named]
    assert [row.id for row in view_of(goals=tuple(rows)).goals.rows] == ["A", "B", "D", "C"]


def test_every_link_of_the_page_leads_somewhere() -> None:
    written = page(decided())
    wanted = set(re.findall(r'href="#([\w-]+)"', written))
    assert {"goal-1", "requirement-1", "evidence-1", "evidence-2", "goals", "requirements"} <= wanted
    assert wanted <= set(re.findall(r'id="([\w-]+)"', written))


def test_the_roadmap_is_drawn_to_scale() -> None:
    bar = view_of(milestones=(MILESTONE,)).goals.roadmap.bars[0]
    assert (bar.left, bar.width, bar.done, bar.forecast) == ("8", "152", "38", "312")


def test_a_milestone_without_days_has_no_bar() -> None:
    row = MilestoneRow(id="later", title="", due=None, goals=0, done=0)
    bar = view_of(milestones=(row,)).goals.roadmap.bars[0]
    assert (bar.left, bar.forecast) == ("", "")


def test_the_picture_holds_no_markup_of_others() -> None:
    hostile = msgspec.structs.replace(MILESTONE, title="</text><script>x</script>")
    written = page(msgspec.structs.replace(decided(), milestones=(hostile,)))
    assert "<script>x" not in written


def test_many_goals_are_counted() -> None:
    rows = tuple(msgspec.structs.replace(GOAL, id=f"A-{number}") for number in range(201))
    shown = view_of(goals=rows).goals
    assert (len(shown.rows), shown.more) == (200, "1 more goal in decision.json.")
