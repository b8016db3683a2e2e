"""What `stagegate features` writes, as the real provider of flagd evaluates it for users in and outside of a ring."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.plugin.test_features import FLAGS, decide, finish, shop, stagegate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.plugin.conftest import Project

__all__ = ["shop"]

MISSING: Final = importlib.util.find_spec("openfeature") is None
pytestmark = pytest.mark.skipif(MISSING, reason="needs the program openfeature-provider-flagd")

INSIDER: Final = "ann@shop.example"
STRANGER: Final = "bob@elsewhere.example"


class Users:
    """Asks a flag file through the OpenFeature client, as the application would."""

    def __init__(self) -> None:
        from openfeature import api

        self._api = api

    def get(self, file: Path, flag: str, email: str, *, default: bool) -> tuple[bool, str]:
        from openfeature.contrib.provider.flagd import FlagdProvider
        from openfeature.contrib.provider.flagd.config import ResolverType
        from openfeature.evaluation_context import EvaluationContext

        provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(file))
        self._api.set_provider_and_wait(provider, domain=file.name)
        details = self._api.get_client(file.name).get_boolean_details(
            flag, default, EvaluationContext(targeting_key=email, attributes={"email": email})
        )
        assert details.error_code is None, details
        return details.value, str(details.reason)

    def close(self) -> None:
        self._api.shutdown()


@pytest.fixture
def users() -> Iterator[Users]:
    asking = Users()
    yield asking
    asking.close()


@pytest.mark.parametrize("default", [True, False])
def test_only_the_ring_sees_a_feature_that_is_ready_for_it(shop: Project, users: Users, default: bool) -> None:
    decide(shop)
    stagegate("--ring=insiders", "--out=insiders.json")
    stagegate("--out=everybody.json")
    seen = {
        (name, email): users.get(shop.path / f"{name}.json", "checkout", email, default=default)[0]
        for name in ("insiders", "everybody")
        for email in (INSIDER, STRANGER)
    }
    assert [key for key, value in seen.items() if value] == [("insiders", INSIDER)]


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize(
    "wanted",
    [
        {"defaultVariant": "on"},
        {"defaultVariant": "off", "targeting": {"if": [True, "on", "off"]}},
        {"defaultVariant": None},
        {"state": "DISABLED", "defaultVariant": "on"},
        {"targeting": {"fractional": [["on", 100], ["off", 0]]}, "defaultVariant": "off"},
    ],
)
def test_nobody_sees_what_is_not_ready(shop: Project, users: Users, wanted: dict[str, Any], default: bool) -> None:
    unready = {"state": "ENABLED", "variants": {"on": True, "off": False}} | wanted
    shop.write("flags.json", json.dumps(FLAGS | {"flags": FLAGS["flags"] | {"refunds": unready}}))
    decide(shop)
    assert stagegate("--out=out.json")[0] == 0
    for email in (INSIDER, STRANGER):
        assert users.get(shop.path / "out.json", "refunds", email, default=default) == (False, "STATIC")


def test_everybody_sees_what_is_ready(shop: Project, users: Users) -> None:
    finish(shop)
    decide(shop)
    stagegate("--out=out.json")
    assert all(users.get(shop.path / "out.json", "refunds", email, default=False)[0] for email in (INSIDER, STRANGER))
