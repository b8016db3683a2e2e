from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.errors import MistakesError
from pytest_stagegate.model.waivers import Waiver
from pytest_stagegate.project import Project, load_project
from tests.unit.fakes import TODAY, project_at

WHOLE = 'gate = "results"\nreason = "see #411"\nowner = "dana"\nexpires = 2026-11-23\n'


def project(root: Path, policy: str) -> Project:
    return load_project(project_at(root, policy=policy))


def test_a_waiver_names_gate_reason_owner_and_last_day(tmp_path: Path) -> None:
    found = project(tmp_path, f"[[waiver]]\n{WHOLE}").waivers
    assert found.all == (Waiver("results", "", "see #411", "dana", TODAY, place="stagegate.toml:1 waiver"),)
    assert found.max_days is None


def test_a_waiver_may_be_about_a_subject_a_stage_and_an_environment(tmp_path: Path) -> None:
    policy = (
        f'environments = ["live"]\n[[waiver]]\n{WHOLE}subject = "tests/**"\nstage = "test"\nenvironment = ["live"]\n'
    )
    (found,) = project(tmp_path, policy).waivers.all
    assert (found.subject, found.stages, found.environments) == ("tests/**", ("test",), ("live",))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('gate = "results"', "stagegate.toml:1 waiver: a waiver needs reason, owner, expires"),
        (WHOLE.replace('"dana"', '" "'), "stagegate.toml:4 waiver.owner: has to be a text that is not empty"),
        (WHOLE.replace('"see #411"', '""'), "stagegate.toml:3 waiver.reason: has to be a text that is not empty"),
        (WHOLE.replace("2026-11-23", '"2026-11-23"'), "waiver.expires: has to be a day, written 2027-01-31 without"),
        (WHOLE.replace("2026-11-23", "2026-11-23T00:00:00Z"), "waiver.expires: has to be a day"),
        (WHOLE.replace("results", "resluts"), "unknown gate 'resluts'; did you mean 'results'?"),
        (f'{WHOLE}stage = "tst"', "waiver.stage: unknown stage 'tst'; did you mean 'test'?"),
        (f'{WHOLE}environment = "live"', "waiver.environment: unknown environment 'live'"),
        (f"{WHOLE}until = 2026-11-23", "waiver.until: unknown key 'until'"),
    ],
)
def test_a_waiver_that_could_rot_is_a_mistake(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(MistakesError) as caught:
        project(tmp_path, f"[[waiver]]\n{entry}")
    assert told in str(caught.value)


@pytest.mark.parametrize("days", ["0", "-1", "true", '"90"', "1.5"])
def test_the_longest_life_is_a_number_of_days(tmp_path: Path, days: str) -> None:
    with pytest.raises(MistakesError, match=r"waivers.max_days: has to be a number of days above 0"):
        project(tmp_path, f"[waivers]\nmax_days = {days}")
