"""This project's decision about itself: two shards side by side, each under `coverage run`, and `stagegate check`.

Usage: python tests/deciding.py FOLDER (for what coverage and pytest write)

One process a shard, so that coverage begins before pytest loads the plugin.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# What only differs between interpreters, laws, acceptance cases, the browser and runs over workers are left to other
# environments, so the decision is a provisional one.
SHARDS = {
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
    logs = {name: folder / f"{name}.log" for name in SHARDS}
    running = {name: start(name, paths, folder, logs[name]) for name, paths in SHARDS.items()}
    ended = {name: process.wait() for name, process in running.items()}
    for name, log in logs.items():
        print(f"---- shard {name}, exit status {ended[name]}", log.read_text("utf-8", "replace"), sep="\n", flush=True)
    records = [f".stagegate/shards/{name}" for name in SHARDS]
    decided = subprocess.run(["stagegate", "check", "--at", "test", *records], check=False).returncode
    return next(filter(None, ended.values()), decided)


def start(name: str, paths: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the tests of one shard, which write to its log."""
    recording = [f"--stage-gate-shard={name}", f"--stage-gate-out=.stagegate/shards/{name}"]
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", *recording, "-rs", "-k", "not n2", *paths]
    measuring = {**os.environ, "COVERAGE_FILE": str(folder / f"coverage.{name}")}
    with log.open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=measuring)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
