"""Faults that the demo can plant, one for each stage: what a team does by mistake, and what has to stop it."""

from __future__ import annotations

import msgspec

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pytest_stagegate.demo.sample import commit, original

_DAY: Final = "2026-10-02T09:00:00+00:00"
_REVIEWED: Final = "\n\nReviewed-by: Dana Roth <dana@example.com>\n"
_GOAL: Final = """
[[goal]]
id = "RATE-30"
title = "Parcels to islands"
priority = "must"
milestone = "1.2"
"""
_UNTESTED: Final = '''

def surcharge(zone: int, grams: int) -> int:
    """Return what an island costs more, in cents."""
    if zone == 1:
        return 0
    if grams > 20_000:
        return 1_900
    if grams > 10_000:
        return 1_200
    if grams > 5_000:
        return 900
    return 600
'''


class Fault(msgspec.Struct, frozen=True):
    """A fault of one stage.

    Attributes:
        text: What is planted, for people.
        plant: Plants it into the sample project.
        status: Exit status of the command that decides about the stage then.
    """

    text: str
    plant: Callable[[Path], None]
    status: int


def _unowned_goal(folder: Path) -> None:
    plan = folder / "stagegate-plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8") + _GOAL, encoding="utf-8")
    commit(folder, f"docs: islands are a must{_REVIEWED}", _DAY)


def _untested_code(folder: Path) -> None:
    prices = folder / "src/parcel_rates/prices.py"
    prices.write_text(prices.read_text(encoding="utf-8") + _UNTESTED, encoding="utf-8")
    commit(folder, f"feat(prices): islands cost more{_REVIEWED}", _DAY)


def _vulnerable_dependency(folder: Path) -> None:
    pinned = folder / "requirements.txt"
    pinned.write_text(pinned.read_text(encoding="utf-8").replace("jinja2==3.1.6", "jinja2==3.1.4"), encoding="utf-8")
    commit(folder, f"build: an older jinja2{_REVIEWED}", _DAY)


def _wrong_band(folder: Path) -> None:
    shutil.copyfile(original("src/parcel_rates/weights.py"), folder / "src/parcel_rates/weights.py")
    commit(folder, f"refactor(weights): simpler bands{_REVIEWED}", _DAY)


def _nothing(_folder: Path) -> None:
    """Leave the sources alone: the fault is in what operations do or find."""


FAULTS: Final[dict[str, Fault]] = {
    "plan": Fault("a goal that must be met, without an owner, acceptance and a test.", _unowned_goal, 20),
    "code": Fault("a new rule for prices that no test runs.", _untested_code, 20),
    "build": Fault("an older dependency, with a hole that is known.", _vulnerable_dependency, 20),
    "test": Fault("the price band that was wrong before.", _wrong_band, 1),
    "release": Fault("the flag file of the team goes out, with a feature that is not ready.", _nothing, 20),
    "deploy": Fault("somebody deploys the version before.", _nothing, 20),
    "manage": Fault("an incident is open: every refund is a cent too high.", _nothing, 20),
    "monitor": Fault("one question of ten is not answered.", _nothing, 20),
}
"""The fault of each stage, by its name."""
