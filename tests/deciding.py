"""This project's decision about itself, on its whole suite: shards that record, JUnit, and `stagegate check`.

Usage: python tests/deciding.py FOLDER (for what coverage and pytest write)

Two shards run under `coverage run`, one process each, so that coverage begins before pytest loads the plugin. The rest
runs beside them on two workers and without coverage, as plain pytest with JUnit: laws, samples of the documentation,
the browser, and whole projects that run in processes of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
UNDER_COVERAGE = {
    "unit": ["tests/unit"],
    "plugin": [
        f"tests/plugin/test_{name}.py"
        for name in (
            "option_stage_gate",
            "coverage",
            "endings",
            "record",
            "tags",
            "gates_folder",
            "policy",
            "producers",
            "baseline",
            "changed_lines",
            "upstream",
            "sign_off",
            "verify",
            "dossier",
            "requirements",
        )
    ],
}


def main(folder: Path) -> int:
    """Run the shards and decide; return the first exit status that is not 0."""
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "rest.xml"
    shards = {name: recorded(name, paths) for name, paths in UNDER_COVERAGE.items()}
    shards["rest"] = ["pytest", "-n", "2", f"--junitxml={results}", "-rs", *rest()]
    running = {name: start(name, module, folder) for name, module in shards.items()}
    ended = [finished(name, process, folder) for name, process in running.items()]
    evidence = [*(f".stagegate/shards/{name}" for name in UNDER_COVERAGE), f"{results},stage=test"]
    decided = subprocess.run(["stagegate", "check", "--at", "test", *evidence], check=False).returncode
    return next(filter(None, ended), decided)


def rest() -> list[str]:
    """Return the test files that no shard under coverage has."""
    taken = [ROOT / path for paths in UNDER_COVERAGE.values() for path in paths]
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    left = [path for path in found if not {path, *path.parents} & {*taken, ROOT / "tests/data"}]
    return [str(path.relative_to(ROOT)) for path in left]


def recorded(name: str, paths: list[str]) -> list[str]:
    """Return the module and the words that run a shard under coverage and record it."""
    recording = [f"--stage-gate-shard={name}", f"--stage-gate-out=.stagegate/shards/{name}"]
    return ["coverage", "run", "-m", "pytest", *recording, "-rs", *paths]


def start(name: str, module: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a module of Python, which writes to a log."""
    measuring = {**os.environ, "COVERAGE_FILE": str(folder / f"coverage.{name}")}
    with (folder / f"{name}.log").open("wb") as out:
        command = [sys.executable, "-m", *module]
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=measuring)


def finished(name: str, process: subprocess.Popen[bytes], folder: Path) -> int:
    """Wait for a shard, print its log and return its exit status."""
    status = process.wait()
    log = (folder / f"{name}.log").read_text("utf-8", "replace")
    print(f"---- shard {name}, exit status {status}", log, sep="\n", flush=True)
    return status


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
