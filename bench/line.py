"""A slow line between a browser and a server: so much latency, so many bits a second, counted.

Chromium's own emulation slows down one page, and leaves its service worker alone, which fetches at
the same time over the same line. Here everything of a phone goes through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

SLOW_3G = (0.4, 400_000)  # seconds there and back, bits a second each way
AT_ONCE = 4096
# Of one connection under way: more would make the others wait behind it.
UNDER_WAY = 4
BEGINNINGS = (b"GET ", b"POST ")


@dataclass
class Way:
    """One direction, shared by all connections."""

    counted: int = 0
    free_at: float = 0.0

    def arrival(self, size: int, now: float, latency: float, rate: float) -> float:
        """When so many bytes that are sent now have arrived."""
        self.counted += size
        self.free_at = max(now, self.free_at) + size * 8 / rate
        return self.free_at + latency


class Line:
    """Where the browser connects to."""

    def __init__(self, server_port: int, there_and_back: float, rate: float) -> None:
        self.server_port = server_port
        self.latency, self.rate = there_and_back / 2, rate
        self.slow = True
        self.requests = 0
        self.up, self.down = Way(), Way()
        self.port = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes(self) -> int:
        """What went over it, headers and all, both ways."""
        return self.up.counted + self.down.counted

    def count_anew(self) -> None:
        """From here on."""
        self.requests = self.up.counted = self.down.counted = 0

    async def listen(self, ready: threading.Event) -> None:
        """Carry what connects until `end` is called."""
        self.loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        listening = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await self._ended.wait()
        listening.close()

    def end(self) -> None:
        """Cut it."""
        self.loop.call_soon_threadsafe(self._ended.set)

    async def _connect(self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        """Carry one connection's bytes both ways until either end closes it."""
        server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        ways = (
            asyncio.create_task(self._carry(phone, to_server, self.up)),
            asyncio.create_task(self._carry(server, to_phone, self.down)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the line is cut
        finally:
            for way in ways:
                way.cancel()
            for end in (to_phone, to_server):
                end.close()

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, way: Way
    ) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY)
        arriving = asyncio.create_task(_arrive(waiting, target))
        clock = asyncio.get_running_loop().time
        try:
            while some := await source.read(AT_ONCE):
                self.requests += way is self.up and some.startswith(BEGINNINGS)
                latency, rate = (self.latency, self.rate) if self.slow else (0.0, 1e12)
                await waiting.put((way.arrival(len(some), clock(), latency, rate), some))
            await waiting.join()
        except OSError:
            pass  # closed at the other end
        finally:
            arriving.cancel()


async def _arrive(
    waiting: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter
) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        at, some = await waiting.get()
        await asyncio.sleep(max(0.0, at - clock()))
        target.write(some)
        with contextlib.suppress(OSError):
            await target.drain()
        waiting.task_done()


@contextlib.contextmanager
def slow_line(server_port: int, there_and_back: float, rate: float) -> Iterator[Line]:
    """A line to that server, in a thread of its own, until the block ends."""
    line, ready = Line(server_port, there_and_back, rate), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(line.listen(ready)), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield line
    finally:
        line.end()
        thread.join()
