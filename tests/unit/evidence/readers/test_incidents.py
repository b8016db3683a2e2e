from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_stagegate.documents.schemas import incidents_schema
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file
from pytest_stagegate.model.incidents import IncidentsData, severity_of

PAGERDUTY = {
    "incidents": [
        {
            "incident_number": 12,
            "id": "Q1",
            "title": "Checkout is down",
            "status": "acknowledged",
            "urgency": "low",
            "priority": {"summary": "P1"},
            "service": {"summary": "shop"},
            "created_at": "2026-11-23T08:00:00Z",
            "html_url": "https://example.pagerduty.com/incidents/Q1",
        },
        {"incident_number": 11, "title": "Slow", "status": "resolved", "urgency": "high", "priority": None},
        {"incident_number": 13, "title": "Odd", "status": "triggered", "urgency": "high", "priority": None},
    ],
    "limit": 25,
    "offset": 0,
    "more": False,
}
OPSGENIE = {
    "data": [
        {
            "id": "a",
            "tinyId": "7",
            "message": "Disk",
            "status": "open",
            "priority": "P2",
            "createdAt": "2026-11-23T08:00:00Z",
        },
        {"id": "b", "tinyId": "8", "message": "Done", "status": "closed", "priority": "P1"},
    ],
    "paging": {"first": "https://x/v2/alerts?offset=0&limit=20", "last": "https://x/v2/alerts?offset=0&limit=20"},
    "took": 0.1,
}
STATUSPAGE = {
    "page": {"id": "p", "name": "Shop"},
    "incidents": [
        {"id": "i1", "name": "Errors", "status": "monitoring", "impact": "major", "components": [{"name": "API"}]},
        {"id": "i2", "name": "Past", "status": "postmortem", "impact": "critical"},
        {"id": "i3", "name": "Work", "status": "in_progress", "impact": "maintenance"},
    ],
}
ALERTS = [
    {
        "fingerprint": "f1",
        "labels": {"alertname": "HighErrors", "severity": "page", "job": "shop"},
        "annotations": {"summary": "5 % of requests fail"},
        "startsAt": "2026-11-23T08:00:00.123456789Z",
        "endsAt": "2026-11-23T09:00:00Z",
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
    },
    {
        "fingerprint": "f2",
        "labels": {"alertname": "Disk", "severity": "warning"},
        "annotations": {},
        "startsAt": "2026-11-23T08:00:00Z",
        "status": {"state": "suppressed", "silencedBy": ["s"], "inhibitedBy": []},
    },
]
OWN = {
    "schema": "stagegate/incidents/1",
    "exported": "2026-11-23T10:00:00+01:00",
    "incidents": [{"id": "1", "title": "Down", "severity": "high", "status": "open", "opened": "2026-11-23T08:00:00Z"}],
}
CSV = "Number,Short description,Severity,State,Opened\n7,Down,1 - Critical,In Progress,2026-11-23\n8,Up,SEV-2,Closed,\n"


def read(tmp_path: Path, content: Any, name: str = "incidents.json") -> IncidentsData:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    found = read_file(path, tmp_path, detect(path)).incidents
    assert found is not None
    return found


def shown(found: IncidentsData) -> list[tuple[str, str, bool]]:
    return [(each.id, each.severity, each.open) for each in found.incidents]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (PAGERDUTY, [("12", "critical", True), ("11", "high", False), ("13", "high", True)]),
        (OPSGENIE, [("7", "high", True), ("8", "critical", False)]),
        (STATUSPAGE, [("i1", "high", True), ("i2", "critical", False), ("i3", "low", True)]),
        (STATUSPAGE["incidents"], [("i1", "high", True), ("i2", "critical", False), ("i3", "low", True)]),
        (ALERTS, [("f1", "critical", True), ("f2", "medium", False)]),
        (OWN, [("1", "high", True)]),
        (CSV, [("7", "unknown", True), ("8", "high", False)]),
        ("id,severity,status\n1,None,open\n", [("1", "unknown", True)]),
    ],
    ids=["pagerduty", "opsgenie", "statuspage", "statuspage-list", "alertmanager", "own", "csv", "csv-none"],
)
def test_each_export_is_known_by_its_content_and_read(
    tmp_path: Path, content: Any, rows: list[tuple[str, str, bool]]
) -> None:
    found = read(tmp_path, content)
    assert shown(found) == rows
    assert found.cut == ""


def test_what_an_incident_is_about_is_kept(tmp_path: Path) -> None:
    first = read(tmp_path, PAGERDUTY).incidents[0]
    assert (first.title, first.service, first.opened) == ("Checkout is down", "shop", "2026-11-23T08:00:00Z")
    alert = read(tmp_path, ALERTS).incidents[0]
    assert (alert.title, alert.service) == ("HighErrors: 5 % of requests fail", "shop")
    assert alert.opened == "2026-11-23T08:00:00Z"


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        ({**PAGERDUTY, "more": True}, "it says that there are more than it lists (more)"),
        ({**PAGERDUTY, "more": "no"}, "it says that there are more than it lists (more)"),
        (
            {"incidents": PAGERDUTY["incidents"], "limit": 25, "offset": 0},
            "it does not say whether there are more than it lists (more)",
        ),
        ({**PAGERDUTY, "offset": 25}, "it does not begin with the first (offset)"),
        ({**OPSGENIE, "paging": {"next": "https://x"}}, "it names a next page"),
        ({**OPSGENIE, "paging": {"prev": "https://x"}}, "it names a page before it"),
        (
            {**OPSGENIE, "paging": {"first": "https://x?offset=0", "last": "https://x?limit=2&offset=2"}},
            "the last page that it names is not the first",
        ),
        (
            {**STATUSPAGE, "incidents": [{"id": str(n), "impact": "none", "status": "resolved"} for n in range(50)]},
            "it has 50 incidents, and a page has no more",
        ),
    ],
)
def test_an_export_that_breaks_off_says_so(tmp_path: Path, content: Any, cut: str) -> None:
    assert read(tmp_path, content).cut == cut


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({**PAGERDUTY, "incidents": [{"title": "x", "urgency": "high"}]}, "incident 1 has no id"),
        ({**PAGERDUTY, "incidents": {"id": 1}}, "incidents is no list of objects"),
        ({**OWN, "incidents": [{"id": "1", "status": "closd"}]}, "Invalid enum value 'closd'"),
        ({**OWN, "incidents": [{"id": "1", "status": "open", "sevrity": "high"}]}, "unknown field `sevrity`"),
        ({**OWN, "exported": "today"}, "exported: "),
        ({**OWN, "schema": "stagegate/incidents/2"}, "its schema is"),
        ("id,severity\n1,high\n", "no column that says whether an incident is over: status or closed"),
        ("id,severity\n", "no column that says whether an incident is over: status or closed"),
        ("severity,state\nhigh,open\n", "its header names no column with ids"),
        ("id,severity,state\n1,high\n", "line 2 has 2 fields, and the header 3"),
    ],
)
def test_what_is_wrong_with_an_export_is_told(tmp_path: Path, content: Any, told: str) -> None:
    with pytest.raises(EvidenceError) as error:
        read(tmp_path, content)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        (("P1",), "critical"),
        (("Sev-2",), "high"),
        (("", "Low"), "low"),
        (("none of ours",), "unknown"),
        ((), "unknown"),
    ],
)
def test_words_for_severities(words: tuple[str, ...], severity: str) -> None:
    assert severity_of(*words) == severity


@pytest.mark.parametrize(
    ("content", "open_"),
    [
        ({**PAGERDUTY, "incidents": [{"id": "1", "urgency": "high", "status": "suppressed"}]}, True),
        ({**OPSGENIE, "data": [{"id": "1", "priority": "P1", "status": "suppressed"}]}, True),
        ("id,severity,status\n1,high,suppressed\n", True),
        ({**PAGERDUTY, "incidents": [{"id": "1", "urgency": "high", "status": "closed"}]}, True),
        ("id,severity,status\n1,high,Cancelled\n", False),
        ("id,severity,resolved\n1,high,no\n", True),
        ("id,severity,resolved\n1,high,false\n", True),
        ("id,severity,resolved\n1,high,23.11.2026 08:00\n", False),
    ],
)
def test_an_incident_is_over_only_where_its_format_says_so(tmp_path: Path, content: Any, open_: bool) -> None:
    assert [each.open for each in read(tmp_path, content).incidents] == [open_]


def test_a_long_page_of_opsgenie_is_known_before_its_end(tmp_path: Path) -> None:
    alerts = [{"id": f"id-{n}", "tinyId": str(n), "message": "x" * 300, "status": "open"} for n in range(100)]
    assert len(read(tmp_path, {"data": alerts, "paging": {"next": "https://x"}, "took": 0.1}).incidents) == 100


def test_the_published_schema_is_that_of_the_types_and_holds() -> None:
    published = json.loads(files("pytest_stagegate.documents").joinpath("incidents.schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(incidents_schema()))
    jsonschema.validate(OWN, published, jsonschema.Draft202012Validator)


def test_what_alertmanager_answers_is_read() -> None:
    path = Path(__file__).parents[3] / "data/incidents/alertmanager-0.25.0.json"
    assert detect(path) == "alertmanager"
    found = read_file(path, path.parent, "alertmanager").incidents
    assert found is not None
    assert [(each.title, each.severity, each.open, each.service) for each in found.incidents] == [
        ("DiskFillsUp", "medium", False, "node"),
        ("CheckoutIsDown: No request is answered", "critical", True, "shop"),
        ("Watchdog: Fires always", "low", True, ""),
        ("CheckoutIsSlow: p99 above 2 s", "medium", False, "shop"),
    ]
