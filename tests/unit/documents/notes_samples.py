"""Release notes as other tests' input: believable ones, and hostile ones with something in every field."""

from __future__ import annotations

from typing import Any, Final

from pytest_stagegate.model.notes import (
    Contributor,
    Entry,
    Fate,
    KnownIssue,
    Notes,
    Reference,
    Section,
    Verification,
    VerifyingTest,
)

COMMIT: Final = "8f3b1f0c6a92d5e47b10c3d8e9f2a4b6c7d81e05"
HOSTILE: Final = (
    "<img src=x onerror=alert(1)>",
    "</style><script>document.title='owned'</script>",
    "@someone fixes #1, GH-2, !3 and user/repo#4 :tada:",
    "[here](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "<!-- hidden --> & $x$ **bold** _em_ ~~gone~~ | cell |",
    "\u202egnp.exe\u2066 \x00 \x1b[31mred\x1b[0m",
    "STYLE-HASHES {{ 7 * 7 }}{% raw %}",
    "```\nnever closed\n# heading\n- item",
    "``` `` ` odd ticks",
    "---\n===\n1. one\n> quote\n\n    indented",
)
"""Texts that try to become something else than text."""


def entry_of(text: str, section: str = "fixes", **more: Any) -> Entry:
    """Return an entry."""
    return Entry(**({"section": section, "text": text, "source": "commit"} | more))


def notes_of(*entries: Entry, **more: Any) -> Notes:
    """Return notes with sections as the entries name them."""
    names = dict.fromkeys(each.section for each in entries)
    sections = tuple(
        Section(id=name, title=name.title(), entries=tuple(each for each in entries if each.section == name))
        for name in names
    )
    values: dict[str, Any] = {
        "project": "parcel-rates",
        "version": "2.0.0",
        "date": "2026-11-23",
        "since": "v1.4.0",
        "until": "HEAD",
        "first_commit": "1" * 40,
        "last_commit": COMMIT,
        "sections": sections,
    }
    return Notes(**(values | more))


def believable() -> Notes:
    """Return the notes of a project such as there are many."""
    passed = VerifyingTest(id="tests/test_a.py::test_refund", outcome="passed", stage="test", environment="staging")
    failed = VerifyingTest(id="tests/test_a.py::test_limit", outcome="failed", stage="test")
    return notes_of(
        entry_of(
            "Prices are integers of cents",
            "features",
            breaking=True,
            breaks="`price()` returned a float of euros.",
            upgrade="Divide by 100 where euros are shown:\n\n```python\neuros = price(parcel) / 100\n```",
            references=(Reference(kind="issue", id="#12", url="https://example.org/issues/12"),),
        ),
        entry_of(
            "Parcels can be sent to islands", "features", highlight=True, body="With `--island`:\n\n- Sylt\n- Rum"
        ),
        entry_of(
            "Refunds within 30 days",
            "features",
            scope="refunds",
            audiences=("user", "operator"),
            upgrade="Set `REFUND_DAYS` before the first start.",
            references=(
                Reference(kind="requirement", id="PAY-7"),
                Reference(kind="pull", id="#31", url="https://example.org/pull/31"),
            ),
            verified=(Verification(requirement="PAY-7", outcome="passed", tests=(passed, passed)),),
        ),
        entry_of("Express delivery", "features", concealed_by="express"),
        entry_of(
            "A zone that is unknown is told by its name",
            references=(Reference(kind="requirement", id="ZONE-1"), Reference(kind="requirement", id="ZONE-2")),
            verified=(
                Verification(requirement="ZONE-1", outcome="partial", tests=(passed, failed)),
                Verification(requirement="ZONE-2", outcome="untested"),
            ),
        ),
        entry_of("Rates are read once", audiences=("internal",), references=(Reference(kind="commit", id=COMMIT),)),
        entry_of("How to add a zone", "documentation", corrected=True),
        prelude="The first release that counts in cents.\n\nRead the breaking change first.",
        known_issues=(
            KnownIssue(
                kind="waiver",
                text="Rates of 2019 can't be asked for",
                reference=Reference(kind="issue", id="#40", url="https://example.org/issues/40"),
                owner="dana",
                until="2027-01-31",
                workaround="Ask the old service.",
            ),
            KnownIssue(kind="concealed", text="Express delivery"),
        ),
        contributors=(Contributor(name="Dana", commits=5), Contributor(name="Kim", commits=1, first=True)),
        fates=(
            Fate(commit="a" * 40, subject="feat!: cents", fate="entry"),
            Fate(commit="b" * 40, subject="Merge", fate="merge"),
        ),
        implied="major",
        folded=("v2.0.0rc1",),
        sources=("Conventional Commits", "changelog/"),
        warnings=("1 commit has no type.",),
        decision_sha256="d" * 64,
    )


def hostile(text: str) -> Notes:
    """Return notes with one text in every field that somebody outside can fill."""
    reference = Reference(kind="issue", id=text, url=f"javascript:{text}")
    link = Reference(kind="pull", id=text, url=f"https://example.org/{text}")
    test = VerifyingTest(id=text, outcome=text, stage=text, environment=text)
    full: dict[str, Any] = {
        "body": text,
        "breaks": text,
        "upgrade": text,
        "scope": text,
        "package": text,
        "references": (reference, link),
        "authors": (text,),
        "place": text,
        "verified": (
            Verification(requirement=text, outcome=text, tests=(test,)),
            Verification(requirement=text, outcome="passed", tests=(test,)),
        ),
    }
    return notes_of(
        entry_of(text, breaking=True, **full),
        entry_of(text, text or "x", **full),
        entry_of(text, highlight=True, **full),
        entry_of(text, concealed_by=text or "x", **full),
        project=text,
        version=text,
        date=text,
        since=text,
        until=text,
        first_commit=text,
        last_commit=text,
        prelude=text,
        known_issues=(KnownIssue(kind="xfail", text=text, reference=link, owner=text, until=text, workaround=text),),
        contributors=(Contributor(name=text, commits=1),),
        fates=(Fate(commit=text, subject=text, fate="entry", why=text),),
        folded=(text,),
        sources=(text,),
        warnings=(text,),
        decision_sha256=text,
    )
