"""Merging is a union: order and grouping make no difference, and nothing is won by leaving something out."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.merging import union
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.linesets import ranges
from pytest_stagegate.project import Project, load_project
from tests.unit.fakes import FINISHED, decision_on, encoded, project_at, run_line

LAST = 12


@st.composite
def measured(draw: st.DrawFn, branches: bool = True) -> CoverageData:
    """What one shard has run of sources whose lines and branches are the same for every shard."""
    files = []
    for path, (last, exits) in SOURCES.items():
        if not draw(st.booleans()):
            continue
        run = draw(st.sets(st.integers(1, last)))
        taken = draw(st.sets(st.sampled_from(exits))) if branches and exits else set()
        alone = draw(st.sets(st.sampled_from(sorted(run)))) if run else set()
        files.append(
            FileCoverage(
                path,
                ranges(sorted(run)),
                ranges(sorted(set(range(1, last + 1)) - run)),
                " ".join(sorted(taken, key=order)),
                " ".join(sorted(set(exits) - taken, key=order)),
                {"test": (ranges(sorted(alone)), "")},
            )
        )
    return CoverageData(producer="coverage 7.0", measured_branches=True, labelled=True, files=tuple(files))


def order(name: str) -> tuple[int, str]:
    return int(name.split(">")[0]), name


SOURCES = {"a.py": (LAST, ["2>3", "2>5", "7>8", "7>-1", "10>11"]), "b/c.py": (5, ["1>2", "1>-1"]), "d.py": (1, [])}


@given(measured(), measured())
def test_coverage_merges_in_any_order(one: CoverageData, two: CoverageData) -> None:
    assert union([one, two]) == union([two, one])


@given(measured(), measured(), measured())
def test_coverage_merges_in_any_grouping(one: CoverageData, two: CoverageData, three: CoverageData) -> None:
    assert union([union([one, two]), three]) == union([one, union([two, three])]) == union([one, two, three])


@given(measured())
def test_coverage_merged_with_itself_is_itself(one: CoverageData) -> None:
    assert union([one, one]).files == one.files


@given(measured(), measured())
def test_merged_coverage_has_run_what_any_part_has_run(one: CoverageData, two: CoverageData) -> None:
    both = {row.path: row for row in union([one, two]).rows}
    for part in (one, two):
        for row in part.rows:
            assert row.covered <= both[row.path].covered <= both[row.path].lines == row.lines
            assert row.taken <= both[row.path].taken <= both[row.path].branches == row.branches


# ---- records of shards

WORDS = ("passed", "failed", "error", "skipped", "xfailed", "xpassed", "flaky", "lost", "deselected")
POLICY = """
    [[expect]]
    stage = "test"
    shards = ["s0", "s1", "s2"]
    [gate.coverage]
    line = "60 %"
    branch = "50 %"
    [gate.skips]
    max_skipped = 2
    enforcement = "warn"
    [gate.flaky]
    max_flaky = 1
    enforcement = "warn"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("shards")
    return load_project(project_at(folder, policy=POLICY))


def record(
    shape: str,
    shard: str | None,
    outcomes: dict[int, str],
    count: int,
    coverage: CoverageData,
    links: dict[str, set[int]] | None = None,
) -> bytes:
    """The record of a run that ran these tests of all that were collected, and left the others out."""
    links = {f"R{number}": {number, count - 1} for number in range(count)} if links is None else links
    ids = tuple(f"t.py::test_{number}" for number in range(count))
    out = [number for number in range(count) if outcomes.get(number, "deselected") == "deselected"]
    tests = [
        lines.Test(item=number, outcome="passed", us=5, executed=True, reruns=1)
        if word == "flaky"
        else lines.Test(item=number, outcome=word, us=5, executed=word not in ("skipped", "error"), reason="why")
        for number, word in sorted(outcomes.items())
        if word not in ("lost", "deselected")
    ]
    bad = any(word in ("failed", "error") for word in outcomes.values())
    return encoded(
        run_line(shard=shard, shape_sha256=shape),
        lines.Tags(tags=(("test", (), True),)),
        lines.Items(first=0, ids=ids, tags=(0,) * count),
        *(lines.Linked(id=name, items=tuple(sorted(tests))) for name, tests in sorted(links.items())),
        *([lines.LeftOut(by="hand", items=tuple(out))] if out else []),
        *tests,
        lines.Measured(coverage=coverage),
        lines.End(exit_status=int(bad), finished=FINISHED, lines=0),
    )


@st.composite
def sharded(draw: st.DrawFn) -> tuple[dict[int, str], dict[int, int], list[CoverageData]]:
    """The outcome of each test, the shard that runs it, and what each shard has covered."""
    outcomes = dict(enumerate(draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=8))))
    shards = {number: draw(st.integers(0, 2)) for number in outcomes}
    return outcomes, shards, [draw(measured()) for _ in range(3)]


def written(project: Project, case: tuple[dict[int, str], dict[int, int], list[CoverageData]]) -> list[Path]:
    outcomes, shards, coverage = case
    shape, count = project.policy.shape_sha256, len(outcomes)
    paths = []
    for shard in range(3):
        path = project.rootdir / f"s{shard}" / "evidence.jsonl"
        path.parent.mkdir(exist_ok=True)
        mine = {number: word for number, word in outcomes.items() if shards[number] == shard}
        path.write_bytes(record(shape, f"s{shard}", mine, count, coverage[shard]))
        paths.append(path)
    return paths


@given(sharded())
def test_merged_shards_equal_the_run_that_was_not_sharded(
    project: Project, case: tuple[dict[int, str], dict[int, int], list[CoverageData]]
) -> None:
    outcomes, _, coverage = case
    merged = decision_on(project, *written(project, case))
    path = project.rootdir / "whole" / "evidence.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(record(project.policy.shape_sha256, None, outcomes, len(outcomes), union(coverage)))
    whole = decision_on(project, path)
    assert merged.tests == whole.tests
    assert names(merged) == names(whole)
    assert requirements(merged) == requirements(whole)
    missing = any(note.reason == "cell-missing" for note in merged.incomplete)
    for gate in ("skips", "flaky", "warnings", "durations", *(() if missing else ("coverage",))):
        assert judged(merged, gate) == judged(whole, gate)


def names(decision: Decision) -> set[tuple[str, str]]:
    return {(row.id, row.outcome) for row in decision.not_passed}


def requirements(decision: Decision) -> list[tuple[object, ...]]:
    return [(row.id, row.outcome, sorted((t.id, t.outcome) for t in row.tests)) for row in decision.requirements]


def judged(decision: Decision, gate: str) -> list[tuple[object, ...]]:
    (found,) = [each for each in decision.gates if each.gate == gate]
    return [(check.name, check.verdict, check.measured) for check in found.checks]


@given(sharded())
def test_shards_merge_in_any_order_to_the_same_bytes(
    project: Project, case: tuple[dict[int, str], dict[int, int], list[CoverageData]]
) -> None:
    paths = written(project, case)
    assert len({decision_json(decision_on(project, *order)) for order in itertools.permutations(paths)}) == 1


RANK = {"NO_GO": 0, "HOLD": 0, "CONDITIONAL": 1, "GO": 2}


@given(sharded(), st.data())
def test_leaving_out_or_cutting_a_shard_never_makes_a_better_decision(
    project: Project, case: tuple[dict[int, str], dict[int, int], list[CoverageData]], data: st.DataObject
) -> None:
    paths = written(project, case)
    whole = decision_on(project, *paths)
    victim = data.draw(st.sampled_from(paths), label="shard")
    if data.draw(st.booleans(), label="cut"):
        content = victim.read_bytes()
        victim.write_bytes(content[: data.draw(st.integers(0, len(content) - 1), label="bytes")])
        less = decision_on(project, *paths)
    else:
        less = decision_on(project, *(path for path in paths if path != victim))
    assert RANK[less.decision.value] == 0
    assert RANK[less.decision.value] <= RANK[whole.decision.value]


LINKS = st.dictionaries(st.sampled_from(["R1", "R2"]), st.sets(st.integers(0, 3), min_size=1), max_size=2)
SHARD = st.tuples(st.lists(st.sampled_from(WORDS), min_size=4, max_size=4), LINKS, measured())


@given(st.lists(SHARD, min_size=3, max_size=3))
def test_links_to_requirements_add_up_in_any_order(
    project: Project, shards: list[tuple[list[str], dict[str, set[int]], CoverageData]]
) -> None:
    paths = []
    for number, (words, links, coverage) in enumerate(shards):
        path = project.rootdir / f"s{number}" / "evidence.jsonl"
        path.parent.mkdir(exist_ok=True)
        outcomes = dict(enumerate(words))
        path.write_bytes(record(project.policy.shape_sha256, f"s{number}", outcomes, 4, coverage, links))
        paths.append(path)
    found = [decision_on(project, *order).requirements for order in itertools.permutations(paths)]
    assert all(rows == found[0] for rows in found)
    # No link is lost: each test that any shard links is listed.
    linked = {(name, f"t.py::test_{test}") for _, links, _ in shards for name, tests in links.items() for test in tests}
    assert {(row.id, test.id) for row in found[0] for test in row.tests} == linked
