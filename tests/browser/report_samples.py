"""Decisions as other tests' input: one of each word for a believable project, a hostile one and a large one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec

from pytest_stagegate.carrying import trend
from pytest_stagegate.chaining import stage_rows
from pytest_stagegate.documents.rendering import Wanted, documents_of
from pytest_stagegate.figures import BANDS, progress_rows
from pytest_stagegate.model.decision import (
    SCHEMA,
    Artifact,
    Blocker,
    Cell,
    CollectionError,
    Counts,
    Decision,
    Drift,
    EvidenceItem,
    Note,
    PolicyReference,
    Subject,
    TestRow,
    Tests,
    UpstreamRow,
)
from pytest_stagegate.model.deployments import DeployedArtifact, DeploymentRow
from pytest_stagegate.model.drills import DrillRow
from pytest_stagegate.model.expected import ExpectedRow
from pytest_stagegate.model.figures import (
    CoverageFigures,
    CoveredByStage,
    CoveredFile,
    DurationFigures,
    FurtherFiles,
    TimeBand,
    TimedTest,
)
from pytest_stagegate.model.goals import GoalCell, GoalRow, MilestoneRow
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.requirements import LinkedTest, RequirementRow
from pytest_stagegate.model.rings import RingRow
from pytest_stagegate.model.roll import Roll
from pytest_stagegate.model.rollback import RollbackRow, Written
from pytest_stagegate.model.sign_offs import OverrideUse, Overriding, SignOffRow
from pytest_stagegate.model.since import Since
from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.supply import SbomRow, ScanRow, Severities, StatementRow, Supply
from pytest_stagegate.model.verdicts import Check, GateResult, Limit, Verdict
from pytest_stagegate.model.waivers import WaiverRow
from pytest_stagegate.model.word import Word
from pytest_stagegate.policy.model import DEFAULT_STAGES
from pytest_stagegate.since import told
from pytest_stagegate.since.opening import Opened
from pytest_stagegate.thresholds import no_evidence
from tests.unit.documents.samples import since_with, trend_with

COMMIT: Final = "8f3b1f0c6a92d5e47b10c3d8e9f2a4b6c7d81e05"
AS_OF: Final = "2026-11-23T09:41:07Z"
HOSTILE: Final = {
    "image": "tests/test_a.py::test_x[<img src=x onerror=alert(1)>]",
    "script": "tests/test_a.py::test_x[</script><script>document.title='owned'</script>]",
    "style": "tests/test_a.py::test_x[</style><style>body{display:none}</style>]",
    "link": "tests/test_a.py::test_x[javascript:alert(1)]",
    "quote": "tests/test_a.py::test_x[\" onmouseover=\"alert(1)' autofocus onfocus='alert(1)]",
    "template": "tests/test_a.py::test_x[{{ 7 * 7 }}{% raw %}]",
    "policy": "tests/test_a.py::test_x[STYLE-HASHES SCRIPT-HASHES]",
    "ansi": "tests/test_a.py::test_x[\x1b[31mred\x1b[0m \x1b]0;title\x07]",
    "bidi": "tests/test_a.py::test_x[\u202egnp.exe\u2066]",
    "pipe": "tests/test_a.py::test_x[a|b`c``d]",
    "long": "tests/test_a.py::test_x[" + "0123456789" * 1_000 + "]",
}
"""Node ids that try to become something else than text."""


def render(decision: Decision, format: str) -> str:
    """Return one document of a decision, as it would be written."""
    _, files = documents_of(decision, (Wanted(format),), Path("out"), None)
    (content,) = files.values()
    return content.decode()


def _check(name: str, shown: str, limit_shown: str = "", verdict: Verdict = Verdict.PASS, **more: Any) -> Check:
    measured = (
        int(shown) if shown.isdigit() else Ratio(int(10 * float(shown[:-2])), 1000) if shown[-1:] == "%" else None
    )
    made: dict[str, Any] = {"measured": measured, "limit": None, "unit": "", "inspected": 59, "reason": ""} | more
    return Check(name=name, verdict=verdict, shown=shown, limit_shown=limit_shown, **made)


def _gate(id: str, title: str, *checks: Check, verdict: Verdict = Verdict.PASS, **more: Any) -> GateResult:
    made: dict[str, Any] = {
        "uses": id,
        "reason": "",
        "enforcement": "block",
        "effect": "",
        "owner": "",
        "remedy": "",
        "waiver": None,
        "summary": "; ".join(f"{each.name} {each.shown}" for each in checks),
    }
    return GateResult(
        gate=id, title=title, stage="test", environment="dev", verdict=verdict, checks=checks, **(made | more)
    )


def _results(failed: int) -> GateResult:
    where = ("tests/unit/test_weights.py::test_limit_belongs_to_its_band[2000-S]",)
    fell_short: dict[str, Any] = {"verdict": Verdict.FAIL, "reason": "limit-not-met", "where": where} if failed else {}
    more: dict[str, Any] = {
        "verdict": Verdict.FAIL,
        "reason": "limit-not-met",
        "effect": "NO_GO",
        "summary": f"failed {failed}, limit ≤ 0",
        "remedy": "Run the tests listed under 'where' and mend what they show.",
    }
    return _gate(
        "results",
        "The tests pass, and every collected test is accounted for",
        _check("failed", str(failed), "≤ 0", **fell_short),
        _check("errors", "0", "≤ 0"),
        _check("lost", "0", "≤ 0"),
        _check("passed", str(58 - failed), "≥ 1"),
        _check("exit-status", str(failed)),
        owner="rates-team",
        **(more if failed else {}),
    )


def _coverage(*, met: bool) -> GateResult:
    path = "src/parcel_rates/prices.py"
    title = "Enough of the code is run by the tests"
    line = _check("line", "94.8 %", "≥ 90 %", measured=Ratio(146, 154), inspected=154)
    branch = _check("branch", "86.1 %", "≥ 80 %", measured=Ratio(31, 36), inspected=36)
    if met:
        last = _check(path, "100 %", "≥ 95 %", inspected=34)
        return _gate("coverage", title, line, branch, last, owner="rates-team")
    last = _check(
        path,
        "79.4 %",
        "≥ 95 %",
        Verdict.FAIL,
        measured=Ratio(27, 34),
        limit=Limit("at_least", Ratio(19, 20)),
        reason="limit-not-met",
        inspected=34,
        unit="lines",
        where=(f"{path}:64-66", f"{path}:68", f"{path}:70-72"),
    )
    remedy = "Add a test for the rule that has none: every amount we charge or pay back needs one."
    return _gate(
        "coverage",
        title,
        line,
        branch,
        last,
        verdict=Verdict.FAIL,
        reason="limit-not-met",
        effect="NO_GO",
        owner="rates-team",
        summary=f"{path} 79.4 %, limit ≥ 95 %",
        remedy=remedy,
    )


def _others(*, warned: bool) -> tuple[GateResult, ...]:
    declared: dict[str, Any] = {"verdict": Verdict.NOT_APPLICABLE, "reason": "not-declared"}
    if warned:
        warnings = _gate(
            "warnings",
            "The run records few warnings",
            _check("warnings", "7", "≤ 5", Verdict.FAIL, reason="limit-not-met"),
            verdict=Verdict.FAIL,
            reason="limit-not-met",
            enforcement="warn",
            effect="CONDITIONAL",
            would="NO_GO",
            summary="warnings 7, limit ≤ 5",
            remedy="Mend what the warnings speak of, or filter what you have decided to bear.",
        )
    else:
        warnings = _gate("warnings", "The run records few warnings", _check("warnings", "2", "≤ 5"), enforcement="warn")
    return (
        _gate(
            "durations",
            "The tests are fast enough to be run often",
            _check("slowest", "640.2 ms", "≤ 2 s"),
            _check("total", "1.9 s", "≤ 1 min"),
        ),
        _gate(
            "flaky",
            "Few tests pass only when they are run again",
            _check("flaky", "0", **declared),
            enforcement="observe",
            summary="flaky 0",
            **declared,
        ),
        _gate(
            "quotes-and-rules-tested",
            "Quotes are tested, and so are the rules below them",
            _check("assert", "", text="every assert holds", inspected=74),
            summary="every assert holds",
        ),
        _gate(
            "skips",
            "Few tests are skipped, and each says why",
            _check("skipped", "1", "≤ 3"),
            _check("skipped-ratio", "1.7 %", "≤ 10 %"),
            _check("without-reason", "0", "≤ 0", inspected=1),
        ),
        warnings,
        _gate(
            "weight-bands-covered",
            "Every weight band is exercised",
            _check("line", "100 %", "≥ 95 %", inspected=31),
            _check("branch", "100 %", "≥ 90 %", inspected=6),
        ),
    )


_MESSAGE: Final = """\
grams = 2000, band = 'S'

    @pytest.mark.parametrize(("grams", "band"), LIMITS)
    def test_limit_belongs_to_its_band(grams: int, band: str) -> None:
>       assert band_of(grams) == band
E       AssertionError: assert 'M' == 'S'
E
E         - S
E         + M

tests/unit/test_weights.py:31: AssertionError"""

_SKIPPED: Final = TestRow(
    id="tests/integration/test_service.py::test_quote_over_tls",
    stage="test",
    outcome="skipped",
    reason="no certificate on this machine",
    message="",
    reruns=0,
    subtests=(),
)


def _file(path: str, lines: tuple[int, int], branches: tuple[int, int] = (0, 0)) -> CoveredFile:
    return CoveredFile(
        path=path,
        lines_covered=lines[0],
        lines_total=lines[1],
        branches_covered=branches[0],
        branches_total=branches[1],
    )


_FIGURES: Final = CoverageFigures(
    producer="coverage 7.13.0 (pytest-stagegate)",
    branches_measured=True,
    lines_covered=146,
    lines_total=154,
    branches_covered=31,
    branches_total=36,
    files=(
        _file("src/parcel_rates/quotes.py", (41, 41), (11, 12)),
        _file("src/parcel_rates/prices.py", (27, 34), (6, 10)),
        _file("src/parcel_rates/weights.py", (31, 31), (6, 6)),
        _file("src/parcel_rates/zones.py", (27, 28), (8, 8)),
        _file("src/parcel_rates/service/http.py", (16, 16)),
        _file("src/parcel_rates/service/__init__.py", (4, 4)),
    ),
    stages=(
        CoveredByStage(stage="code", lines_covered=131, branches_covered=28),
        CoveredByStage(stage="test", lines_covered=72, branches_covered=15),
    ),
)
_SLOW: Final = (640_190, 212_004, 98_313, 61_250, 44_871, 31_002, *range(19_420, 6_000, -1_000))
_DURATIONS: Final = DurationFigures(
    total=1_894_006,
    timed=58,
    distribution=tuple(
        TimeBand(below=below, tests=tests) for below, tests in zip((*BANDS, None), (31, 21, 4, 2, 0, 0, 0), strict=True)
    ),
    slowest=tuple(
        TimedTest(
            id=f"tests/integration/test_service.py::test_quote_over_http[{number}]",
            stage="test",
            environment="dev",
            microseconds=took,
        )
        for number, took in enumerate(_SLOW)
    ),
)


def _counts(**more: int) -> dict[str, int]:
    return dict.fromkeys(Counts.__struct_fields__, 0) | more


def _build(**more: Any) -> Decision:
    failed = more.pop("failed", 0)
    code = Cell(
        stage="code",
        environment="dev",
        **_counts(collected=38, executed=38, passed=38 - failed, failed=failed),
    )
    test = Cell(stage="test", environment="dev", **_counts(collected=21, executed=20, passed=20, skipped=1))
    left_out = Cell(stage="deploy", environment="dev", **_counts(collected=6, deselected=6))
    total = _counts(collected=65, executed=58, passed=58 - failed, failed=failed, skipped=1, deselected=6)
    made: dict[str, Any] = {
        "decision": Word.GO,
        "provisional": (),
        "incomplete": (),
        "blockers": (),
        "stage": "test",
        "environment": "dev",
        "as_of": AS_OF,
        "subject": Subject(
            name="parcel-rates", version="1.2.0", commit=COMMIT, commit_source="git", dirty=False, artifacts=()
        ),
        "gates": (_results(0), _coverage(met=True), *_others(warned=False)),
        "tests": Tests(**total, skipped_files=0, not_selected=6, untagged=0, subtests=4),
        "matrix": (code, test, left_out),
        "not_passed": (_SKIPPED,),
        "not_passed_omitted": 0,
        "collection_errors": (),
        "run": {
            "command": "pytest --stage-gate",
            "pytest": "9.0.1",
            "pytest-stagegate": "0.1.0",
            "python": "3.13.0",
            "coverage": "7.13.0, measured by pytest-stagegate",
            "selection": "stages plan to test; tests bound to another environment than dev are left out",
        },
        "evidence": (
            EvidenceItem(
                id="run",
                kind="tests",
                source="evidence.jsonl",
                sha256=hashlib.sha256(b"run").hexdigest(),
                producer="pytest 9.0.1",
                created=AS_OF,
                state="whole",
            ),
            EvidenceItem(
                id="coverage",
                kind="coverage",
                source="coverage.py",
                sha256=None,
                producer="coverage 7.13.0",
                created=AS_OF,
                state="whole",
            ),
        ),
        "waivers": (_waiver("skips", "dana", "rewritten in 3.0, see #411"),),
        "coverage": _FIGURES,
        "durations": _DURATIONS,
        "policy": PolicyReference(source="pyproject.toml", sha256=hashlib.sha256(b"policy").hexdigest()),
    }
    decision = Decision(**(made | more), schema=SCHEMA)
    return msgspec.structs.replace(decision, stages=stage_rows(DEFAULT_STAGES, decision))


def _waiver(gate: str, owner: str, reason: str, subject: str = "tests/legacy/**") -> WaiverRow:
    return WaiverRow(
        gate=gate,
        subject=subject,
        owner=owner,
        reason=reason,
        expires="2026-12-01",
        days_left=8,
        state="used",
    )


def _blocker(gate: GateResult) -> Blocker:
    return Blocker(
        effect=Word(gate.effect),
        reason=gate.reason,
        gate=gate.gate,
        text=gate.summary,
        remedy=gate.remedy,
        owner=gate.owner,
    )


def _artifact(name: str) -> Artifact:
    return Artifact(name=name, sha256=hashlib.sha256(name.encode()).hexdigest())


def _upstream(stage: str, word: Word = Word.GO, **more: Any) -> UpstreamRow:
    made: dict[str, Any] = {
        "environment": "dev",
        "provisional": False,
        "commit": COMMIT,
        "source": f"chain/{stage}-dev.json",
        "sha256": hashlib.sha256(stage.encode()).hexdigest(),
        "policy_sha256": hashlib.sha256(b"policy").hexdigest(),
        "state": "whole",
    }
    return UpstreamRow(stage=stage, decision=word, as_of=AS_OF, **(made | more))


def _sign_off(role: str, person: str, **more: Any) -> SignOffRow:
    made: dict[str, Any] = {
        "at": AS_OF,
        "answer": "approve",
        "comment": "",
        "authenticated": True,
        "state": "current",
        "reason": "",
        "why": "",
        "key": "SHA256:5uVUJzRH2hYtQ0y1DeVYw9dHPbSDh3iSgd1sHl6QmXo",
        "override": None,
        "source": f"sign-offs/{role}.json",
        "sha256": hashlib.sha256(role.encode()).hexdigest(),
        "signature_sha256": hashlib.sha256(person.encode()).hexdigest(),
    }
    return SignOffRow(role=role, person=person, **(made | more))


def _linked(id: str, outcome: str, **more: Any) -> LinkedTest:
    made: dict[str, Any] = {"stage": "code", "environment": "dev", "shard": None}
    return LinkedTest(id=id, outcome=outcome, **(made | more))


_REQUIREMENTS: Final = (
    RequirementRow(
        id="RATES-7 refund",
        outcome="partial",
        tests=(
            _linked("tests/unit/test_prices.py::test_refund_of_a_lost_parcel", "passed"),
            _linked("tests/integration/test_service.py::test_quote_over_tls", "skipped", stage="test"),
        ),
        tests_omitted=9,
    ),
    RequirementRow(
        id="RATES-12",
        outcome="failed",
        tests=(_linked("tests/unit/test_weights.py::test_limit_belongs_to_its_band[2000-S]", "failed", shard="3"),),
    ),
    RequirementRow(
        id="RATES-31", outcome="not-run", tests=(_linked("tests/smoke/test_tls.py::test_tls", "deselected"),)
    ),
    RequirementRow(id="RATES-4", outcome="passed", tests=(_linked("tests/unit/test_zones.py::test_zones", "passed"),)),
)


def _goal(id: str, title: str, outcome: str, *cells: GoalCell, **more: Any) -> GoalRow:
    made: dict[str, Any] = {"priority": "must", "milestone": "1.2", "owner": "dana", "status": ""}
    return GoalRow(id=id, title=title, outcome=outcome, cells=cells, **(made | more))


_GOALS: Final = (
    _goal(
        "RATES-12",
        "A parcel belongs to the band of its weight",
        "failed",
        GoalCell(stage="code", environment="dev", outcome="failed", tests=1),
        GoalCell(stage="test", environment="staging", outcome="passed", tests=3, manual=1),
    ),
    _goal("RATES-4", "Zones are known", "passed", GoalCell(stage="code", environment="dev", outcome="passed", tests=1)),
    _goal("RATES-40", "Islands have prices", "not-run", owner="", lacks=("owner",), priority="should"),
)
_MILESTONES: Final = (
    MilestoneRow(
        id="1.2",
        title="Prices for islands and the whole of the mainland beyond the sea",
        start="2026-11-02",
        due="2026-12-01",
        goals=3,
        done=1,
        forecast="2027-01-04",
        text="1 of 3 goals done, due 2026-12-01, at this pace done on 2027-01-04",
    ),
    MilestoneRow(id="later", title="", due=None, goals=0, done=0, text="no goal names it"),
)
_OVERRIDE: Final = Overriding(
    reason="The customs rule starts tomorrow; the rest follows in 1.2.1.", expires="2026-11-30"
)


def _rollback(text: str = "") -> RollbackRow:
    deployed = DeploymentRow(
        service=text or "rates",
        environment=text or "production",
        state="runs",
        at=text or AS_OF,
        version=text or "1.1.0",
        artifacts=(DeployedArtifact(name=text or "rates-1.1.0.whl", sha256=hashlib.sha256(b"rates").hexdigest()),),
        source=text or "deployments/1.1.0.json",
    )
    return RollbackRow(
        trigger=Written(text=text or "A wrong price, or quote-errors above 5 %."),
        command=Written(text=text or "deploy rates 1.1.0\ndeploy rates --wait"),
        previous=Written(text=text or "1.1.0"),
        data=Written(text=text, lack="" if text else "nothing is written"),
        ran_before=(deployed,),
    )


def _scan(source: str, **more: Any) -> ScanRow:
    made: dict[str, Any] = {
        "source": source,
        "producer": "trivy 0.70.0",
        "created": AS_OF,
        "statements": False,
        "packages": 41,
        "skipped": 0,
        "found": Severities(),
        "set_apart": 0,
    }
    return ScanRow(**(made | more))


def release() -> Decision:
    """Return a CONDITIONAL release that was a NO GO until somebody went over it."""
    gates = (_results(1), _coverage(met=True), *_others(warned=True))
    manager = _sign_off("release-manager", "dana@example.org", override=_OVERRIDE, comment="Support has been told.")
    said = (
        _sign_off("operations", "kim@example.org", comment="The runbook was rehearsed on Friday."),
        _sign_off(
            "product",
            "Robin Achterberg",
            authenticated=False,
            reason="unsigned",
            why="No signature beside it.",
            key="",
            signature_sha256=None,
        ),
        manager,
        _sign_off(
            "security",
            "sam@example.org",
            answer="reject",
            state="stale",
            reason="other-decision",
            why="It is of another decision: commit 1e05a2c9, now 8f3b1f0c.",
        ),
    )
    told = "NO GO, overridden by dana@example.org as release-manager until 2026-11-30"
    blockers = [_blocker(gate) for gate in gates if gate.effect]
    blockers[0] = msgspec.structs.replace(blockers[0], effect=Word.CONDITIONAL, text=f"{blockers[0].text} ({told})")
    later = "The decision is of commit 1e05a2c9d3b7, and this one of 8f3b1f0c6a92."
    decided = _build(
        decision=Word.CONDITIONAL,
        stage="release",
        environment="production",
        gates=gates,
        blockers=tuple(blockers),
        subject=msgspec.structs.replace(
            _build().subject,
            artifacts=(_artifact("parcel_rates-1.2.0-py3-none-any.whl"), _artifact("parcel_rates-1.2.0.tar.gz")),
        ),
        basis=hashlib.sha256(b"basis").hexdigest(),
        requirements=_REQUIREMENTS,
        goals=_GOALS,
        milestones=_MILESTONES,
        progress=progress_rows(_GOALS, _MILESTONES, _REQUIREMENTS),
        sign_offs=said,
        override=OverrideUse(
            person=manager.person,
            role=manager.role,
            reason=_OVERRIDE.reason,
            expires=_OVERRIDE.expires,
            key=manager.key,
        ),
        expected=(
            ExpectedRow(stage="test", environment="dev", shard=None, executed=20),
            ExpectedRow(stage="test", environment="staging", shard="linux", executed=0),
        ),
        rollback=_rollback(),
        drills=(DrillRow(drill="rollback", passed=AS_OF, failed=None, what="Kim", days=0, source="drills.json"),),
        rollout=(
            RingRow(ring="one depot", audience="the counter in Kiel", percent="5 %", environment="production", soak=0),
        ),
        supply=Supply(
            sboms=(
                SbomRow(
                    source="dist/sbom.json", producer="syft 1.38.0", created=AS_OF, components=41, of=("rates 1.2.0",)
                ),
            ),
            scans=(
                _scan("dist/audit.json", found=Severities(high=1, low=2), set_apart=1),
                _scan("vex.json", statements=True, packages=None, producer="", created=None),
            ),
        ),
        upstream=(
            _upstream("code"),
            _upstream("test", Word.CONDITIONAL),
            _upstream("deploy", provisional=True, environment="staging", state="foreign", text=later, commit=None),
        ),
    )
    return decided


def go() -> Decision:
    """Return a GO without a shadow."""
    return _build()


def bare() -> Decision:
    """Return a GO with nothing to list: no test that did not plainly pass."""
    return _build(not_passed=(), coverage=None, durations=None)


def provisional_go() -> Decision:
    """Return a GO that nobody may build on yet."""
    notes = (
        Note(reason="dirty-tree", text="The work tree has changes that are in no commit."),
        Note(reason="narrowed", text="The run was narrowed by hand: -k weights tests/unit."),
    )
    subject = msgspec.structs.replace(_build().subject, dirty=True)
    return _build(provisional=notes, subject=subject)


def conditional() -> Decision:
    """Return a CONDITIONAL: one gate that only warns fell short."""
    gates = (_results(0), _coverage(met=True), *_others(warned=True))
    blockers = tuple(_blocker(gate) for gate in gates if gate.effect)
    drift = Drift(gate="coverage", option='paths "src/**"', before="95 %", now="90 %", since="v1.2.0")
    decided = _build(decision=Word.CONDITIONAL, gates=gates, blockers=blockers)
    return msgspec.structs.replace(decided, drift=(drift,))


def no_go(**more: Any) -> Decision:
    """Return a NO GO: a failed test, refunds without a test, and a warning."""
    gates = (_results(1), _coverage(met=False), *_others(warned=True))
    row = TestRow(
        id="tests/unit/test_weights.py::test_limit_belongs_to_its_band[2000-S]",
        stage="code",
        outcome="failed",
        reason="AssertionError: assert 'M' == 'S'",
        message=_MESSAGE,
        reruns=0,
        subtests=("grams=2000 (failed): 'M' is not 'S'",),
    )
    return _build(
        decision=Word.NO_GO,
        gates=gates,
        blockers=tuple(_blocker(gate) for gate in gates if gate.effect),
        failed=1,
        **({"not_passed": (row, _SKIPPED)} | more),
    )


def after_releases() -> Decision:
    """Return the NO GO after two releases that were GO, with what changed since and the lines of what was measured."""
    standing = {
        Standing.PASSED: [f"tests/unit/test_zones.py::test_zone[{number}]" for number in range(57)],
        Standing.SKIPPED: ["tests/integration/test_service.py::test_quote_over_tls"],
        Standing.FLAKY: ["tests/integration/test_service.py::test_quote_is_cached"],
    }
    before = Roll({test: each for each, tests in standing.items() for test in tests}, frozenset({Standing.ABSENT}))
    gone = {test: each for test, each in before.known.items() if not test.endswith(("[3]", "[4]", "_cached"))}
    row = no_go().not_passed[0]
    new = {row.id: Standing.FAILED, "tests/unit/test_zones.py::test_new": Standing.PASSED}
    now = Roll({**gone, **new}, before.unlisted)
    first, second = (
        msgspec.structs.replace(
            go(),
            as_of=f"2026-{month}-02T10:00:00Z",
            subject=msgspec.structs.replace(go().subject, version=version),
            tests=msgspec.structs.replace(go().tests, flaky=1),
        )
        for month, version in (("09", "1.0.0"), ("10", "1.1.0"))
    )
    second = msgspec.structs.replace(second, trend=trend(first, second, (before, before)))
    row = Since(
        source="last-release/decision.json",
        state="whole",
        sha256="2" * 64,
        version="1.1.0",
        commit=COMMIT,
        as_of=second.as_of,
        decision=second.decision.value,
    )
    return told(row, Opened(second, before), Opened(no_go(), now))


def hold() -> Decision:
    """Return a HOLD: a worker went down, a module could not be collected, coverage is missing."""
    text = "nobody measured coverage in this run"
    missing = _gate(
        "coverage",
        "Enough of the code is run by the tests",
        no_evidence("coverage", "not-measured", text),
        verdict=Verdict.NO_EVIDENCE,
        reason="not-measured",
        effect="HOLD",
        owner="rates-team",
        summary=text,
        remedy='Name what to measure: source = ["src"] in [tool.coverage.run].',
    )
    incomplete = (
        Note(reason="worker-lost", text="Worker gw1 went down: killed by signal 9."),
        Note(reason="collection-error", text="1 module could not be collected: tests/unit/test_zones.py."),
    )
    gates = (_results(0), missing, *_others(warned=False))
    blockers = (
        _blocker(missing),
        *(Blocker(effect=Word.HOLD, reason=note.reason, gate=None, text=note.text) for note in incomplete),
    )
    message = "tests/unit/test_zones.py:3: in <module>\n    from parcel_rates.zones import Zon\nE   ImportError: Zon"
    return _build(
        decision=Word.HOLD,
        environment=None,
        incomplete=incomplete,
        gates=gates,
        blockers=blockers,
        collection_errors=(CollectionError(path="tests/unit/test_zones.py", message=message),),
        since=Since(
            source="last-release",
            state="missing",
            text="last-release: there is no such file or folder",
            remedy="Download the decision of the last release to this place first; before the first one there is none.",
        ),
        coverage=None,
    )


def hostile() -> Decision:
    """Return a NO GO in which every field that a user fills tries to become something else than text."""
    bad = " ".join(text for name, text in HOSTILE.items() if name != "long")
    gates = (
        _gate(
            bad,
            bad,
            _check(bad, bad, bad, Verdict.FAIL, reason="limit-not-met", text=bad, where=tuple(HOSTILE.values())),
            verdict=Verdict.FAIL,
            reason="limit-not-met",
            effect="NO_GO",
            owner=bad,
            summary=bad,
            remedy=bad,
        ),
    )
    key = {"key": bad, "source": bad, "sha256": bad}
    override = Overriding(reason=bad, expires="2026-12-01")
    said = _sign_off(
        bad, bad, comment=bad, state="no-effect", reason="override-refused", why=bad, override=override, **key
    )
    linked = tuple(_linked(id, "failed", environment=bad, shard=bad) for id in HOSTILE.values())
    rows = tuple(
        TestRow(id=id, stage="test", outcome="failed", reason=id, message=f"{id}\n{id}", reruns=2, subtests=(id,))
        for id in HOSTILE.values()
    )
    goal = _goal(
        bad,
        bad,
        "failed",
        GoalCell(stage=bad, environment=bad, outcome="failed", tests=1),
        owner=bad,
        status=bad,
        milestone=bad,
        source=bad,
    )
    milestone = MilestoneRow(id=bad, title=bad, due="2026-12-01", goals=1, done=0, text=bad)
    item = EvidenceItem(id=bad, kind=bad, source=bad, sha256=None, producer=bad, created=AS_OF, state="whole")
    return _build(
        decision=Word.NO_GO,
        provisional=(Note(reason="narrowed", text=bad),),
        subject=Subject(name=bad, version=bad, commit=bad, commit_source=bad, dirty=None, artifacts=(_artifact(bad),)),
        gates=gates,
        blockers=tuple(_blocker(gate) for gate in gates),
        not_passed=rows,
        not_passed_omitted=3,
        collection_errors=(CollectionError(path=bad, message=bad),),
        run={bad: bad},
        evidence=(item,),
        waivers=(_waiver(bad, bad, bad, subject=bad),),
        requirements=(
            RequirementRow(id=bad, outcome="failed", tests=linked[:5]),
            RequirementRow(id=bad[::-1], outcome="passed", tests=linked[5:]),
        ),
        goals=(goal,),
        milestones=(milestone,),
        progress=progress_rows([goal], [milestone], []),
        coverage=msgspec.structs.replace(
            _FIGURES,
            producer=bad,
            files=tuple(_file(f"{text}/{text}", (3, 4), (1, 2)) for text in HOSTILE.values()),
            stages=(CoveredByStage(stage=bad, lines_covered=3, branches_covered=1),),
        ),
        durations=msgspec.structs.replace(
            _DURATIONS,
            slowest=tuple(TimedTest(id=id, stage=bad, environment=bad, microseconds=9_000) for id in HOSTILE.values()),
        ),
        sign_offs=(said, *(_sign_off(text, text, comment=text) for text in HOSTILE.values())),
        override=OverrideUse(person=bad, role=bad, reason=bad, expires="2026-12-01", key=bad),
        upstream=(_upstream(bad, environment=bad, commit=bad, text=bad, state="foreign", source=bad),),
        since=since_with(bad),
        trend=trend_with(bad),
        policy=PolicyReference(source=bad, sha256=hashlib.sha256(b"policy").hexdigest()),
        rollback=_rollback(bad),
        supply=Supply(
            sboms=(SbomRow(source=bad, producer=bad, created=bad, components=1, of=(bad,)),),
            statements=(StatementRow(source=bad, predicate_type=bad, builder=bad, repository=bad, of=(bad,)),),
            scans=(_scan(bad, producer=bad, created=bad),),
        ),
        rollout=(RingRow(ring=bad, audience=bad, percent=bad, environment=bad, soak=0, enter=(bad,), exit=(bad,)),),
        expected=(ExpectedRow(stage=bad, environment=bad, shard=bad, executed=0),),
    )


def many() -> Decision:
    """Return a NO GO with as many rows as a decision may hold, each with the longest message it may have."""
    line = "E       assert quote.total == Decimal('12.49')  # it is Decimal('14.99')\n"
    message = (line * 80)[:4_096]
    rows = tuple(
        TestRow(
            id=f"tests/unit/test_quotes.py::test_quote_of_a_parcel[{number}]",
            stage="code",
            outcome="failed",
            reason="AssertionError: assert Decimal('14.99') == Decimal('12.49')",
            message=message,
            reruns=0,
            subtests=(),
        )
        for number in range(500)
    )
    folder = "/".join(["src", *(f"a_package_of_parcels_{number}" for number in range(8))])
    coverage = msgspec.structs.replace(
        _FIGURES,
        files=tuple(_file(f"{folder}/{number % 20}/module_{number}.py", (400, 500), (10, 20)) for number in range(500)),
        further=FurtherFiles(files=4_500, lines_covered=900, lines_total=1_000),
    )
    return msgspec.structs.replace(no_go(), not_passed=rows, not_passed_omitted=99_500, coverage=coverage)
