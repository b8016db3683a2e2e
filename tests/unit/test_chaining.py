from __future__ import annotations

from typing import Any

from pytest_stagegate.chaining import stage_rows
from pytest_stagegate.model.decision import StageRow, UpstreamRow
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import decision_of
from tests.unit.fakes import STARTED

LATER = "2999-01-01T00:00:00Z"


def handed(stage: str, word: Word = Word.GO, **more: Any) -> UpstreamRow:
    made: dict[str, Any] = {
        "environment": None,
        "provisional": False,
        "commit": "c0ffee",
        "as_of": STARTED,
        "source": f"{stage}.json",
        "sha256": "0" * 64,
        "policy_sha256": "1" * 64,
        "state": "whole",
    }
    return UpstreamRow(stage=stage, decision=word, **(made | more))


def rows(*upstream: UpstreamRow) -> tuple[StageRow, ...]:
    return stage_rows(["code", "test", "release"], decision_of(stage="test", upstream=upstream))


def test_the_stage_that_is_decided_has_this_decision() -> None:
    assert rows(handed("test", Word.NO_GO))[1] == StageRow(stage="test", decision=Word.GO, here=True, as_of=STARTED)


def test_a_stage_without_a_decision_has_none() -> None:
    assert rows()[2] == StageRow(stage="release")


def test_the_worst_of_several_decisions_counts_and_the_newest_instant() -> None:
    found = rows(handed("code", Word.CONDITIONAL), handed("code", Word.GO, as_of=LATER, provisional=True))
    assert found[0] == StageRow(stage="code", decision=Word.CONDITIONAL, provisional=True, as_of=LATER)


def test_one_that_could_not_be_used_says_nothing_and_is_counted() -> None:
    assert rows(handed("code", state="foreign", text="Of another commit."))[0] == StageRow(stage="code", refused=1)
