"""The command ``stagegate compare`` on two decisions in folders of their own."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import msgspec
import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.comparing import compared
from pytest_stagegate.documents.compare_files import compare_file, comparison_schema
from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.documents.room import SINKS
from pytest_stagegate.evidence.packing import write_zip
from pytest_stagegate.model.comparison import Comparison
from pytest_stagegate.model.decision import Decision, Note
from pytest_stagegate.model.moves import Direction, GateMove
from pytest_stagegate.model.roll import roll_of_decision
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import decision_of, go, no_go, record_item
from tests.unit.fakes import green_record

BEFORE, NOW = "2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project that was NO GO in its last release and is GO now."""
    monkeypatch.chdir(tmp_path)
    put("released", no_go(as_of=BEFORE))
    put(".stagegate", decision_of(*go().gates, as_of=NOW))
    return tmp_path


def put(folder: str, decision: Decision) -> None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "decision.json").write_bytes(decision_json(decision))


def compare(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["compare", *words])
    done = capsys.readouterr()
    return ended.value.code, done.out + done.err


def test_what_is_better_stands_under_better(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = compare(capsys, "released")
    assert (status, told.splitlines()[0]) == (0, "✔ rates at test: GO")
    worse, better = "What is worse", "What is better"
    assert worse not in told
    assert told.index(better) < told.index("gate is better")


def test_what_is_worse_stands_first(capsys: pytest.CaptureFixture[str]) -> None:
    put("released", decision_of(*go().gates, as_of=BEFORE))
    put(".stagegate", no_go(as_of=NOW))
    _, told = compare(capsys, "released", ".stagegate")
    assert told.index("What is worse") < told.index("gate is worse")
    assert "What is better" not in told


def test_what_was_so_before_is_not_worse(capsys: pytest.CaptureFixture[str]) -> None:
    put(".stagegate", no_go(as_of=NOW))
    _, told = compare(capsys, "released", ".stagegate")
    assert "Nothing changed." in told
    assert told.index("What is as before") < told.index("1 test is still failing.") < told.index("as before (no owner")
    assert "What is worse" not in told


def test_a_run_that_was_not_whole_is_said_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    notes = tuple(Note(reason="worker-lost", text=f"Worker gw{number} went down.") for number in range(5))
    put("released", go(as_of=BEFORE, decision=Word.HOLD, incomplete=notes, blockers=()))
    put(".stagegate", go(as_of=NOW, provisional=(Note(reason="dirty-tree", text="The tree has changes."),)))
    status, told = compare(capsys, "released", ".stagegate")
    told = " ".join(told.split())
    assert status == 0
    assert "The decision before is about a run that is not whole. Worker gw0 went down." in told
    assert "And 2 more." in told
    assert "This decision is provisional. The tree has changes." in told


def test_decisions_of_versions_without_newer_keys_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    old = json.loads(decision_json(no_go(as_of=BEFORE)))
    newer = ("since", "trend", "stages", "question", "features", "rollout", "support", "goals", "milestones", "basis")
    Path("released", "decision.json").write_text(json.dumps({key: old[key] for key in old if key not in newer}))
    status, told = compare(capsys, "released")
    assert (status, "1 gate is better." in told) == (0, True)


def test_a_dossier_knows_every_test_from_the_record_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    record = green_record(Path("evidence.jsonl"))
    item = record_item(record)
    decision = decision_json(go(as_of=BEFORE, evidence=(item,)))
    write_zip(Path("old.dossier.zip"), {"decision.json": decision, "evidence/evidence.jsonl": record})
    put(".stagegate", go(as_of=NOW))
    Path(".stagegate", "evidence.jsonl").write_bytes(record.read_bytes().replace(b"test_1", b"test_7"))
    digest = hashlib.sha256(Path(".stagegate", "evidence.jsonl").read_bytes()).hexdigest()
    put(".stagegate", go(as_of=NOW, evidence=(msgspec.structs.replace(item, sha256=digest),)))
    _, told = compare(capsys, "old.dossier.zip")
    assert "1 test is new." in told
    assert "t.py::test_1" in told[told.index("1 test is gone") :]


def test_a_share_of_nothing_ends_as_a_file_that_can_t_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    old = json.loads(decision_json(no_go(as_of=BEFORE)))
    old["gates"][0]["checks"][0]["measured"] = {"numerator": 1, "denominator": 0}
    Path("released", "decision.json").write_text(json.dumps(old))
    status, told = compare(capsys, "released")
    assert (status, "a share of nothing" in told) == (21, True)


def test_json_fits_its_published_schema(capsys: pytest.CaptureFixture[str]) -> None:
    published = json.loads(files("pytest_stagegate.documents").joinpath("comparison.schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(comparison_schema()))
    _, told = compare(capsys, "released", "--format=json")
    jsonschema.validate(json.loads(told), published, jsonschema.Draft202012Validator)


def test_a_page_is_written_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(capsys, "released", "--format=html", "--out=c.html") == (0, "wrote c.html\n")
    page = Path("c.html").read_text("utf-8")
    assert "<script" not in page
    assert '<tr><th scope="row">failed</th><td>0</td><td>0</td></tr>' in page


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("nowhere",), 21, "nowhere: there is no such file or folder"),
        ((".stagegate", "released"), 2, "name the earlier one first"),
        (("released", "--out=x"), 2, "the terminal is no file"),
        (("other",), 2, "only decisions about the same project, stage and environment are compared"),
    ],
)
def test_mistakes_are_told(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, said: str) -> None:
    put("other", go(stage="code"))
    done, told = compare(capsys, *words)
    assert (done, said in told) == (status, True), told


def hostile(text: str, count: int = 1) -> Comparison:
    before, now = no_go(as_of=BEFORE), go(as_of=NOW)
    found = compared(before, now, (roll_of_decision(before), roll_of_decision(now)))
    moves = tuple(
        GateMove(
            gate=f"{text}{number}",
            environment=text,
            owner=text,
            before=Verdict.PASS,
            now=Verdict.FAIL,
            enforcement_before="block",
            enforcement_now="block",
            direction=Direction.WORSE,
        )
        for number in range(count)
    )
    return msgspec.structs.replace(found, project=text, gates=moves)


def test_hostile_names_stay_text() -> None:
    text = "</style><script>x</script>[a](http://b) `c` @all\x1b[31m"
    made = {format: compare_file(hostile(text), format).decode() for format in ("html", "md")}
    assert "<script>x" not in made["html"]
    assert made["html"].count("</style>") == 1
    # In inline code a forge mentions nobody.
    assert "@all" not in re.sub(r"``.*?``", "", made["md"])
    assert not any("\x1b" in each for each in made.values())


def test_markdown_fits_into_a_comment_and_counts_what_it_leaves_out() -> None:
    text = compare_file(hostile("gate-with-a-long-name" * 4, 2_000), "md").decode()
    assert SINKS["comment"].takes(text)
    assert "more, for which there is no room here" in text


def test_markdown_is_never_empty_however_long_a_name_is() -> None:
    long = go(subject=msgspec.structs.replace(go().subject, name="x" * 70_000))
    found = compared(long, long, (roll_of_decision(long), roll_of_decision(long)))
    assert "| decision | GO | GO |" in compare_file(found, "md").decode()
