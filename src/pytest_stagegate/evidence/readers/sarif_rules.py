"""SARIF's rules: which one a result is of, and what follows from it for level and text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_stagegate.evidence.readers.sarif_types import (
        Component,
        ComponentReference,
        Configuration,
        Message,
        Result,
        Rule,
        RuleReference,
        Run,
    )

_PLACEHOLDER: Final = re.compile(r"\{(\d{1,4})\}|\{\{|\}\}")


class Rules:
    """The rules of one run."""

    def __init__(self, run: Run) -> None:
        self._driver = run.tool.driver
        self._extensions = run.tool.extensions or []
        self._by_id = {
            id(component): {rule.id: rule for rule in reversed(component.rules or ())}
            for component in (self._driver, *self._extensions)
        }
        self._overrides = [
            [(self._referred(each.descriptor), each.configuration) for each in call.rule_configuration_overrides or ()]
            for call in run.invocations or ()
        ]

    def name(self, result: Result) -> str:
        """Return the id of a result's rule; empty where none is stated."""
        stated = result.rule_id or (result.rule.id if result.rule is not None else None)
        rule = None if stated else self._of(result)
        return stated or (rule.id if rule is not None else "")

    def level(self, result: Result) -> str:
        """Return the level of a result as 3.27.10 has it; ``none`` weighs as a note."""
        stated = result.level
        if stated is None and result.kind in (None, "fail"):
            configuration = self._configuration(result)
            stated = configuration.level if configuration is not None and configuration.level else "warning"
        return "note" if stated in (None, "none") else stated

    def text(self, message: Message, result: Result) -> str:
        """Return the text of a message; where it is only named, from its rule or its tool (3.11.7)."""
        if message.text is not None or message.id is None:
            return message.text or ""
        rule, driver = self._of(result), self._driver
        strings = (driver.global_message_strings or {}) | ((rule.message_strings if rule is not None else None) or {})
        found = strings.get(message.id)
        return _filled(found.text or "", message.arguments or []) if found is not None else message.id

    def _configuration(self, result: Result) -> Configuration | None:
        rule = self._of(result)
        if rule is None:
            return None
        call = result.provenance.invocation_index if result.provenance is not None else -1
        for overridden, configuration in self._overrides[call] if 0 <= call < len(self._overrides) else ():
            if overridden is rule and configuration.level is not None:
                return configuration
        return rule.default_configuration

    def _of(self, result: Result) -> Rule | None:
        """Return the rule of a result: by its index, its id or its guid, in the part of the tool that it names."""
        reference = result.rule
        component = reference.tool_component if reference is not None else None
        index = result.rule_index if result.rule_index >= 0 or reference is None else reference.index
        id_ = result.rule_id or (reference.id if reference is not None else None)
        return self._found(component, index, id_, reference.guid if reference is not None else None)

    def _referred(self, reference: RuleReference) -> Rule | None:
        return self._found(reference.tool_component, reference.index, reference.id, reference.guid)

    def _found(self, part: ComponentReference | None, index: int, id_: str | None, guid: str | None) -> Rule | None:
        component = self._component(part)
        rules = component.rules or []
        if 0 <= index < len(rules):
            return rules[index]
        # A part of the tool that is not named may be any of its extensions.
        places = [component] if part is not None else [component, *self._extensions]
        for place in places:
            found = self._by_id[id(place)].get(id_ or "") or _by_guid(place, guid) or self._above(place, id_)
            if found is not None:
                return found
        return None

    def _above(self, component: Component, id_: str | None) -> Rule | None:
        """Return the rule whose id is the beginning of a hierarchical one (3.5.4)."""
        parts = (id_ or "").split("/")[:10]
        above = ("/".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
        return next((rule for name in above if (rule := self._by_id[id(component)].get(name)) is not None), None)

    def _component(self, part: ComponentReference | None) -> Component:
        if part is None:
            return self._driver
        if 0 <= part.index < len(self._extensions):
            return self._extensions[part.index]
        named = (each for each in self._extensions if part.guid == each.guid is not None or part.name == each.name)
        return next(named, self._driver)


def _by_guid(component: Component, guid: str | None) -> Rule | None:
    return next((rule for rule in component.rules or () if rule.guid == guid), None) if guid else None


def _filled(text: str, arguments: list[str]) -> str:
    """Return a text with its placeholders replaced (3.11.5)."""

    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        number = int(match[1])
        return arguments[number] if number < len(arguments) else match[0]

    return _PLACEHOLDER.sub(value, text)
