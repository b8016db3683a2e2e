"""What a reader sees first: reasons in groups, the ring of stages, the grid of tests, the facts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from pytest_stagegate.documents.counts import grid
from pytest_stagegate.documents.rendering import Wanted, decision_json, documents_of
from pytest_stagegate.documents.stages import ring_view
from pytest_stagegate.model.decision import Artifact, Blocker, Cell, Note, StageRow, TestRow
from pytest_stagegate.model.expected import Expected, ExpectedRow
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.model.word import Word
from pytest_stagegate.stock.smoke import SmokeOptions
from pytest_stagegate.summing import needed_cells
from tests.unit.documents.samples import check_with, decision_of, go, no_go, view_of
from tests.unit.fakes import evidence_of, result_of

COUNTS = dict.fromkeys(
    ("executed", "passed", "failed", "errors", "skipped", "xfailed", "xpassed", "flaky", "deselected", "lost"), 0
)


def cell(stage: str, environment: str | None = None, **counts: int) -> Cell:
    return Cell(stage=stage, environment=environment, **{"collected": _collected(counts), **COUNTS, **counts})


def _collected(counts: dict[str, int]) -> int:
    return sum(count for name, count in counts.items() if name != "executed")


def test_reasons_stand_by_what_they_do() -> None:
    shown = view_of(
        result_of(Verdict.FAIL, "NO_GO", gate="results"),
        result_of(Verdict.NO_EVIDENCE, "HOLD", gate="coverage"),
        result_of(Verdict.WAIVED, "CONDITIONAL", gate="skips"),
    )
    told = {group.id: [each.name for each in group.blockers] for group in shown.reasons}
    assert told == {"blockers": ["results"], "missing": ["coverage"], "accepted": ["skips"]}


def test_each_reason_stands_in_one_group() -> None:
    shown = view_of(result_of(Verdict.FAIL, "NO_GO"), result_of(Verdict.WARN, "CONDITIONAL", gate="warnings"))
    assert sorted(each.name for group in shown.reasons for each in group.blockers) == sorted(
        each.name for each in shown.blockers
    )


def test_the_ring_has_a_part_for_each_stage_and_says_who_decided_it() -> None:
    ring = ring_view(
        (
            StageRow(stage="code", decision=Word.GO, as_of="2026-01-01T00:00:00Z", provisional=True),
            StageRow(stage="test", decision=Word.NO_GO, here=True),
            StageRow(stage="release", refused=2),
        )
    )
    assert [(each.name, each.sign, each.text) for each in ring.stages] == [
        ("code", "✔", "GO (provisional), as of 2026-01-01T00:00:00Z"),
        ("test", "✘", "NO GO, decided here"),
        ("release", "", "not decided, 2 decisions refused"),
    ]


@pytest.mark.parametrize("count", [1, 2, 8, 13])
def test_the_ring_is_inside_the_picture_and_closes(count: int) -> None:
    ring = ring_view([StageRow(stage=f"stage-number-{n}") for n in range(count)])
    assert (float(ring.part) + 6) * count == pytest.approx(float(ring.length), abs=0.1)
    for each in ring.stages:
        left, top = each.label_at
        assert 0 < int(left) < 340
        assert 0 < int(top) < 240
        assert len(each.label) <= 10


def test_a_cell_says_what_did_not_pass() -> None:
    found = grid(
        decision_of(
            matrix=(
                cell("code", "dev", passed=38, failed=1),
                cell("test", "dev", passed=20, skipped=1),
                cell("test", "staging", skipped=3),
                cell("deploy", "dev", deselected=6),
            )
        )
    )
    assert found.head == ("dev", "staging")
    assert {stage: [f"{each.sign} {each.text}".strip() for each in cells] for stage, cells in found.rows} == {
        "code": ["✘ 38 of 39 passed, 1 failed", "– not required"],
        "test": ["✔ 20 of 21 passed, 1 skipped", "? 0 of 3 passed, 3 skipped"],
        "deploy": ["– 6 left out", "– not required"],
    }


def expected(stage: str, environment: str | None = None, shard: str | None = None, executed: int = 0) -> ExpectedRow:
    return ExpectedRow(stage=stage, environment=environment, shard=shard, executed=executed)


def told(*cells: Cell, needs: tuple[ExpectedRow, ...]) -> dict[str, list[str]]:
    found = grid(decision_of(matrix=cells, expected=needs))
    return {stage: [f"{each.sign} {each.text}" for each in row] for stage, row in found.rows}


def test_a_cell_that_must_have_tests_and_has_none_says_that_it_is_missing() -> None:
    needs = (expected("test", "dev", executed=2), expected("test", "staging"), expected("deploy"))
    assert told(cell("test", "dev", executed=2, passed=2), needs=needs) == {
        "test": ["✔ 2 of 2 passed", "? missing"],
        "deploy": ["? missing in any environment", "? missing in any environment"],
    }


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"deselected": 6}, "? 6 left out, missing"),
        ({"skipped": 3}, "? 0 of 3 passed, 3 skipped, missing"),
        ({"failed": 1}, "✘ 0 of 1 passed, 1 failed, missing"),
    ],
)
def test_tests_that_were_not_executed_fill_no_cell(counts: dict[str, int], shown: str) -> None:
    assert told(cell("test", "dev", **counts), needs=(expected("test", "dev"),)) == {"test": [shown]}


def test_a_shard_that_is_missing_is_named_beside_what_passed() -> None:
    needs = (expected("test", "dev", "linux", executed=2), expected("test", "dev", "mac"))
    assert told(cell("test", "dev", executed=2, passed=2), needs=needs) == {
        "test": ["? 2 of 2 passed, missing: shard mac"]
    }


def test_what_is_missing_is_seen_where_nothing_was_run_at_all() -> None:
    assert told(needs=(expected("test"),)) == {"test": ["? missing in any environment"]}


@pytest.mark.parametrize("format", ["html", "md"])
def test_documents_say_which_cells_are_missing(format: str) -> None:
    _, files = documents_of(go(expected=(expected("test", "staging", "a|b"),)), (Wanted(format),), Path("out"), None)
    text = next(iter(files.values())).decode()
    assert "missing: shard a|b" in text if format == "html" else "- stage test in staging from shard a\\|b" in text


def test_a_stage_without_tests_stays_in_the_grid() -> None:
    found = grid(decision_of(stages=(StageRow(stage="plan"), StageRow(stage="test"))))
    assert [stage for stage, _ in found.rows] == ["plan", "test"]


def test_the_headline_names_what_the_decision_comes_from_and_leaves_the_rest_to_the_reasons() -> None:
    bad = [result_of(Verdict.FAIL, "NO_GO", gate=name, summary=f"SAID OF {name}") for name in "abcde"]
    warned = result_of(Verdict.WARN, "CONDITIONAL", gate="warnings")
    assert view_of(*bad[:1]).headline == "Stopped by a."
    assert view_of(*bad[:2], warned).headline == "Stopped by a and b; 1 more reason below."
    assert view_of(*bad).headline == "Stopped by a, b, c and 2 more."
    assert view_of(warned).headline == "May go on in spite of warnings."
    assert "met on 3 tests executed" in view_of().headline


def test_the_headline_of_a_run_that_is_not_whole_says_so() -> None:
    lost = Blocker(effect=Word.HOLD, reason="tests-lost", gate=None, text="2 tests are lost.")
    shown = view_of(decision=Word.HOLD, blockers=(lost,))
    assert (shown.headline, shown.blockers[0].text) == ("Held back by the run itself.", "2 tests are lost.")


def test_every_role_that_has_to_sign_off_is_named() -> None:
    def role(name: str, verdict: Verdict = Verdict.NO_EVIDENCE, unit: str = "persons") -> Check:
        return check_with(verdict, name=name, unit=unit)

    checks = (
        role("operations"),
        role("product", Verdict.PASS),
        role("security-rejections", Verdict.FAIL, "rejections"),
    )
    gate = result_of(Verdict.NO_EVIDENCE, "HOLD", gate="go", uses="sign-off", checks=checks)
    assert view_of(gate).blockers[0].owner == "operations, security"
    owned = Blocker(effect=Word.HOLD, reason="", gate="go", text="", owner="rates-team")
    assert view_of(gate, blockers=(owned,)).blockers[0].owner == "rates-team, operations, security"


def trust(**more: Any) -> str:
    return dict(view_of(**more).front)["trust"]


def test_how_far_it_can_be_trusted_is_said() -> None:
    note = Note(reason="dirty-tree", text="The tree has changes.")
    assert trust().startswith("the run is whole")
    assert trust(provisional=(note,)).startswith("provisional")
    assert trust(provisional=(note,), incomplete=(note,)).startswith("the run is not whole")


def test_many_artifacts_are_counted_on_the_first_screen() -> None:
    many = tuple(Artifact(name=f"part-{n}.whl", sha256=str(n) * 64) for n in range(5))
    shown = view_of(subject=msgspec.structs.replace(go().subject, artifacts=many))
    assert dict(shown.front)["artifacts"] == "part-0.whl, part-1.whl, part-2.whl, 2 more"


def test_older_decisions_without_stages_are_shown_too() -> None:
    assert no_go().stages == ()
    assert view_of().ring.stages == ()
    assert b'"stages": []' in decision_json(no_go())


@pytest.mark.parametrize("format", ["html", "md"])
def test_known_issues_are_told_with_their_reason_and_what_may_be_closed(format: str) -> None:
    def row(name: str, outcome: str, reason: str) -> TestRow:
        return TestRow(
            id=f"t.py::{name}", stage="test", outcome=outcome, reason=reason, message="", reruns=0, subtests=()
        )

    rows = (row("a", "failed", "assert"), row("b", "xfailed", "see 412"), row("c", "xpassed", "see 77"))
    _, files = documents_of(go(not_passed=rows), (Wanted(format),), Path("out"), None)
    text = next(iter(files.values())).decode()
    known = text[text.index("Known issues") :]
    assert known.index("still fails") < known.index("see 412") < known.index("passes: it may be mended")
    assert "assert" not in known[: known.index("see 77")]


def test_a_gate_that_judges_the_tests_of_its_own_place_needs_them_there() -> None:
    gates: Any = [SimpleNamespace(options=SmokeOptions()), SimpleNamespace(options=None)]
    there = Place(stage="deploy", environment="production", instant=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc))
    assert needed_cells(evidence_of(), gates, there) == (Expected("deploy", "production", None),)
    assert needed_cells(evidence_of(), gates[1:], there) == ()
    assert needed_cells(evidence_of(), gates, msgspec.structs.replace(there, environment=None)) == ()
