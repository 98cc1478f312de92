"""A web server in a thread, on this machine's own address, whose every answer a test writes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = ["127.0.0.1"]


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    certificate: object = None


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[socket.socket], None] | None = None
    """Writes the whole answer to the bare connection, however a server should not."""


@dataclass
class Server:
    port: int
    scheme: str
    asked: list[Asked] = field(default_factory=list)

    def url(self, target: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{target}"

    @property
    def targets(self) -> list[str]:
        return [one.target for one in self.asked]


@contextlib.contextmanager
def serving(answer: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            peer = self.connection.getpeercert() if tls else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length), peer)
            server.asked.append(asked)
            given = answer(asked)
            if given.write is not None:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    given.write(self.connection)
                return
            with contextlib.suppress(OSError):
                self.send_response(given.status)
                for name, value in given.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in given.headers:
                    self.send_header("Content-Length", str(len(given.body)))
                self.end_headers()
                self.wfile.write(given.body)

        def log_message(self, *_: object) -> None:
            pass

    for method in ("GET", "HEAD", "POST", "PUT"):
        setattr(Handler, f"do_{method}", Handler.handle_one)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            pass

    held = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        # The handshake is made at the first read, in the connection's own thread.
        held.socket = tls.wrap_socket(held.socket, server_side=True, do_handshake_on_connect=False)
    server = Server(held.server_address[1], "https" if tls else "http")
    thread = threading.Thread(target=held.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        held.shutdown()
        held.server_close()
        thread.join()
