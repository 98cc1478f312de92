"""Send raw requests to a served node, each over a connection of its own, and print what each is answered.

Run by the tests in a process of its own, since theirs may open no socket. Reads lines of JSON: ``send`` are parts in
latin-1, sent one after another; ``times`` repeats the last of them, ``pause`` seconds lie between. Prints the status,
or 0 where the connection was closed without one, and -1 where nothing came in time.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import time


def knock(port: int, asked: dict) -> int:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.settimeout(asked.get("timeout", 10))
        parts = [part.encode("latin-1") for part in asked["send"]]
        with contextlib.suppress(OSError):
            for part in parts[:-1]:
                connection.sendall(part)
                time.sleep(asked.get("pause", 0))
            for _ in range(asked.get("times", 1)):
                connection.sendall(parts[-1])
                time.sleep(asked.get("pause", 0))
        if asked.get("leave"):
            return 0
        try:
            came = connection.recv(65536)
        except TimeoutError:
            return -1
        except OSError:
            return 0
    line = came.split(b"\r\n")[0].split(b" ")
    return int(line[1]) if len(line) > 1 and line[1].isdigit() else 0


if __name__ == "__main__":
    for line in sys.stdin:
        print(knock(int(sys.argv[1]), json.loads(line)), flush=True)
