from __future__ import annotations

import itertools
import json
from pathlib import Path

import coverage
import pytest
from coverage.exceptions import NoDataError

from pytest_stagegate.model.extent import Extent, Scope

PATHS = ["a.py", "src/a.py", "src/gen/a.py", "src/gen/deep/b.py", "src/a_pb2.py", "gen/a.py", "src/generic/a.py"]
PATTERNS = [
    "a.py",
    "*_pb2.py",
    "src/gen/*",
    "src/gen/**",
    "src/*/a.py",
    "*/gen/*",
    "**/gen/*",
    "src/**/a.py",
    "src/gen",
    "src/gen/?.py",
    "*/[ab].py",
    "src/g[ef]n/*",
    "src/*",
    "*",
    "./a.py",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_are_those_of_coverage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    for path in PATHS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("a = 1\n")
    monkeypatch.chdir(tmp_path)
    cov = coverage.Coverage(data_file=None, config_file=False, messages=False)
    cov.get_data().add_lines({str(tmp_path / path): [1] for path in PATHS})
    try:
        cov.json_report(outfile="report.json", omit=[pattern])
        reported = set(json.loads(Path("report.json").read_bytes())["files"])
    except NoDataError:
        reported = set()
    cov.get_data().close(force=True)
    scope = Scope(source=(".",), omit=(pattern,))
    assert {path for path in PATHS if not scope.leaves_out(path)} == reported


def holds(path: str, *scopes: Scope, source: tuple[str, ...] = (), measured: tuple[str, ...] = ()) -> bool | None:
    known = (path, "src/shop/a.py", "tests/shop/test_a.py")
    return Extent(scopes, source, measured or ("src/shop/a.py",), known).holds(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("src/a.py", True), ("lib/src/a.py", False), ("srcs/a.py", False), ("src.py", False), ("src/web/a.ts", False)],
)
def test_a_folder_is_the_one_at_the_root(path: str, expected: bool) -> None:
    assert holds(path, Scope(source=("src",))) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("src/shop/pay/b.py", True), ("tests/shop/b.py", False), ("shopping/b.py", False), ("src/shop.py", True)],
)
def test_a_package_lies_where_it_was_measured(path: str, expected: bool) -> None:
    assert holds(path, Scope(source=("shop",))) is expected


def test_a_package_of_which_nothing_was_measured_may_lie_anywhere() -> None:
    assert holds("lib/bank/a.py", Scope(source=("bank",))) is True


def test_a_module_is_a_file() -> None:
    assert holds("src/bank.py", Scope(source=("bank",)), measured=("src/bank.py",)) is True
    assert holds("src/banks.py", Scope(source=("bank",)), measured=("src/bank.py",)) is False


def test_without_a_source_what_is_included_is_the_source() -> None:
    included = Scope(include=("src/*",))
    assert (holds("src/a.py", included), holds("lib/a.py", included)) == (True, False)


def test_a_file_is_left_out_only_where_every_part_leaves_it_out() -> None:
    one, other = Scope(source=("src",), omit=("src/x.py",)), Scope(source=("src",), omit=("src/y.py",))
    assert (holds("src/x.py", one), holds("src/x.py", one, other)) == (False, True)


def test_where_nothing_says_nothing_is_known() -> None:
    assert holds("src/a.py") is None
    assert (holds("src/a.py", Scope()), holds("lib/a.py", Scope(), Scope(source=("src",)))) == (None, None)


def test_of_another_language_the_scopes_of_coverage_say_nothing() -> None:
    assert holds("web/a.ts", Scope(source=("src",)), measured=("web/b.ts",)) is None


def test_the_policy_s_source_stands_instead_of_the_scopes_own() -> None:
    scope = Scope(source=("lib",), omit=("*/gen/*",))
    paths = ("src/a.py", "lib/a.py", "src/gen/a.py")
    assert [holds(path, scope, source=("src",)) for path in paths] == [True, False, False]


def test_the_order_of_the_scopes_does_not_matter() -> None:
    scopes = (Scope(source=("src",)), Scope(include=("lib/*",)), Scope())
    for order in itertools.permutations(scopes):
        assert [holds(path, *order) for path in ("src/a.py", "lib/a.py", "x/a.py")] == [True, True, None]
