"""The one door: stock gates, gates of installed packages and a project's ``gates/`` come in through pluggy."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, cast

import pluggy
from _pytest.assertion.rewrite import rewrite_asserts

from pytest_stagegate import stock
from pytest_stagegate.errors import Mistake, MistakesError
from pytest_stagegate.hooks import PROJECT, Fault, Gate, Hooks, gates_of, hookimpl
from pytest_stagegate.stock import STOCK_GATES

if TYPE_CHECKING:
    from pathlib import Path

LOCAL_PREFIX: Final = "stagegate_local_gates"


class GateModules:
    """Modules as a plugin: their ``@gate`` functions are what it answers the hook with."""

    def __init__(self, *modules: object) -> None:
        self._modules = modules

    @hookimpl
    def stagegate_gates(self) -> Iterable[Callable[..., Any]]:
        """Return the functions of the modules that are gates."""
        return [definition.judge for module in self._modules for definition in gates_of(module)]


class Registry:
    """All gates that are known for a project.

    Args:
        rootdir: Folder whose ``gates/*.py`` are loaded; None for the stock gates alone, without code of anybody else.

    Attributes:
        gates: All definitions by name.
        local: Names of the project's own.
        idle: Files of ``gates/`` that hold no gate and no hook.

    Raises:
        MistakesError: With every gate module that can't be loaded and every name that is taken twice.
    """

    def __init__(self, rootdir: Path | None) -> None:
        self._plugins = pluggy.PluginManager(PROJECT)
        self._plugins.add_hookspecs(Hooks)
        self._mistakes: list[Mistake] = []
        # One plugin: pluggy looks through every attribute of each that it registers.
        self._plugins.register(GateModules(*STOCK_GATES), name=stock.__name__)
        self.idle: list[str] = []
        self.local: frozenset[str] = frozenset()
        if rootdir is not None:
            self._load_installed()
            self.local = self._load_local(rootdir / "gates")
        self.gates = self._ask()
        if self._mistakes:
            raise MistakesError("the gates", self._mistakes, code="gates")

    def _load_installed(self) -> None:
        for entry_point in entry_points(group=PROJECT):
            place = f"entry point {entry_point.name!r} of {entry_point.dist.name if entry_point.dist else 'a package'}"
            try:
                self._register(entry_point.load(), f"{entry_point.name} ({entry_point.value})")
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._mistakes.append(Mistake(place, f"can't be loaded: {_one_line(error)}"))

    def _load_local(self, folder: Path) -> frozenset[str]:
        local: set[str] = set()
        for path in sorted(folder.glob("*.py")):
            if path.name.startswith("_"):
                continue
            place = f"gates/{path.name}"
            try:
                module = load_gate_module(path)
                local.update(definition.name for definition in gates_of(module))
                self._register(module, place)
                if not gates_of(module) and not self._plugins.get_hookcallers(module):
                    self.idle.append(place)
            except SyntaxError as error:
                self._mistakes.append(Mistake(f"{place}:{error.lineno}", f"can't be read: {error.msg}"))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                # pytest.skip and sys.exit at import would leave the gate out without a word.
                self._mistakes.append(Mistake(place, f"can't be loaded: {_one_line(error)}"))
        return frozenset(local)

    def _register(self, plugin: object, name: str) -> None:
        self._plugins.register(plugin, name=name)
        self._plugins.check_pending()
        if gates_of(plugin):
            self._plugins.register(GateModules(plugin), name=f"{name}: gates")

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults that plugins bring for the drill, in the order of their names.

        Raises:
            MistakesError: With every plugin whose hook failed, or answered with something that is no fault.
        """
        found: list[Fault] = []
        mistakes: list[Mistake] = []
        for implementation in self._plugins.hook.stagegate_faults.get_hookimpls():
            try:
                answer: list[object] = list(cast("Iterable[object]", implementation.function()))
            except Exception as error:
                text = f"its hook stagegate_faults failed: {_one_line(error)}"
                mistakes.append(Mistake(implementation.plugin_name, text))
                continue
            found += [each for each in answer if isinstance(each, Fault)]
            if not all(isinstance(each, Fault) for each in answer):
                text = "its hook stagegate_faults returned something that is no Fault"
                mistakes.append(Mistake(implementation.plugin_name, text))
        if mistakes:
            raise MistakesError("the gates", mistakes, code="gates")
        return tuple(sorted(found, key=lambda each: each.name))

    def _ask(self) -> dict[str, Gate]:
        found: dict[str, Gate] = {}
        for implementation in self._plugins.hook.stagegate_gates.get_hookimpls():
            for definition in self._answer(implementation):
                known = found.setdefault(definition.name, definition)
                if known is not definition:
                    text = f"the gate name {definition.name!r} is taken already by {known.place}"
                    self._mistakes.append(Mistake(definition.place, text))
        return dict(sorted(found.items()))

    def _answer(self, implementation: pluggy.HookImpl) -> list[Gate]:
        place = implementation.plugin_name
        try:
            functions: list[object] = list(cast("Iterable[object]", implementation.function()))
        except Exception as error:
            self._mistakes.append(Mistake(place, f"its hook stagegate_gates failed: {_one_line(error)}"))
            return []
        definitions = [getattr(function, "__stagegate__", None) for function in functions]
        if not all(isinstance(definition, Gate) for definition in definitions):
            self._mistakes.append(Mistake(place, "its hook stagegate_gates returned something not marked with @gate"))
        return [definition for definition in definitions if isinstance(definition, Gate)]


def _one_line(error: BaseException) -> str:
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def load_gate_module(path: Path) -> types.ModuleType:
    """Load one file of ``gates/`` by its path, with pytest's assertion rewriting.

    The module gets a private name, so that ``gates/coverage.py`` can never stand in for the real package. The same
    code runs under pytest and on the command line, so that an assert explains itself in both.
    """
    source = path.read_bytes()
    tree = ast.parse(source, filename=str(path))
    rewrite_asserts(tree, source, str(path))
    code = compile(tree, f"gates/{path.name}", "exec", dont_inherit=True)
    name = f"{LOCAL_PREFIX}.{path.stem}"
    module = types.ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(code, module.__dict__)
    return module
