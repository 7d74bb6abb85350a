"""A few phones at once, each asking again as soon as it has its answer: a closed loop.

A process of its own, so that it shares no interpreter with what it measures, and plain sockets, so
that the bare page isn't measured by the slowness of an HTTP library. Reads one Load as JSON,
writes one Measured as JSON. Only for loopback.
"""

from __future__ import annotations

import gc
import itertools
import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

# Stands in a request for an id that is new each time it is sent.
NEW_ID = "00000000-0000-0000-0000-000000000000"
AT_MOST = 200_000  # requests a run, whatever the time
PATIENCE = 30  # seconds for one answer


@dataclass(frozen=True)
class Ask:
    """One request, as it is sent again and again."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def as_sent(self, port: int) -> bytes:
        """Its bytes."""
        headers = {"Host": f"127.0.0.1:{port}", **self.headers}
        if self.method != "GET":
            headers["Content-Length"] = str(len(self.body.encode()))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n{self.body}".encode()


@dataclass(frozen=True)
class Load:
    """The same requests in turn over so many connections, for so many seconds."""

    port: int
    asks: list[Ask]
    expected: int
    seconds: float
    connections: int


@dataclass(frozen=True)
class Measured:
    """How long each answer took (ms, from the first byte out to the last byte in)."""

    seconds: float
    latencies: list[float]
    bytes_in: int

    @property
    def a_second(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


def measure(load: Load) -> Measured:
    """Run the load in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=False,
        timeout=load.seconds + 2 * PATIENCE,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Measured(**json.loads(done.stdout))


# --- In the process of its own -----------------------------------------------------------------


class Phone:
    """One connection: what it sent last, and what has come back so far."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = bytearray()
        self.wanted = 0
        self.status = 0
        self.sent_at = 0.0

    def ask(self, request: bytes) -> None:
        """Send the next request."""
        self.got.clear()
        self.wanted = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take in what came; says whether the answer is whole."""
        came = self.socket.recv(262_144)
        if not came:
            raise ConnectionError("the server closed the connection")
        self.got += came
        if not self.wanted:
            self._read_head()
        return 0 < self.wanted <= len(self.got)

    def _read_head(self) -> None:
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.got[:end]).lower()
        self.status = int(head[9:12])
        _, found, after = head.partition(b"\r\ncontent-length:")
        if not found:
            raise ConnectionError(f"an answer without its length: {head.decode()}")
        self.wanted = end + 4 + int(after.split(b"\r\n", 1)[0])


def run(load: Load) -> Measured:
    """Ask until the time is over; answers under way are waited for and counted."""
    requests = _requests(load)
    selector = selectors.DefaultSelector()
    phones = [Phone(load.port) for _ in range(load.connections)]
    latencies: list[float] = []
    bytes_in = 0
    began = time.perf_counter()
    for phone in phones:
        selector.register(phone.socket, selectors.EVENT_READ, phone)
        phone.ask(next(requests))
    while selector.get_map():
        for phone in _ready(selector):
            if not phone.is_answered():
                continue
            now = time.perf_counter()
            if phone.status != load.expected:
                raise ConnectionError(f"answered {phone.status}:\n{phone.got.decode('latin-1')}")
            latencies.append((now - phone.sent_at) * 1000)
            bytes_in += len(phone.got)
            if now - began < load.seconds and len(latencies) < AT_MOST:
                phone.ask(next(requests))
            else:
                selector.unregister(phone.socket)
                phone.socket.close()
    return Measured(time.perf_counter() - began, latencies, bytes_in)


def _ready(selector: selectors.BaseSelector) -> Iterator[Phone]:
    ready = selector.select(timeout=PATIENCE)
    if not ready:
        raise TimeoutError(f"no answer within {PATIENCE} s")
    for key, _ in ready:
        yield key.data


def _requests(load: Load) -> Iterator[bytes]:
    placeholder = NEW_ID.encode()
    for request in itertools.cycle([ask.as_sent(load.port) for ask in load.asks]):
        fresh = placeholder in request
        yield request.replace(placeholder, str(uuid4()).encode()) if fresh else request


def _read(told: dict[str, Any]) -> Load:
    return Load(**{**told, "asks": [Ask(**ask) for ask in told["asks"]]})


if __name__ == "__main__":
    load_asked = _read(json.load(sys.stdin))
    gc.disable()  # its pauses would be measured as the server's
    json.dump(asdict(run(load_asked)), sys.stdout)
