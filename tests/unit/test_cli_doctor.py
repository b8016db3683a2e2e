from __future__ import annotations

from pathlib import Path

import pytest

from pytest_stagegate.cli import main
from pytest_stagegate.evidence import lines
from pytest_stagegate.model.decision import Note
from pytest_stagegate.policy.loading import load
from tests.unit.fakes import collected, end, passed, project_at, record_at, run_line

RECORD = Path(".stagegate/evidence.jsonl")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def doctor(capsys: pytest.CaptureFixture[str], policy: str | None = None, status: int = 0, **files: str) -> list[str]:
    if policy is not None:
        files["policy"] = policy
    project_at(Path(), **files)
    with pytest.raises(SystemExit) as caught:
        main(["doctor"])
    told = capsys.readouterr()
    assert caught.value.code == status, told
    return [line for line in (told.err if status == 2 else told.out).splitlines() if "remedy:" not in line]


def recorded(*tags: tuple[str, tuple[str, ...], bool], **header: object) -> None:
    """Write the record of two tests for each tag."""
    ids = tuple(f"t.py::test_{number}" for number in range(2 * len(tags)))
    items = lines.Items(first=0, ids=ids, tags=tuple(number // 2 for number in range(len(ids))))
    shape = load(Path()).shape_sha256
    run = run_line(**{"shape_sha256": shape, **header})
    record_at(RECORD, run, lines.Tags(tags=tags), items, passed(*range(len(ids))), end())


def test_without_a_policy_it_says_what_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    told = doctor(capsys)
    assert told[0] == "There is no policy. This is judged by default:"
    assert told[1] == "  results: block, max_failed ≤ 0, max_errors ≤ 0, min_passed ≥ 1"
    assert told[-1] == "✔ nothing found"


def test_a_sound_policy_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    policy = '[gate.coverage]\nline = "80 %"\nsource = ["src"]'
    project_at(Path(), policy=policy)
    recorded(("test", (), True))
    assert doctor(capsys) == ["✔ nothing found"]


@pytest.mark.parametrize("pack", ["library", "web-service", "regulated"])
def test_the_packs_are_sound(capsys: pytest.CaptureFixture[str], pack: str) -> None:
    assert doctor(capsys, f'extends = "{pack}"') == ["✔ nothing found"]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[gate.skips]\nmax_skipped_ratio = "100 %"', "max_skipped_ratio ≤ 100 %"),
        ('[gate.coverage]\nline = "0 %"', "line ≥ 0 %"),
        ("[gate.coverage]\npaths = { 'src/**' = '0 %' }", 'paths "src/**" ≥ 0 %'),
    ],
)
def test_a_gate_that_can_t_fail_is_a_defect(capsys: pytest.CaptureFixture[str], table: str, key: str) -> None:
    name = table.split("]")[0].removeprefix("[gate.")
    assert doctor(capsys, table, status=20) == [
        f"✘ stagegate.toml:2: {key} is met by anything, so the gate {name!r} can't fail",
        "✘ 1 defect",
    ]


@pytest.mark.parametrize(
    ("table", "line"),
    [("[gate.results]\nmin_passed = 0", 2), ("[gate.coverage]\nbranch = '9 %'\nline = '0 %'", 3)],
)
def test_a_limit_without_meaning_beside_others_is_advice(
    capsys: pytest.CaptureFixture[str], table: str, line: int
) -> None:
    told = doctor(capsys, table)
    assert told[0].startswith(f"! stagegate.toml:{line}: ")
    assert "so it asks nothing of" in told[0]


def test_a_policy_in_which_nothing_blocks_is_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    told = doctor(capsys, "[gate.results]\nenforcement = 'warn'", status=20)
    assert told[0].startswith("✘ stagegate.toml: no gate blocks")


def test_a_looser_table_for_one_stage_leaves_others_that_block(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(capsys, "[gate.results]\nstage = 'deploy'\nenforcement = 'warn'") == ["✔ nothing found"]


def test_a_day_that_is_past_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    told = doctor(capsys, "[gate.flaky]\nmax_flaky = 0\nenforcement = { block_from = 2020-01-01 }")
    assert told[0] == "! stagegate.toml:3: block_from = 2020-01-01 of 'flaky' is past; the gate blocks"


def test_a_rule_without_a_file_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    told = doctor(capsys, "[[evidence]]\npath = 'gone.xml'\n[[evidence]]\npath = 'stagegate.toml'")
    assert told == [
        "! stagegate.toml:2: the evidence rule for 'gone.xml' matches no file that is there now",
        "! 1 piece of advice",
    ]


def test_a_file_of_gates_without_one_is_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    told = doctor(capsys, status=20, gates__nothing="def looks_like_one(): pass", gates___help="x = 1")
    assert told[-2:] == ["✘ gates/nothing.py: the file holds no gate, so nothing in it is judged", "✘ 1 defect"]


def test_a_file_of_gates_with_a_hook_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    hook = "from pytest_stagegate import hookimpl\n@hookimpl\ndef stagegate_gates():\n    return []"
    assert doctor(capsys, gates__hook=hook)[-1] == "✔ nothing found"


def test_mistakes_are_told_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    told = doctor(capsys, "untaged = 'error'\n[gate.covrage]\nline = '9 %'", status=2)
    assert told[0] == "stagegate: 2 mistakes in the policy"
    assert "did you mean 'untagged'?" in told[1]
    assert "did you mean 'coverage'?" in told[2]


TESTS = """\
environments = ["eu", "us"]
[gate.smoke-time]
uses = "durations"
stage = "deploy"
max_test = "2 s"
[gate.unit]
uses = "coverage"
by_stage = "code"
line = "50 %"
[[expect]]
stage = "test"
[[expect]]
stage = "monitor"
environment = ["eu"]
shards = ["a", "b"]
"""


def test_what_no_test_of_the_last_run_fits_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy=TESTS)
    recorded(("test", (), True), ("monitor", ("us",), True))
    assert doctor(capsys) == [
        "! stagegate.toml:4: 'smoke-time' is judged at 'deploy', and the last run has no test that is judged there",
        "! stagegate.toml:8: by_stage of 'unit': no test of the last run has the stage 'code'",
        "! stagegate.toml:12: evidence of monitor × eu is expected, and no test of the last run belongs there",
        "! 3 pieces of advice",
    ]


def test_where_tests_are_there_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy=TESTS)
    recorded(("test", (), True), ("monitor", ("eu",), True), ("code", (), True), ("deploy", (), True))
    assert doctor(capsys) == ["✔ nothing found"]


def test_a_stage_with_tests_that_no_gate_judges_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    project_at(Path(), policy="[gate.results]\nenforcement = 'observe'\n[gate.coverage]\nline = '50 %'")
    recorded(("test", (), True), ("deploy", (), True))
    assert doctor(capsys)[0] == (
        "! stagegate.toml: 2 tests are tagged 'deploy', and no gate blocks or warns at that stage"
    )


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ({"shape_sha256": "0" * 64}, "the last run had other stages"),
        ({"shard": "a"}, "the last run was only a part of the suite"),
        ({"provisional": (Note(reason="narrowed", text="-k"),)}, "the last run was only a part of the suite"),
    ],
)
def test_a_run_that_says_little_is_not_asked(
    capsys: pytest.CaptureFixture[str], header: dict[str, object], told: str
) -> None:
    project_at(Path(), policy=TESTS)
    recorded(("test", (), True), **header)
    found = doctor(capsys)
    assert found[0].startswith(f"! .stagegate/evidence.jsonl: {told}")
    assert found[1:] == ["! 1 piece of advice"]


def test_a_record_that_can_t_be_read_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    record_at(RECORD, *collected(1))
    assert "the last record can't be read" in doctor(capsys, "")[0]


@pytest.mark.parametrize(
    ("expires", "told"),
    [
        ("2026-01-01", "the waiver of dana for results expired on 2026-01-01 and covers nothing"),
        ("2999-01-01", "the waiver of dana for results reaches until 2999-01-01, further than the policy allows"),
    ],
)
def test_a_waiver_that_covers_nothing_is_told(capsys: pytest.CaptureFixture[str], expires: str, told: str) -> None:
    waiver = f'[[waiver]]\ngate = "results"\nreason = "r"\nowner = "dana"\nexpires = {expires}\n'
    assert told in " ".join(doctor(capsys, f"[waivers]\nmax_days = 90\n{waiver}"))


@pytest.mark.parametrize("table", ["[gate.coverage-ratchet]\ntolerance = '0 %'", "[gate.changed-lines]\nmin_lines = 0"])
def test_no_leeway_at_all_is_no_defect(capsys: pytest.CaptureFixture[str], table: str) -> None:
    assert doctor(capsys, table) == ["✔ nothing found"]


def test_a_probe_that_no_gate_judges_is_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    policy = 'environments = ["eu"]\n[environment.eu]\nprobe = { tcp = "a:1" }'
    (told, _) = doctor(capsys, policy)
    assert told == "! stagegate.toml:2: eu is asked whether it is ready, and no gate judges the answer"
    assert doctor(capsys, f"{policy}\n[gate.environment]") == ["✔ nothing found"]


def test_a_gate_on_environments_of_which_nothing_is_declared_is_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    (told, _) = doctor(capsys, 'environments = ["eu"]\n[gate.environment]')
    assert "nothing is declared of any environment" in told
