"""A record reconciles, whatever stands in it, and a part of it is never as good as the whole."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.documents.rendering import decision_json
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.folding import Fold
from pytest_stagegate.model.decision import Decision, Note
from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.project import Project, load_project
from tests.unit.fakes import collected, coverage_of, decision_on, encoded, end, file_of, passed, run_line

PARTS = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected", "lost")
WORDS = st.sampled_from([outcome.word for outcome in Outcome if outcome is not Outcome.DESELECTED])
COUNT = 6
ITEMS = st.lists(st.integers(0, COUNT - 1), max_size=COUNT, unique=True).map(tuple)
LINES = st.one_of(
    ITEMS.map(lambda items: passed(*items)),
    st.builds(
        lines.Test,
        item=st.integers(0, COUNT - 1),
        outcome=WORDS,
        us=st.integers(0, 10**9),
        executed=st.booleans(),
        reruns=st.integers(0, 2),
    ),
    st.builds(lines.LeftOut, by=st.sampled_from(["hand", "selection", "nobody"]), items=ITEMS),
    st.builds(lines.Started, item=st.integers(-1, COUNT - 1)),
    st.builds(lines.WorkerLost, worker=st.just("gw0"), text=st.just("killed")),
    st.builds(lines.SkippedFile, path=st.just("t.py"), reason=st.just("")),
    st.builds(lines.CollectionFailed, path=st.just("t.py"), message=st.text(max_size=3)),
    st.builds(lines.Ending, note=st.builds(Note, reason=st.just("interrupted"), text=st.just("Stopped."))),
    st.just(lines.Measured(coverage=coverage_of(file_of("a.py", 3, 4)))),
)
EVENTS = st.tuples(st.lists(LINES, max_size=10), st.lists(st.builds(end, st.integers(0, 5)), max_size=1)).map(
    lambda parts: [*parts[0], *parts[1]]
)


@given(EVENTS)
def test_every_collected_test_is_counted_exactly_once(record: list[lines.Line]) -> None:
    fold = Fold("evidence.jsonl")
    for line in (run_line(), *collected(COUNT), *record):
        fold.feed(line)
    counts = fold.evidence().tests.counts()
    assert counts.collected == COUNT == sum(getattr(counts, part) for part in PARTS)
    assert counts.flaky <= counts.passed


@cache
def project(rootdir: Path) -> Project:
    return load_project(rootdir)


def word_of(content: bytes, folder: Path) -> str:
    """Return what ``stagegate check`` decides; a record that can't be judged is HOLD."""
    record = folder / "evidence.jsonl"
    record.write_bytes(content)
    try:
        return decision_on(project(folder), record).decision.value
    except EvidenceError:
        return "HOLD"


POLICIES = {
    "none": "",
    "strict": '[gate.coverage]\nline = "75 %"\n[gate.skips]\nmax_skipped = 1\n[gate.flaky]\nmax_flaky = 0',
    "lenient": """
        [gate.results]
        enforcement = "warn"
        max_failed = 1
        min_passed = 2
        [gate.coverage]
        line = "80 %"
        enforcement = "warn"
        on_missing = "skip"
        [gate.skips]
        max_skipped = 0
        enforcement = "warn"
    """,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A project for each policy."""
    found = {}
    for name, text in POLICIES.items():
        found[name] = tmp_path_factory.mktemp(name)
        (found[name] / "stagegate.toml").write_text(text)
    return found


LETS_PASS = ("CONDITIONAL", "GO")


@given(EVENTS, st.sampled_from(sorted(POLICIES)), st.data())
def test_a_less_complete_record_never_makes_a_better_decision(
    folders: dict[str, Path], record: list[lines.Line], policy: str, data: st.DataObject
) -> None:
    content = encoded(run_line(), *collected(COUNT), *record)
    written = content.splitlines(keepends=True)
    if data.draw(st.booleans(), label="cut, not a line lost"):
        less = content[: data.draw(st.integers(0, len(content) - 1), label="bytes")]
    else:
        lost = data.draw(st.sets(st.integers(0, len(written) - 1), min_size=1), label="lost lines")
        less = b"".join(line for number, line in enumerate(written) if number not in lost)
    whole, part = word_of(content, folders[policy]), word_of(less, folders[policy])
    assert part not in LETS_PASS or (whole in LETS_PASS and (whole, part) != ("CONDITIONAL", "GO"))


WHOLE: dict[str, tuple[lines.Line, ...]] = {
    "GO": (passed(0, 1), lines.Started(item=-1), passed(2), end()),
    "NO_GO": (lines.Test(item=0, outcome="failed", us=1, executed=True), passed(1, 2), end(1)),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cut")


@pytest.mark.parametrize("word", WHOLE)
def test_a_record_cut_at_any_byte_never_goes(word: str, folder: Path) -> None:
    content = encoded(run_line(), *collected(3), *WHOLE[word])
    assert word_of(content, folder) == word
    assert {word_of(content[:cut], folder) for cut in range(len(content))} <= {"HOLD", "NO_GO"}


@pytest.mark.parametrize("word", WHOLE)
def test_a_record_that_lost_any_one_line_never_goes(word: str, folder: Path) -> None:
    written = encoded(run_line(), *collected(3), *WHOLE[word]).splitlines(keepends=True)
    records = [b"".join(written[:at] + written[at + 1 :]) for at in range(len(written))]
    assert {word_of(record, folder) for record in records} <= {"HOLD", "NO_GO"}


@given(EVENTS)
def test_a_decision_is_read_back_from_its_json(folder: Path, record: list[lines.Line]) -> None:
    path = folder / "roundtrip.jsonl"
    warning = lines.Warned(warning=WarningLine(category="UserWarning", message="é\u2028", place="a.py:1", count=2))
    path.write_bytes(encoded(run_line(), *collected(COUNT), warning, *record))
    decision = decision_on(project(folder), path)
    assert msgspec.json.decode(decision_json(decision), type=Decision) == decision
