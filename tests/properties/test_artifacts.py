"""Worse evidence of what is built, and of where it comes from, is never judged better."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact, Rebuilt
from pytest_stagegate.model.provenance import StatementData, StatementSubject
from pytest_stagegate.model.verdicts import SEVERITY, Verdict
from pytest_stagegate.stock.artifacts import artifacts
from pytest_stagegate.stock.provenance import provenance
from tests.unit.fakes import SUBJECT, evidence_of, judged

DIGESTS = ("ab" * 32, "cd" * 32, "ef" * 32)
NAMES = ("rates-1.2.0-py3-none-any.whl", "rates-1.2.0.tar.gz", "rates.deb")
SHIPPED = st.builds(
    Artifact,
    name=st.sampled_from(NAMES),
    sha256=st.sampled_from(DIGESTS),
    kind=st.sampled_from(["wheel", "sdist", "other"]),
    project=st.sampled_from(["rates", "fares"]),
    version=st.sampled_from(["1.2.0", "1.2.1"]),
    problem=st.sampled_from(["", "", "it is damaged"]),
    rebuilt=st.none() | st.builds(Rebuilt, sha256=st.sampled_from(DIGESTS)),
)
LISTED = st.lists(SHIPPED, max_size=3, unique_by=lambda each: each.identity)
OPTIONS = st.fixed_dictionaries(
    {
        "require": st.lists(st.sampled_from(["wheel", "sdist", "*.deb"]), max_size=2),
        "require_version": st.booleans(),
        "require_version_in_name": st.booleans(),
        "require_reproducible": st.booleans(),
    }
)
STATEMENTS = st.lists(
    st.builds(
        lambda subjects, **more: StatementData(
            file="a.json",
            predicate_type="https://slsa.dev/provenance/v1",
            subjects=tuple(StatementSubject(name=name, sha256=sha256) for name, sha256 in subjects),
            **more,
        ),
        st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from([*DIGESTS, ""])), max_size=2),
        builder=st.sampled_from(["", "https://a", "https://b"]),
        commit=st.sampled_from(["", "c" * 40, "d" * 40]),
    ),
    max_size=3,
)
BUILDERS = st.fixed_dictionaries({"builders": st.sampled_from([[], ["https://a"]])})


def stands(shipped: list[Artifact], options: dict[str, Any], version: str | None = "1.2.0") -> bool:
    subject = msgspec.structs.replace(SUBJECT, artifacts=tuple(shipped), version=version)
    return judged(artifacts, replace(evidence_of(), subject=subject), **options).verdict == "PASS"


def rank(shipped: list[Artifact], said: list[StatementData], options: dict[str, Any]) -> int:
    subject = msgspec.structs.replace(SUBJECT, artifacts=tuple(shipped))
    evidence = replace(evidence_of(), subject=subject, statements=tuple(said))
    return SEVERITY[judged(provenance, evidence, **options).verdict]


@given(LISTED, OPTIONS)
def test_a_worse_artifact_is_never_judged_better(shipped: list[Artifact], options: dict[str, Any]) -> None:
    if not shipped:
        assert not stands(shipped, options)
        return
    first, *rest = shipped
    before = stands(shipped, options)
    for worse in (
        {"problem": "it is damaged"},
        {"kind": ""},
        {"sha256": ""},
        {"rebuilt": None},
        {"rebuilt": Rebuilt(sha256="99" * 32)},
    ):
        assert stands([msgspec.structs.replace(first, **worse), *rest], options) <= before


@given(LISTED, OPTIONS)
def test_a_version_that_is_not_declared_is_never_judged_better(
    shipped: list[Artifact], options: dict[str, Any]
) -> None:
    asks = options["require_version"] or options["require_version_in_name"]
    if asks:
        assert stands(shipped, options, None) <= stands(shipped, options)


@given(LISTED, OPTIONS, st.sampled_from(["require_version_in_name", "require_reproducible"]))
def test_asking_for_more_is_never_judged_better(shipped: list[Artifact], options: dict[str, Any], more: str) -> None:
    assert stands(shipped, options | {more: True}) <= stands(shipped, options | {more: False})


@given(LISTED, STATEMENTS, BUILDERS)
def test_a_worse_word_on_where_an_artifact_comes_from_is_never_judged_better(
    shipped: list[Artifact], said: list[StatementData], options: dict[str, Any]
) -> None:
    if not said:
        assert rank(shipped, said, options) < SEVERITY[Verdict.PASS]
        return
    passed = SEVERITY[Verdict.PASS]
    first, *rest = said
    before = rank(shipped, said, options) == passed
    worse = (
        replace(first, subjects=()),
        replace(first, subjects=tuple(replace(each, sha256="") for each in first.subjects)),
        replace(first, subjects=(StatementSubject(name="other", sha256="99" * 32),)),
        replace(first, commit="e" * 40),
        replace(first, builder="https://evil"),
    )
    for each in worse[: 5 if options["builders"] else 4]:
        assert (rank(shipped, [each, *rest], options) == passed) <= before


@given(LISTED, STATEMENTS, SHIPPED, BUILDERS)
def test_one_more_artifact_without_a_statement_is_never_judged_better(
    shipped: list[Artifact], said: list[StatementData], more: Artifact, options: dict[str, Any]
) -> None:
    new = msgspec.structs.replace(more, name="new", sha256="99" * 32)
    passed = SEVERITY[Verdict.PASS]
    assert rank([*shipped, new], said, options) < passed


@given(LISTED, STATEMENTS, BUILDERS)
def test_one_more_statement_of_something_else_hides_nothing(
    shipped: list[Artifact], said: list[StatementData], options: dict[str, Any]
) -> None:
    other = StatementData(
        file="b.json",
        predicate_type="https://slsa.dev/provenance/v1",
        subjects=(StatementSubject(name="other", sha256="99" * 32),),
        builder="https://a",
    )
    assert rank(shipped, [*said, other], options) < SEVERITY[Verdict.PASS]
