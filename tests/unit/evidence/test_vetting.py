from __future__ import annotations

import datetime as dt
import itertools
from array import array
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.evidence.vetting import Vetted, Yardstick, missing_cells, vet
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.decision import Artifact, Note, Subject
from pytest_stagegate.model.evidence import Origin
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.sources import Source, State
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import TestData
from pytest_stagegate.model.verdicts import Verdict
from tests.unit.fakes import FINISHED, HOUR, NO_SHAPE, NOW, SUBJECT, evidence_of, outcomes_of

COMMIT = "c" * 40
YARDSTICK = Yardstick(name="rates", commit=COMMIT, environment=None, stages=("test",), shape_sha256=NO_SHAPE, as_of=NOW)


def run(shard: str | None = None, *, subject: Subject = SUBJECT, shape: str = NO_SHAPE, **more: Any) -> Source:
    origin = Origin("test", None, shard, "0" * 64, shape, "pytest 9.0")
    evidence = replace(
        evidence_of(), subject=subject, origins=(origin,), started=more.pop("started", "2026-11-23T09:00:00Z")
    )
    values = {"name": f"{shard}.jsonl", "kind": "run", "sha256": shard, "created": FINISHED, "commit": subject.commit}
    return Source(**{"max_age": 24 * HOUR, "evidence": evidence, "shard": shard, **values, **more})


def file(name: str = "a.xml", kind: str = "tests", **more: Any) -> Source:
    values = {"sha256": name, "commit": COMMIT, "created": "2026-11-23T08:00:00Z", "max_age": 24 * HOUR}
    return Source(**{"name": name, "kind": kind, "contents": Contents(), **values, **more})


def states(vetted: Vetted) -> dict[str, str]:
    return {source.name: str(source.state) for source in vetted.sources}


def reasons(vetted: Vetted) -> list[str]:
    return [note.reason for note in vetted.notes]


def test_whole_evidence_of_the_commit_is_used() -> None:
    vetted = vet([run("a"), run("b"), file()], YARDSTICK)
    assert (set(states(vetted).values()), vetted.notes, vetted.unfit, vetted.provisional) == ({"whole"}, (), (), ())


OTHER = msgspec.structs.replace(SUBJECT, commit="d" * 40)


@pytest.mark.parametrize(
    ("source", "reason", "text"),
    [
        (
            run("a", subject=OTHER),
            "other-commit",
            "a.jsonl (a): it is of commit dddddddddddd; cccccccccccc is decided.",
        ),
        (
            run("a", subject=msgspec.structs.replace(SUBJECT, name="taxes")),
            "other-project",
            "a.jsonl (a): it is of the project 'taxes'; 'rates' is decided.",
        ),
        (
            run("a", shape="1" * 64),
            "other-policy",
            "a.jsonl (a): it was recorded under other stages, environments, tag rules or expected cells "
            "than the policy has.",
        ),
    ],
    ids=["commit", "project", "policy"],
)
def test_a_foreign_record_is_named_and_not_used(source: Source, reason: str, text: str) -> None:
    vetted = vet([source, run("b")], YARDSTICK)
    assert states(vetted) == {"a.jsonl": "foreign", "b.jsonl": "whole"}
    assert [(note.reason, note.text) for note in vetted.notes] == [(reason, text)]


def test_without_a_work_tree_the_commit_of_most_records_is_decided() -> None:
    unknown = replace(YARDSTICK, commit=None)
    sources = [run("a", subject=OTHER), run("b"), run("c")]
    for order in itertools.permutations(sources):
        assert states(vet(order, unknown))["a.jsonl"] == "foreign"


def test_a_record_that_knows_no_commit_is_not_foreign() -> None:
    unknown = msgspec.structs.replace(SUBJECT, commit=None)
    assert vet([run("a", subject=unknown)], YARDSTICK).notes == ()


def test_a_project_without_a_declared_name_has_no_foreign_records() -> None:
    other = msgspec.structs.replace(SUBJECT, name="folder-7")
    assert vet([run("a", subject=other)], replace(YARDSTICK, name=None)).notes == ()


@pytest.mark.parametrize("kind", ["tests", "coverage"])
def test_a_file_of_another_commit_is_stale_for_its_kind(kind: str) -> None:
    vetted = vet([run("a"), file(kind=kind, commit="d" * 40)], YARDSTICK)
    assert [(each.kind, each.note.reason) for each in vetted.unfit] == [(kind, "other-commit")]
    assert vetted.notes == ()


def test_a_file_without_a_commit_is_provisional_or_stale_where_the_policy_requires_one() -> None:
    shown = vet([file(commit=None)], YARDSTICK)
    assert ([note.reason for note in shown.provisional], shown.unfit) == (["commit-not-stated"], ())
    required = vet([file(commit=None, commit_required=True)], YARDSTICK)
    assert (required.provisional, required.unfit[0].note.reason) == ((), "commit-not-stated")


def test_two_records_of_one_shard_are_duplicates_and_the_first_is_used() -> None:
    sources = [run("a", name="one.jsonl"), run("a", name="two.jsonl")]
    for order in itertools.permutations(sources):
        vetted = vet(order, YARDSTICK)
        assert (states(vetted), reasons(vetted)) == ({"one.jsonl": "whole", "two.jsonl": "duplicate"}, ["duplicate"])


def test_one_shard_against_two_environments_is_no_duplicate() -> None:
    assert vet([run("a", environment="dev"), run("a", environment="staging")], YARDSTICK).notes == ()


def test_a_foreign_record_hides_no_other_of_its_shard() -> None:
    vetted = vet([run("a", name="one.jsonl", subject=OTHER), run("a", name="two.jsonl")], YARDSTICK)
    assert states(vetted) == {"one.jsonl": "foreign", "two.jsonl": "whole"}


@pytest.mark.parametrize("kind", ["coverage", "metrics"])
def test_what_is_no_more_when_it_is_said_twice_is_no_duplicate(kind: str) -> None:
    vetted = vet([file("a.json", kind=kind), file("b.json", kind=kind, sha256="a.json")], YARDSTICK)
    assert states(vetted) == {"a.json": "whole", "b.json": "whole"}


def test_files_of_the_same_bytes_are_duplicates() -> None:
    vetted = vet([file("a.xml", sha256="1"), file("b.xml", sha256="1"), file("c.xml", sha256="2")], YARDSTICK)
    assert states(vetted) == {"a.xml": "whole", "b.xml": "duplicate", "c.xml": "whole"}


@pytest.mark.parametrize(
    ("source", "future"),
    [
        (run("a", started="2026-11-23T09:05:00Z"), False),
        (run("a", started="2026-11-23T09:05:01Z"), True),
        (file(created="2026-11-23T09:05:00Z"), False),
        (file(created="2026-11-23T09:05:01Z"), True),
    ],
)
def test_evidence_from_the_future_is_stale(source: Source, future: bool) -> None:
    vetted = vet([source], YARDSTICK)
    assert {each.note.reason for each in vetted.unfit} == ({"from-the-future"} if future else set())


def test_a_file_may_be_made_while_the_run_goes_on() -> None:
    assert vet([run("a", created="2026-11-23T11:00:00Z"), file(created="2026-11-23T10:30:00Z")], YARDSTICK).unfit == ()


def test_the_age_of_each_piece_is_counted_to_the_instant() -> None:
    later = replace(YARDSTICK, as_of=NOW + dt.timedelta(hours=2))
    ages = vet([file("a.xml", max_age=HOUR), file("b.xml", "coverage", created=None)], later).ages
    assert [(age.kind, age.name, age.microseconds, age.limit) for age in ages] == [("tests", "a.xml", 3 * HOUR, HOUR)]


@pytest.mark.parametrize("state", [State.MISSING, State.UNREADABLE])
def test_what_can_t_be_read_is_named(state: State) -> None:
    note = Note(reason=str(state), text="a.xml: it can't be read.")
    assert vet([file(state=state, note=note, contents=None)], YARDSTICK).notes == (note,)


# ---- expected cells


def ran(shard: str | None, environment: str | None = None, **outcomes: int) -> TestData:
    data = outcomes_of(**outcomes)
    data.tags = [Tag("test", (), True, environment, shard)]
    return data


@pytest.mark.parametrize(
    ("cell", "tests", "missing"),
    [
        (Expected("test", None, None), ran(None, passed=1), False),
        (Expected("test", None, "a"), ran("a", passed=1), False),
        (Expected("test", None, "a"), ran("b", passed=1), True),
        (Expected("test", "dev", "a"), ran("a", "dev", failed=1), False),
        (Expected("test", "dev", "a"), ran("a", "staging", passed=1), True),
        (Expected("deploy", None, None), ran(None, passed=1), True),
        (Expected("test", None, None), ran(None, skipped=3), True),
        (Expected("test", None, None), ran(None, lost=3), True),
        (Expected("test", None, None), ran(None, deselected=3), True),
        (Expected("test", None, None), TestData(), True),
    ],
)
def test_a_cell_needs_a_test_that_was_executed(cell: Expected, tests: TestData, missing: bool) -> None:
    assert bool(missing_cells(tests, [cell])) is missing


def test_quick_tests_of_another_tool_fill_a_cell() -> None:
    data = TestData(tags=[Tag("test", (), True, None, "js")], unnamed={0: array("I", [5])})
    assert missing_cells(data, [Expected("test", None, "js")]) == ()


def test_a_missing_cell_is_named_in_words() -> None:
    (note,) = missing_cells(TestData(), [Expected("test", "staging", "linux")])
    assert note.text == "No test was executed for the expected stage test in staging from shard linux."


@pytest.mark.parametrize(
    ("stated", "differs"),
    [("c" * 40, False), ("c" * 7, False), ("C" * 12, False), ("c" * 6, True), ("c" * 39 + "d", True)],
)
def test_a_shortened_commit_is_the_commit_that_it_begins(stated: str, differs: bool) -> None:
    assert bool(vet([file(commit=stated)], YARDSTICK).unfit) is differs


@pytest.mark.parametrize(("environment", "used"), [("staging", True), ("dev", False), (None, False)])
def test_only_evidence_of_the_environment_that_is_decided_is_used(environment: str | None, used: bool) -> None:
    vetted = vet([run("a", environment=environment)], replace(YARDSTICK, environment="staging"))
    assert reasons(vetted) == ([] if used else ["other-environment"])


def test_of_two_copies_the_one_that_states_its_commit_counts() -> None:
    vetted = vet([file("a.xml", sha256="1", commit=None), file("b.xml", sha256="1")], YARDSTICK)
    assert states(vetted) == {"a.xml": "duplicate", "b.xml": "whole"}


def test_a_file_of_another_tool_that_executed_nothing_fills_no_cell() -> None:
    data = ran("js", skipped=3)
    data.unnamed = {0: array("I")}
    assert len(missing_cells(data, [Expected("test", None, "js")])) == 1


def test_what_a_producer_made_in_a_dirty_tree_is_told_where_no_run_tells_it() -> None:
    made = file(dirty=True, made_by="js")
    dirty = run("a", subject=msgspec.structs.replace(SUBJECT, dirty=True))
    vetted = [vet([made, other], YARDSTICK) for other in (run("a"), dirty)]
    told = [[note.text for note in each.provisional] for each in vetted]
    assert told == [["a.xml got its commit from a work tree with changes that are in no commit."], []]


@pytest.mark.parametrize(("second", "duplicate"), [("js", True), ("ts", False)])
def test_of_one_producer_one_file_counts(second: str, duplicate: bool) -> None:
    sources = [file("a.info", "coverage", made_by="js"), file("b.info", "coverage", made_by=second)]
    assert (states(vet(sources, YARDSTICK))["b.info"] == "duplicate") is duplicate


def test_a_file_of_a_producer_that_failed_is_used_and_is_an_error() -> None:
    note = Note(reason="producer-failed", text="a.xml: the producer js failed: it ended with the status 3.")
    vetted = vet([run("a"), file(made_by="js", state=State.FAILED, note=note)], YARDSTICK)
    assert (vetted.notes, [(each.verdict, each.note) for each in vetted.unfit]) == ((), [(Verdict.ERROR, note)])
    assert all(source.usable for source in vetted.sources)


def shipping(*digests: str) -> Subject:
    return msgspec.structs.replace(SUBJECT, artifacts=tuple(Artifact(name="a.whl", sha256=each) for each in digests))


@pytest.mark.parametrize(
    ("present", "digests", "refused"),
    [
        ((), ("1", "1", "2"), [2]),
        (("2",), ("1", "1", "2"), [0, 1]),
        ((), ("1", "", "1"), []),
        (("2",), ("", ""), []),
    ],
)
def test_runs_with_another_artifact_are_foreign(present: tuple[str, ...], digests: Any, refused: list[int]) -> None:
    runs = [run(str(number), subject=shipping(*filter(None, [each]))) for number, each in enumerate(digests)]
    vetted = vet(runs, replace(YARDSTICK, artifacts=shipping(*present).artifacts))
    foreign = [each for each in vetted.sources if each.state is State.FOREIGN]
    assert sorted(int(each.shard or "") for each in foreign) == refused
    assert {note.reason for note in vetted.notes} == ({"other-artifact"} if refused else set())
