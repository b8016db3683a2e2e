from __future__ import annotations

import os

# Where this run keeps its own coverage is nothing that the runs inside its tests may write to.
os.environ.pop("COVERAGE_FILE", None)

pytest_plugins = ["pytester"]
