"""Two servers on loopback: the first leads every request to the second, which tells who came.

Run by the tests in a process of its own. Prints the two ports, and afterwards a line for each request that reached the
second: nobody was to come there. Status and address to lead to are the first parts of the path that is asked for;
``{port}`` in the address is the second's port.
"""

from __future__ import annotations

import http.server
import sys
import threading
from urllib.parse import unquote


def serve(answer):
    class Handler(http.server.BaseHTTPRequestHandler):
        def _any(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

        do_GET = do_POST = do_HEAD = _any  # noqa: N815  http.server calls them so

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def inside(handler):
    print(f"came {handler.command} {handler.path} {handler.headers.get('Authorization', '')}", flush=True)
    handler.send_response(200)
    handler.send_header("Content-Length", "2")
    handler.end_headers()
    handler.wfile.write(b"{}")


def main() -> None:
    second = serve(inside)

    def lead(handler):
        _, status, location, *_ = map(unquote, handler.path.split("/"))
        handler.send_response(int(status))
        handler.send_header("Location", location.replace("{port}", str(second)))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    print(serve(lead), second, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
