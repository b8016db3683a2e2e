from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pytest_stagegate.policy.drifting import drift_since
from pytest_stagegate.policy.loading import load
from pytest_stagegate.project import load_project
from tests.unit.fakes import project_at

DAY = dt.date(2026, 6, 1)


def drift(root: Path, before: str, now: str, **files: str) -> list[str]:
    content = load(project_at(root, policy=before)).content
    project = load_project(project_at(root, policy=now, **files))
    found = drift_since(content, project.policy, project.bound, project.registry.gates, DAY)
    return [f"{each.gate} {each.option}: {each.before} → {each.now}" for each in found]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ('[gate.coverage]\nline = "90 %"', '[gate.coverage]\nline = "85 %"', ["coverage line: 90 % → 85 %"]),
        (
            "[gate.coverage]\nline = '90 %'\npaths = { 'src/**' = '99 %' }",
            "[gate.coverage]\nline = '90 %'",
            ['coverage paths "src/**": 99 % → no limit'],
        ),
        ("[gate.skips]\nmax_skipped = 1", "[gate.skips]\nmax_skipped = 2", ["skips max_skipped: 1 → 2"]),
        (
            "[gate.durations]\nmax_test = '500 ms'",
            "[gate.durations]\nmax_test = '2 s'",
            ["durations max_test: 500 ms → 2 s"],
        ),
        (
            "[gate.skips]\nmax_skipped = 1\nrequire_reason = true",
            "[gate.skips]\nmax_skipped = 1",
            ["skips require_reason: with true → without"],
        ),
        (
            "[gate.flaky]\nmax_flaky = 1",
            "",
            ["flaky enforcement: block → observe", "flaky max_flaky: 1 → no limit"],
        ),
        ("", "[gate.results]\nmax_failed = 2", ["results max_failed: 0 → 2"]),
        (
            "[gate.coverage-ratchet]",
            "[gate.coverage-ratchet]\ntolerance = '10 %'",
            ["coverage-ratchet tolerance: 0 % → 10 %"],
        ),
        ("[gate.changed-lines]", "[gate.changed-lines]\nmin_lines = 50", ["changed-lines min_lines: 20 → 50"]),
        ("[gate.changed-lines]", "[gate.changed-lines]\nmin_lines = 5", []),
        (
            "[gate.changed-lines]\ncritical = ['src/pay/**']",
            "[gate.changed-lines]",
            ["changed-lines critical: with src/pay/** → without"],
        ),
        (
            "[gate.durations]\nmax_growth = '10 %'\nper_stage = { test = '1 s' }",
            "[gate.durations]\nmax_growth = '100 %'\nper_stage = { test = '2 s' }\nmin_duration = '500 ms'",
            ["durations max_growth: 10 % → 100 %", 'durations per_stage "test": 1 s → 2 s'],
        ),
        (
            "[gate.metrics]\nat_most = { p95 = 250 }",
            "[gate.metrics]\nat_most = { p95 = 300.5 }",
            ['metrics at_most "p95": 250 → 300.5'],
        ),
        (
            "[gate.findings]\npaths = { 'src/**' = 0 }\ntools = ['ruff']",
            "[gate.findings]\npaths = { 'src/**' = 9 }",
            ['findings paths "src/**": 0 → 9', "findings tools: with ruff → without"],
        ),
        (
            "[gate.executed]\nper_stage = { test = 100 }",
            "[gate.executed]\nper_stage = { test = 1 }",
            ['executed per_stage "test": 100 → 1'],
        ),
        (
            "[gate.warnings]\ncategories = { UserWarning = 0 }",
            "[gate.warnings]\ncategories = { UserWarning = 1 }",
            ['warnings categories "UserWarning": 0 → 1'],
        ),
        (
            "[gate.slow]\nuses = 'durations'\nmax_test = '1 s'",
            "",
            ["slow : declared → gone"],
        ),
        (
            "[gate.slow]\nuses = 'durations'\nmax_test = '1 s'",
            "[gate.slow]\nuses = 'skips'\nmax_skipped = 1",
            ["slow uses: durations → skips"],
        ),
        (
            "[gate.slow]\nuses = 'durations'\nmax_test = '1 s'\nstage = ['test', 'deploy']",
            "[gate.slow]\nuses = 'durations'\nmax_test = '1 s'\nstage = 'test'",
            ["slow stage: judged at deploy → not judged there"],
        ),
        (
            "[gate.results]\non_missing = 'hold'\nmax_age = '1 h'",
            "[gate.results]\non_missing = 'warn'\nmax_age = '2 h'",
            ["results max_age: 1 h → 2 h", "results on_missing: hold → warn"],
        ),
    ],
)
def test_what_is_demanded_less_of_is_drift(tmp_path: Path, before: str, now: str, told: list[str]) -> None:
    assert drift(tmp_path, before, now) == told
    assert drift(tmp_path, now, now) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ('[gate.coverage]\nline = "85 %"', '[gate.coverage]\nline = "90 %"\nbranch = "1 %"'),
        ("[gate.skips]\nmax_skipped = 2", "[gate.skips]\nmax_skipped = 1\nrequire_reason = true"),
        ("", "[gate.flaky]\nmax_flaky = 9"),
        ("[gate.slow]\nuses = 'durations'\nmax_test = '2 s'\nenforcement = 'warn'", "[gate.slow]\nuses = 'durations'"),
    ],
)
def test_what_is_demanded_more_of_is_none(tmp_path: Path, before: str, now: str) -> None:
    more = now if "max_test" in now or "slow" not in now else f"{now}\nmax_test = '1 s'"
    assert drift(tmp_path, before, more) == []


LEVELS = ['"block"', "{ block_from = 2026-07-01 }", "{ block_from = 2026-08-01 }", '"warn"', '"observe"']


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("now", range(5))
def test_a_looser_enforcement_is_drift(tmp_path: Path, before: int, now: int) -> None:
    texts = [f"[gate.flaky]\nmax_flaky = 0\nenforcement = {LEVELS[each]}" for each in (before, now)]
    assert bool(drift(tmp_path, *texts)) == (now > before)


def test_a_day_that_is_past_is_as_good_as_block(tmp_path: Path) -> None:
    texts = [
        f"[gate.flaky]\nmax_flaky = 0\nenforcement = {each}" for each in (LEVELS[0], "{ block_from = 2026-01-01 }")
    ]
    assert drift(tmp_path, *texts) == []


def test_a_table_for_other_stages_leaves_the_defaults_of_the_others(tmp_path: Path) -> None:
    assert drift(tmp_path, "", "[gate.results]\nstage = 'deploy'\nmax_failed = 1") == ["results max_failed: 0 → 1"]


def test_a_gate_that_nobody_knows_any_more_is_gone(tmp_path: Path) -> None:
    assert drift(tmp_path, "[gate.own-thing]\nline = '5 %'", "") == ["own-thing : declared → gone"]


def test_what_a_pack_demanded_counts(tmp_path: Path) -> None:
    now = "extends = 'library'\n[gate.skips]\nmax_skipped_ratio = '50 %'"
    assert drift(tmp_path, "extends = 'library'", now) == ["skips max_skipped_ratio: 10 % → 50 %"]


OWN = """
from pytest_stagegate import GateOptions, TestResults, gate

class Options(GateOptions, frozen=True):
    exclude: list[str] = []
    require_owners: list[str] = []

@gate(options=Options)
def own(tests: TestResults, options: Options):
    assert tests.passed
"""


def test_more_that_is_left_out_and_less_that_is_required_is_drift(tmp_path: Path) -> None:
    before = "[gate.own]\nexclude = ['a']\nrequire_owners = ['x', 'y']"
    now = "[gate.own]\nexclude = ['a', 'b']\nrequire_owners = ['y', 'z']"
    assert drift(tmp_path, before, now, gates__own=OWN) == [
        "own exclude: without → with b",
        "own require_owners: with x → without",
    ]
    assert drift(tmp_path, now.replace("'z'", "'x'"), before, gates__own=OWN) == []


EU = 'environments = ["eu"]\n[environment.eu]\n'


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (f"{EU}protected = true", 'environments = ["eu"]', ["environment eu : declared → gone"]),
        (f"{EU}protected = true", EU, ["environment eu protected: true → false"]),
        (f"{EU}stages = ['deploy']", EU, ["environment eu stages: deploy → every stage"]),
        (
            f"{EU}stages = ['deploy']",
            f"{EU}stages = ['test', 'deploy']",
            ["environment eu stages: deploy → test, deploy"],
        ),
        (f"{EU}run_by = ['dana']", EU, ["environment eu run_by: dana → everybody"]),
        (f"{EU}require = {{ CI = 'true' }}", EU, ['environment eu require CI: CI is "true" → anything']),
        (
            f"{EU}require = {{ CI = 'true' }}",
            f"{EU}require = {{ CI = true }}",
            ['environment eu require CI: CI is "true" → CI is set'],
        ),
        (f"{EU}probe = {{ tcp = 'a:1' }}", EU, ["environment eu probe: asked → not asked"]),
        (f"{EU}data = [{{ name = 'a', path = 'a' }}]", EU, ["environment eu data a: asked → not asked"]),
        (
            f"{EU}data = [{{ name = 'a', path = 'a', min_files = 2 }}]",
            f"{EU}data = [{{ name = 'a', path = 'a' }}]",
            ["environment eu data a: min_files 2 → min_files 1"],
        ),
        (EU, f"{EU}protected = true\nstages = ['deploy']\nprobe = {{ tcp = 'a:1' }}", []),
        (f"{EU}probe = {{ tcp = 'a:1' }}", f"{EU}probe = {{ tcp = 'b:1' }}", []),
    ],
)
def test_what_is_demanded_less_of_an_environment_is_told(
    tmp_path: Path, before: str, now: str, told: list[str]
) -> None:
    assert drift(tmp_path, before, now) == told


RING = """environments = ["eu"]
[[ring]]
name = "one"
percent = "1 %"
enter = ["results", "flaky"]
exit = ["results"]
soak = "24 h"
"""
ALL = '[[ring]]\nname = "all"\n'
FEATURE = """environments = ["eu", "us"]
[[feature]]
name = "checkout"
gates = ["results", "flaky"]
reveal = ["us", "eu/one"]
"""


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (RING, ALL, ["ring one : declared → gone"]),
        (
            RING + ALL,
            f'environments = ["eu"]\n{ALL}{RING.partition(chr(10))[2]}',
            ["ring all order: behind one → not behind"],
        ),
        (RING, RING.replace("24 h", "90 min"), ["ring one soak: 24 h → 1.5 h"]),
        (RING, RING.replace('"1 %"', '"5 %"'), ["ring one percent: 1 % → 5 %"]),
        (RING, RING.replace('percent = "1 %"', ""), ["ring one percent: 1 % → not said"]),
        (RING.replace('"1 %"', '"much"'), RING, []),
        (RING, RING.replace(', "flaky"', ""), ["ring one enter: with flaky → without"]),
        (RING, RING.replace('exit = ["results"]', ""), ["ring one exit: with results → without"]),
        (RING, RING.replace("24 h", "48 h").replace('"1 %"', '"0.5 %"') + ALL, []),
        (FEATURE, 'environments = ["eu", "us"]', ["feature checkout : declared → gone"]),
        (FEATURE, FEATURE.replace(', "flaky"', ""), ["feature checkout gates: with flaky → without"]),
        (FEATURE, FEATURE.replace("eu/one", "eu"), ["feature checkout reveal: us, eu/one → us, eu"]),
        (FEATURE, FEATURE.partition("reveal")[0], ["feature checkout reveal: us, eu/one → everywhere"]),
        (FEATURE, FEATURE.replace('"us", ', '"us/one", '), []),
        (FEATURE, f'{FEATURE}[features]\nothers = ["*"]', ["features others: without → with *"]),
        ("", f'{FEATURE}[features]\nothers = ["*"]', []),
    ],
)
def test_what_is_demanded_less_of_rings_and_features_is_told(
    tmp_path: Path, before: str, now: str, told: list[str]
) -> None:
    assert drift(tmp_path, before, now) == told


SERVER = '[prometheus]\nurl = "http://127.0.0.1:9090"\n'
SLO = f"""{SERVER}[[slo]]
name = "checkout"
objective = "99.9 %"
window = "30 d"
good = "g[{{window}}]"
total = "t[{{window}}]"
burn = ["1 h"]
"""


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (SLO, SERVER, ["slo checkout : declared → gone"]),
        (SLO, SLO.replace("99.9", "99"), ["slo checkout objective: 99.9 % → 99 %"]),
        (SLO, SLO.replace('["1 h"]', '["6 h"]'), ["slo checkout burn 1 h: measured → not measured"]),
        (SLO, SLO.replace("99.9", "99.99"), []),
        (f'{SERVER}[slos]\nfiles = ["a.yaml"]', SERVER, ["slo files : a.yaml → gone"]),
        ("[gate.telemetry]\nexpect = { up = [] }", "[gate.telemetry]", ["telemetry expect: with up → without"]),
    ],
)
def test_what_is_promised_less_of_the_service_is_told(tmp_path: Path, before: str, now: str, told: list[str]) -> None:
    assert drift(tmp_path, before, now) == told
