"""Laws of the gate ``operations``: less that is written, and a worse rehearsal, is never judged better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.operations import (
    NO_SUCH_FILE,
    OperationsData,
    OperationsFile,
    OperationsPlan,
    Rollback,
    TextFile,
)
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.operations import operations
from tests.unit.fakes import evidence_of, judged, named_tests

if TYPE_CHECKING:
    from pytest_stagegate.model.tests import TestData

KEYS: Final = ("trigger", "command", "previous", "data")
TEXTS: Final = st.fixed_dictionaries(dict.fromkeys(KEYS, st.sampled_from(["written", "", " ", "TODO"])))
OUTCOMES: Final = ("passed", "xpassed", "xfailed", "skipped", "deselected", "lost", "failed", "errors")
TESTS: Final = st.lists(st.sampled_from(OUTCOMES), max_size=3)


def rehearsals(outcomes: list[str]) -> TestData:
    return named_tests(("t.py::test_other", "passed"), *((f"r.py::test_{n}", word) for n, word in enumerate(outcomes)))


def passes(texts: dict[str, str], outcomes: list[str], files: dict[str, OperationsFile] | None = None) -> bool:
    written = {key: TextFile(key) if key in (files or {}) else text for key, text in texts.items()}
    plan = OperationsPlan(rollback=Rollback(**written, rehearsed_by="r.py"))
    evidence = replace(evidence_of(rehearsals(outcomes)), operations=OperationsData(plan, files or {}))
    return judged(operations, evidence, documents=["rollback"]).verdict is Verdict.PASS


@given(TEXTS, TESTS, st.sampled_from(KEYS), st.sampled_from(["", "TODO: ask", "\t"]))
def test_a_text_less_is_never_judged_better(texts: dict[str, str], outcomes: list[str], key: str, instead: str) -> None:
    assert not passes(texts | {key: instead}, outcomes)


@given(TESTS, st.sampled_from(OUTCOMES[1:]))
def test_a_rehearsal_passes_only_when_each_of_its_tests_passed(outcomes: list[str], worse: str) -> None:
    written = dict.fromkeys(KEYS, "written")
    assert passes(written, outcomes) == (bool(outcomes) and set(outcomes) == {"passed"})
    assert not passes(written, [*outcomes, worse]) or worse == "deselected"


@given(st.sampled_from(KEYS), st.sampled_from([NO_SUCH_FILE, "it is not text in UTF-8"]))
def test_a_file_that_can_t_be_read_leaves_its_point_open(key: str, problem: str) -> None:
    written = dict.fromkeys(KEYS, "written")
    assert passes(written, ["passed"], {key: OperationsFile(key, "0" * 64, "text")})
    assert not passes(written, ["passed"], {key: OperationsFile(key, None, problem=problem)})
