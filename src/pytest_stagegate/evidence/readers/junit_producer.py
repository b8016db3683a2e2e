"""Which tool wrote a JUnit XML file, as far as the file says so; most files don't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

# What tools write as the name of their outermost suite.
_BY_NAME: Final = {
    "pytest": "pytest",
    "pytest tests": "pytest",
    "jest tests": "Jest",
    "vitest tests": "Vitest",
    "Mocha Tests": "Mocha",
    "bun test": "Bun",
    "deno test": "Deno",
    "AllTests": "GoogleTest",
    "nextest-run": "cargo-nextest",
    "rspec": "RSpec",
    "nose2-junit": "nose2",
}
# Properties whose value is the version of what ran the tests.
_BY_PROPERTY: Final = {"go.version": "Go"}


class Producer:
    """Gathers the marks of the tool from elements outside of the test cases; the first one counts."""

    def __init__(self) -> None:
        self._tool = ""

    def note(self, element: str, attributes: Mapping[str, str]) -> None:
        """Look at an element.

        Args:
            element: Its name.
            attributes: Its attributes.
        """
        if self._tool:
            return
        if element == "property":
            if tool := _BY_PROPERTY.get(attributes.get("name", "")):
                self._tool = shortened(f"{tool} {attributes.get('value', '').removeprefix('go')}".strip(), 100)
        elif "doctest_version" in attributes:
            self._tool = shortened(f"doctest {attributes['doctest_version']}", 100)
        elif "surefire-test-report" in attributes.get("xsi:noNamespaceSchemaLocation", ""):
            self._tool = "Maven Surefire"
        else:
            self._tool = _BY_NAME.get(attributes.get("name", ""), "")

    def text(self) -> str:
        """Return tool and version, as far as they are stated."""
        return self._tool
