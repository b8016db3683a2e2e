from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_stagegate.documents.profiles import PUBLIC, in_profile
from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.view import View, view
from pytest_stagegate.model.decision import CollectionError, Decision, EvidenceItem, TestRow
from pytest_stagegate.model.verdicts import Verdict
from tests.unit.documents.samples import check_with, decision_of
from tests.unit.fakes import result_of

PLACES = ("src/shop/secret_plan/prices.py:64", "tests/shop/test_a.py::TestX::test_price[a/b]")


def decided() -> Decision:
    bad = result_of(
        Verdict.FAIL,
        "NO_GO",
        summary="src/shop/secret_plan/prices.py 79.4 %, limit ≥ 95 %",
        remedy="Mend it, or skip/xfail: https://shop.example/a/b.html says how.",
        checks=(check_with(Verdict.FAIL, where=PLACES),),
    )
    row = TestRow(
        id=PLACES[1], stage="test", outcome="failed", reason="E=1", message="OUTPUT", reruns=0, subtests=("OUTPUT",)
    )
    item = EvidenceItem(
        id="sbom",
        kind="sbom",
        source="reports/deep/sbom.json",
        sha256="0" * 64,
        producer="",
        created=None,
        state="whole",
    )
    return decision_of(
        bad,
        not_passed=(row,),
        run={"command": "pytest --stage-gate tests/shop", "python": "3.13.0"},
        collection_errors=(CollectionError(path="tests/shop/test_b.py", message="OUTPUT"),),
        evidence=(item,),
    )


@pytest.fixture
def public() -> View:
    return in_profile(view(decided(), "d" * 64), "public")


def test_the_full_profile_leaves_out_nothing() -> None:
    shown = view(decided(), "d" * 64)
    assert in_profile(shown, "full") is shown


def test_the_decision_its_reasons_and_its_digest_stay(public: View) -> None:
    full = view(decided(), "d" * 64)
    assert (public.word, public.digest, public.totals) == (full.word, full.digest, full.totals)
    assert [each.text for each in public.blockers] == ["prices.py 79.4 %, limit ≥ 95 %"]


def test_files_lose_their_folders_and_tests_their_files(public: View) -> None:
    assert public.gates[0].where == ("prices.py:64", "test_price[a/b]")
    assert [each.id for each in public.tests] == ["test_price[a/b]"]
    assert public.evidence[0][1] == "sbom.json"
    assert public.collection_errors == (("test_b.py", ""),)


def test_addresses_and_words_with_a_stroke_stay(public: View) -> None:
    assert public.blockers[0].remedy == "Mend it, or skip/xfail: https://shop.example/a/b.html says how."


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("tests/my dir/test_a.py::TestX::test_x", "test_x"),
        ("tests/test_a.py::test_x[a::b]", "test_x[a::b]"),
        ("tests/test_a.py::test_x[a/b c::d.e /f]", "test_x[a/b c::d.e /f]"),
        ("shop/prices::TestPrice", "TestPrice"),
        ("std::vector", "std::vector"),
        ("lost: tests/test_a.py::test_x", "lost: test_x"),
        ("tests/test_a.py:12: UserWarning (3): OUTPUT /home/dana", "test_a.py:12: UserWarning (3)"),
        ("src/shop/prices.py:3: E501: too long", "prices.py:3: E501: too long"),
    ],
)
def test_a_place_is_a_file_or_the_whole_name_of_a_test(place: str, shown: str) -> None:
    bad = result_of(Verdict.FAIL, "NO_GO", checks=(check_with(Verdict.FAIL, where=(place,)),))
    public = in_profile(view(decision_of(bad), "d" * 64), "public")
    assert public.gates[0].where == public.gates[0].checks[0].where == (shown,)


@pytest.mark.parametrize("format", ["html", "md"])
def test_a_public_page_does_not_send_its_reader_to_a_list_that_is_not_there(format: str) -> None:
    _, files = documents_of(decided(), (Wanted(format),), Path("out"), None, profile="public")
    (content,) = (each.decode() for each in files.values())
    assert "SHA256SUMS" not in content
    assert "sha256sum decision.json" in content


@pytest.mark.parametrize("format", sorted({*PUBLIC} - {"terminal"}))
def test_no_document_shows_output_folders_or_the_run(format: str) -> None:
    _, files = documents_of(decided(), (Wanted(format),), Path("out"), None, profile="public")
    (content,) = (each.decode() for each in files.values())
    assert not re.search("OUTPUT|secret_plan|tests/shop|E=1|3\\.13\\.0|deep", content)
    assert "public form" in content


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("C:\\Users\\dana\\shop\\a.py:3", "a.py:3"),
        ("/home/dana/a", "a"),
        ("src/**", "**"),
        ("a/b", "a/b"),
        ("./x", "x"),
        ("3/4", "3/4"),
        ("2026/11/28", "2026/11/28"),
        ("12.5/13.0", "12.5/13.0"),
        ("folder/", "folder/"),
    ],
)
def test_what_is_a_path(word: str, shown: str) -> None:
    bad = result_of(Verdict.FAIL, "NO_GO", summary=f"at ({word}), there")
    assert in_profile(view(decision_of(bad), "d" * 64), "public").blockers[0].text == f"at ({shown}), there"
