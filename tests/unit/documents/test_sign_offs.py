"""What people write in sign-offs stays text in every document."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.sign_offs import sign_offs_view
from pytest_stagegate.documents.terminal import section
from pytest_stagegate.documents.view import view
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.sign_offs import OverrideUse, Overriding, SignOffRow
from tests.unit.documents.samples import HOSTILE as ANY_TEXT
from tests.unit.documents.samples import go, shown_by_markdown

# A record is JSON, in which a lone surrogate can't stand.
HOSTILE = ANY_TEXT.replace("\ud800", "")
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def row(**more: object) -> SignOffRow:
    values: dict[str, object] = {
        "role": "operations",
        "person": "kim@example.org",
        "at": "2026-11-23T09:41:07Z",
        "answer": "approve",
        "comment": "",
        "authenticated": True,
        "state": "current",
        "reason": "",
        "why": "",
        "key": "SHA256:abc",
        "override": None,
        "source": "sign-offs/a.json",
        "sha256": "a" * 64,
        "signature_sha256": None,
    }
    return msgspec.convert(values | more, SignOffRow)


def hostile(text: str) -> Decision:
    overriding = Overriding(reason=text, expires="2026-12-01")
    told = row(role=text, person=text, comment=text, state="no-effect", why=text, key=text)
    said = (msgspec.structs.replace(told, override=overriding),)
    use = OverrideUse(person=text, role=text, reason=text, expires="2026-12-01", key=text)
    return msgspec.structs.replace(go(), sign_offs=said, override=use)


def written(format: str, text: str) -> str:
    _, files = documents_of(hostile(text), (Wanted(format),), Path("out"), None)
    (content,) = files.values()
    return content.decode()


@pytest.mark.parametrize("format", ["html", "md", "junit"])
def test_no_document_has_control_characters_of_a_sign_off(format: str) -> None:
    assert not UNWANTED.search(written(format, HOSTILE))


def test_a_sign_off_brings_no_markup_into_the_page() -> None:
    page = written("html", "</table></style><script>alert(1)</script><img src=x>")
    assert page.count("<script") == page.count("</script>") == 1
    assert "<img" not in page
    assert page.count("</style>") == 1
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6


def test_a_sign_off_neither_ends_its_cell_nor_mentions_anybody_in_markdown() -> None:
    text = "a | b\n# head @everyone <b>x</b> [c](javascript:d)"
    shown = written("md", text)
    table = shown[shown.index("## Sign-off") :].split("\n\n")[1].splitlines()
    assert len(table) == 3
    assert len(re.findall(r"(?<!\\)\|", table[2])) == 7
    assert not re.search(r"<b>|@everyone|(?<!\\)\]\(|^# head", shown, re.MULTILINE)
    assert " ".join(text.split()) in shown_by_markdown(table[2])


def test_an_override_is_one_property_of_the_suite_whatever_its_reason() -> None:
    document = ET.fromstring(written("junit", f'{HOSTILE} "/><testcase name="x"/>'))
    (found,) = (each for each in document.iter("property") if each.get("name") == "override")
    assert clean(HOSTILE).split()[0] in str(found.get("value"))
    assert all(each.get("name") != "x" for each in document.iter("testcase"))


def test_the_terminal_shows_lines_of_a_sign_off_as_its_own_lines_never_do() -> None:
    shown = list(section(view(hostile(f"{HOSTILE}\n✔ GO  all is well"), "d" * 64), verbosity=1, width=80))
    assert not any(UNWANTED.search(each.line) for each in shown)
    assert not any(each.line.startswith("✔ GO") for each in shown)


def test_the_state_says_what_is_proved_and_what_keeps_it_from_counting() -> None:
    stale = row(state="stale", why="It is of another decision.")
    unsigned = row(authenticated=False, why="There is no signature beside it.")
    shown = sign_offs_view(msgspec.structs.replace(go(), sign_offs=(row(), stale, unsigned)))
    assert [each[4] for each in shown.rows] == [
        "authenticated, key SHA256:abc",
        "stale; authenticated, key SHA256:abc. It is of another decision.",
        "recorded, not authenticated. There is no signature beside it.",
    ]
