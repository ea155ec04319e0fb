"""uvicorn's protocol with an end to a request's head: it waits for one without end, and takes one of any size."""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 65_536
SECONDS = 10.0


class Protocol(HttpToolsProtocol):
    """A head: method, path and headers. What comes after it has limits of its own (service/routes/reading.py)."""

    waiting = True
    size = 0
    timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.waiting:
            self.size += len(data)
            self.start_timer()
        super().data_received(data)
        if self.waiting and self.size > MOST_BYTES:
            self.refuse("431 Request Header Fields Too Large", f"the headers have more than {MOST_BYTES:,} bytes")

    def on_headers_complete(self) -> None:
        self.waiting, self.size = False, 0
        self.stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        # Until the first byte of the next head, uvicorn's timer of idle connections runs.
        self.waiting = True
        super().on_message_complete()

    def start_timer(self) -> None:
        """Unless it runs: more bytes do not put it off."""
        if self.timer is None:
            self.timer = self.loop.call_later(SECONDS, self.time_out)

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def time_out(self) -> None:
        """The head did not come; where an answer to the one before is under way, that is why."""
        self.timer = None
        if self.cycle is None or self.cycle.response_complete:
            self.refuse("408 Request Timeout", f"the headers did not come within {SECONDS:g} s")
        else:
            self.start_timer()

    def refuse(self, status: str, error: str) -> None:
        """Say so, and hang up."""
        if self.transport.is_closing():
            return
        body = f'{{"error": "{error}"}}'
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(f"{head}connection: close\r\n\r\n{body}".encode())
        self.transport.close()
