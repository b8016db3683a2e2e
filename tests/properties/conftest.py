from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The same examples each time, so that a failure can be repeated; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile(
    "steady",
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", max_examples=3_000, deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
