"""pytest-xdist: what a worker knows of collection travels to the controller as data, before any test runs.

A worker's own results can't carry it: one that dies leaves none. A channel of execnet can, and it is sent with the
worker's input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from pytest_stagegate.live.collecting import Collected

if TYPE_CHECKING:
    from pytest_stagegate.errors import MistakesError
    from pytest_stagegate.live.measuring import Measurement
    from pytest_stagegate.live.recording import Recorder

CHANNEL: Final = "stagegate_channel"
CLOSED: Final = "stagegate_closed"
"""Whether a worker leaves out every test, because what they would run against is not ready."""
_MEASURED: Final = "stagegate_measured"


class WorkerSide:
    """In a worker: sends what was collected, or what is wrong with it; measures coverage."""

    def __init__(self, measurement: Measurement) -> None:
        self._measurement = measurement
        self._channel: Any = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the channel that the controller sent."""
        self._channel = config.workerinput[CHANNEL]  # type: ignore[attr-defined]

    def collected(self, collected: Collected) -> None:
        """Send the collection."""
        self._channel.send(("collected", msgspec.msgpack.encode(collected)))

    def failed(self, error: MistakesError) -> None:
        """Send what is wrong; raising here would read as an internal error."""
        self._channel.send(("failed", str(error).encode()))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Any:
        """Save this worker's coverage and say that it was saved."""
        self._measurement.stop()
        session.config.workeroutput[_MEASURED] = self._measurement.cov is not None  # type: ignore[attr-defined]
        workeroutput: dict[str, Any] = session.config.workeroutput  # type: ignore[attr-defined]
        workeroutput["stagegate_label_problem"] = self._measurement.label_problem
        return (yield)


class ControllerSide:
    """In the controller: receives what the workers send, and notices each one that goes down.

    Args:
        recorder: Takes what was collected and who was lost.
        measurement: Told whose coverage is missing.
        stop: Called with a worker's message about wrong tags; raises.
        closed: Whether no test is to be run.
    """

    def __init__(
        self, recorder: Recorder, measurement: Measurement, stop: Callable[[str], None], *, closed: bool
    ) -> None:
        self._recorder = recorder
        self._measurement = measurement
        self._stop = stop
        self._closed = closed
        self._messages: dict[str, tuple[str, bytes]] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send each worker a channel of its own."""
        channel = node.gateway.newchannel()
        worker = node.gateway.id
        channel.setcallback(lambda message: self._messages.setdefault(worker, message))
        node.workerinput[CHANNEL] = channel
        node.workerinput[CLOSED] = self._closed

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Record what a worker collected."""
        worker = node.gateway.id
        kind, payload = self._messages.get(worker, ("nothing", b""))
        if kind == "failed":
            self._stop(payload.decode())
        if kind == "collected":
            self._recorder.worker_ids(worker, ids, msgspec.msgpack.decode(payload, type=Collected))
        self._messages.pop(worker, None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Note a worker that did not come to its own end, even if all its tests were reported later."""
        worker = node.gateway.id
        output = getattr(node, "workeroutput", None) or {}
        if error is not None:
            self._recorder.worker_lost(worker, str(error).strip().splitlines()[-1] if str(error).strip() else "died")
        if self._measurement.mode == "ours" and not output.get(_MEASURED):
            self._measurement.lost.append(worker)
        self._measurement.label_problem = output.get("stagegate_label_problem") or self._measurement.label_problem
