"""How long a connection may take to send a request: a half-sent one is closed."""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """Close connections that open and say nothing, or stop in the middle of a head."""

    limit_s: ClassVar[float] = 20.0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait on unless it made a request whole."""
        super().data_received(data)
        if self._is_asking():
            self._wait_no_more()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _is_asking(self) -> bool:
        cycle = getattr(self, "cycle", None)
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.limit_s, self._give_up)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self._is_asking() and not self.transport.is_closing():
            self.transport.close()


def patient_protocol(limit_s: float) -> type[PatientProtocol]:
    """Make the protocol of connections closed when no whole request head arrives in time [s]."""
    return type("PatientProtocol", (PatientProtocol,), {"limit_s": limit_s})
