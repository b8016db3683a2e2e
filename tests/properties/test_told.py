"""Laws of the gate ``notes``: less that is told, and a version that has grown less, is never judged better."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from packaging.version import Version

from pytest_stagegate.model.told import EntryCount, ToldData
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.versions import GROWTH
from pytest_stagegate.stock.notes import notes
from tests.unit.fakes import SUBJECT, evidence_of, judged

NUMBERS: Final = st.integers(0, 2)
RELEASES: Final = st.lists(NUMBERS, min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
TAILS: Final = st.sampled_from(["", "a1", "rc2", ".dev0", ".post1", ".post1.dev2", "+local"])
EPOCHS: Final = st.sampled_from(["", "1!"])
VERSIONS: Final = st.tuples(EPOCHS, RELEASES, TAILS).map("".join)
AUDIENCES: Final = st.sampled_from([("user",), ("operator", "user"), ("developer", "internal"), ("internal",)])
COUNTS: Final = st.builds(lambda audiences, count: EntryCount(audiences=audiences, count=count), AUDIENCES, NUMBERS)
TOLD: Final = st.builds(
    lambda before, **more: ToldData(since="v", version_before=before, titles=(), **more),
    VERSIONS,
    implied=st.sampled_from(GROWTH),
    entries=st.lists(COUNTS, max_size=3).map(tuple),
    breaking=NUMBERS,
    without_upgrade=NUMBERS,
    commits=NUMBERS,
)
OPTIONS: Final = st.fixed_dictionaries({"min_entries": st.integers(0, 3), "require_upgrade": st.booleans()})


def passes(version: str, told: ToldData, options: dict[str, Any]) -> bool:
    evidence = replace(evidence_of(), subject=msgspec.structs.replace(SUBJECT, version=version), told=told)
    return judged(notes, evidence, stage="release", **options).verdict is Verdict.PASS


@given(TOLD, st.lists(VERSIONS, min_size=2, max_size=2), OPTIONS)
def test_a_smaller_version_is_never_judged_better(told: ToldData, versions: list[str], options: dict[str, Any]) -> None:
    smaller, larger = sorted(versions, key=Version)
    assert passes(smaller, told, options) <= passes(larger, told, options)


@given(TOLD, VERSIONS, st.sampled_from(GROWTH), OPTIONS)
def test_a_larger_step_is_never_judged_better(told: ToldData, version: str, step: str, options: dict[str, Any]) -> None:
    smaller, larger = sorted((told.implied, step), key=GROWTH.index, reverse=True)
    one, other = (msgspec.structs.replace(told, implied=each) for each in (smaller, larger))
    assert passes(version, other, options) <= passes(version, one, options)


@given(TOLD, VERSIONS, OPTIONS)
def test_an_entry_less_is_never_judged_better(told: ToldData, version: str, options: dict[str, Any]) -> None:
    for place, row in enumerate(told.entries):
        less = msgspec.structs.replace(row, count=max(0, row.count - 1))
        fewer = msgspec.structs.replace(told, entries=(*told.entries[:place], less, *told.entries[place + 1 :]))
        assert passes(version, fewer, options) <= passes(version, told, options)


@given(TOLD, VERSIONS, OPTIONS, st.integers(1, 3))
def test_a_breaking_change_more_without_an_upgrade_text_is_never_judged_better(
    told: ToldData, version: str, options: dict[str, Any], more: int
) -> None:
    worse = msgspec.structs.replace(told, without_upgrade=told.without_upgrade + more)
    assert passes(version, worse, options) <= passes(version, told, options)
    assert not (options["require_upgrade"] and passes(version, worse, options))
