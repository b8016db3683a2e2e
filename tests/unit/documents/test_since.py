from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_stagegate.documents.profiles import in_profile
from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.documents.since import since_view
from pytest_stagegate.documents.sinks import SINK_FILES
from pytest_stagegate.documents.terminal import section
from pytest_stagegate.documents.trend import trend_view
from pytest_stagegate.documents.view import view
from pytest_stagegate.model.moves import Moves
from pytest_stagegate.model.since import Since, Trend, TrendMeasure, TrendPoint
from tests.unit.documents.samples import go, since_with, trend_with

MISSING = Since(source="last", state="missing", text="last: there is no such file or folder", remedy="Download it.")
NOTHING = since_with("x", changed=False, moves=Moves(), added=(), uncollectable=(), coverage=(), omitted={})


def facts(since: Since, **more: Any) -> dict[str, str]:
    return dict(since_view(go(since=since, trend=trend_with("1.0"), **more)).facts)


def test_a_decision_that_is_compared_with_none_says_nothing_of_it() -> None:
    shown = view(go(), "d" * 64)
    assert (shown.since.asked, shown.trend.decisions) == (False, ())
    assert not any("last release" in text.line for text in section(shown, verbosity=0, width=80))


def test_the_facts_say_what_matters_first() -> None:
    told = facts(since_with("src/x"))
    assert list(told) == ["decision", "gates", "limits", "tests", "coverage", "waivers"]
    assert told["decision"] == "GO, as then"
    assert told["gates"] == "worse: src/x"
    assert told["limits"] == "src/x src/x src/x → src/xsrc/x (looser); src/x block → src/x"
    assert told["tests"] == "4 newly flaky, 1 new; 3 collected, 0 then"
    assert told["coverage"] == "src/x src/x → src/xsrc/x"


def test_nothing_changed_is_said_only_where_that_is_known() -> None:
    assert facts(NOTHING) == {"decision": "GO, as then", "otherwise": "nothing changed"}


@pytest.mark.parametrize("state", ["missing", "unreadable", "foreign", "stale"])
def test_what_could_not_be_compared_is_said_in_every_document(state: str) -> None:
    decision = go(since=msgspec.structs.replace(MISSING, state=state))
    wanted = tuple(Wanted(each) for each in ("html", "md", *SINK_FILES))
    _, files = documents_of(decision, wanted, Path("out"), None)
    assert len(files) == len(wanted)
    for content in files.values():
        told = " ".join(content.decode().replace("\\", "").replace("&#39;", "'").split())
        assert "What changed can't be told: last: there is no such file or folder. Download it." in told
        assert "nothing changed" not in told


def test_where_names_of_tests_are_not_known_that_is_said() -> None:
    told = facts(since_with("x", tests_known=False))["tests"]
    assert "which are new or removed can't be told" in told


def test_sections_count_what_is_not_listed() -> None:
    shown = since_view(go(since=since_with("x"), trend=trend_with("x")))
    flaky = next(each for each in shown.sections if "flaky" in each.sentence)
    assert (flaky.sentence, len(flaky.items), flaky.more) == ("4 tests are newly flaky.", 1, 3)
    assert shown.more == "Not listed here: 2 gates."


def test_the_public_profile_names_no_folder() -> None:
    where = "secret/folder/test_a.py::test_b"
    decision = go(since=since_with(where), trend=trend_with(where))
    assert "secret" in repr(view(decision, "d" * 64))
    assert "secret" not in repr(in_profile(view(decision, "d" * 64), "public"))


def test_a_limit_that_went_with_its_check_is_told() -> None:
    since = since_with("x")
    assert since.moves is not None
    (gate,) = since.moves.gates
    gone = msgspec.structs.replace(gate.checks[0], now="", limit_before="≥ 80 %", limit_now="")
    moves = msgspec.structs.replace(since.moves, gates=(msgspec.structs.replace(gate, checks=(gone,)),))
    assert facts(msgspec.structs.replace(since, moves=moves))["limits"].startswith("x x ≥ 80 % → none (looser)")


def line(*points: TrendPoint | None) -> Any:
    measure = TrendMeasure(gate="coverage", environment=None, check="line", unit="lines", points=points)
    decisions = tuple(trend_with("x").decisions[0] for _ in points)
    return trend_view(go(trend=Trend(decisions=decisions, measures=(measure,)))).lines[0]


def point(value: int) -> TrendPoint:
    return TrendPoint(measured=value, shown=str(value))


def test_a_line_is_drawn_from_the_lowest_to_the_highest_value() -> None:
    assert line(point(0), point(10), point(5)).parts == ("4.0,28.0 84.0,4.0 164.0,16.0",)
    assert line(point(0), point(10), point(5)).told == "first 0, lowest 0, highest 10"
    assert line(point(5), point(5)).told == "always 5"
    assert line(point(5)).told == "only 5"


def test_a_gap_is_no_line_and_a_point_alone_is_a_dot() -> None:
    drawn = line(point(1), None, point(3), point(3))
    assert drawn.parts == ("110.7,4.0 164.0,4.0",)
    assert drawn.dots == (("4.0", "28.0"), ("164.0", "4.0"))
    assert [each[1] for each in drawn.rows] == ["1", "not measured", "3", "3"]


def test_what_is_measured_no_more_has_no_value_now() -> None:
    assert (line(point(1), point(2), None).now, line(point(7), point(7)).parts) == ("–", ("4.0,16.0 164.0,16.0",))
