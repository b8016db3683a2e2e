"""The policy's word on the baseline: where it lies, and what of it is not worth a change."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pytest_stagegate.errors import nearest
from pytest_stagegate.model.numbers import Share
from pytest_stagegate.policy.model import DEFAULT_BASELINE, DEFAULT_TOLERANCE

if TYPE_CHECKING:
    from fractions import Fraction

    from pytest_stagegate.policy.reading import Reader


def baseline_folder(reader: Reader, table: dict[str, Any]) -> str:
    """Return the folder of ``baseline``, relative to the root and below it."""
    path = PurePosixPath(reader.text_of(table, ("baseline",), DEFAULT_BASELINE))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        reader.mistake(("baseline",), f"has to be a folder below the root, not {str(path)!r}")
    return path.as_posix()


def baseline_tolerance(reader: Reader, table: dict[str, Any]) -> dict[str, Fraction]:
    """Return the shares of ``baseline_tolerance``, with the default of each key that it leaves out."""
    tolerance = dict(DEFAULT_TOLERANCE)
    for key, value in reader.table(table, ("baseline_tolerance",)).items():
        path = ("baseline_tolerance", key)
        if key not in tolerance:
            reader.mistake(path, f"unknown key {key!r}; {nearest(key, tolerance)}")
            continue
        try:
            tolerance[key] = Share.parse(value).value
        except ValueError as error:
            reader.mistake(path, str(error))
    return tolerance
