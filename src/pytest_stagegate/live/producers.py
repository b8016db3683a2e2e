"""The policy's producers at the end of a live run: run once, in the controlling process, after all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pytest_stagegate.documents.terminal import Text
from pytest_stagegate.documents.wording import clean
from pytest_stagegate.evidence.finding import Given
from pytest_stagegate.producing import produce

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_stagegate.model.sources import EvidenceRule
    from pytest_stagegate.producing import Making

_BROKE_OFF: Final = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)


def worth_producing(status: int, *, collection_failed: bool) -> bool:
    """Return whether the session came far enough for its evidence to be completed.

    pytest calls a session interrupted, too, in which a module could not be collected.
    """
    return status not in _BROKE_OFF or (status == pytest.ExitCode.INTERRUPTED and collection_failed)


def produced(
    rules: Sequence[EvidenceRule], making: Making, say: Callable[[Text], None], *, quiet: bool
) -> tuple[Given, ...]:
    """Run the producers, tell about them, and return their files as evidence of the run.

    Raises:
        OSError: When a file can't be written.
    """
    results = list(produce(rules, making))
    if results and not quiet:
        say(Text(f"stagegate: ran {', '.join(f'{each.name} ({each.took})' for each in results)}"))
    for each in results:
        if each.attachment.failed:
            say(Text(f"stagegate: the producer {each.name} failed: {each.attachment.failed}", "hold"))
        for text in each.lacking:
            say(Text(clean(f"stagegate: not measured: {text}"), "hold"))
    return tuple(Given(each.path) for each in results)
