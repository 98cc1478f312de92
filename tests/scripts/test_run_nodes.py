"""``make nodes`` takes nobody else on its port for the node that it started."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import pytest_socket

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import run_nodes


@pytest.fixture
def answering():
    """Serves one body for every path; returns the port."""
    pytest_socket.enable_socket()
    servers = []

    def serve(body):
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1].server_port

    yield serve
    for one in servers:
        one.shutdown()
        one.server_close()


def test_a_node_is_known_by_its_log(answering):
    assert run_nodes.log_at(answering(b'{"log_key": "water.1f.tocsin+ab+AZ"}')) == "water.1f.tocsin"


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b"\xff"])
def test_what_answers_and_is_no_node_is_told_from_one(answering, body):
    assert run_nodes.log_at(answering(body)) == ""


def test_where_nothing_listens_nothing_is_there():
    pytest_socket.enable_socket()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert run_nodes.log_at(port) is None


def test_a_hub_without_its_member_is_ended_with_what_went_wrong(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_nodes, "NODES", tmp_path)
    monkeypatch.setattr(run_nodes, "SERVERS", tmp_path / "servers.json")
    code = "import time; print('up', flush=True); time.sleep(60)"
    hub = subprocess.Popen([sys.executable, "-c", code, "serve"], stdout=subprocess.PIPE)

    def play():
        assert hub.stdout.readline() == b"up\n"
        run_nodes._remember(hub.pid)
        raise SystemExit("tocsin join exited 4")

    monkeypatch.setattr(run_nodes, "play", play)
    with pytest.raises(SystemExit, match="tocsin join exited 4"):
        run_nodes.main([])
    hub.stdout.close()
    assert hub.wait(30) == -signal.SIGTERM
    assert capsys.readouterr().out == "1 node ended.\n"
    run_nodes.main(["stop"])
    assert capsys.readouterr().out == ""


def test_what_is_in_the_way_is_named_with_what_the_server_said(tmp_path, monkeypatch):
    monkeypatch.setattr(run_nodes, "NODES", tmp_path)
    monkeypatch.setattr(run_nodes, "_free", lambda port: port)
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "serve.log").write_text("tocsin: port 8470 of 127.0.0.1 is taken\n")
    node = run_nodes.Node("hub", run_nodes.HUB, 8470)
    told = node._not_served("other.2e.tocsin")
    assert told.startswith(
        "Water ISAC is not served at http://127.0.0.1:8470/: something else answers there, other.2e.tocsin\n"
    )
    assert "port 8470 of 127.0.0.1 is taken" in told
    assert "which is no node" in node._not_served("")
    assert "something else" not in node._not_served(None)
