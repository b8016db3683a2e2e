from __future__ import annotations

from array import array
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.evidence.merging import merged, union
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.decision import Artifact, Note, Rebuilt
from pytest_stagegate.model.evidence import Evidence, WarningLine
from pytest_stagegate.model.extent import Scope
from pytest_stagegate.model.sources import Source, State
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import Exit, TestData
from pytest_stagegate.model.told import ToldData
from tests.unit.fakes import ABSENT, SUBJECT, coverage_of, evidence_of, file_of, outcomes_of, property_test

ONE = coverage_of(file_of("a.py", 3, 4), file_of("b.py", 1, 2))
TWO = coverage_of(file_of("a.py", 1, 4))


def shard(name: str, evidence: Evidence, **more: Any) -> Source:
    for index, tag in enumerate(evidence.tests.tags):
        evidence.tests.tags[index] = tag._replace(shard=name, ran_in=more.get("environment"))
    return Source(**{"name": f"{name}.jsonl", "kind": "run", "evidence": evidence, "shard": name, "max_age": 1, **more})


def file(contents: Contents, name: str = "js.xml") -> Source:
    return Source(name=name, kind="tests" if contents.tests else "coverage", contents=contents, max_age=1)


def together(*sources: Source) -> Evidence:
    return merged(sources, SUBJECT, "2026-11-23T09:00:00Z")


def foreign(passed: int) -> TestData:
    return TestData(tags=[Tag("deploy", (), True)], unnamed={0: array("I", [5] * passed)})


def test_one_run_alone_stays_as_it_is() -> None:
    evidence = evidence_of(coverage=ONE)
    assert together(shard("a", evidence)).tests is evidence.tests


def test_results_of_another_tool_are_added() -> None:
    whole = together(shard("a", evidence_of(outcomes_of(passed=2))), file(Contents(tests=foreign(3))))
    assert whole.tests.counts().passed == 5
    assert whole.tests.counts(lambda tag: tag.stage == "deploy").passed == 3


@pytest.mark.parametrize("state", [State.STALE, State.FOREIGN, State.DUPLICATE, State.MISSING, State.UNREADABLE])
def test_what_may_not_be_used_is_not_part_of_it(state: State) -> None:
    whole = together(shard("a", evidence_of()), shard("b", evidence_of(outcomes_of(failed=1)), state=state))
    assert whole.tests.counts().failed == 0


def test_a_run_that_is_not_whole_is_part_of_it_and_named() -> None:
    note = Note(reason="no-end-record", text="The process ended.")
    broken = shard("b", evidence_of(incomplete=(note,)), state=State.INCOMPLETE)
    assert together(shard("a", evidence_of()), broken).incomplete == (
        Note(reason="no-end-record", text="b: The process ended."),
    )


def test_a_test_that_ran_twice_is_named_with_where() -> None:
    runs = [
        shard("x", evidence_of(outcomes_of(passed=1)), environment="dev"),
        shard("y", evidence_of(outcomes_of(passed=1)), environment="dev"),
    ]
    (name,) = outcomes_of(passed=1).ids
    assert sorted(together(*runs).tests.ids) == [f"{name} (dev x)", f"{name} (dev y)"]


def test_one_that_every_shard_left_out_is_counted_once() -> None:
    runs = [shard(name, evidence_of(outcomes_of(deselected=2))) for name in ("x", "y", "z")]
    assert (together(*runs).tests.counts().collected, together(*runs).tests.counts().deselected) == (2, 2)


def test_one_that_one_shard_lost_and_others_left_out_is_lost() -> None:
    one, two = outcomes_of(lost=1), outcomes_of(deselected=1)
    two.ids[0] = one.ids[0]
    whole = together(shard("x", evidence_of(one)), shard("y", evidence_of(two)))
    assert (whole.tests.counts().collected, whole.tests.counts().lost) == (1, 1)


def test_what_one_environment_left_out_is_not_made_up_for_by_another() -> None:
    one, two = outcomes_of(passed=1), outcomes_of(deselected=1)
    two.ids[0] = one.ids[0]
    whole = together(
        shard("x", evidence_of(one), environment="dev"), shard("y", evidence_of(two), environment="staging")
    )
    assert (whole.tests.counts().passed, whole.tests.counts().deselected) == (1, 1)


def test_warnings_of_one_place_are_summed() -> None:
    line = WarningLine(category="UserWarning", message="old", place="a.py:3", count=2)
    whole = together(shard("x", evidence_of(warnings=[line])), shard("y", evidence_of(warnings=[line])))
    assert whole.warnings == (msgspec.structs.replace(line, count=4),)


def test_warnings_count_as_recorded_only_where_every_run_did() -> None:
    assert not together(shard("x", evidence_of()), shard("y", evidence_of(warnings_recorded=False))).warnings_recorded


def test_property_tests_of_all_runs_are_brought_together_by_their_ids() -> None:
    runs = [
        shard("x", replace(evidence_of(), properties=(property_test("a", 7), property_test("b", 9)))),
        shard("y", replace(evidence_of(), properties=(property_test("a", 5), property_test("c", 3)))),
    ]
    assert together(*runs).properties == (property_test("a", 5), property_test("b", 9), property_test("c", 3))
    assert together(*reversed(runs)).properties == together(*runs).properties


def test_facts_that_differ_say_of_which_run_they_are() -> None:
    runs = [
        shard(name, replace(evidence_of(), facts={"pytest": "9.0", "python": version}))
        for name, version in (("x", "3.11"), ("y", "3.13"))
    ]
    assert together(*runs).facts == {"pytest": "9.0", "python": "x: 3.11; y: 3.13"}


def test_it_is_dirty_where_one_run_was() -> None:
    dirty = replace(evidence_of(), subject=msgspec.structs.replace(SUBJECT, dirty=True))
    assert together(shard("x", evidence_of()), shard("y", dirty)).subject.dirty


def test_each_run_keeps_its_own_exit_status() -> None:
    runs = [shard("x", evidence_of()), shard("y", evidence_of(outcomes_of(failed=1), exit_status=1))]
    assert together(*runs).exits == (Exit(0, 0), Exit(1, 1))


def test_it_is_finished_when_all_are() -> None:
    open_end = replace(evidence_of(), finished=None)
    assert together(shard("x", evidence_of()), shard("y", open_end)).finished is None


def test_without_any_run_the_project_says_what_is_decided() -> None:
    whole = together(file(Contents(tests=foreign(1))))
    assert (whole.subject, whole.started, whole.exits) == (SUBJECT, "2026-11-23T09:00:00Z", ())


def test_a_module_that_several_shards_skipped_counts_once_with_all_their_reasons() -> None:
    runs = []
    for name, files in (("x", {"a.py": "b", "d.py": "why"}), ("y", {"a.py": "a", "c.py": "", "d.py": ""})):
        data = outcomes_of(passed=1)
        data.skipped_files = files
        runs.append(shard(name, evidence_of(data)))
    both = {"a.py": "a; b", "c.py": "", "d.py": ""}
    assert together(*runs).tests.skipped_files == together(*reversed(runs)).tests.skipped_files == both


# ---- coverage


def test_coverage_of_runs_and_files_is_united() -> None:
    whole = together(shard("x", evidence_of(coverage=ONE)), file(Contents(coverage=TWO), "lcov.info"))
    assert isinstance(whole.coverage, CoverageData)
    assert [(row.path, row.covered, row.lines) for row in whole.coverage.rows] == [("a.py", 3, 4), ("b.py", 1, 2)]


def test_files_alone_are_enough_where_no_run_measured() -> None:
    whole = together(shard("x", evidence_of()), file(Contents(coverage=TWO), "lcov.info"))
    assert whole.coverage == TWO


def test_a_run_that_did_not_measure_among_others_that_did_makes_it_incomplete() -> None:
    whole = together(shard("x", evidence_of(coverage=ONE)), shard("y", evidence_of()))
    assert isinstance(whole.coverage, Absent)
    assert (whole.coverage.reason, whole.coverage.text) == (
        "coverage-incomplete",
        "y measured no coverage, while other runs of the same evidence did",
    )


def test_coverage_that_one_run_lost_is_lost_to_all() -> None:
    lost = Absent("coverage-incomplete", "coverage data of gw0 is missing")
    whole = together(shard("x", evidence_of(coverage=ONE)), shard("y", evidence_of(coverage=lost)))
    assert whole.coverage == Absent("coverage-incomplete", "y: coverage data of gw0 is missing")


def test_without_any_coverage_the_run_says_why() -> None:
    assert together(shard("x", evidence_of(coverage=ABSENT))).coverage == ABSENT


def test_branches_count_only_where_every_part_measured_them() -> None:
    with_branches = coverage_of(file_of("c.py", 1, 1, 1, 2), branches=True)
    assert not union([with_branches, ONE]).measured_branches


def test_stage_labels_count_only_where_every_part_has_them() -> None:
    labelled = coverage_of(file_of("a.py", 3, 4, test=2))
    unlabelled = coverage_of(file_of("a.py", 1, 4), label_problem="no labels")
    both = union([labelled, unlabelled])
    assert (both.labelled, both.label_problem, both.files[0].stages) == (False, "no labels", {})


def test_a_line_that_only_one_part_knows_is_a_line() -> None:
    one, two = FileCoverage("a.py", "1-2", "3"), FileCoverage("a.py", "3", "1-2, 7")
    (file_,) = union([coverage_of(one), coverage_of(two)]).files
    assert (file_.executed, file_.missing) == ("1-3", "7")


def test_what_each_part_was_told_to_measure_is_kept() -> None:
    one, other = Scope(("src",), omit=("src/gen/*",)), Scope(("web",))
    parts = [coverage_of(scopes=(other,)), coverage_of(scopes=(one, other))]
    assert union(parts).scopes == (one, other)


@pytest.mark.parametrize(("path", "scopes"), [("a.py", (Scope(), Scope(("src",)))), ("a.ts", (Scope(("src",)),))])
def test_a_part_that_measured_python_and_does_not_say_of_what_is_remembered(
    path: str, scopes: tuple[Scope, ...]
) -> None:
    silent = coverage_of(file_of(path, 1, 2))
    assert union([silent, coverage_of(scopes=(Scope(("src",)),))]).scopes == scopes
    assert union([silent, silent]) == silent


TOLD = ToldData(
    since="v1",
    version_before="1",
    implied="minor",
    entries=(),
    breaking=0,
    without_upgrade=0,
    titles=(),
    commits=3,
)
MORE = msgspec.structs.replace(TOLD, commits=4)
SHALLOW = Absent("shallow-clone", "the clone is shallow")


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ((None, None), None),
        ((TOLD, None), TOLD),
        ((None, SHALLOW), SHALLOW),
        ((TOLD, TOLD), TOLD),
        ((TOLD, SHALLOW), SHALLOW),
        ((SHALLOW, TOLD, MORE), SHALLOW),
    ],
)
def test_runs_tell_of_the_changes_what_all_that_say_anything_agree_in(said: tuple[Any, ...], whole: Any) -> None:
    runs = [shard(str(number), replace(evidence_of(), told=each)) for number, each in enumerate(said)]
    assert together(*runs).told == together(*reversed(runs)).told == whole


def test_of_runs_that_tell_different_changes_none_is_believed() -> None:
    whole = together(shard("a", replace(evidence_of(), told=TOLD)), shard("b", replace(evidence_of(), told=MORE)))
    assert isinstance(whole.told, Absent)
    assert whole.told.reason == "notes-differ"


def test_of_one_artifact_the_word_counts_that_says_more_and_the_second_build_that_differs() -> None:
    def of(**more: Any) -> Evidence:
        artifact = Artifact(name="a.whl", sha256="ab" * 32, **more)
        return replace(evidence_of(), subject=msgspec.structs.replace(SUBJECT, artifacts=(artifact,)))

    words: list[dict[str, Any]] = [
        {},
        {"kind": "wheel"},
        {"kind": "wheel", "rebuilt": Rebuilt(sha256="ab" * 32)},
        {"kind": "wheel", "rebuilt": Rebuilt(sha256="cd" * 32, differs=("x",))},
    ]
    for count in range(1, len(words) + 1):
        shards = [shard(str(number), of(**said)) for number, said in enumerate(words[:count])]
        for order in (shards, shards[::-1]):
            assert together(*order).subject.artifacts == of(**words[count - 1]).subject.artifacts
