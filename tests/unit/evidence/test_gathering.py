from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pytest_stagegate.errors import UsageError
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.attaching import Attachment, attachment_json, attachment_path
from pytest_stagegate.evidence.finding import Given, given, shown
from pytest_stagegate.evidence.gathering import Defaults, gather
from pytest_stagegate.model.sources import EvidenceRule, Source
from tests.unit.fakes import FINISHED, collected, end, green_record, passed, record_at, run_line

JUNIT = '<testsuite name="js" tests="2"><testcase name="a" time="1"/><testcase name="b" time="2"/></testsuite>'


def made(root: Path, name: str = "js.xml", text: str = JUNIT, age: int = 0) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path


def gathered(root: Path, *asked: Given | Path, rules: tuple[EvidenceRule, ...] = ()) -> list[Source]:
    wanted = [each if isinstance(each, Given) else Given(each) for each in asked]
    return gather(wanted, Defaults(root, rules, "test", None))


def rule(path: str, **more: object) -> EvidenceRule:
    return EvidenceRule(path, "", "", None, None, False)._replace(**more)


def place(source: Source) -> tuple[str, str | None]:
    assert source.contents is not None
    assert source.contents.tests is not None
    (tag,) = source.contents.tests.tags
    return tag.stage, tag.ran_in


def attach(path: Path, **more: object) -> None:
    stated = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **more}
    attachment_path(path).write_bytes(attachment_json(Attachment(**stated)))  # type: ignore[arg-type]


def test_a_record_says_itself_what_it_is(tmp_path: Path) -> None:
    (source,) = gathered(tmp_path, green_record(tmp_path / "evidence.jsonl", shard="linux", environment="dev"))
    assert (source.kind, source.format, source.state, source.shard, source.environment) == (
        "run",
        "stagegate",
        "whole",
        "linux",
        "dev",
    )
    assert (source.created, source.commit) == (FINISHED, "c" * 40)
    assert source.sha256 == hashlib.sha256((tmp_path / "evidence.jsonl").read_bytes()).hexdigest()


def test_a_folder_stands_for_the_records_below_it(tmp_path: Path) -> None:
    for name in ("b/deep", "a"):
        green_record(tmp_path / "all" / name / "evidence.jsonl", shard=name[0])
    made(tmp_path, "all/a/js.xml")
    assert [source.name for source in gathered(tmp_path, tmp_path / "all")] == [
        "all/a/evidence.jsonl",
        "all/b/deep/evidence.jsonl",
    ]


def test_a_folder_without_a_record_is_missing_evidence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (source,) = gathered(tmp_path, tmp_path / "empty")
    assert source.state == "missing"
    assert source.note is not None
    assert source.note.text == "empty: there is no evidence.jsonl in this folder."


def test_one_file_that_can_t_be_read_hides_no_other(tmp_path: Path) -> None:
    cut = made(tmp_path, "cut.xml", JUNIT[:60])
    sources = gathered(tmp_path, cut, made(tmp_path), tmp_path / "nowhere.xml")
    assert [(source.name, str(source.state)) for source in sources] == [
        ("cut.xml", "unreadable"),
        ("js.xml", "whole"),
        ("nowhere.xml", "missing"),
    ]


def test_a_fault_of_a_reader_hides_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr("pytest_stagegate.evidence.gathering.read_file", broken)
    (source,) = gathered(tmp_path, made(tmp_path))
    assert source.note is not None
    assert source.note.text == "js.xml: a fault of stagegate itself while reading it: RuntimeError: oops."


@pytest.mark.parametrize(
    ("asked", "attached", "ruled", "expected"),
    [
        ({}, {}, {}, ("test", None)),
        ({}, {}, {"stage": "plan", "environment": "dev"}, ("plan", "dev")),
        ({}, {"stage": "code", "environment": "staging"}, {"stage": "plan", "environment": "dev"}, ("code", "staging")),
        (
            {"stage": "deploy", "environment": "live"},
            {"stage": "code", "environment": "staging"},
            {},
            ("deploy", "live"),
        ),
    ],
    ids=["nothing", "the policy", "the attachment", "the command line"],
)
def test_the_nearest_word_on_stage_and_environment_counts(
    tmp_path: Path,
    asked: dict[str, str],
    attached: dict[str, str],
    ruled: dict[str, str],
    expected: tuple[str, str | None],
) -> None:
    path = made(tmp_path)
    if attached:
        attach(path, **attached)
    (source,) = gathered(tmp_path, Given(path, **asked), rules=(rule("*.xml", **ruled),))  # type: ignore[arg-type]
    assert place(source) == expected


def test_the_last_rule_that_matches_counts(tmp_path: Path) -> None:
    rules = (rule("**/*.xml", max_age=5), rule("js.xml", max_age=7, commit_required=True), rule("other.xml", max_age=9))
    (source,) = gathered(tmp_path, made(tmp_path), rules=rules)
    assert (source.max_age, source.commit_required) == (7, True)


def test_a_file_without_a_time_of_its_own_is_as_old_as_its_last_change(tmp_path: Path) -> None:
    assert gathered(tmp_path, made(tmp_path))[0].created == "2023-11-14T22:13:20Z"


def test_an_attachment_says_what_the_file_does_not(tmp_path: Path) -> None:
    path = made(tmp_path)
    attach(path, commit="d" * 40, created="2026-11-23T08:00:00Z", producer="vitest 4", shard="js")
    (source,) = gathered(tmp_path, path)
    assert (source.commit, source.created, source.producer, source.shard) == (
        "d" * 40,
        "2026-11-23T08:00:00Z",
        "vitest 4",
        "js",
    )


@pytest.mark.parametrize("content", [b"", b"{}", b'{"sha256": 3}', b'{"sha256": "0", "schema": "x/2"}', b"\xff"])
def test_an_attachment_that_can_t_be_read_makes_the_file_unreadable(tmp_path: Path, content: bytes) -> None:
    path = made(tmp_path)
    attachment_path(path).write_bytes(content)
    (source,) = gathered(tmp_path, path)
    assert source.state == "unreadable"
    assert source.note is not None
    assert source.note.text.startswith("js.xml.stagegate.json: ")


def test_an_attachment_of_other_bytes_makes_the_file_stale(tmp_path: Path) -> None:
    path = made(tmp_path)
    attach(path, sha256="0" * 64)
    (source,) = gathered(tmp_path, path)
    assert (str(source.state), source.note and source.note.reason) == ("stale", "changed")


# ---- what a run was given


def attached_to(root: Path, path: str, content: str | None = JUNIT, **more: object) -> Path:
    digest = hashlib.sha256(content.encode()).hexdigest() if content is not None else None
    line = lines.Attached(path=path, sha256=digest, modified="2026-11-23T08:00:00Z", **more)  # type: ignore[arg-type]
    return record_at(
        root / "run" / "evidence.jsonl", run_line(environment="dev"), *collected(1), passed(0), line, end()
    )


def test_what_a_run_was_given_is_read_with_its_record(tmp_path: Path) -> None:
    record = attached_to(tmp_path, "js.xml", stage="deploy")
    made(tmp_path)
    source = gathered(tmp_path, record)[1]
    assert (source.name, str(source.state), source.created, place(source)) == (
        "js.xml",
        "whole",
        "2026-11-23T08:00:00Z",
        ("deploy", "dev"),
    )


@pytest.mark.parametrize("where", ["js.xml", "run/js.xml"], ids=["at its place", "beside the record"])
def test_it_is_looked_for_at_its_place_and_beside_the_record(tmp_path: Path, where: str) -> None:
    record = attached_to(tmp_path, "js.xml")
    made(tmp_path, where)
    assert [(each.name, str(each.state)) for each in gathered(tmp_path, record)][1] == (where, "whole")


def test_one_that_was_moved_is_known_by_its_digest(tmp_path: Path) -> None:
    sources = gathered(tmp_path, attached_to(tmp_path, "js.xml"), made(tmp_path, "far/away.xml"))
    assert [(each.name, str(each.state)) for each in sources][1:] == [("far/away.xml", "whole")]


def test_one_that_is_gone_is_missing(tmp_path: Path) -> None:
    assert str(gathered(tmp_path, attached_to(tmp_path, "js.xml"))[1].state) == "missing"


def test_one_that_was_missing_already_and_is_there_now_is_stale(tmp_path: Path) -> None:
    record = attached_to(tmp_path, "js.xml", None)
    made(tmp_path)
    assert str(gathered(tmp_path, record)[1].state) == "stale"


# ---- on the command line

STAGES, ENVIRONMENTS = ("test", "deploy"), ("dev",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.xml", Given(Path("/r/a.xml"))),
        ("a.xml,stage=deploy", Given(Path("/r/a.xml"), stage="deploy")),
        (
            "a,b.xml,format=junit,environment=dev,stage=test",
            Given(Path("/r/a,b.xml"), format="junit", stage="test", environment="dev"),
        ),
        ("a.xml,colour=red", Given(Path("/r/a.xml,colour=red"))),
        ("/x/a.xml", Given(Path("/x/a.xml"))),
    ],
)
def test_facts_follow_the_path(written: str, expected: Given) -> None:
    assert given(written, Path("/r"), "EVIDENCE", STAGES, ENVIRONMENTS) == expected


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a.xml,stage=dploy", "EVIDENCE: unknown stage 'dploy'; did you mean 'deploy'?"),
        ("a.xml,environment=prod", "EVIDENCE: unknown environment 'prod'; known: dev"),
        ("a.xml,format=", "EVIDENCE: unknown format ''; 'stagegate inspect --help' lists them"),
    ],
)
def test_a_fact_that_is_not_known_is_a_usage_error(written: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        given(written, Path("/r"), "EVIDENCE", STAGES, ENVIRONMENTS)
    assert str(caught.value).startswith(text)


def test_a_file_elsewhere_is_shown_by_its_name_and_a_record_with_its_folder(tmp_path: Path) -> None:
    assert shown(tmp_path / "a" / "b.xml", tmp_path / "root") == "b.xml"
    assert shown(tmp_path / "linux" / "evidence.jsonl", tmp_path / "root") == "linux/evidence.jsonl"
    assert shown(tmp_path / "root" / "a" / "b.xml", tmp_path / "root") == "a/b.xml"


def test_each_of_several_runs_knows_the_file_that_it_was_given(tmp_path: Path) -> None:
    """Two runs were given other files of one name: each is looked for by its digest, and one that is gone is stale."""
    records = []
    for name, text in (("a", JUNIT.replace('"js"', '"one"')), ("b", JUNIT)):
        digest = hashlib.sha256(text.encode()).hexdigest()
        line = lines.Attached(path="reports/js.xml", sha256=digest, modified="2026-11-23T08:00:00Z")
        record = tmp_path / "records" / name / "evidence.jsonl"
        records.append(record_at(record, run_line(shard=name), *collected(1), passed(0), line, end()))
    made(tmp_path, "reports/js.xml")
    assert [str(each.state) for each in gathered(tmp_path, *records)] == ["whole", "whole", "stale"]
    made(tmp_path, "records/a/js.xml", JUNIT.replace('"js"', '"one"'))
    for order in (records, records[::-1]):
        assert {str(each.state) for each in gathered(tmp_path, *order)} == {"whole"}


def test_what_a_run_said_of_a_file_holds_when_the_file_is_named_again(tmp_path: Path) -> None:
    record = attached_to(tmp_path, "js.xml", stage="deploy", environment="live")
    path = made(tmp_path)
    assert place(gathered(tmp_path, record, path)[1]) == ("deploy", "live")
    (_, contradicted) = gathered(tmp_path, record, Given(path, environment="dev"))
    assert (str(contradicted.state), contradicted.note and contradicted.note.reason) == ("stale", "changed")


@pytest.mark.parametrize("where", ["run/js.xml", "link/js.xml"], ids=["moved", "behind a link"])
def test_a_rule_holds_wherever_the_file_lies_now(tmp_path: Path, where: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = made(tmp_path, where)
    asked = attached_to(tmp_path, "reports/js.xml") if where.startswith("run") else path
    rules = (rule("reports/**", commit_required=True, max_age=5), rule("link/**", commit_required=True, max_age=5))
    source = gathered(tmp_path, asked, rules=rules)[-1]
    assert (source.commit_required, source.max_age) == (True, 5)


def test_a_folder_behind_a_link_is_looked_into_once(tmp_path: Path) -> None:
    green_record(tmp_path / "far/evidence.jsonl", shard="b")
    green_record(tmp_path / "records/a/evidence.jsonl", shard="a")
    (tmp_path / "records/b").symlink_to(tmp_path / "far")
    (tmp_path / "records/loop").symlink_to(tmp_path / "records")
    assert sorted(str(each.shard) for each in gathered(tmp_path, tmp_path / "records")) == ["a", "b"]


def test_a_folder_that_can_t_be_opened_is_missing_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    green_record(tmp_path / "records/a/evidence.jsonl")
    (tmp_path / "records/b").mkdir()
    scandir, listdir = os.scandir, os.listdir

    def refuse(path: str | os.PathLike[str]) -> None:
        if os.fspath(path).endswith("/b"):
            raise PermissionError(13, "Permission denied", os.fspath(path))

    monkeypatch.setattr(os, "scandir", lambda path: refuse(path) or scandir(path))
    monkeypatch.setattr(os, "listdir", lambda path: refuse(path) or listdir(path))
    found = gathered(tmp_path, tmp_path / "records")
    assert [(each.name, str(each.state)) for each in found] == [
        ("records/a/evidence.jsonl", "whole"),
        ("records/b", "unreadable"),
    ]


@pytest.mark.parametrize(
    ("local", "age", "created"),
    [
        ("2023-11-15T07:00:00", 0, "2023-11-14T22:13:20Z"),
        ("2023-11-14T09:00:00", 0, "2023-11-14T22:13:20Z"),
        ("2023-11-10T09:00:00", 0, "2023-11-10T09:00:00Z"),
    ],
    ids=["east", "west", "another day"],
)
def test_a_local_time_is_that_of_the_last_change_where_it_fits(
    tmp_path: Path, local: str, age: int, created: str
) -> None:
    path = made(tmp_path, text=JUNIT.replace("<testsuite ", f'<testsuite timestamp="{local}" '), age=age)
    assert gathered(tmp_path, path)[0].created == created


@pytest.mark.parametrize("created", ["2026-11-23T08:00:00", "soon", "99999-01-01T00:00:00Z"])
def test_an_attachment_with_no_time_makes_the_file_unreadable(tmp_path: Path, created: str) -> None:
    path = made(tmp_path)
    attach(path, created=created)
    assert str(gathered(tmp_path, path)[0].state) == "unreadable"


@pytest.mark.parametrize("more", [{"format": "x"}, {"modified": "2026-11-23T08:00:00"}])
def test_a_record_with_a_damaged_word_on_a_file_is_unreadable(tmp_path: Path, more: dict[str, str]) -> None:
    line = lines.Attached(**{"path": "js.xml", "sha256": None, "modified": None, **more})  # type: ignore[arg-type]
    record = record_at(tmp_path / "evidence.jsonl", run_line(), *collected(1), passed(0), line, end())
    assert [str(each.state) for each in gathered(tmp_path, record)] == ["unreadable"]


@pytest.mark.parametrize(("version", "dirty"), [("4.0.0", True), ("5.3.1", False)])
def test_a_file_may_say_itself_that_the_work_tree_had_changes(version: str, dirty: bool, tmp_path: Path) -> None:
    real = Path(__file__).parents[2] / "data" / "metrics" / f"pytest-benchmark-{version}.json"
    (source,) = gathered(tmp_path, made(tmp_path, "bench.json", real.read_text(encoding="utf-8")))
    assert (source.kind, source.dirty) == ("metrics", dirty)


@pytest.mark.parametrize("format_", ["", "junit"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, format_: str) -> None:
    os.mkfifo(tmp_path / "js.xml")
    (source,) = gathered(tmp_path, Given(tmp_path / "js.xml", format_))
    assert (source.state, source.sha256) == ("unreadable", None)
    assert source.note is not None
    assert source.note.text == "js.xml: this is neither a file nor a folder."


def test_neither_in_a_folder_nor_beside_a_file_is_a_pipe_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "zz.manual.json")
    os.mkfifo(attachment_path(made(tmp_path)))
    found = gathered(tmp_path, tmp_path, tmp_path / "js.xml")
    assert {(each.name, each.state) for each in found} == {("zz.manual.json", "unreadable"), ("js.xml", "unreadable")}


def test_a_name_that_is_no_utf_8_is_shown_with_its_bytes(tmp_path: Path) -> None:
    assert shown(tmp_path / os.fsdecode(b"x\xff.xml"), tmp_path) == "x\\udcff.xml"
