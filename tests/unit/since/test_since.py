from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.since import KIND
from pytest_stagegate.model.word import Word
from pytest_stagegate.since import Last, last_release, with_since
from tests.unit.documents.samples import go, no_go, record_item
from tests.unit.fakes import SUBJECT, green_record, named_tests

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.timezone.utc)
HERE = Place(stage="test", environment=None, instant=NOW)
WAS = "2026-11-23T09:00:00Z"


def written(path: Path, decision: Decision) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(decision_json(decision))
    return path


def found(root: Path, rule: str = "last.json", place: Place = HERE) -> Last:
    last = last_release(rule, root, SUBJECT.name, place)
    assert last is not None
    return last


def compared(root: Path, now: Decision, *tests: tuple[str, str], rule: str = "last.json") -> Decision:
    return with_since(found(root, rule), now, named_tests(*tests))


def with_record(folder: Path, name: str = "evidence.jsonl", **more: Any) -> Decision:
    """Write a decision with the record of its two tests; return it."""
    record = green_record(folder / name)
    item = record_item(record)
    decision = go(evidence=(item,), **more)
    written(folder / "decision.json", decision)
    return decision


def test_where_the_policy_asks_for_nothing_nothing_is_read(tmp_path: Path) -> None:
    assert last_release(None, tmp_path, "rates", HERE) is None
    assert with_since(None, go(), named_tests()) == go()


def test_a_decision_that_says_otherwise_is_told(tmp_path: Path) -> None:
    written(tmp_path / "last.json", go(as_of=WAS))
    since = compared(tmp_path, no_go(), ("t.py::test_a", "failed")).since
    assert since is not None
    assert (since.state, since.decision, since.changed, since.as_of) == ("whole", "GO", True, WAS)
    assert since.moves is not None
    assert [(each.id, each.group) for each in since.moves.tests] == [("t.py::test_a", "newly-failing")]
    assert [each.now for each in since.moves.gates] == ["FAIL"]


def test_a_decision_compared_with_itself_is_nothing_changed(tmp_path: Path) -> None:
    decision = with_record(tmp_path / "last")
    since = compared(tmp_path, decision, ("t.py::test_0", "passed"), ("t.py::test_1", "passed"), rule="last").since
    assert since is not None
    assert (since.state, since.changed, since.omitted, since.added) == ("whole", False, {}, ())


def test_it_is_evidence_with_a_digest(tmp_path: Path) -> None:
    path = written(tmp_path / "last.json", go())
    (item,) = found(tmp_path).items
    assert (item.kind, item.source, item.state) == (KIND, "last.json", "whole")
    assert item.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("record", ["evidence.jsonl", "evidence/evidence.jsonl", "evidence/2-evidence.jsonl"])
def test_the_record_with_it_tells_which_tests_are_new_and_gone(tmp_path: Path, record: str) -> None:
    with_record(tmp_path / "last", record)
    last = found(tmp_path, "last")
    assert [each.source for each in last.items] == ["last/decision.json", f"last/{record}"]
    since = with_since(last, go(), named_tests(("t.py::test_0", "passed"), ("t.py::test_9", "passed"))).since
    assert since is not None
    assert since.moves is not None
    assert since.tests_known
    assert (since.added, [each.id for each in since.moves.tests]) == (("t.py::test_9",), ["t.py::test_1"])


def test_a_record_that_was_changed_tells_nothing(tmp_path: Path) -> None:
    with_record(tmp_path / "last")
    with (tmp_path / "last" / "evidence.jsonl").open("ab") as file:
        file.write(b"\n")
    last = found(tmp_path, "last")
    assert len(last.items) == 1
    since = with_since(last, go(), named_tests(("t.py::test_9", "passed"))).since
    assert since is not None
    assert (since.tests_known, since.added) == (False, ())


def test_a_dossier_is_read_as_a_zip_and_named_by_what_is_in_it(tmp_path: Path) -> None:
    with_record(tmp_path / "made", "evidence/evidence.jsonl")
    files = {name: tmp_path / "made" / name for name in ("decision.json", "evidence/evidence.jsonl")}
    write_zip(tmp_path / "last.zip", files)
    last = found(tmp_path, "last.zip")
    assert [each.source for each in last.items] == ["last.zip/decision.json", "last.zip/evidence/evidence.jsonl"]
    assert last.opened is not None
    assert last.opened.roll.known


def test_each_stage_and_environment_has_its_own(tmp_path: Path) -> None:
    written(tmp_path / "last" / "deploy-staging.json", go(stage="deploy", environment="staging"))
    written(tmp_path / "last" / "test-none.json", go())
    rule = "last/{stage}-{environment}.json"
    assert found(tmp_path, rule).row.source == "last/test-none.json"
    elsewhere = Place(stage="deploy", environment="staging", instant=NOW)
    assert found(tmp_path, rule, elsewhere).row.state == "whole"


def test_a_missing_one_is_told(tmp_path: Path) -> None:
    last = found(tmp_path)
    assert (last.row.state, last.row.text) == ("missing", "last.json: there is no such file or folder")
    assert last.row.remedy
    assert [(each.state, each.sha256) for each in last.items] == [("missing", None)]
    decision = with_since(last, go(), named_tests())
    assert decision.since is not None
    assert (decision.since.moves, decision.since.changed, decision.trend.decisions) == (None, False, ())


def test_a_folder_without_a_decision_is_told(tmp_path: Path) -> None:
    (tmp_path / "last").mkdir()
    assert found(tmp_path, "last").row.text == "last: there is no decision.json in it"


@pytest.mark.parametrize("stage", ["..", "../x", "a/../../b"])
def test_a_stage_can_t_lead_out_of_the_root(tmp_path: Path, stage: str) -> None:
    written(tmp_path.parent / "last.json", go(stage=stage))
    place = Place(stage=stage, environment=None, instant=NOW)
    assert found(tmp_path, "{stage}/last.json", place).row.state == "missing"


def damaged(decision_: Decision, /, **changes: object) -> bytes:
    return json.dumps(json.loads(decision_json(decision_)) | changes).encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"{", "no well-formed JSON"),
        (b"\xff\xfe\x00", ""),
        (b"[]", ""),
        (b'{"schema": "stagegate/decision/2"}', "its schema is 'stagegate/decision/2'"),
        (damaged(no_go(), decision="GO", blockers=[]), "it contradicts itself: it says GO"),
        (damaged(go(), sold=True), "a key that this version of stagegate does not know"),
        (damaged(go(), as_of="yesterday"), "as_of"),
        (damaged(go(), trend={"decisions": [], "flaky": [{"id": "a", "marks": []}]}), "it contradicts itself"),
        (b"PK\x03\x04 nothing", "damaged"),
    ],
)
def test_one_that_can_t_be_read_is_told_with_what_is_wrong(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "last.json").write_bytes(content)
    row = found(tmp_path).row
    assert (row.state, bool(row.remedy)) == ("unreadable", True)
    assert told in row.text
    assert str(tmp_path) not in row.text


def test_a_share_of_nothing_is_refused(tmp_path: Path) -> None:
    decision = json.loads(decision_json(go()))
    decision["gates"][0]["checks"][0]["measured"] = {"numerator": 1, "denominator": 0}
    (tmp_path / "last.json").write_text(json.dumps(decision))
    assert "a share of nothing" in found(tmp_path).row.text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"stage": "release"}, "it is about rates at release, and this one about rates at test"),
        ({"environment": "staging"}, "against staging"),
        ({"subject": msgspec.structs.replace(SUBJECT, name="other")}, "it is about other at test"),
    ],
)
def test_one_about_something_else_is_told_and_not_compared(tmp_path: Path, more: dict[str, Any], told: str) -> None:
    written(tmp_path / "last.json", go(**more))
    last = found(tmp_path)
    assert (last.row.state, last.opened) == ("foreign", None)
    assert told in last.row.text


def test_a_later_one_is_told_and_not_compared(tmp_path: Path) -> None:
    written(tmp_path / "last.json", go(as_of="2026-12-01T00:00:01Z"))
    last = found(tmp_path)
    assert (last.row.state, last.opened) == ("stale", None)
    assert "later than this decision" in last.row.text


def test_a_decision_of_a_version_without_newer_keys_is_compared(tmp_path: Path) -> None:
    old = json.loads(decision_json(go(as_of=WAS)))
    for key in ("since", "trend", "stages", "question", "features", "support", "rollout", "basis", "shipped"):
        del old[key]
    (tmp_path / "last.json").write_text(json.dumps(old))
    decision = compared(tmp_path, go(), ("t.py::test_a", "passed"))
    assert decision.since is not None
    assert decision.since.state == "whole"
    assert [each.as_of for each in decision.trend.decisions] == [WAS, decision.as_of]


def test_a_provisional_one_is_compared_and_called_so(tmp_path: Path) -> None:
    written(tmp_path / "last.json", go(provisional=({"reason": "dirty-tree", "text": "changes"},)))
    row = found(tmp_path).row
    assert (row.state, row.provisional, row.decision) == ("whole", True, Word.GO.value)


def test_lists_are_cut_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    with_record(tmp_path / "last")
    many = [(f"t.py::test_{number}", "failed") for number in range(70)]
    since = compared(tmp_path, go(), *many, rule="last").since
    assert since is not None
    assert since.moves is not None
    assert (len(since.moves.tests), since.omitted["newly-failing"]) == (20, 50)
    assert (len(since.added), since.omitted["added"], since.moves.appeared) == (20, 48, 68)
    assert {each.reason for each in since.moves.tests} == {None}


@pytest.mark.skipif(sys.platform == "win32", reason="there a name that is too long is one that is not there")
def test_a_place_that_can_t_be_looked_at_is_told(tmp_path: Path) -> None:
    row = found(tmp_path, "x" * 5_000).row
    assert (row.state, "can't be read" in row.text) == ("unreadable", True)
