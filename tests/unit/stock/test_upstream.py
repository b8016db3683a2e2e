from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact, Note
from pytest_stagegate.model.numbers import CellName, StageName
from pytest_stagegate.model.upstream import DecisionsData, Earlier
from pytest_stagegate.model.verdicts import GateResult, OnMissing
from pytest_stagegate.model.word import Word
from pytest_stagegate.stock.upstream import upstream
from tests.unit.documents.samples import earlier
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged, verdicts

WHEEL = Artifact(name="rates.whl", sha256="a" * 64)
OTHER = Artifact(name="rates.whl", sha256="b" * 64)
SHIPPED = msgspec.structs.replace(SUBJECT, artifacts=(WHEEL,))
STAGES = ("build", "test", "release", "deploy")


def of(number: int = 0, stage: str = "test", word: Word = Word.GO, **more: Any) -> Earlier:
    facts = {key: more.pop(key) for key in ("policy_whole", "loosened") if key in more}
    decision = earlier(stage, word, **{"subject": SHIPPED, **more})
    return Earlier(source=f"{number}.json", sha256=str(number), decision=decision, **facts)


def ask(
    *known: Earlier, subject: Any = SHIPPED, declared: bool = True, on_missing: Any = OnMissing.HOLD, **more: Any
) -> GateResult:
    data = DecisionsData(earlier=known, stages=STAGES, artifacts_declared=declared, policy_sha256="f" * 64)
    evidence = replace(evidence_of(), subject=subject, decisions=data)
    options = {"require": [CellName("test")], **more}
    return judged(upstream, evidence, stage="release", on_missing=on_missing, **options)


def test_a_go_of_the_same_commit_and_artifacts_passes() -> None:
    assert verdicts(ask(of())) == {"decision test": "PASS", "commit": "PASS", "artifacts": "PASS", "policy": "PASS"}


def test_without_required_decisions_it_is_not_declared() -> None:
    assert ask(of(), require=[]).reason == "not-declared"


@pytest.mark.parametrize(
    ("word", "verdict", "reason"),
    [
        (Word.NO_GO, "FAIL", "upstream-not-go"),
        (Word.CONDITIONAL, "FAIL", "upstream-not-go"),
        (Word.HOLD, "NO_EVIDENCE", "upstream-hold"),
    ],
)
def test_another_word_than_go_falls_short(word: Word, verdict: str, reason: str) -> None:
    made = check_of(ask(of(word=word)), "decision test")
    assert (made.verdict, made.reason) == (verdict, reason)


def test_conditional_will_do_where_the_policy_says_so() -> None:
    assert ask(of(word=Word.CONDITIONAL), allow_conditional=True).verdict == "PASS"


@pytest.mark.parametrize("key", ["provisional", "incomplete"])
def test_a_decision_that_is_not_to_be_relied_on_is_refused(key: str) -> None:
    assert ask(of(**{key: (Note(reason="narrowed", text="-k was given."),)})).reason == f"upstream-{key}"


def test_a_decision_that_is_not_there_is_missing() -> None:
    assert (ask().verdict, ask().reason) == ("NO_EVIDENCE", "upstream-missing")


def test_an_environment_asks_for_its_own_decision() -> None:
    staging = of(stage="deploy", environment="staging")
    assert ask(staging, require=[CellName("deploy@staging")]).verdict == "PASS"
    assert ask(staging, require=[CellName("deploy@production")]).reason == "upstream-missing"
    assert ask(staging, require=[CellName("deploy")]).verdict == "PASS"


def test_two_different_decisions_about_the_same_contradict_each_other() -> None:
    assert ask(of(1), of(2)).reason == "upstream-conflict"
    assert ask(of(1), of(2, word=Word.NO_GO)).verdict == "FAIL"
    assert ask(of(1), of(2, environment="staging")).verdict == "PASS"


@pytest.mark.parametrize(
    ("stated", "now", "reason"),
    [
        (None, "c" * 40, "commit-not-stated"),
        ("c" * 40, None, "commit-unknown"),
        ("d" * 40, "c" * 40, "other-commit"),
        ("c" * 8, "c" * 40, ""),
    ],
)
def test_the_commit_has_to_be_known_and_the_same(stated: str | None, now: str | None, reason: str) -> None:
    then, today = (msgspec.structs.replace(SHIPPED, commit=commit) for commit in (stated, now))
    assert check_of(ask(of(subject=then), subject=today), "commit").reason == reason


def test_another_digest_is_another_artifact() -> None:
    made = check_of(ask(of(), subject=msgspec.structs.replace(SHIPPED, artifacts=(OTHER,))), "artifacts")
    assert (made.verdict, made.reason) == ("FAIL", "other-artifact")
    assert made.where == (f"0.json: rates.whl: sha256 {'a' * 64} there", f"0.json: rates.whl: sha256 {'b' * 64} now")


@pytest.mark.parametrize("more", [(WHEEL, Artifact(name="x.whl", sha256="c" * 64)), (OTHER, WHEEL)])
def test_one_artifact_more_or_less_is_another_list(more: tuple[Artifact, ...]) -> None:
    several = msgspec.structs.replace(SHIPPED, artifacts=more)
    assert ask(of(), subject=several).reason == "other-artifact"
    assert ask(of(subject=several)).reason == "other-artifact"


def test_a_decision_that_lists_no_artifact_is_no_evidence() -> None:
    assert ask(of(subject=SUBJECT)).reason == "artifact-missing"


def test_artifacts_that_are_not_there_are_no_evidence() -> None:
    assert ask(of(subject=SUBJECT), subject=SUBJECT).reason == "artifact-missing"
    assert ask(of(), subject=SUBJECT, declared=False).reason == "artifact-missing"
    assert ask(of(subject=SUBJECT), subject=SUBJECT, declared=False).verdict == "PASS"


def test_a_stage_before_the_build_lists_no_artifact() -> None:
    assert ask(of(subject=SUBJECT), artifacts_from=StageName("release")).verdict == "PASS"


def test_a_policy_that_demanded_less_is_refused() -> None:
    made = check_of(ask(of(loosened=("coverage line: 50 % there, 90 % now",))), "policy")
    assert (made.reason, made.where) == ("policy-loosened", ("0.json: coverage line: 50 % there, 90 % now",))


def test_a_policy_of_another_digest_is_refused() -> None:
    assert ask(of(policy_whole=False)).reason == "changed"


@pytest.mark.parametrize("known", [(of(word=Word.HOLD),), (of(subject=SUBJECT),), (of(policy_whole=False),)])
def test_skipping_what_is_missing_skips_nothing_that_is_there(known: tuple[Earlier, ...]) -> None:
    assert ask(*known, on_missing=OnMissing.SKIP).verdict == "NO_EVIDENCE"
    assert ask(on_missing=OnMissing.SKIP).reason == "missing-skipped"


def test_a_name_that_stands_twice_is_a_contradiction() -> None:
    gate = upstream.__stagegate__  # type: ignore[attr-defined]
    assert [keys for keys, _ in gate.options(require=[CellName("test")] * 2).contradictions()] == [("require",)]
