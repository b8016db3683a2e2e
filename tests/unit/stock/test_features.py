from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.flags import (
    APPLICATION,
    FeatureRule,
    FeatureRules,
    Flag,
    FlagFile,
    FlagsData,
    FlagsEvidence,
)
from pytest_stagegate.model.links import FEATURE, Link
from pytest_stagegate.model.readying import feature_rows, found_before
from pytest_stagegate.model.upstream import DecisionsData, Earlier
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.features import features
from tests.unit.documents.samples import earlier
from tests.unit.fakes import SUBJECT, evidence_of, judged, outcomes_of, result_of


def flag(name: str = "checkout", *shows: str, variants: tuple[str, ...] = ("on", "off"), **metadata: str) -> Flag:
    return Flag(name, variants, ("off",), tuple(sorted(shows or ("on",))), metadata)


def rule(name: str = "checkout", **values: Any) -> FeatureRule:
    return FeatureRule(name, **values)


def revealing(
    *flags: Flag,
    rules: tuple[FeatureRule, ...] = (rule(),),
    others: tuple[str, ...] = (),
    linked: tuple[str, ...] = ("checkout",),
    results: tuple[GateResult, ...] = (),
    whole: bool = True,
    **outcomes: int,
) -> Evidence:
    """Evidence with flags, and tests that are all linked to some features."""
    tests = outcomes_of(**(outcomes or {"passed": 2}))
    for name in linked:
        tests.links.add(Link(FEATURE, name), range(len(tests.ids)))
    found = FlagsEvidence(
        (FlagsData(flags or (flag(),), "flags.json"),), None, FeatureRules("flags.json", others, rules)
    )
    rows = feature_rows(found, tests, results, whole=whole)
    return replace(evidence_of(tests), flags=found, features=rows)


def ask(evidence: Evidence, environment: str | None = "production") -> GateResult:
    return judged(features, evidence, stage="release", environment=environment)


def test_a_feature_that_is_ready_may_be_revealed() -> None:
    assert ask(revealing()).verdict == "PASS"


@pytest.mark.parametrize("word", ["failed", "errors", "skipped", "xfailed", "xpassed", "lost"])
def test_one_whose_tests_did_not_all_pass_may_not(word: str) -> None:
    result = ask(revealing(passed=1, **{word: 1}))
    assert (result.verdict, result.reason) == ("FAIL", "feature-not-ready")
    assert "checkout: not every test of it passed: test.py::" in result.summary


def test_one_without_a_test_that_was_executed_may_not() -> None:
    for evidence in (revealing(linked=()), revealing(deselected=2)):
        assert ask(evidence).summary == "not-ready: checkout: no test with its mark was executed and passed"


@pytest.mark.parametrize("name", ["chekout", "chekout=on", "checkout=onn"])
def test_a_mark_that_names_what_nobody_knows_is_told(name: str) -> None:
    result = ask(revealing(linked=("checkout", name)))
    assert (result.verdict, result.reason, result.summary) == ("FAIL", "feature-unknown", f"unknown-marks: {name}")


def test_a_mark_may_name_a_flag_that_is_no_feature() -> None:
    flags = (flag(), flag("log-level", variants=("debug", "off")))
    assert ask(revealing(*flags, others=("log-*",), linked=("checkout", "log-level=debug"))).verdict == "PASS"


def test_a_test_of_one_variant_is_a_test_of_the_feature() -> None:
    assert ask(revealing(linked=("checkout=on",))).verdict == "PASS"


def test_what_is_not_ready_may_be_there_as_long_as_it_is_concealed() -> None:
    assert ask(revealing(flag("checkout", "off"), failed=1)).verdict == "PASS"


@pytest.mark.parametrize("shows", [("on", "off"), (APPLICATION,), ("off", APPLICATION)])
def test_concealed_is_only_what_nobody_can_see(shows: tuple[str, ...]) -> None:
    assert ask(revealing(flag("checkout", *shows), failed=1)).reason == "feature-not-ready"


@pytest.mark.parametrize(("verdict", "met"), [(each, each in ("PASS", "WARN", "WAIVED")) for each in Verdict])
def test_a_gate_that_it_needs_has_to_be_met(verdict: Verdict, met: bool) -> None:
    needing = (rule(gates=("coverage",)),)
    result = ask(revealing(rules=needing, results=(result_of(verdict, gate="coverage"),)))
    assert (result.verdict == "PASS") == met


def test_a_gate_that_was_not_judged_is_not_met() -> None:
    result = ask(revealing(rules=(rule(gates=("coverage",)),)))
    assert result.summary == "not-ready: checkout: the gate coverage was not judged"


def test_a_run_that_is_not_whole_makes_nothing_ready() -> None:
    assert ask(revealing(whole=False)).reason == "feature-not-ready"


def test_it_may_be_seen_only_where_the_policy_says() -> None:
    bound = (rule(reveal=("staging", "production/insiders")),)
    assert ask(revealing(rules=bound), "production").verdict == "PASS"
    assert ask(revealing(rules=bound), "dev").reason == "feature-elsewhere"
    assert ask(revealing(rules=bound), None).reason == "environment-not-named"
    assert ask(revealing(flag("checkout", "off"), rules=bound), "dev").verdict == "PASS"


def test_a_flag_that_the_file_lacks_fails() -> None:
    assert ask(revealing(rules=(rule(), rule("refunds")), linked=("checkout", "refunds"))).reason == "flag-missing"


def test_a_flag_that_the_policy_does_not_name_fails_unless_it_is_no_feature() -> None:
    flags = (flag(), flag("log-level", "off"))
    assert ask(revealing(*flags)).reason == "flag-undeclared"
    assert ask(revealing(*flags, others=("log-*",))).verdict == "PASS"


def test_a_flag_that_nobody_can_turn_off_fails() -> None:
    unclear = flag("checkout", "a", variants=("a", "b"))
    assert ask(revealing(unclear._replace(false=()))).reason == "no-off-variant"
    assert ask(revealing(unclear, rules=(rule(off="b"),))).verdict == "PASS"
    assert ask(revealing(unclear, rules=(rule(off="c"),))).reason == "no-off-variant"


def test_without_a_flag_file_nothing_is_known() -> None:
    nothing = FlagsEvidence(rules=FeatureRules(features=(rule(),)))
    result = ask(replace(evidence_of(), flags=nothing))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "no-flag-file")
    broken = replace(nothing, checkout=FlagFile("flags.json", None, problem="there is no such file", missing=True))
    assert ask(replace(evidence_of(), flags=broken)).summary == "features: flags.json: there is no such file"


def test_a_file_without_a_feature_is_no_evidence() -> None:
    empty = FlagsEvidence((FlagsData((), "flags.json"),))
    assert ask(replace(evidence_of(), flags=empty)).verdict == "NO_EVIDENCE"


def test_of_several_files_the_worst_counts() -> None:
    files = (FlagsData((flag("checkout", "off"),), "a.json"), FlagsData((flag(),), "b.json"))
    found = FlagsEvidence(files, None, FeatureRules(features=(rule(),)))
    rows = feature_rows(found, outcomes_of(failed=1), (), whole=True)
    assert (rows[0].state, rows[0].shows) == ("revealed", ("off", "on"))
    gone = replace(found, judged=(*files[:1], FlagsData((), "c.json")))
    assert feature_rows(gone, outcomes_of(), (), whole=True)[0].state == "missing"


COVERED = earlier(subject=SUBJECT, gates=(result_of(gate="coverage"),))


def before(*results: GateResult, **changed: Any) -> tuple[GateResult, ...]:
    decision = msgspec.structs.replace(COVERED, **changed)
    data = DecisionsData(
        earlier=(Earlier(source="a", sha256="a", decision=decision),), policy_sha256=COVERED.policy.sha256
    )
    return found_before(data, SUBJECT.commit, results)


def test_a_gate_of_an_earlier_stage_counts_as_that_stage_found_it() -> None:
    assert before() == COVERED.gates
    needing = (rule(gates=("coverage",)),)
    assert ask(revealing(rules=needing, results=before())).verdict == "PASS"


def test_what_is_judged_now_counts_alone() -> None:
    assert before(result_of(Verdict.FAIL, gate="coverage")) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"provisional": (Note(reason="dirty-tree", text="Changes."),)},
        {"incomplete": (Note(reason="tests-lost", text="Lost."),)},
        {"subject": msgspec.structs.replace(SUBJECT, commit="f" * 40)},
        {"policy": msgspec.structs.replace(COVERED.policy, sha256="f" * 64)},
    ],
)
def test_nothing_is_taken_from_a_decision_that_none_may_rest_on(changed: dict[str, Any]) -> None:
    assert before(**changed) == ()


def test_a_waiver_may_cover_the_only_feature() -> None:
    unready = revealing(flag("checkout", "on"), rules=(rule(gates=("coverage",)),))
    assert ask(unready).verdict == "FAIL"
    assert ask(replace(unready, excused=frozenset({"checkout"}))).verdict == "PASS"
