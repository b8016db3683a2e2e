"""A decision for GitLab CI: a report of code quality, and one of metrics.

Sources: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format and
https://docs.gitlab.com/ci/testing/metrics_reports/, whose format is that of https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.documents.places import named
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.model.counts import Counts
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import as_fraction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.places import Named
    from pytest_stagegate.documents.view import View
    from pytest_stagegate.model.decision import Decision

GITLAB_FILES: Final = ("gl-code-quality.json", "gl-metrics.txt")
"""Names of what is written."""

_LISTED: Final = 1_000
_SEVERITIES: Final = {"NO GO": "blocker", "HOLD": "critical", "CONDITIONAL": "minor"}
_MET: Final = (Verdict.PASS, Verdict.WAIVED, Verdict.WARN)
_DIGITS: Final = 6


def gitlab_files(decision: Decision, view: View) -> tuple[bytes, ...]:
    """Return the content of each of `GITLAB_FILES`.

    Args:
        decision: The decision.
        view: The same as finished strings.
    """
    findings = [_finding(each, decision.policy.source) for each in named(view)[:_LISTED]]
    quality = json.dumps(findings, indent=2, ensure_ascii=False) + "\n"
    return quality.encode(), ("\n".join([*_metrics(decision), "# EOF"]) + "\n").encode()


def _finding(each: Named, policy: str) -> dict[str, Any]:
    """Return one finding; what is about no file stands at the policy, which asks for it."""
    blocker = each.blocker
    # Of a gate there is one reason, whose numbers change; of the run there may be many that are called alike.
    told = "" if blocker.anchor else blocker.text
    key = "\0".join((blocker.name, blocker.word, each.place, told))
    return {
        "description": f"{each.place}: {blocker.text}" if each.place else blocker.text,
        "check_name": f"stage gate: {blocker.name}",
        "fingerprint": hashlib.sha256(key.encode()).hexdigest(),
        "severity": _SEVERITIES[blocker.word],
        "location": {"path": each.path or clean(policy), "lines": {"begin": each.line}},
    }


def _metrics(decision: Decision) -> Iterator[str]:
    yield "# TYPE stagegate_tests gauge"
    for name in Counts.__struct_fields__:
        yield _sample("stagegate_tests", getattr(decision.tests, name), count=name)
    yield "# TYPE stagegate_gate_met gauge"
    for result in decision.gates:
        if result.verdict is not Verdict.NOT_APPLICABLE:
            yield _sample("stagegate_gate_met", int(result.verdict in _MET), gate=result.gate)
    yield "# TYPE stagegate_measured gauge"
    for result in decision.gates:
        names: set[str] = set()
        for check in result.checks:
            if check.measured is not None and (value := _value(check.measured)) is not None:
                yield _sample("stagegate_measured", value, gate=result.gate, check=_free(clean(check.name), names))


def _free(name: str, taken: set[str]) -> str:
    """Return a name, numbered where it is taken: two samples of one name are none of any."""
    found = next(each for number in count(1) if (each := name if number == 1 else f"{name} ({number})") not in taken)
    taken.add(found)
    return found


def _value(measured: Any) -> int | str | None:
    if isinstance(measured, int):
        return measured
    if not measured.denominator:
        return None
    exact: Fraction = as_fraction(measured)
    # Cut off and not rounded, so that a share that is short of a limit never looks as if it had reached it.
    whole, part = divmod(exact.numerator * 10**_DIGITS // exact.denominator, 10**_DIGITS)
    return f"{whole}.{part:0{_DIGITS}d}"


def _sample(name: str, value: int | str, **labels: str) -> str:
    written = ",".join(f'{key}="{_label(text)}"' for key, text in labels.items())
    return f"{name}{{{written}}} {value}"


def _label(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
