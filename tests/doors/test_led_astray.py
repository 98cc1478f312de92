"""A hub or a feed that leads a node to another address: nothing that is not public is asked, and no token goes along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from e2e.nodes import NodeProcess

ASTRAY = Path(__file__).parent / "astray.py"


@contextmanager
def leading():
    """A server's address, and a function that tells who came to the second."""
    server = subprocess.Popen(
        [sys.executable, str(ASTRAY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def came():
        return server.communicate("", timeout=30)[0].splitlines()

    try:
        first, _ = server.stdout.readline().split()
        yield f"http://127.0.0.1:{first}/", came
    finally:
        if server.poll() is None:
            server.communicate("", timeout=30)
        server.stdout.close()


INVITATION = "tocsin-invitation_" + "A" * 43 + "_" + "0" * 32

PLACES = [
    (302, "http://127.0.0.1:{port}/inside"),
    (307, "http://127.0.0.1:{port}/inside"),
    (301, "http://localhost:{port}/inside"),
    (302, "http://[::ffff:127.0.0.1]:{port}/inside"),
    (302, "http://2130706433:{port}/inside"),
    (302, "http://127.1:{port}/inside"),
    (302, "//127.0.0.1:{port}/inside"),
    (302, "file:///etc/passwd"),
]


def test_nobody_is_led_to_an_address_inside(tmp_path):
    node = NodeProcess(tmp_path / "node")
    node.run("init", "--name", "Node", "--sector", "water")
    with leading() as (url, came):
        words = []
        for number, (status, location) in enumerate(PLACES):
            base = f"{url}{status}/{quote(location, safe='')}/"
            words += [
                ["join", base, INVITATION],
                ["source", "add", f"feed-{number}", f"{base}feed.json"],
                ["sync", f"feed-{number}"],
            ]
        done = run_each(node, words)
        assert came() == []
    for (verb, *_), (code, errors) in zip(words, done, strict=True):
        assert code == 0 if verb == "source" else code in {3, 4, 5}, (verb, code, errors)
        assert "Traceback" not in errors


def run_each(node, words):
    """Run verbs one after another in one process: the exit code and the words for a person of each."""
    code = (
        "import contextlib, io, json, sys\n"
        "from tocsin.cli.main import run\n"
        "for words in json.load(sys.stdin):\n"
        "    sys.argv, told, code = ['tocsin', *words], io.StringIO(), 0\n"
        "    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):\n"
        "        try:\n            run()\n"
        "        except SystemExit as left:\n            code = left.code\n"
        "    print(json.dumps([code or 0, told.getvalue()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(words), capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "TOCSIN_DATA": str(node.folder)},
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]
