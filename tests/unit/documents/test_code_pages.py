from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.code_pages import ERRORS, shown_in
from pytest_stagegate.documents.signs import SIGNS, WORDS

ALL = ["cp437", "cp850", "cp1252", "ascii", "latin-1"]


@pytest.mark.parametrize("encoding", ALL)
def test_signs_still_tell_verdicts_and_decisions_apart(encoding: str) -> None:
    for signs in ([sign for _, sign, _ in WORDS.values()], [sign for sign, _ in SIGNS.values()]):
        assert len({shown_in(sign, encoding) for sign in signs}) == len(signs)


@given(st.text(max_size=80), st.sampled_from([*ALL, "utf-8", None, "no-such-page"]))
def test_no_text_ends_the_run(text: str, encoding: str | None) -> None:
    shown = shown_in(text, encoding)
    if encoding in ALL:
        shown.encode(encoding or "")


def test_what_a_code_page_has_stays() -> None:
    assert shown_in("≥ 95 % – größer → „gut“ ✔", "cp1252") == ">= 95 % – größer -> „gut“ +"
    assert shown_in("≥ 95 % ✔", "utf-8") == "≥ 95 % ✔"


def test_a_stream_writes_them() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", errors=ERRORS, newline="\n")
    stream.write("✘ NO GO  limit ≤ 0\n")
    stream.flush()
    assert raw.getvalue() == b"X NO GO  limit <= 0\n"
