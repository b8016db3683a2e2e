"""The policy's word on Hypothesis: a profile for each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.property_tests import Profile

if TYPE_CHECKING:
    from pytest_stagegate.policy.reading import Reader

_COUNTS: Final = ("max_examples", "stateful_step_count")
_SWITCHES: Final = ("derandomize", "print_blob")


def profiles_of(reader: Reader, table: dict[str, Any], stages: tuple[str, ...]) -> tuple[Profile, ...]:
    """Return the profiles of ``[tool.stagegate.hypothesis]``, in order."""
    profiles = []
    for stage in (written := reader.table(table, ("hypothesis",))):
        path = ("hypothesis", stage)
        reader.in_vocabulary([stage], path, "stage", stages)
        entry = reader.table(written, path)
        reader.no_other(entry, path, (*_COUNTS, *_SWITCHES, "deadline"))
        values: dict[str, Any] = {key: _value(reader, (*path, key), value) for key, value in entry.items()}
        if not values and isinstance(written[stage], dict):
            reader.mistake(path, "sets nothing")
        profiles.append(Profile(stage=stage, **{key: values.get(key) for key in Profile.__struct_fields__[1:]}))
    return tuple(profiles)


def _value(reader: Reader, path: tuple[str, ...], value: Any) -> int | bool | None:
    key = path[-1]
    if key in _COUNTS and (type(value) is not int or value < 1):
        reader.mistake(path, f"has to be a whole number, at least 1, not {value!r}")
    elif key in _SWITCHES and not isinstance(value, bool):
        reader.mistake(path, f"has to be true or false, not {value!r}")
    elif key == "deadline" and value is not False:
        return _deadline(reader, path, value)
    else:
        return value  # type: ignore[no-any-return]
    return None


def _deadline(reader: Reader, path: tuple[str, ...], value: Any) -> int | None:
    try:
        if microseconds := Duration.parse(value).microseconds:
            return microseconds
    except ValueError:
        pass
    reader.mistake(path, f'has to be a length of time, such as "500 ms", or false for none, not {value!r}')
    return None
