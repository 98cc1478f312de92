"""``tocsin`` as a shell finds it: asks ``tocsin_server.py``, and notes what was asked, how it ended and what it named."""

import contextlib
import json
import os
import re
import socket
import sys
import tempfile
import time
from pathlib import Path

NAMED = {
    "INVITATION": r"tocsin-invitation_\S+",
    "TOKEN": r"tocsin_[\w-]{40,}",
    "TOKEN_ID": r"token revoke (\w+)",
    "SIGHTING": r"sighting--[0-9a-f-]{36}",
    "FINDING": r"finding--[0-9a-f-]{36}",
}
READY_S = 60


def ask(arguments, out, err, *, goes_on=False):
    request = {"arguments": arguments, "env": dict(os.environ), "cwd": str(Path.cwd()), "goes_on": goes_on}
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(os.environ["DOCUMENTED_SOCKET"])
        socket.send_fds(server, [json.dumps(request).encode()], [0, out, err])
        return int(server.recv(64) or b"-1")


def note(name, text):
    """Keep ``text``; what stands in capitals is the last of its kind."""
    with Path(os.environ["DOCUMENTED_SAID"], name).open(
        "w" if name.isupper() else "a", encoding="utf-8"
    ) as file:
        file.write(text)


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["serve"]:
        return serve(arguments)
    with tempfile.TemporaryFile() as kept:
        code = ask(arguments, kept.fileno(), 2)
        kept.seek(0)
        said = kept.read()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(said)
        sys.stdout.flush()
    for name, pattern in NAMED.items():
        found = re.search(pattern, said.decode(errors="replace"))
        if found:
            note(name, found[found.lastindex or 0])
    note("commands", json.dumps({"arguments": arguments, "code": code}) + "\n")
    return code


def serve(arguments):
    """Serve in the background, and return once it answers; a person would open another terminal."""
    path = Path(os.environ["DOCUMENTED_SAID"], f"serve-{time.time_ns()}")
    with path.open("wb") as log:
        child = ask(arguments, log.fileno(), log.fileno(), goes_on=True)
    note("served", f"{child}\n")
    late = time.monotonic() + READY_S
    while time.monotonic() < late:
        text = path.read_text(encoding="utf-8")
        if "is served at" in text:
            note("commands", json.dumps({"arguments": arguments, "code": 0}) + "\n")
            return 0
        if "What to do" in text or "Error" in text:
            break
        time.sleep(0.05)
    sys.stderr.write(text)
    note("commands", json.dumps({"arguments": arguments, "code": 70}) + "\n")
    return 70


if __name__ == "__main__":
    sys.exit(main())
