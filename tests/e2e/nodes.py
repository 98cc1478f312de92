"""Nodes as a person has them: folders, commands and serving processes over loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from e2e import forking

TIMEOUT_S = 60


class NodeProcess:
    """One node: its folder, and its server while it serves."""

    def __init__(self, folder: Path, *, port: int = 0):
        self.folder = folder
        self.port = port or free_port()
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def run(self, *arguments, code=0, given=None):
        """Run a verb on this node and return its stdout."""
        env = {
            **os.environ,
            "TOCSIN_DATA": str(self.folder),
            "TOCSIN_CACHE_DIR": str(self.folder.parent / "cache"),
        }
        done = forking.run([str(one) for one in arguments], env=env, given=given, time_s=TIMEOUT_S)
        out, self.errors = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{out}\n{self.errors}"
        return out

    def json(self, *arguments, code=0):
        return json.loads(self.run(*arguments, "--format", "json", code=code))

    def serve(self, *options):
        self.server = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from tocsin.cli.main import run; run()",
                "serve",
                "--port",
                str(self.port),
                *options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "TOCSIN_DATA": str(self.folder)},
        )
        late = threading.Timer(TIMEOUT_S, self.server.kill)
        late.start()
        said = []
        while not said or b"is served at" not in said[-1]:
            said.append(self.server.stderr.readline())
            assert said[-1], f"the node does not serve: {said}"
        late.cancel()
        return self

    def stop(self, how=signal.SIGTERM):
        if self.server is not None:
            with contextlib.suppress(ProcessLookupError):
                self.server.send_signal(how)
            code = self.server.wait(TIMEOUT_S)
            self.server.stderr.close()
            self.server = None
            return code
        return None


def free_port():
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    return int(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )


def get(url, token="", accept="*/*"):
    """Status, headers and body of a GET, made by a process of its own."""
    code = (
        "import json, sys, urllib.error, urllib.request\n"
        "request = urllib.request.Request(sys.argv[1], headers=json.loads(sys.argv[2]))\n"
        "try:\n    answer = urllib.request.urlopen(request)\n"
        "except urllib.error.HTTPError as error:\n    answer = error\n"
        "print(json.dumps([answer.status, dict(answer.headers), answer.read().decode()]))\n"
    )
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
    done = subprocess.run(
        [sys.executable, "-c", code, url, json.dumps(headers)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)
