"""The same decision gives the same bytes, whatever the machine's zone, language and hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RENDER = """
import hashlib, locale
locale.setlocale(locale.LC_ALL, "")
from pathlib import Path
from pytest_stagegate.documents.rendering import FORMATS, Wanted, documents_of
from tests.unit.documents.samples import everywhere
wanted = tuple(Wanted(each) for each in FORMATS if each != "intoto")
for profile in ("full", "public"):
    _, files = documents_of(everywhere("a|b <c>"), wanted, Path("out"), None, profile=profile)
    for path, content in sorted(files.items()):
        print(path.name, hashlib.sha256(content).hexdigest())
"""
HERE = {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
THERE = {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "4711", "LC_ALL": "C", "COLUMNS": "200"}


def rendered(environ: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        cwd=Path(__file__).parents[3],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_all_documents_are_the_same_on_two_machines() -> None:
    assert rendered(HERE) == rendered(THERE) != ""
