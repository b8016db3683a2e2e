from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.decision import Artifact, Decision, Note
from pytest_stagegate.model.provenance import StatementData, StatementSubject
from pytest_stagegate.model.sbom import SbomData, SbomSubject
from pytest_stagegate.project import load_project
from pytest_stagegate.summing import NOT_PASSED_LIMIT, shipped_rows
from tests.unit.fakes import (
    STARTED,
    SUBJECT,
    collected,
    coverage_of,
    decision_on,
    end,
    evidence_of,
    file_of,
    green_record,
    passed,
    project_at,
    record_at,
    run_line,
)

DATA = Path(__file__).parents[1] / "data"
WORST_FIRST = ["failed", "error", "lost", "xpassed", "passed", "skipped", "xfailed"]


def decided(rootdir: Path, *more: lines.Line, count: int = 2, policy: str = "") -> Decision:
    record = record_at(rootdir / "out" / "evidence.jsonl", run_line(), *collected(count), *more)
    project = load_project(project_at(rootdir, policy=policy))
    return decision_on(project, record)


def outcome(item: int, word: str, **more: object) -> lines.Test:
    return lines.Test(item=item, outcome=word, us=1, **more)  # type: ignore[arg-type]


def test_a_green_suite_without_a_policy_is_go(tmp_path: Path) -> None:
    decision = decided(tmp_path, passed(0, 1), end())
    assert (decision.decision, decision.blockers, decision.policy.source) == ("GO", (), "stagegate.toml")


def test_the_decision_is_as_of_the_start_of_the_run_unless_it_is_said(tmp_path: Path) -> None:
    record = green_record(tmp_path / "evidence.jsonl")
    project = load_project(tmp_path)
    later = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    named = decision_on(project, record, as_of=later)
    own = decision_on(project, record)
    assert (own.as_of, named.as_of) == (STARTED, "2026-11-23T10:00:00Z")


def test_a_run_without_any_test_is_hold(tmp_path: Path) -> None:
    assert decided(tmp_path, end(5), count=0).decision == "HOLD"


def test_skipping_what_is_missing_can_t_make_a_run_of_nothing_go(tmp_path: Path) -> None:
    decision = decided(tmp_path, end(0), count=0, policy='[gate.results]\non_missing = "skip"')
    assert (decision.decision, [each.reason for each in decision.blockers]) == ("HOLD", ["nothing-judged"])


def test_observing_results_alone_judges_nothing(tmp_path: Path) -> None:
    decision = decided(tmp_path, passed(0, 1), end(), policy='[gate.results]\nenforcement = "observe"')
    assert (decision.decision, decision.blockers[0].reason) == ("HOLD", "nothing-judged")


def test_an_interrupted_run_is_hold_however_results_are_enforced(tmp_path: Path) -> None:
    note = Note(reason="interrupted", text="The run was interrupted by the keyboard.")
    policy = '[gate.results]\nenforcement = "observe"\n[gate.skips]\nmax_skipped = 9'
    assert decided(tmp_path, passed(0, 1), lines.Ending(note=note), end(2), policy=policy).decision == "HOLD"


def test_tests_that_did_not_plainly_pass_stand_worst_first(tmp_path: Path) -> None:
    words = [word for word in reversed(WORST_FIRST) if word != "lost"]
    tests = [outcome(item, word, reruns=int(word == "passed")) for item, word in enumerate(words)]
    decision = decided(tmp_path, *tests, end(1), count=8)
    assert [row.outcome for row in decision.not_passed] == ["failed", "error", "lost", "lost", *WORST_FIRST[3:]]


def test_a_long_list_of_tests_is_cut_and_counted(tmp_path: Path) -> None:
    count = NOT_PASSED_LIMIT + 3
    decision = decided(tmp_path, *(outcome(item, "skipped") for item in range(count)), end(), count=count)
    assert (len(decision.not_passed), decision.not_passed_omitted) == (NOT_PASSED_LIMIT, 3)


def test_deselected_tests_are_counted_and_not_listed(tmp_path: Path) -> None:
    left_out = [lines.LeftOut(by="selection", items=(1,)), lines.LeftOut(by="hand", items=(2,))]
    decision = decided(tmp_path, *left_out, passed(0), end(), count=3)
    assert (decision.tests.deselected, decision.tests.not_selected, decision.not_passed) == (2, 1, ())


def test_the_matrix_has_a_row_for_each_stage_with_tests(tmp_path: Path) -> None:
    tags = lines.Tags(tags=(("deploy", (), True), ("code", (), True)))
    items = lines.Items(first=0, ids=("a", "b", "c"), tags=(0, 1, 1))
    record = record_at(tmp_path / "e.jsonl", run_line(), tags, items, passed(0, 1, 2), end())
    decision = decision_on(load_project(tmp_path), record)
    assert [(cell.stage, cell.passed) for cell in decision.matrix] == [("code", 2), ("deploy", 1)]


def test_evidence_is_indexed_with_its_digest(tmp_path: Path) -> None:
    decision = decided(tmp_path, passed(0, 1), lines.Measured(coverage=coverage_of(file_of("a.py", 1, 1))), end())
    assert [(item.id, item.state) for item in decision.evidence] == [("run", "whole"), ("coverage", "whole")]
    assert decision.evidence[0].sha256 == sha256_of(tmp_path / "out" / "evidence.jsonl")


def test_evidence_of_a_run_that_is_not_whole_says_so(tmp_path: Path) -> None:
    assert decided(tmp_path, passed(0, 1)).evidence[0].state == "incomplete"


def test_owner_and_remedy_of_the_policy_reach_the_decision(tmp_path: Path) -> None:
    policy = '[gate.results]\nmin_passed = 9\nowner = "dana"\nremedy = "Write tests."'
    (blocker,) = decided(tmp_path, passed(0, 1), end(), policy=policy).blockers
    assert (blocker.effect, blocker.owner, blocker.remedy) == ("NO_GO", "dana", "Write tests.")


def test_a_path_rule_that_matches_no_file_is_a_mistake(tmp_path: Path) -> None:
    project_at(
        tmp_path, policy='[[tag]]\npath = "tests/smok/**"\nstage = "deploy"', tests__smoke__test_a="", tests__test_b=""
    )
    with pytest.raises(MistakesError) as caught:
        load_project(tmp_path)
    (mistake,) = caught.value.mistakes
    assert str(mistake) == (
        "stagegate.toml:2 tag.path: 'tests/smok/**' matches no file below the root; did you mean 'tests/smoke/**'?"
    )


@pytest.mark.parametrize("path", ["tests/smoke/**", "tests/smoke", "tests/smoke/test_a.py", "**/test_a.py", "./tests"])
def test_a_path_rule_that_matches_a_file_is_none(tmp_path: Path, path: str) -> None:
    project_at(tmp_path, policy=f'[[tag]]\npath = "{path}"\nstage = "deploy"', tests__smoke__test_a="")
    assert load_project(tmp_path).vocabulary.rules[0].path == path


def test_the_policy_s_max_age_holds_beside_the_default_of_a_day(tmp_path: Path) -> None:
    project = load_project(project_at(tmp_path, policy='[gate.results]\nmax_age = "1 h"'))
    record = green_record(tmp_path / "evidence.jsonl")
    as_of = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.timezone.utc)
    decision = decision_on(project, record, as_of=as_of)
    assert [gate.gate for gate in decision.gates if gate.verdict == "STALE"] == ["results"]


@pytest.mark.parametrize(
    ("policy", "needed"),
    [("", False), ('[gate.coverage]\nowner = "dana"', False), ('[gate.coverage]\nline = "9 %"', True)],
)
def test_coverage_has_to_be_measured_when_a_limit_asks_for_it(tmp_path: Path, policy: str, needed: bool) -> None:
    project = load_project(project_at(tmp_path, policy=policy))
    assert any(gate.needs(Coverage) for gate in project.gates("test", None)) is needed


def test_figures_are_taken_of_what_other_tools_have_run_in_whatever_order_it_comes(tmp_path: Path) -> None:
    named = ("coverage/jest-30.5.2.info", "coverage/c8-12.0.0.info", "junit/jest-junit.xml", "junit/googletest.xml")
    files = [tmp_path / Path(name).name for name in named]
    for name, file in zip(named, files, strict=True):
        file.write_bytes((DATA / name).read_bytes())
    project = load_project(tmp_path)
    now = dt.datetime.now(dt.timezone.utc)
    decision, again = (decision_on(project, *given, as_of=now) for given in (files, files[::-1]))
    assert decision.coverage is not None
    assert decision.coverage.lines_total == sum(file.lines_total for file in decision.coverage.files) > 0
    assert (decision.coverage.stages, bool(decision.coverage.stages_text)) == ((), True)
    assert decision.durations is not None
    assert (
        decision.durations.timed
        == decision.tests.executed
        == sum(each.tests for each in decision.durations.distribution)
    )
    assert (again.coverage, again.durations) == (decision.coverage, decision.durations)


def test_coverage_that_is_not_whole_is_no_figure(tmp_path: Path) -> None:
    file = tmp_path / "c8-12.0.0.info"
    file.write_bytes((DATA / "coverage/c8-12.0.0.info").read_bytes())
    record, broken = green_record(tmp_path / "evidence.jsonl"), tmp_path / "broken.info"
    broken.write_text("TN:\nSF:a.js\nDA:1", encoding="utf-8")
    project = load_project(tmp_path)
    now = dt.datetime.now(dt.timezone.utc)
    assert decision_on(project, record, file, as_of=now).coverage is not None
    assert decision_on(project, record, file, broken, as_of=now).coverage is None


def test_what_the_evidence_says_of_each_artifact_is_listed() -> None:
    wheel = Artifact(name="a.whl", sha256="ab" * 32, kind="wheel", project="Rates", version="1.2")
    other = Artifact(name="b.deb", sha256="cd" * 32, kind="other")
    named = [
        SbomSubject(name="x", sha256="ab" * 32),
        SbomSubject(name="dist/b.deb"),
        SbomSubject(name="rates", version="1.2.0"),
        SbomSubject(name="rates", version="1.3"),
        SbomSubject(name="x", sha256="ee" * 32),
    ]
    sboms = [SbomData(file=f"{n}.json", producer="", subjects=(each,), components=1) for n, each in enumerate(named)]
    subjects = (StatementSubject(name="b.deb", sha256="cd" * 32),)
    said = StatementData(file="s.json", predicate_type="https://p", subjects=subjects, builder="https://b", signed=True)
    subject = msgspec.structs.replace(SUBJECT, artifacts=(wheel, other))
    evidence = replace(evidence_of(), subject=subject, sboms=tuple(sboms), statements=(said,))
    assert [(each.listed_in, each.comes_from) for each in shipped_rows(evidence)] == [
        (("0.json (by its digest)", "2.json (by name and version)"), ()),
        (("1.json (by file name)",), ("s.json (by https://b), https://p, signed, not verified",)),
    ]
