"""What the tests of several verbs share."""

from __future__ import annotations

import pytest
import pytest_socket

from tocsin.cli.main import main

NOW_US = 1_795_780_000_000_000  # 2026-11-27


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a verb on a node of a water utility, in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: NOW_US)
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)

    def verb(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    assert verb("init", "--name", "Town Water", "--sector", "water")[0] == 0
    return verb
