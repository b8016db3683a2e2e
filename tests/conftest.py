from __future__ import annotations

import os

# Where this run keeps its own coverage is nothing that the runs inside its tests may write to.
os.environ.pop("COVERAGE_FILE", None)

pytest_plugins = ["pytester"]

# Real files of other tools, and the small projects that they were made from: nothing in them is ours to run.
collect_ignore = ["data"]
