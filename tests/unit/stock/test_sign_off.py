"""The gate ``sign-off``."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.sign_offs import SignOffRow, SignOffsData
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.sign_off import sign_off
from tests.unit.fakes import HOUR, evidence_of, judged

LOW: Final = (Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR)


def row(person: str = "erin@example.org", role: str = "qa", **more: Any) -> SignOffRow:
    values: dict[str, Any] = {
        "at": "2026-11-23T08:00:00Z",
        "answer": "approve",
        "comment": "",
        "authenticated": True,
        "state": "current",
        "reason": "",
        "why": "",
        "key": f"SHA256:{person.lower()}",
        "override": None,
        "source": f"sign-offs/{role}-{person}.json",
        "sha256": "a" * 64,
        "signature_sha256": "b" * 64,
    }
    return SignOffRow(role=role, person=person, **(values | more))


def answer(*rows: SignOffRow, authors: tuple[str, ...] | None = ("dana@example.org",), **options: Any) -> GateResult:
    evidence = replace(evidence_of(), sign_offs=SignOffsData(rows, authors))
    return judged(sign_off, evidence, stage="release", **({"roles": {"qa": 1}} | options))


def told(*rows: SignOffRow, **more: Any) -> tuple[str, str]:
    result = answer(*rows, **more)
    return result.verdict.value, result.reason


def unsigned(**more: Any) -> SignOffRow:
    return row(authenticated=False, reason="not-signed", why="There is no signature beside it.", key="", **more)


def test_an_approval_of_the_role_passes() -> None:
    assert told(row()) == ("PASS", "")


def test_nobody_is_asked_without_roles() -> None:
    assert told(roles={}) == ("NOT_APPLICABLE", "not-declared")


def test_a_missing_sign_off_holds() -> None:
    assert told() == ("NO_EVIDENCE", "sign-off-missing")


def test_a_sign_off_of_another_role_does_not_count() -> None:
    assert told(row(role="ops")) == ("NO_EVIDENCE", "sign-off-missing")


def test_one_person_counts_once_in_whatever_case() -> None:
    assert told(row(), row("ERIN@example.org"), roles={"qa": 2}) == ("NO_EVIDENCE", "sign-off-missing")


def test_one_key_counts_once() -> None:
    assert told(row(), row("fay@example.org", key="SHA256:erin@example.org"), roles={"qa": 2})[0] == "NO_EVIDENCE"


def test_two_people_are_two() -> None:
    assert told(row(), row("fay@example.org"), roles={"qa": 2}) == ("PASS", "")


def test_an_author_does_not_count_in_whatever_case() -> None:
    assert told(row("Dana@Example.org")) == ("NO_EVIDENCE", "sign-off-missing")
    assert told(row("Dana@Example.org"), not_author=False) == ("PASS", "")


def test_a_name_that_is_no_address_can_not_be_told_apart_from_the_authors() -> None:
    assert told(row("erin")) == ("NO_EVIDENCE", "sign-off-missing")


def test_unknown_authors_hold() -> None:
    assert told(row(), authors=None) == ("NO_EVIDENCE", "author-unknown")


def test_what_is_not_signed_counts_only_where_the_policy_says_so() -> None:
    assert told(unsigned()) == ("NO_EVIDENCE", "sign-off-missing")
    assert "recorded, not authenticated" in answer(unsigned(), signed=False).summary


def test_a_signature_of_somebody_unknown_is_less_than_none() -> None:
    assert told(row(authenticated=False, reason="signer-unknown", why="No line."), signed=False)[0] == "NO_EVIDENCE"


def test_a_rejection_fails_signed_or_not() -> None:
    assert told(row(), row("fay@example.org", answer="reject")) == ("FAIL", "rejected")
    assert told(row(), unsigned(answer="reject")) == ("FAIL", "rejected")


def test_a_bad_signature_is_an_error_in_whatever_role() -> None:
    assert told(row(), row(role="ops", state="bad-signature", authenticated=False)) == ("ERROR", "bad-signature")


def test_a_sign_off_of_another_decision_is_stale() -> None:
    assert told(row(state="stale", reason="other-decision", why="It is of another.")) == ("STALE", "other-decision")


def test_a_sign_off_older_than_the_gate_takes_does_not_count() -> None:
    assert answer(row(), max_age=HOUR // 2).verdict is Verdict.STALE
    assert answer(row(), max_age=2 * HOUR).verdict is Verdict.PASS


ROWS: Final = st.builds(
    lambda person, given_answer, state, signed: msgspec.structs.replace(
        row(person) if signed else unsigned(), answer=given_answer, state=state
    ),
    st.sampled_from(["erin@example.org", "fay@example.org", "dana@example.org"]),
    st.sampled_from(["approve", "approve", "reject"]),
    st.sampled_from(["current", "current", "stale", "no-effect"]),
    st.booleans(),
)


@given(st.lists(ROWS, max_size=4), st.data(), st.booleans(), st.integers(1, 2))
def test_less_is_never_judged_better(rows: list[SignOffRow], data: st.DataObject, signed: bool, least: int) -> None:
    def low(*given_rows: SignOffRow) -> bool:
        return answer(*given_rows, roles={"qa": least}, signed=signed).verdict in LOW

    before = low(*rows)
    assert low(*rows, row(answer="reject"))
    approvals = [each for each in rows if each.answer == "approve"]
    if before and approvals:
        chosen = data.draw(st.sampled_from(approvals))
        rest = [each for each in rows if each is not chosen]
        assert low(*rest)
        assert low(*rest, msgspec.structs.replace(chosen, state="bad-signature", authenticated=False))
