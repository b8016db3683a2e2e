from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers import allure_perf, metric_rows, metrics_json, openmetrics, pytest_benchmark

if TYPE_CHECKING:
    from pytest_stagegate.model.contents import Contents

Read = Callable[[Path, Path], "Contents"]

JSON_READERS = [metrics_json.read, pytest_benchmark.read, allure_perf.read]
READERS = [*JSON_READERS, openmetrics.read]


def refused(read: Read, path: Path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(EvidenceError) as caught:
        read(path, path.parent)
    return caught.value.message


def read_of(read: Read, path: Path, content: str | bytes) -> dict[str, str]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read(path, path.parent).metrics
    assert found is not None
    return {each.name: each.value for each in found.metrics}


def module_of(read: Read) -> str:
    return read.__module__.rpartition(".")[2]


@pytest.mark.parametrize("read", READERS, ids=module_of)
def test_an_empty_file_is_said_to_be_empty(read: Read, tmp_path: Path) -> None:
    assert refused(read, tmp_path / "m", "") == "m: the file is empty"


@pytest.mark.parametrize("read", READERS, ids=module_of)
def test_a_file_that_is_not_there_is_told_in_a_sentence(read: Read, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^m: can't be read: No such file"):
        read(tmp_path / "m", tmp_path)


@pytest.mark.parametrize("read", READERS, ids=module_of)
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00\x00\x00", b'{"a": "\xff"}'])
def test_what_is_no_text_is_refused(read: Read, content: bytes, tmp_path: Path) -> None:
    refused(read, tmp_path / "m", content)


@pytest.mark.parametrize("read", JSON_READERS, ids=module_of)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused(read: Read, opening: str, tmp_path: Path) -> None:
    assert refused(read, tmp_path / "m", opening * 200_000) == "m: values are nested too deep"


@pytest.mark.parametrize("read", JSON_READERS, ids=module_of)
def test_a_key_that_stands_twice_is_refused(read: Read, tmp_path: Path) -> None:
    assert refused(read, tmp_path / "m", '[{"a": 1, "a": 2}]') == "m: the key 'a' stands twice in one object"


@pytest.mark.parametrize("read", JSON_READERS, ids=module_of)
def test_a_fault_of_json_is_told_with_its_place(read: Read, tmp_path: Path) -> None:
    message = refused(read, tmp_path / "m", '{\n "a": 1')
    assert message.startswith("m:2:8: this is no well-formed JSON: ")


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_json, "LARGEST", 1 << 20)
    assert refused(metrics_json.read, tmp_path / "m", " " * ((1 << 20) + 1)) == "m: the file is larger than 1 MiB"


@pytest.mark.parametrize(("read", "content"), [(metrics_json.read, "[1, 2, 3]"), (openmetrics.read, "a 1\nb 1\nc 1\n")])
def test_a_file_of_too_many_numbers_is_refused(
    read: Read, content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metric_rows, "MOST", 2)
    monkeypatch.setattr(openmetrics, "MOST", 2)
    assert refused(read, tmp_path / "m", content).endswith("it holds more than 2 numbers")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    message = refused(metrics_json.read, tmp_path / "m", json.dumps({"a" * 1_001: 1}))
    assert message.endswith("…: this name is longer than 1,000 characters")


def test_a_number_that_is_too_long_is_refused(tmp_path: Path) -> None:
    message = refused(metrics_json.read, tmp_path / "m", f'{{"a": {"1" * 1_001}}}')
    assert message == "m: a: this number is longer than 1,000 characters"


def test_half_of_a_surrogate_pair_is_no_name(tmp_path: Path) -> None:
    message = refused(metrics_json.read, tmp_path / "m", r'{"a\ud800": 1}')
    assert message == r"m: a\ud800: this name holds half of a surrogate pair"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(encoding: str, tmp_path: Path) -> None:
    assert read_of(metrics_json.read, tmp_path / "m", '{"é": 1}'.encode(encoding)) == {"é": "1"}
