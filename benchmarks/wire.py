"""A client that costs next to nothing: one kept-alive HTTP/1.1 connection, written and read by hand."""

import asyncio
from typing import NamedTuple


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Connection:
    """One connection to a server on this machine; `open` it, then one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader, self._writer, self._key = reader, writer, key

    @classmethod
    async def open(cls, port: int, key: str = "") -> "Connection":
        """A connection to the port; `key` is sent with every request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
        return cls(reader, writer, key)

    async def send(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Send a request with a JSON body and read the answer, which must have a Content-Length."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: ledger\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        await self._writer.drain()
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        return Answer(int(lines[0].split()[1]), await self._reader.readexactly(int(headers["content-length"])))

    async def expect(self, status: int, method: str, path: str, body: bytes = b"") -> bytes:
        """As `send`; RuntimeError with the answer for any other status."""
        answer = await self.send(method, path, body)
        if answer.status != status:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {answer.body[:500]!r}")
        return answer.body

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()
