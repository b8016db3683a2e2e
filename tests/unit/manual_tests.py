"""Manual tests and results built by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from pytest_stagegate.model.manual import ManualData, ManualResult, ManualTest, Stated, digest_of
from tests.unit.fakes import HOUR, SUBJECT, evidence_of

if TYPE_CHECKING:
    from pytest_stagegate.model.evidence import Evidence

STEPS: Final = ("open the shop", "pay")


def manual_test(id_: str = "a", *environments: str, stage: str = "test", **more: Any) -> ManualTest:
    """Return a manual test with two steps."""
    values = {"title": f"title of {id_}", "steps": STEPS, "digest": digest_of(STEPS), **more}
    return ManualTest(id=id_, stage=stage, environments=environments, **values)


def result_of(id_: str = "a", outcome: str = "passed", **more: Any) -> ManualResult:
    """Return a result of this commit, these steps and an hour ago."""
    values: dict[str, Any] = {
        "digest": digest_of(STEPS),
        "who": "Dana",
        "when": "2026-11-23T08:00:00Z",
        "commit": SUBJECT.commit,
        **more,
    }
    return ManualResult(id=id_, outcome=outcome, **values)  # type: ignore[arg-type]


def data_of(tests: tuple[ManualTest, ...], *results: ManualResult, **more: Any) -> ManualData:
    """Return tests with results that are all from one file, with an age limit of 24 h."""
    stated = tuple(Stated(each, "r.manual.json", 24 * HOUR, **more) for each in results)
    return ManualData(tests, stated, frozenset({"test"}), SUBJECT.commit)


def with_manual(*tests: ManualTest, results: tuple[ManualResult, ...] = ()) -> Evidence:
    """Return the evidence of a run with manual tests."""
    return replace(evidence_of(), manual=data_of(tests, *results))
