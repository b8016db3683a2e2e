from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pytest_stagegate
from pytest_stagegate.errors import MistakesError
from pytest_stagegate.hooks import GateDefinitionError, GateOptions, gate, gates_of
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Level
from pytest_stagegate.registry import Registry
from pytest_stagegate.stock import STOCK_GATES
from tests.unit.fakes import definition, project_at

STOCK = sorted(definition.name for module in STOCK_GATES for definition in gates_of(module))
HEAD = "from pytest_stagegate import Coverage, TestResults, check, gate, hookimpl\n"
SOUND = HEAD + "@gate\ndef sound(tests: TestResults):\n    assert tests.passed\n"


def mistakes(rootdir: Path) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        Registry(rootdir)
    return [str(each) for each in caught.value.mistakes]


def test_stock_gates_are_known_without_anything(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert (sorted(registry.gates), registry.local) == (STOCK, frozenset())


def test_a_gate_of_the_project_s_own_comes_in_beside_them(tmp_path: Path) -> None:
    registry = Registry(project_at(tmp_path, gates__own=SOUND))
    assert (sorted({*registry.gates} - {*STOCK}), registry.local) == (["sound"], {"sound"})


def test_files_that_start_with_an_underscore_are_no_gates(tmp_path: Path) -> None:
    registry = Registry(project_at(tmp_path, gates___shared="raise SystemExit", gates____init__="1 / 0"))
    assert list(registry.gates) == STOCK


def test_a_name_taken_twice_is_a_mistake_that_names_both_places(tmp_path: Path) -> None:
    project_at(tmp_path, gates__a=SOUND, gates__b=SOUND)
    assert mistakes(tmp_path) == ["gates/b.py:2: the gate name 'sound' is taken already by gates/a.py:2"]


def test_the_name_of_a_stock_gate_is_taken(tmp_path: Path) -> None:
    project_at(tmp_path, gates__own=SOUND.replace("@gate", "@gate(name='results')"))
    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith("gates/own.py:2: the gate name 'results' is taken already by ")


def test_every_module_that_can_t_be_loaded_is_named_at_once(tmp_path: Path) -> None:
    project_at(
        tmp_path,
        gates__a="import nothing_of_this_name",
        gates__b="x = 1\n1 / 0",
        gates__c="def broken(:\n    pass",
        gates__d="raise SystemExit(3)",
    )
    assert mistakes(tmp_path) == [
        "gates/a.py: can't be loaded: ModuleNotFoundError: No module named 'nothing_of_this_name'",
        "gates/b.py: can't be loaded: ZeroDivisionError: division by zero",
        "gates/c.py:1: can't be read: invalid syntax",
        "gates/d.py: can't be loaded: SystemExit: 3",
    ]


@pytest.mark.parametrize("leave", ["pytest.skip('no', allow_module_level=True)", "pytest.importorskip('nothing_here')"])
def test_a_module_that_skips_itself_is_a_mistake(tmp_path: Path, leave: str) -> None:
    project_at(tmp_path, gates__own=f"import pytest\n{leave}")
    with pytest.raises(BaseException, match=r"gates/own\.py: can't be loaded: ") as caught:
        Registry(tmp_path)
    assert isinstance(caught.value, MistakesError)


@pytest.mark.parametrize(
    ("parameter", "asks_for"),
    [("tests", "nothing"), ("tests: int", "int"), ("tests: 'Path'", "can't be resolved: name 'Path' is not defined")],
)
def test_a_gate_that_asks_for_nonsense_is_a_mistake(tmp_path: Path, parameter: str, asks_for: str) -> None:
    project_at(tmp_path, gates__own=f"{HEAD}@gate\ndef own({parameter}):\n    pass")
    (mistake,) = mistakes(tmp_path)
    assert mistake.startswith("gates/own.py: can't be loaded: GateDefinitionError: own: ")
    assert asks_for in mistake


def test_gates_coverage_py_does_not_stand_in_for_the_real_package(tmp_path: Path) -> None:
    Registry(project_at(tmp_path, gates__coverage=SOUND))
    assert hasattr(importlib.import_module("coverage"), "Coverage")


def test_a_gate_module_knows_its_own_file(tmp_path: Path) -> None:
    own = SOUND + "assert __file__.endswith('own.py')\n"
    assert "sound" in Registry(project_at(tmp_path, gates__own=own)).gates


def test_annotations_may_be_postponed(tmp_path: Path) -> None:
    own = "from __future__ import annotations\n" + SOUND
    assert "sound" in Registry(project_at(tmp_path, gates__own=own)).gates


def test_a_module_may_answer_the_hook_by_itself(tmp_path: Path) -> None:
    own = SOUND.replace("@gate\n", "@gate(name='made')\n").replace("def sound", "def _hidden") + (
        "@hookimpl\ndef stagegate_gates():\n    return [_hidden]\n"
    )
    assert "made" in Registry(project_at(tmp_path, gates__own=own)).gates


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return [print]", "its hook stagegate_gates returned something not marked with @gate"),
        ("return 3", "its hook stagegate_gates failed: TypeError: 'int' object is not iterable"),
        ("raise ValueError", "its hook stagegate_gates failed: ValueError"),
    ],
)
def test_a_hook_that_answers_nonsense_is_a_mistake(tmp_path: Path, body: str, words: str) -> None:
    project_at(tmp_path, gates__own=f"{HEAD}@hookimpl\ndef stagegate_gates():\n    {body}\n")
    assert mistakes(tmp_path) == [f"gates/own.py: {words}"]


def test_an_unknown_hook_is_a_mistake(tmp_path: Path) -> None:
    project_at(tmp_path, gates__own=f"{HEAD}@hookimpl\ndef stagegate_gate():\n    return []\n")
    (mistake,) = mistakes(tmp_path)
    assert "unknown hook 'stagegate_gate'" in mistake


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Install a package with one entry point of the group ``stagegate``, without pip."""

    def installed(source: str) -> Path:
        site = tmp_path / "site"
        project_at(site, acme_gates=source)
        info = site / "acme_gates-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-gates\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[stagegate]\nacme = acme_gates\n")
        monkeypatch.syspath_prepend(site)
        monkeypatch.delitem(importlib.sys.modules, "acme_gates", raising=False)  # type: ignore[attr-defined]
        return tmp_path / "project"

    return installed


def test_gates_of_an_installed_package_come_in_through_its_entry_point(install: Callable[[str], Path]) -> None:
    assert "sound" in Registry(install(SOUND)).gates


def test_gates_of_an_installed_package_are_not_the_project_s_own(install: Callable[[str], Path]) -> None:
    assert Registry(install(SOUND)).local == frozenset()


@pytest.mark.parametrize(
    ("source", "fault"),
    [("1 / 0", "ZeroDivisionError: division by zero"), ("raise SystemExit(3)", "SystemExit: 3")],
)
def test_an_entry_point_that_can_t_be_loaded_is_named_with_its_package(
    install: Callable[[str], Path], source: str, fault: str
) -> None:
    with pytest.raises(BaseException, match="mistake") as caught:
        Registry(install(source))
    assert isinstance(caught.value, MistakesError)
    assert [str(each) for each in caught.value.mistakes] == [
        f"entry point 'acme' of acme-gates: can't be loaded: {fault}"
    ]


class Own(GateOptions, frozen=True):
    at_most: Count | None = None


def all_sound(tests: TestResults) -> None:
    """All tests are sound.

    More words.
    """
    assert tests.passed


def test_a_gate_is_named_and_titled_after_its_function() -> None:
    made = definition(all_sound)
    assert (made.name, made.title, made.stages) == ("all-sound", "All tests are sound", ())


def test_what_the_decorator_says_wins() -> None:
    made = definition(all_sound, name="sound", title="Sound", stage=["code", "test"], enforcement="warn")
    assert (made.name, made.title, made.stages) == ("sound", "Sound", ("code", "test"))
    assert made.enforcement.level is Level.WARN


def test_an_unknown_enforcement_is_refused() -> None:
    with pytest.raises(GateDefinitionError, match=r"^all_sound: enforcement is one of block, warn, observe, not 'bl'$"):
        gate(enforcement="bl")(all_sound)


def test_only_a_gate_s_own_options_may_be_asked_for() -> None:
    def asks(tests: TestResults, options: Own) -> None:
        pass

    assert definition(asks, options=Own).needs == {"tests": TestResults, "options": Own}
    with pytest.raises(GateDefinitionError, match="parameter 'options' asks for Own; evidence is TestResults, "):
        gate(asks)


def test_a_module_s_gates_stand_in_the_order_of_their_definition() -> None:
    class Namespace:
        second = gate(name="b")(lambda: None)
        first = gate(name="a")(lambda: None)
        again = second
        other: Any = 3

    assert [each.name for each in gates_of(Namespace)] == ["b", "a"]


@pytest.mark.parametrize("name", ["no_such_name", "Gate"])
def test_a_name_that_is_not_public_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'pytest_stagegate' has no attribute '{name}'"):
        getattr(pytest_stagegate, name)
