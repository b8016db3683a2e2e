from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.folders import Folders
from pytest_stagegate.documents.profiles import PUBLIC, in_profile
from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.view import View, view
from pytest_stagegate.model.decision import CollectionError, Decision, EvidenceItem, TestRow
from pytest_stagegate.model.environments import Condition
from pytest_stagegate.model.readiness import EnvironmentRow
from pytest_stagegate.model.rollback import RollbackRow, Written
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


KNOWN = "src/shop/prices.py"
"""A path beyond doubt, by which the folders src and shop are known."""


class Said(msgspec.Struct, frozen=True):
    text: str
    others: tuple[str, ...] = ()


def shown_of(text: str, *others: str) -> str:
    said = Said(text, others)
    return str(Folders(said).without(said).text)


@pytest.mark.parametrize(
    "text",
    [
        "HTTP/1.1 503, TLS/1.3",
        "a.b/c",
        "skip/xfail. read/write.",
        "TCP/IP and/or I/O.",
        "3.x/4.x and v1.2.0/v1.3.0rc1",
        "key SHA256:PDNwRFtdGfW8nHWBFFV/yE0bHxYXolEp3Cmz6txMzG4",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "application/vnd.cyclonedx+json",
        "see https://shop.example/a/b.html",
        "1/2 of 2026/11/28",
    ],
)
def test_words_with_a_stroke_that_are_no_path_stay(text: str) -> None:
    assert shown_of(text, KNOWN) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-k weights src/unit.", "-k weights unit."),
        ("shop/Makefile", "Makefile"),
        ("secret.plan/a.py", "a.py"),
        (".github/CODEOWNERS", "CODEOWNERS"),
        ("~/x and ../y and /srv/z", "x and y and z"),
        ("a/b/c", "c"),
        ("path=deep/down/a.py", "a.py"),
        ("file:///home/dana/a.txt", "a.txt"),
        ("deep\\a.py, deep\\down", "a.py, down"),
        ("2024/1.py", "1.py"),
    ],
)
def test_a_folder_that_is_known_or_may_be_one_is_not_shown(text: str, shown: str) -> None:
    assert shown_of(text, KNOWN) == shown


def test_a_folder_is_known_from_the_place_of_a_test_too() -> None:
    assert shown_of("vault/door", "lost: vault/test_a.py::test_x") == "door"
    assert shown_of("vault/door", "nothing else names it") == "vault/door"


FOLDERS = st.text("abcdefgXYZ019._-", max_size=6).map(lambda text: f"zq{text}zq")
FILES = st.builds("{}.{}".format, st.from_regex(r"[a-f]{1,5}", fullmatch=True), st.sampled_from(("py", "json", "so.1")))
SENTENCES = st.sampled_from(
    ("{}", "at {}:64 and before", "({})", "“{}”.", "{}, {}", "what={} is not", "{}::test_x[a/b]")
)


STROKES = st.sampled_from("/\\")
ROOTS = st.sampled_from(("", "/", "C:\\"))


@given(st.lists(FOLDERS, min_size=1, max_size=4), FILES, SENTENCES, STROKES, ROOTS)
def test_no_folder_of_a_file_is_ever_shown(folders: list[str], file: str, said: str, stroke: str, root: str) -> None:
    path = root + stroke.join((*folders, file))
    shown = shown_of(said.format(*[path] * 2))
    assert "zq" not in shown
    assert file in shown or "test_x[a/b]" in shown


@given(FOLDERS, st.from_regex(r"[a-f]{1,5}", fullmatch=True))
def test_a_folder_that_is_named_with_a_file_anywhere_is_shown_nowhere(folder: str, name: str) -> None:
    assert "zq" not in shown_of(f"in {folder}/{name} and there", f"{folder}/a.py")


@pytest.mark.parametrize("source", ["my deep/reports of/sbom.json", "gates/allowed_signers", "a\\b c\\sbom.json"])
def test_the_folders_of_evidence_are_not_shown_with_blanks_in_them_either(source: str) -> None:
    item = EvidenceItem(
        id="x", kind="sbom", format="cyclonedx", source=source, sha256=None, producer="", created=None, state="whole"
    )
    (row,) = in_profile(view(decision_of(evidence=(item,)), "d" * 64), "public").evidence
    assert row[1] == re.split(r"[/\\]", source)[-1] + " (cyclonedx)"


def test_a_place_with_blanks_in_its_folders_loses_them() -> None:
    bad = result_of(Verdict.FAIL, "NO_GO", checks=(check_with(Verdict.FAIL, where=("my deep/down here/a.py:3",)),))
    assert in_profile(view(decision_of(bad), "d" * 64), "public").gates[0].where == ("a.py:3",)


@pytest.mark.parametrize("format", sorted({*PUBLIC} - {"terminal"}))
def test_no_document_shows_what_was_found_in_an_environment_or_how_it_is_commanded(format: str) -> None:
    checks = (
        check_with(Verdict.FAIL, name="production probe", text="FOUND at 10.0.0.3", where=("FOUND at 10.0.0.3",)),
        check_with(name="production data", text="FOUND"),
    )
    gate = result_of(Verdict.FAIL, "NO_GO", gate="ready", uses="environment", summary="FOUND", checks=checks)
    row = EnvironmentRow(
        environment="production",
        protected=True,
        state="not-ready",
        conditions=(Condition(name="FOUND", held=False, text="FOUND"),),
    )
    said = Written(text="FOUND")
    back = RollbackRow(
        trigger=Written(text="5 %"), command=said, previous=Written(text="1.1.0"), data=Written(text="x")
    )
    decision = decision_of(gate, environments=(row,), rollback=back)
    _, files = documents_of(decision, (Wanted(format),), Path("out"), None, profile="public")
    (content,) = (each.decode() for each in files.values())
    assert "FOUND" not in content
    assert "not in order: production probe (left out here)" in " ".join(content.split()).replace("\\", "")
