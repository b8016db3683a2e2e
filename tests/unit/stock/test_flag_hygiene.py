from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.flags import Flag, FlagsData, FlagsEvidence
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.flag_hygiene import flag_hygiene
from tests.unit.fakes import check_of, evidence_of, judged
from tests.unit.stock.test_features import flag, revealing, rule

LATER = "2027-01-31"
BOTH = ("checkout=on", "checkout=off")


def ask(
    *flags: Flag, linked: tuple[str, ...] = BOTH, outcomes: dict[str, int] | None = None, **options: Any
) -> GateResult:
    evidence = revealing(*(flags or (kept(),)), linked=linked, **(outcomes or {"passed": 1}))
    return judged(flag_hygiene, evidence, stage="manage", **options)


def kept(**metadata: str) -> Flag:
    return flag("checkout", "on", **({"owner": "dana", "expires": LATER} | metadata))


def test_a_flag_that_is_in_order_passes() -> None:
    assert ask().verdict == "PASS"


def test_an_owner_is_asked_for_under_a_name_of_choice() -> None:
    assert ask(kept(owner=" ")).reason == "flag-no-owner"
    assert ask(kept(owner="", team="web"), owner_key="team").verdict == "PASS"
    assert ask(kept(owner=""), owner_key="").verdict == "PASS"


def test_the_owner_of_the_feature_is_one_of_the_flag() -> None:
    evidence = revealing(kept(owner=""), rules=(rule(owner="dana"),), linked=BOTH)
    assert judged(flag_hygiene, evidence, stage="manage").verdict == "PASS"


@pytest.mark.parametrize(
    ("expires", "verdict", "reason"),
    [
        ("2026-11-22", "FAIL", "flag-expired"),
        ("2026-11-23", "WARN", "flag-expires-soon"),
        ("2026-12-07", "WARN", "flag-expires-soon"),
        ("2026-12-08", "PASS", ""),
        ("2026-12-08T10:00:00Z", "PASS", ""),
        ("", "FAIL", "flag-no-expiry"),
        ("soon", "FAIL", "flag-no-expiry"),
        ("20261208", "FAIL", "flag-no-expiry"),
        ("2026-02-30", "FAIL", "flag-no-expiry"),
    ],
)
def test_the_last_day_is_judged_at_the_instant_of_the_decision(expires: str, verdict: str, reason: str) -> None:
    result = ask(kept(expires=expires))
    assert (result.verdict, result.reason) == (verdict, reason)


def test_days_of_warning_and_the_name_of_the_last_day_are_the_policys() -> None:
    assert ask(kept(expires="2026-11-23"), warn_days=0).verdict == "WARN"
    assert ask(kept(expires="2026-11-24"), warn_days=0).verdict == "PASS"
    assert ask(kept(expires="", until=LATER), expires_key="until").verdict == "PASS"
    assert ask(kept(expires=""), expires_key="").verdict == "PASS"


def test_each_variant_is_tried_by_a_test_that_passed() -> None:
    assert check_of(ask(linked=("checkout=on",)), "untested").text == "checkout=off"
    assert check_of(ask(linked=("checkout",)), "untested").reason == "variant-untested"
    assert ask(outcomes={"passed": 1, "failed": 1}).reason == "variant-untested"
    assert ask(outcomes={"xfailed": 1}).reason == "variant-untested"
    assert ask(linked=(), variants=False).verdict == "PASS"


def test_where_no_test_of_a_feature_ran_nothing_is_known_of_variants() -> None:
    for result in (ask(linked=()), ask(outcomes={"deselected": 1})):
        assert check_of(result, "untested").verdict == "NO_EVIDENCE"


def test_without_a_flag_file_nothing_is_known() -> None:
    assert judged(flag_hygiene, evidence_of(), stage="manage").reason == "no-flag-file"


def test_nothing_that_is_asked_is_nothing_declared() -> None:
    result = judged(flag_hygiene, evidence_of(), stage="manage", owner_key="", expires_key="", variants=False)
    assert result.reason == "not-declared"
    assert FlagsEvidence().judged == ()


def test_a_waiver_may_cover_the_only_flag() -> None:
    evidence = revealing(kept(expires="2020-01-31"), linked=BOTH)
    covered = replace(evidence, excused=frozenset({"checkout"}))
    assert judged(flag_hygiene, covered, stage="manage").verdict == "PASS"


def test_a_file_without_a_flag_says_what_to_do() -> None:
    empty = replace(revealing(), flags=FlagsEvidence((FlagsData(),)))
    result = judged(flag_hygiene, empty, stage="manage")
    assert (result.verdict, result.reason, result.summary) == (
        "NO_EVIDENCE",
        "no-flag-file",
        "flags: no flag file holds a flag",
    )
