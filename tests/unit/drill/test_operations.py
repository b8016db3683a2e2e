from __future__ import annotations

from pytest_stagegate.drill.operations import left_open
from pytest_stagegate.model.operations import (
    DOCUMENTS,
    OperationsData,
    OperationsFile,
    OperationsPlan,
    Rollback,
    Step,
    TextFile,
    points_of,
)

WRITTEN = OperationsPlan(
    owner="dana",
    on_call=TextFile("ops/on-call.md"),
    dashboards=("https://example.org",),
    rollout=(Step(name="all", share="100 %", entry="green", exit="green"),),
    rollback=Rollback(trigger="errors", rehearsed_by="tests/test_it.py"),
)


def test_every_text_that_is_written_is_left_open() -> None:
    files = {"ops/on-call.md": OperationsFile("ops/on-call.md", "0" * 64, "pager")}
    was, now = OperationsData(WRITTEN, files), OperationsData(left_open(WRITTEN), files)
    pairs = [
        (was.lack(before.text), now.lack(after.text))
        for document in DOCUMENTS
        for before, after in zip(points_of(WRITTEN, document), points_of(now.plan, document), strict=True)
    ]
    assert {after for before, after in pairs if not before} == {"it still says TODO"}


def test_the_test_that_rehearses_the_rollback_stays() -> None:
    assert left_open(WRITTEN).rollback.rehearsed_by == "tests/test_it.py"


def test_where_nothing_is_written_there_is_nothing_to_spoil() -> None:
    assert left_open(OperationsPlan()) == OperationsPlan()
