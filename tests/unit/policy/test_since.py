from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.policy.loading import load
from tests.unit.fakes import project_at


def read(root: Path, written: str) -> tuple[str | None, str]:
    policy = load(project_at(root, policy=written))
    return policy.since, " ".join(each.text for each in policy.mistakes)


def test_it_names_no_decision_unless_it_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, "") == (None, "")


@pytest.mark.parametrize("path", ["last.json", "last/{stage}/{environment}/decision.json", "a b/{stage}.zip"])
def test_a_path_below_the_root_may_have_placeholders(tmp_path: Path, path: str) -> None:
    assert read(tmp_path, f'[since]\ndecision = "{path}"') == (path, "")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[since]\n", "names no decision"),
        ("since = 3", "table"),
        ("[since]\ndecision = 3", "has to be a text"),
        ('[since]\ndecision = "a.json"\nsource = "b"', "unknown key"),
        ('[since]\ndecision = "/etc/last.json"', "below the root"),
        ('[since]\ndecision = "../last.json"', "below the root"),
        ("[since]\ndecision = 'C:\\last.json'", "below the root"),
        ('[since]\ndecision = ".stagegate/decision.json"', "each run writes .stagegate anew"),
        ('[since]\ndecision = "last/{stag}.json"', "'{stag}' stands for nothing; did you mean '{stage}'?"),
        ('[since]\ndecision = "last/{stage.json"', "stands for nothing"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, written: str, told: str) -> None:
    assert told in read(tmp_path, written)[1]
