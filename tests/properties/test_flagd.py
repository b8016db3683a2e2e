"""A flag that is said to conceal its feature does so where flagd evaluates it, whatever its rule and whoever asks."""

from __future__ import annotations

import importlib.util
import json
import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.flagd import flags_in

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING: Final = importlib.util.find_spec("openfeature") is None
pytestmark = pytest.mark.skipif(MISSING, reason="needs the program openfeature-provider-flagd")

LEAVES: Final = st.sampled_from([None, True, False, "on", "off", 1])
OPERATIONS: Final = st.sampled_from(["if", "fractional", "var", "==", "!", "cat", "in", "$ref", "nonsense"])
CONDITIONS: Final = st.recursive(
    LEAVES, lambda inner: st.dictionaries(OPERATIONS, st.lists(inner, max_size=3), min_size=1, max_size=1), max_leaves=4
)
RESULTS: Final = st.sampled_from(["off", "off", None, {}, {"$ref": "off"}, False])
RULES: Final = st.one_of(
    st.sampled_from([{}, None, False, "off", ["off"], {"$ref": "off"}, {"if": ["off"]}]),
    st.tuples(CONDITIONS, RESULTS, RESULTS).map(lambda parts: {"if": list(parts)}),
    RESULTS.map(lambda result: {"fractional": [{"var": "on"}, [result, 1]]}),
)
VARIANTS: Final = st.sampled_from(
    [
        {"on": True, "off": False},
        {"true": True, "off": False},
        {"on": "on", "off": False},
        {"on": True, "off": None},
        {"true": True, "false": False},
    ]
)
FLAGS: Final = st.fixed_dictionaries(
    {"state": st.sampled_from(["ENABLED", "ENABLED", "ENABLED", "DISABLED"]), "variants": VARIANTS},
    optional={
        "defaultVariant": st.sampled_from(["off", "off", "off", "true", False, None]),
        "targeting": RULES,
        "metadata": st.sampled_from([{}, {"owner": "dana"}, {"owner": None}, {"owner": {}}]),
    },
)
FILES: Final = st.fixed_dictionaries(
    {"flags": st.fixed_dictionaries({"checkout": FLAGS})},
    optional={"$evaluators": st.sampled_from([{"off": "off"}, {"off": {"$ref": "off"}}, {"off": {"nonsense": []}}])},
)


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    """The provider logs each rule that fails."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@given(FILES, st.sampled_from(["", "ann@shop.example"]))
@settings(max_examples=400)
def test_a_flag_that_conceals_is_off_for_everybody(file: dict[str, Any], user: str) -> None:
    text = json.dumps(file)
    try:
        (flag,) = flags_in(json.loads(text), "flags.json")
    except EvidenceError:
        return
    if flag.shows == (flag.off(),):
        assert _asked(text, user, default=True) is False


def _asked(text: str, user: str, *, default: bool) -> bool:
    """Return what the application gets: its own default where the evaluation fails."""
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    try:
        core.set_flags(text)
        return core.resolve_boolean_value("checkout", default, EvaluationContext(user or None, {"on": "off"})).value
    except Exception:
        return default
