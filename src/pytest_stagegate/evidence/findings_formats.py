"""Telling the formats of findings from the keys of the first object in a file, of which only the beginning is known."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_PYLINT_MESSAGE: Final = re.compile(r'"message-?[iI]d"\s*:')


def format_of_findings(text: str) -> str:
    """Return the format that the beginning of a JSON file tells; empty where it is none of findings.

    Args:
        text: It begins with a bracket; it may break off anywhere.
    """
    if text.startswith("["):
        return _of_array(set(_keys(text, _after_space(text, 1))))
    keys = set(_keys(text, 0))
    if "runs" in keys and keys <= {"$schema", "version", "runs", "inlineExternalProperties", "properties"}:
        return "sarif"
    if {"generated_at", "metrics"} <= keys:
        return "bandit-json"
    if {"file", "line", "message", "severity"} <= keys:
        return "mypy-json"
    known = keys == {"messages"} and _PYLINT_MESSAGE.search(text) is not None
    return "pylint-json" if known or keys == {"messages", "statistics"} else ""


def keys_of(text: str) -> list[str]:
    """Return the keys of the object that a text begins with, as far as it goes."""
    return list(_keys(text, 0))


def _of_array(keys: set[str]) -> str:
    if {"fingerprint", "location"} <= keys:
        return "gitlab-code-quality"
    if {"filename", "location", "code"} <= keys:
        return "ruff-json"
    return "pylint-json" if {"message-id", "symbol"} <= keys else ""


def _keys(text: str, start: int) -> Iterator[str]:
    """Yield the keys of the object that begins at a place, as far as the text goes."""
    if not text.startswith("{", start):
        return
    place = _after_space(text, start + 1)
    try:
        while text.startswith('"', place):
            key, place = _DECODER.raw_decode(text, place)
            place = _after_space(text, place)
            if not text.startswith(":", place):
                return
            yield key
            _, place = _DECODER.raw_decode(text, _after_space(text, place + 1))
            place = _after_space(text, place)
            place = _after_space(text, place + 1) if text.startswith(",", place) else len(text)
    except (ValueError, RecursionError):
        return


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match is not None else place
