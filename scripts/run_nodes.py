"""``make nodes``: a hub and a member on this machine, through the very verbs that a person types.

The hub publishes the warnings of 2021; the member joins, takes them, checks the example evidence and shares one
sighting back. Both go on serving their pages when this ends; ``make stop`` ends them.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out"
NODES = OUT / "nodes"
SERVERS = NODES / "servers.json"
REPORT = OUT / "report.html"
EXAMPLES = Path("src/tocsin/data/examples")
HUB, MEMBER = "Water ISAC", "Brookwater"
# A browser keeps one session a host name, whatever the port: two names, so that both nodes stay open.
HOSTS = {HUB: "127.0.0.1", MEMBER: "localhost"}
PORTS = (8470, 8471)
READY_S = 30
SHOWN = 12
ANSWERS = (0, 1, 7)


def main(arguments: list[str]) -> int:
    """Start the two nodes, or with ``stop`` end them."""
    stop(" of an earlier run")
    if arguments == ["stop"]:
        return 0
    try:
        play()
    except BaseException:
        # A hub without its member, or cut short by Ctrl-C, is of no use, and would hold the port.
        stop()
        raise
    return 0


def play() -> None:
    """Start both, one step after the other, as the tutorial tells."""
    shutil.rmtree(NODES, ignore_errors=True)
    NODES.mkdir(parents=True)
    hub, member = Node("hub", HUB, PORTS[0]), Node("member", MEMBER, PORTS[1])

    say("The hub: it has warnings, and tells its members.")
    hub.run("init", "--name", HUB, "--sector", "water")
    hub.run("publish", str(EXAMPLES / "warnings-2021.json"), "--tlp", "green", quiet=True)
    invitation = hub.run("member", "add", MEMBER, "--sector", "water", secret=True)
    hub.serve()

    say("The member: a water utility that does not exist. It joins, and takes the warnings.")
    member.run("init", "--name", MEMBER, "--sector", "water")
    member.run("join", hub.url, invitation)
    member.run("sync")

    say("Is it hit? Its own logs, on its own machine, against what the hub warned of.")
    findings = NODES / "findings.jsonl"
    member.run("check", str(EXAMPLES / "evidence"), "--report", str(REPORT), shown=SHOWN)
    member.run(
        "check", str(EXAMPLES / "evidence"), "--format", "jsonl", "--output", str(findings), silent=True
    )
    first = json.loads(findings.read_text(encoding="utf-8").splitlines()[0])["id"]

    say("It tells the hub of one finding: that it was seen, when, how often. These bytes, and no others.")
    member.run("share", first, "--to", HUB, "--yes")
    hub.run("inbox", "list")
    member.serve()

    say("Both nodes go on. Open one of these once, within 15 minutes:")
    for node in (hub, member):
        link = json.loads(node.run("signin", "--url", node.url, "--format", "json", silent=True))
        print(f"  {node.name:12} {link['url']}")
    print(f"\nThe report to read and print: {REPORT.relative_to(ROOT)}")
    print(
        "To end both nodes: make stop.   To check your own logs: make run EVIDENCE=/var/log AGAINST=feed.json"
    )


def say(text: str) -> None:
    """Say what comes next."""
    print(f"\n== {text}", flush=True)


class Node:
    """One node: its folder and its port."""

    def __init__(self, folder: str, name: str, port: int) -> None:
        self.folder = NODES / folder
        self.name = name
        self.port = _free(port)
        self.environment = {
            **os.environ,
            "TOCSIN_DATA": str(self.folder),
            "TOCSIN_CACHE_DIR": str(NODES / "cache"),
        }

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://{HOSTS[self.name]}:{self.port}/"

    def run(
        self,
        *words: str,
        shown: int | None = None,
        silent: bool = False,
        secret: bool = False,
        quiet: bool = False,
    ) -> str:
        """Run a verb as a person would type it, and show it with what it prints."""
        given = [*words, "--format", "json"] if secret else list(words)
        done = subprocess.run(  # noqa: S603  our own program
            [_program(), *given],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode not in (ANSWERS if words[0] == "check" else (0,)):
            raise SystemExit(f"tocsin {' '.join(words)} exited {done.returncode}\n{done.stdout}{done.stderr}")
        if not silent:
            self._show(words, "" if secret else done.stdout, "" if quiet else done.stderr, shown)
        return str(json.loads(done.stdout)["invitation"]) if secret else done.stdout

    def _show(self, words: tuple[str, ...], out: str, err: str, shown: int | None) -> None:
        lines = out.rstrip().splitlines()
        if shown is not None and len(lines) > shown:
            lines = [*lines[:shown], f"... and {len(lines) - shown} lines more: the report says it all"]
        typed = " ".join(
            "INVITATION" if word.startswith("tocsin-invitation") else _quoted(word) for word in words
        )
        print(f"\n{self.name} $ tocsin {typed}")
        for line in [*lines, *err.rstrip().splitlines()]:
            print(f"  {line}" if line else "")
        sys.stdout.flush()

    def serve(self) -> None:
        """Serve the node in the background, and wait until it answers."""
        print(f"\n{self.name} $ tocsin serve --port {self.port}", flush=True)
        with (self.folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  our own program
                [_program(), "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _remember(process.pid)
        log = json.loads(self.run("log", "verify", "--format", "json", silent=True))["log"]
        deadline = time.monotonic() + READY_S
        while (there := log_at(self.port)) != log:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(self._not_served(there))
            time.sleep(0.1)
        print(f"  served at {self.url}", flush=True)

    def _not_served(self, there: str | None) -> str:
        """Say what is in the way: something else on the port, and what the server said."""
        said = (self.folder / "serve.log").read_text(encoding="utf-8").strip()
        told = f"{self.name} is not served at {self.url}"
        if there is not None:
            told += f": something else answers there, {there or 'which is no node'}"
        return f"{told}\n{said}"


def stop(which: str = "") -> None:
    """End the nodes that are serving, and say how many of ``which``."""
    try:
        held = json.loads(SERVERS.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return
    for pid in held:
        if _is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    SERVERS.unlink()
    print(f"{'1 node' if len(held) == 1 else f'{len(held)} nodes'}{which} ended.")


def _is_ours(pid: int) -> bool:
    """Whether the process is still one of ours, and not another that was given its number."""
    try:
        return b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc").exists()


def _remember(pid: int) -> None:
    held = json.loads(SERVERS.read_text(encoding="utf-8")) if SERVERS.exists() else []
    SERVERS.write_text(json.dumps([*held, pid]), encoding="utf-8")


def _program() -> str:
    return str(Path(sys.executable).parent / "tocsin")


def _quoted(word: str) -> str:
    shown = word.replace(f"{ROOT}/", "")
    return f'"{shown}"' if " " in shown else shown


def log_at(port: int) -> str | None:
    """The name of the log of the node that answers on ``port``: no other node has it.

    "" for what is no node, None where nothing listens.
    """
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/api/log-key")
        held = json.loads(asked.getresponse().read(4096))
        return str(held["log_key"]).partition("+")[0]
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return ""
    finally:
        asked.close()


def _free(port: int) -> int:
    """``port`` if nobody listens there, else one that the system gives."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
