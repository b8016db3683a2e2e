"""What the fixture ``stagegate_environment`` gives tests: the environment that they run against, and its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_stagegate.errors import MistakesError, nearest
from pytest_stagegate.policy.loading import load

if TYPE_CHECKING:
    from pytest_stagegate.policy.model import Policy

in_use: Final = pytest.StashKey["Environment | None"]()
"""The environment of a run with ``--stage-gate``; None where it names none."""

_NONE: Final = "no environment to run against: name one with --stage-gate-env, or a default_environment in the policy"


class Settings(Mapping[str, Any]):
    """Settings that can be read and not changed.

    Args:
        name: Where they stand, for messages.
        content: The table; tables in it become settings, and lists tuples.
    """

    def __init__(self, name: str, content: Mapping[str, Any]) -> None:
        self._name = name
        self._content = {key: _frozen(f"{name}.{key}", value) for key, value in content.items()}

    def __getitem__(self, key: str) -> Any:
        """Return a setting; KeyError with the nearest name where there is none."""
        try:
            return self._content[key]
        except KeyError:
            raise KeyError(f"{self._name} has no {key!r}; {nearest(str(key), self._content)}") from None

    def __iter__(self) -> Iterator[str]:
        """Return the names of all settings."""
        return iter(self._content)

    def __len__(self) -> int:
        """Return how many settings there are."""
        return len(self._content)

    def __repr__(self) -> str:
        """Return the names alone: a failing test must not print what may be secret."""
        return f"<{self._name}: {', '.join(self._content) or 'none'}>"


def _frozen(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return Settings(name, value)
    return tuple(_frozen(name, each) for each in value) if isinstance(value, list) else value


class Environment:
    """The environment that the tests run against.

    Attributes:
        name: Its name in the policy.
        settings: What the policy declares for tests; empty where it declares nothing.
    """

    __slots__ = ("name", "settings")

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings

    def __repr__(self) -> str:
        """Return its name."""
        return f"<environment {self.name}>"


def environment_named(policy: Policy, name: str | None) -> Environment | None:
    """Return an environment with its settings; None where none is named.

    Whoever names a protected one has found out before that its conditions hold.
    """
    if name is None:
        return None
    rule = policy.environment(name)
    return Environment(name, Settings(f"settings of {name}", rule.settings if rule is not None else {}))


def environment_for(config: pytest.Config) -> Environment:
    """Return the environment of a run: the one that was asked for, else the policy's default.

    A test that asks for one where there is none is skipped; where the policy can't be read, it fails.
    """
    if in_use not in config.stash:
        config.stash[in_use] = _default(config)
    found = config.stash[in_use]
    if found is None:
        pytest.skip(_NONE)
    return found


def _default(config: pytest.Config) -> Environment | None:
    try:
        policy = load(config.rootpath)
        if policy.mistakes:
            raise MistakesError("the policy", list(policy.mistakes), code="policy")  # noqa: TRY301 - told as all others
    except MistakesError as error:
        pytest.fail(str(error), pytrace=False)
    return environment_named(policy, policy.default_environment)
