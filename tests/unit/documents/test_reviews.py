from __future__ import annotations

from pathlib import Path

import msgspec

from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.reviews import reviews_view
from pytest_stagegate.model.reviews import ReviewRow
from tests.unit.documents.samples import decision_of

BY_ERIN = ReviewRow(
    person="erin", answer="approved", at="2026-11-21T08:30:00Z", commit="c" * 40, source="pr.json", via="github"
)
HOSTILE = ReviewRow(
    person="<script>alert(1)</script> | [x](javascript:y) <e@example.org>\x1b[2J",
    answer="approved",
    at=None,
    commit=None,
    source="c" * 40,
    via="trailer",
    against=("author", "bot"),
)


def test_each_review_is_a_row_that_says_what_speaks_against_it() -> None:
    assert reviews_view([BY_ERIN]).rows == (
        ("erin", "approved", "cccccccccccc", "2026-11-21T08:30:00Z", "pr.json", "–"),
    )
    assert reviews_view([HOSTILE]).rows[0][2:] == (
        "not stated",
        "not stated",
        "Reviewed-by in the commit",
        "made a part of the change, a program",
    )


def test_many_reviews_are_counted_and_not_all_shown() -> None:
    shown = reviews_view([BY_ERIN] * 203)
    assert (len(shown.rows), shown.more) == (200, "3 more reviews in decision.json.")


def test_names_of_reviewers_mean_nothing_to_a_page(tmp_path: Path) -> None:
    decision = msgspec.structs.replace(decision_of(), reviews=(BY_ERIN, HOSTILE))
    _, files = documents_of(decision, (Wanted("html", None), Wanted("md", None)), tmp_path, None)
    html, md = (files[tmp_path / name].decode() for name in ("report.html", "report.md"))
    assert '<h2 id="reviews">' in html
    assert "## Reviews" in md
    assert "<script>alert" not in html + md
    assert "\x1b" not in html + md
    assert "[x](javascript" not in md
