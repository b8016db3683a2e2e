"""What it costs to collect release notes of many commits between two tags.

Usage::

    python bench/notes.py [--commits N]

A repository is made with ``git fast-import``; a tenth of its commits have a body of 1 kB, one has a megabyte. Printed
are wall time and the peak of memory of the process that collects, without that of git.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from pytest_stagegate.noting import NotesQuestion, notes_of
from pytest_stagegate.project import load_project

KINDS = ("feat", "fix", "docs", "chore", "feat(api)!", "plain words")


def history(commits: int) -> bytes:
    """Return what ``git fast-import`` reads."""
    parts = []
    for number in range(commits):
        size = 1 << 20 if number == commits // 2 else 1000 if number % 10 == 0 else 0
        message = f"{KINDS[number % len(KINDS)]}: change {number}\n\n{'word ' * (size // 5)}".encode()
        who = f"Person {number % 50} <p{number % 50}@example.com> {1_700_000_000 + number} +0000"
        parts.append(f"commit refs/heads/main\ncommitter {who}\ndata {len(message)}\n".encode() + message + b"\n")
        if number == 0:
            parts.append(b"reset refs/tags/v1.0.0\nfrom refs/heads/main\n\n")
    return b"".join(parts)


def main() -> None:
    """Make the repository, collect, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--commits", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", name], check=True)
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=history(asked.commits + 1), check=True)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        notes = notes_of(load_project(root), NotesQuestion("v1.0.0..HEAD", None, (), {}))
        took = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(notes.fates)} commits: {took:.1f} s, peak {peak >> 10} MiB (before collecting {before >> 10} MiB)")


if __name__ == "__main__":
    main()
