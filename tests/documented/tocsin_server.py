"""Be ``tocsin`` for a shell: a process that has imported it all, and is copied for each command (see ``e2e/forking.py``)."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from e2e.forking import _import_all


def main() -> None:
    _import_all()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(8)
        print("ready", flush=True)
        while True:
            asked, _ = listening.accept()
            if not os.fork():
                listening.close()
                serve(asked)
            asked.close()


def serve(asked: socket.socket) -> None:
    """Run one command in a copy of this copy, and say how it ended; of one that goes on, its id."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    text, handles, _, _ = socket.recv_fds(asked, 1 << 20, 3)
    request = json.loads(text)
    child = os.fork()
    if not child:
        asked.close()
        become(request, handles)
    if request["goes_on"]:
        asked.sendall(f"{child}".encode())
    else:
        asked.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}".encode())
    os._exit(0)


def become(request: dict, handles: list[int]) -> None:
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it has not read what this process had
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    sys.argv = ["tocsin", *request["arguments"]]
    from tocsin.cli.main import run

    run()


if __name__ == "__main__":
    main()
