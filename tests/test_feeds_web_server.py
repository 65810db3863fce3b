"""The server's limits: readers who do not go on, and small answers that do not wait."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from feeds.web import server
from pipeline.commands.service import listen


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(server, "HEADERS_WITHIN", 0.4)
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("a small answer"))])
    listening = listen("127.0.0.1", 0)
    running = uvicorn.Server(server.config_of(app))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    running.should_exit = True
    thread.join(10)


def answer(connection: socket.socket) -> bytes:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    got = b""
    while not got.endswith(b"a small answer"):
        got += connection.recv(4096)
    return got


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_who_does_not_go_on_is_hung_up_on(port: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(begun)
        assert connection.recv(100) == b""


def test_who_asked_once_and_begins_again_is_hung_up_on_too(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        assert answer(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET / HT")
        assert connection.recv(100) == b""


def test_listening_sockets_send_at_once() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
