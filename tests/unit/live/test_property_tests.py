from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pytest_stagegate.live import property_tests
from pytest_stagegate.live.property_tests import _ImportWatch, _listening, _read, shown
from pytest_stagegate.model.property_tests import Profile

STOPPED = "settings.max_examples=3"


def statistics(reuse: str = "", generate: str = "", shrink: str = "", stopped: str = STOPPED) -> dict[str, Any]:
    """Return what Hypothesis says: for each phase a letter an example."""
    words = {"v": "valid", "i": "interesting", "x": "invalid", "o": "overrun"}
    phases = {"reuse": reuse, "generate": generate, "shrink": shrink}
    cases = {phase: [{"status": words[letter]} for letter in letters] for phase, letters in phases.items()}
    return {
        "stopped-because": stopped,
        **{f"{phase}-phase": {"test-cases": each} for phase, each in cases.items() if each},
    }


def test_examples_that_were_generated_and_reused_are_counted() -> None:
    said = _read(statistics(reuse="v", generate="vvxo"))
    assert (said.counted, said.passing, said.failing, said.invalid, said.stopped) == (True, 3, 0, 2, STOPPED)


def test_variations_of_a_failure_are_not_counted() -> None:
    said = _read(statistics(generate="vi", shrink="vvvvi", stopped="nothing left to do"))
    assert (said.passing, said.failing) == (1, 1)


@pytest.mark.parametrize(
    ("said", "exhausted"),
    [
        (statistics(generate="vv", stopped="nothing left to do"), True),
        (statistics(generate="vv"), False),
        (statistics(generate="vi", stopped="nothing left to do"), False),
        (statistics(reuse="vv", stopped="nothing left to do"), False),
        (statistics(stopped="nothing left to do"), False),
    ],
    ids=["every input was tried", "its limit was reached", "one failed", "nothing was generated", "nothing was run"],
)
def test_a_test_is_exhausted_only_if_it_generated_and_nothing_failed(said: dict[str, Any], exhausted: bool) -> None:
    assert _read(said).exhausted is exhausted


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        {"generate-phase": {"test-cases": [{"status": "valid"}]}},
        {"stopped-because": "x", "generate-phase": {"test-cases": [{"outcome": "valid"}]}},
        {"stopped-because": "x", "generate-phase": [1]},
        {"stopped-because": "x", "generate-phase": {"test-cases": 3}},
        "3 passing examples",
    ],
)
def test_statistics_of_another_shape_are_not_counted(said: Any) -> None:
    assert _read(said).counted is False


@pytest.mark.parametrize("module", [ModuleType("statistics"), None])
def test_a_hypothesis_that_offers_no_statistics_is_no_fault(module: ModuleType | None, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis.statistics", module)
    heard: list[object] = []
    with _listening(heard.append):
        pass
    assert heard == []


@pytest.mark.parametrize(
    ("profile", "asked", "text"),
    [
        (
            Profile(stage="release", max_examples=2000, derandomize=True, deadline=False),
            None,
            "stagegate-release: max_examples=2000, derandomize=true, deadline=false",
        ),
        (Profile(stage="code", deadline=1_500_000), None, "stagegate-code: deadline=1.5 s"),
        (
            Profile(stage="code", max_examples=20),
            "ci",
            "ci, asked for with --hypothesis-profile, instead of the policy's stagegate-code",
        ),
    ],
)
def test_a_profile_is_shown_in_one_line(profile: Profile, asked: str | None, text: str) -> None:
    assert shown(profile, asked) == text


# ---- waiting for an import


class Watched:
    """A module ``seldom_imported``, and what was seen of it when it was told to be there."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.watch = _ImportWatch("seldom_imported", self._note)

    def _note(self) -> None:
        self.seen.append(vars(sys.modules["seldom_imported"]).get("x"))


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """One that is watched for."""
    (tmp_path / "seldom_imported.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    made = Watched()
    sys.meta_path.insert(0, made.watch)
    yield made
    made.watch.remove()
    sys.modules.pop("seldom_imported", None)


def test_it_is_told_once_the_module_is_whole(watched: Watched) -> None:
    importlib.import_module("seldom_imported")
    importlib.reload(sys.modules["seldom_imported"])
    assert watched.seen == [1]


def test_the_module_and_the_finders_are_as_they_would_be_without(watched: Watched) -> None:
    module = importlib.import_module("seldom_imported")
    assert module.__spec__ is not None
    assert type(module.__spec__.loader) is type(module.__loader__)
    assert type(module.__loader__).__module__ != property_tests.__name__
    assert watched.watch not in sys.meta_path


def test_a_module_that_is_not_there_is_still_not_there(watched: Watched) -> None:
    importlib.import_module("collections.abc")
    (Path(sys.path[0]) / "seldom_imported.py").unlink()
    with pytest.raises(ModuleNotFoundError, match="seldom_imported"):
        importlib.import_module("seldom_imported")
    assert watched.seen == []


def test_it_may_stop_waiting(watched: Watched) -> None:
    watched.watch.remove()
    importlib.import_module("seldom_imported")
    assert watched.seen == []
