"""Telling the formats of incidents from the beginning of a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.evidence.findings_formats import keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST: Final = re.compile(r"\[\s*(?=\{)")
_OF_PAGERDUTY: Final = re.compile(r'"(?:incident_number|urgency)"\s*:')
_OF_OPSGENIE: Final = re.compile(r'"tinyId"\s*:')
_SEPARATOR: Final = re.compile("[,;\t]")


def format_of_incidents(text: str, keys: Sequence[str]) -> str:
    """Return the format that the beginning of a file tells; empty where it is none of these.

    Args:
        text: Without leading blanks; it may break off anywhere.
        keys: The keys of its object, as far as they can be read; none for a list or what is no JSON.
    """
    known = set(keys)
    if first := _FIRST.match(text):
        listed = set(keys_of(text[first.end() :]))
        if {"labels", "annotations"} <= listed or {"fingerprint", "startsAt"} <= listed:
            return "alertmanager"
        return "statuspage" if {"id", "impact"} <= listed else ""
    if "incidents" in known:
        if "page" in known:
            return "statuspage"
        return "pagerduty" if known & {"more", "offset", "limit"} or _OF_PAGERDUTY.search(text) else ""
    if "data" in known and (known & {"paging", "took", "requestId"} or _OF_OPSGENIE.search(text)):
        return "opsgenie"
    return "incidents-csv" if not text.startswith(("{", "[")) and _has_severity(text.partition("\n")[0]) else ""


def _has_severity(head: str) -> bool:
    return any(name.strip().strip('"').strip().lower() == "severity" for name in _SEPARATOR.split(head))
