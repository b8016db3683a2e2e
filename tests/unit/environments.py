"""Environments for tests: rules and reports on them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pytest_stagegate.model.environments import (
    PASSED,
    Answer,
    Condition,
    EnvironmentReport,
    EnvironmentRule,
    Inquiry,
    Requirement,
)
from pytest_stagegate.model.evidence import Evidence
from tests.unit.fakes import evidence_of

RULE = EnvironmentRule(
    name="staging",
    require=(Requirement("CI", None),),
    probe=Inquiry("probe", "http", target="http://staging/health", limit=5_000_000, wanted=200),
    data=(Inquiry("customers", "files", target="data/*.csv", wanted=1),),
    sha256="a" * 64,
)


def answer(name: str, outcome: str = PASSED, text: str = "answered 200") -> Answer:
    return Answer(name=name, asked="GET http://staging/health", outcome=outcome, us=1200, text=text)


def report_on(
    name: str = "staging", *, held: bool = True, probe: str = PASSED, data: str = PASSED, **more: Any
) -> EnvironmentReport:
    """Return a report on what `RULE` asks."""
    return EnvironmentReport(
        **{
            "environment": name,
            "when": "2026-11-23T12:00:00Z",
            "protected": False,
            "stage": "test",
            "declared_sha256": RULE.sha256,
            "conditions": (Condition(name="require CI", held=held, text="CI is set" if held else "CI is not set"),),
            "probe": answer("probe", probe),
            "data": (answer("customers", data, "1 file"),),
            "commit": "c" * 40,
            **more,
        }
    )


def looked_at(*reports: EnvironmentReport, rule: EnvironmentRule | None = RULE) -> Evidence:
    """Return evidence with reports, under a policy that declares an environment."""
    rules = (rule,) if rule is not None else ()
    return replace(evidence_of(), environments=reports, environment_rules=rules)
