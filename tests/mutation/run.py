"""Mutation run: small faults in the code that judges, each of which a test has to notice.

Every module of ``stock/``, ``thresholds`` and ``decide`` is mutated by cosmic-ray in a copy of this tree, and its own
tests are run against each mutant. Mutants that no test kills have to stand in ``survivors.toml``, each with the reason
why it changes nothing. Not part of a plain tox: it takes about an hour on two cores. Run it with ``tox -e mutation``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = Path("src/pytest_stagegate")
SURVIVORS: Final = ROOT / "tests" / "mutation" / "survivors.toml"
BOUND: Final = 95
"""Percent of the mutants that have to be killed."""

_MORE: Final = """
[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
# The first stands in annotations, which are never evaluated, and joins two tables whose keys never meet; the others
# change nothing, since members of an enumeration and None are equal only to themselves.
exclude-operators = [
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceComparisonOperator_Is_Eq",
    "core/ReplaceComparisonOperator_IsNot_NotEq",
]
"""
_JUDGES_NOTHING: Final = ("if not TYPE_CHECKING:", "frozen=False", ", /, ", "(/, ", "+    /,")
"""Changes of what only type checkers and careless callers would notice; they are not counted at all."""

_LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "docs", "data", "demo", "real")


class Mutant(NamedTuple):
    """One mutant and what became of it.

    Attributes:
        module: Path below the package.
        line: Where it was made.
        operator: cosmic-ray's name of the change.
        diff: The changed lines.
        killed: Whether a test noticed.
    """

    module: str
    line: int
    operator: str
    diff: str
    killed: bool


def modules() -> dict[str, list[str]]:
    """Return each module that is mutated, with the tests that have to notice."""
    found = {
        "thresholds.py": ["tests/unit/test_thresholds.py", "tests/properties/test_thresholds.py"],
        "decide.py": ["tests/unit/test_decide.py", "tests/properties/test_decide.py"],
    }
    for path in sorted((ROOT / PACKAGE / "stock").glob("[a-z]*.py")):
        found[f"stock/{path.name}"] = [f"tests/unit/stock/test_{path.name}"]
    return found


def mutated(module: str, tests: list[str], folder: Path) -> list[Mutant]:
    """Mutate one module in a copy of the tree, and return what became of each mutant."""
    tree = folder / module.replace("/", "-").removesuffix(".py")
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
    session, config = tree / "session.sqlite", tree / "session.toml"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    settings = {
        "module-path": f"{PACKAGE / module}",
        "timeout": 60.0,
        "excluded-modules": [],
        "test-command": " ".join(command),
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    config.write_text("\n".join(["[cosmic-ray]", *lines, _MORE]))
    # Without the plugins of others a run starts in half the time, and there are thousands of runs.
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)
    for step in (
        ["cosmic-ray", "init", str(config), str(session)],
        ["cr-filter-operators", str(session), str(config)],
        ["cosmic-ray", "exec", str(config), str(session)],
    ):
        subprocess.run([_program(step[0]), *step[1:]], cwd=tree, env=environment, check=True)
    told = subprocess.run(
        [_program("cosmic-ray"), "dump", str(session)], cwd=tree, check=True, capture_output=True, text=True
    )
    found = [json.loads(line) for line in told.stdout.splitlines()]
    tried = [each for each in found if each[1] is None or each[1]["worker_outcome"] != "skipped"]
    mutants = [_mutant(module, *each) for each in tried]
    return [each for each in mutants if not any(part in each.diff for part in _JUDGES_NOTHING)]


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _mutant(module: str, item: dict[str, Any], result: dict[str, Any] | None) -> Mutant:
    (mutation,) = item["mutations"]
    if result is None or result["test_outcome"] is None:
        raise SystemExit(f"{module}: a mutant was never tried: {mutation}")
    diff = (result["diff"] or "").splitlines()
    changed = [line for line in diff if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]
    return Mutant(
        module,
        mutation["start_pos"][0],
        mutation["operator_name"],
        "\n".join(changed),
        result["test_outcome"] != "survived",
    )


def main() -> int:
    """Mutate, count, and compare the survivors with those that are explained."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="for example stock/coverage.py; all of them when none is named")
    named = parser.parse_args().modules
    wanted = {name: tests for name, tests in modules().items() if name in named or not named}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = pool.map(lambda each: mutated(*each, Path(folder)), wanted.items())
        mutants = [mutant for part in parts for mutant in part]
    killed = Counter(mutant.module for mutant in mutants if mutant.killed)
    for module, count in sorted(Counter(mutant.module for mutant in mutants).items()):
        print(f"{module:<28} {killed[module]:>4} of {count:>4} killed")
    explained = {(each["module"], each["diff"].strip()) for each in tomllib.loads(SURVIVORS.read_text())["survivor"]}
    alive = [mutant for mutant in mutants if not mutant.killed]
    for mutant in alive:
        known = "explained" if (mutant.module, mutant.diff.strip()) in explained else "NOT EXPLAINED"
        print(f"\n{mutant.module}:{mutant.line} {mutant.operator}: {known}\n{mutant.diff}")
    share = 100 * sum(killed.values()) / len(mutants)
    print(f"\n{sum(killed.values())} of {len(mutants)} killed: {share:.1f} %, at least {BOUND} % are asked for")
    return 0 if share >= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
