from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.flagd import read
from pytest_stagegate.model.flags import APPLICATION, Flag

ON_OFF = {"on": True, "off": False}


def read_text(tmp_path: Path, text: str) -> tuple[Flag, ...]:
    path = tmp_path / "flags.json"
    path.write_text(text, encoding="utf-8")
    contents = read(path, tmp_path)
    assert contents.flags is not None
    return contents.flags.flags


def one(tmp_path: Path, *, evaluators: dict[str, Any] | None = None, **values: Any) -> Flag:
    flag = {"state": "ENABLED", "variants": ON_OFF, "defaultVariant": "off"} | values
    whole = {"flags": {"checkout": flag}} | ({"$evaluators": evaluators} if evaluators else {})
    (found,) = read_text(tmp_path, json.dumps(whole))
    return found


def test_a_flag_says_its_variants_and_what_it_shows(tmp_path: Path) -> None:
    found = one(tmp_path, metadata={"owner": "dana", "age": 3})
    assert (found.name, found.variants, found.shows) == ("checkout", ("on", "off"), ("off",))
    assert found.metadata == {"owner": "dana"}
    assert found.off() == "off"


def test_what_the_file_says_of_all_flags_holds_where_a_flag_says_nothing(tmp_path: Path) -> None:
    flags = {
        name: {"state": "ENABLED", "variants": ON_OFF, "defaultVariant": "on", "metadata": metadata}
        for name, metadata in (("a", {}), ("b", {"owner": "erin"}))
    }
    found = read_text(tmp_path, json.dumps({"metadata": {"owner": "dana"}, "flags": flags}))
    assert [flag.metadata["owner"] for flag in found] == ["dana", "erin"]


@pytest.mark.parametrize(
    ("values", "shows"),
    [
        ({"targeting": {}}, {"off"}),
        ({"targeting": {"if": [{"==": [1, 1]}, "on"]}}, {"on", "off"}),
        ({"targeting": None}, {"off"}),
        ({"targeting": {"if": [True, "off", "off"]}}, {"off", APPLICATION}),
        ({"targeting": {"if": [True, None, {"if": [True, "on", None]}]}}, {"on", "off"}),
        ({"targeting": {"?:": [True, "on", "off"]}}, {"on", "off"}),
        ({"targeting": {"fractional": [{"var": "email"}, ["on", 10], ["off", 90]]}}, {"on", "off"}),
        ({"targeting": {"if": ["unheard-of"]}}, {APPLICATION}),
        ({"targeting": {"var": "variant"}}, {"on", "off", APPLICATION}),
        ({"targeting": {"if": {"var": "a"}}}, {"on", "off", APPLICATION}),
        ({"targeting": {"if": [True, 1, "off"]}}, {"on", "off", APPLICATION}),
        ({"targeting": {"if": [True, "on", "off"], "and": []}}, {"on", "off", APPLICATION}),
        ({"defaultVariant": None}, {APPLICATION}),
        ({"defaultVariant": ""}, {APPLICATION}),
        ({"state": "DISABLED"}, {APPLICATION}),
        ({"variants": {"true": True, "false": False}, "defaultVariant": False}, {"false"}),
        (
            {
                "variants": {"true": True, "false": False},
                "defaultVariant": "false",
                "targeting": {"if": [1, True, None]},
            },
            {"true", "false"},
        ),
    ],
)
def test_every_variant_that_a_user_may_get_is_told(tmp_path: Path, values: dict[str, Any], shows: set[str]) -> None:
    assert set(one(tmp_path, **values).shows) == shows


def test_a_rule_that_is_named_is_looked_into(tmp_path: Path) -> None:
    insiders = {"if": [{"var": "insider"}, "on", None]}
    assert one(tmp_path, targeting={"$ref": "insiders"}, evaluators={"insiders": insiders}).shows == ("off", "on")
    assert APPLICATION in one(tmp_path, targeting={"$ref": "gone"}).shows


def test_rules_that_name_each_other_or_fan_out_cost_nothing(tmp_path: Path) -> None:
    fan = {f"r{n}": {"if": [True, {"$ref": f"r{n + 1}"}, {"$ref": f"r{n + 1}"}]} for n in range(60)}
    circle = {"a": {"$ref": "b"}, "b": {"if": [True, {"$ref": "a"}, "on"]}}
    assert one(tmp_path, targeting={"$ref": "r0"}, evaluators=fan | {"r60": "on"}).shows == ("on", APPLICATION)
    assert one(tmp_path, targeting={"$ref": "a"}, evaluators=circle).shows == ("on", APPLICATION)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "it has no object of flags"),
        ('{"flags": []}', "it has no object of flags"),
        ("[]", "this is no flag file"),
        ('{"flags": {"a": {"state": "ENABLED", "variants": {}}}}', "the flag 'a' has no variants"),
        ('{"flags": {"a": 1}}', "the flag 'a' has no variants"),
        ('{"flags": {"a": {"state": "on", "variants": {"x": 1}}}}', "its state is one of ENABLED and DISABLED"),
        ('{"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "y"}}}', "'y' is none of its"),
        ('{"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": ["x"]}}}', "is none of its"),
        (
            '{"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "metadata": []}}}',
            "metadata has to be an object",
        ),
        (
            '{"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "metadata": {"owner": null}}}}',
            "'owner' in its metadata is no text, number, true or false",
        ),
        (
            '{"metadata": {"owner": []}, "flags": {"a": {"state": "ENABLED", "variants": {"x": 1}}}}',
            "'owner' in its metadata is no text",
        ),
        (
            '{"flags": {"a": {"state": "ENABLED", "variants": {"x": true}, "targeting": false}}}',
            "its targeting has to be an object",
        ),
        ('{"flags": {"a": {"state": "ENABLED", "variants": {"x": true, "y": null}}}}', "none of them null"),
        ('{"flags": {"a": {"state": "ENABLED", "variants": {"x": true, "y": 0}}}}', "all of one type"),
        ('{"flags": {"": {"state": "ENABLED", "variants": {"x": 1}}}}', "a key is one printable line"),
        ('{"flags": {"a\\u001b": {"state": "ENABLED", "variants": {"x": 1}}}}', "a key is one printable line"),
        ('{"flags": {}, "$evaluators": []}', "$evaluators has to be an object"),
        ('{"flags": {"a": 1, "a": 2}}', "the key 'a' stands twice"),
        ('{"flags": {"a": ' + '{"if":[' * 100_000, "nested too deeply"),
    ],
)
def test_what_flagd_would_refuse_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(EvidenceError, match=r"^flags\.json") as error:
        read_text(tmp_path, text)
    assert told in str(error.value)


def test_many_flags_with_long_rules_are_read(tmp_path: Path) -> None:
    rule = {"if": [part for _ in range(1_000) for part in ({"==": [{"var": "a"}, 1]}, "on")]}
    flag = {"state": "ENABLED", "variants": ON_OFF, "defaultVariant": "off", "targeting": rule}
    assert len(read_text(tmp_path, json.dumps({"flags": {f"f{n}": flag for n in range(200)}}))) == 200
