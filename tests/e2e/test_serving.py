"""Serving: a port is one node's alone, and "served" is told once it is so."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from e2e.nodes import NodeProcess, free_port, get
from sources.certificates import Authority

TIMEOUT_S = 30


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("nodes")
    both = [NodeProcess(base / name / "node") for name in ("one", "two")]
    for node in both:
        node.run("init", "--name", node.folder.parent.name, "--sector", "water")
    return both


@pytest.fixture
def nodes(made):
    """Two nodes that nobody serves yet."""
    for node in made:
        node.port = free_port()
    yield made
    for node in made:
        node.stop()


def started(node, port, *options):
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tocsin.cli.main import run; run()",
            "serve",
            "--port",
            str(port),
            *options,
        ],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TOCSIN_DATA": str(node.folder)},
    )


def answers(node):
    """Whether the node itself answers: it lets nobody in who shows nothing."""
    return get(node.url + "openapi.json")[0] == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_that_is_taken_is_told_and_whoever_has_it_goes_on(nodes, host):
    first, second = nodes
    first.serve("--host", host)
    process = started(second, first.port, "--host", host)
    try:
        _, told = process.communicate(timeout=TIMEOUT_S)
    finally:
        process.kill()
    assert process.returncode == 4
    assert f"port {first.port} of {host} is taken" in told
    assert "is served at" not in told
    assert answers(first)
    assert first.stop() == 0


def test_of_two_that_start_at_once_one_serves(nodes):
    both = [started(node, nodes[0].port) for node in nodes]
    try:
        # The loser ends by itself; the other is then told to.
        said = {}
        while not said:
            time.sleep(0.02)
            for process in both:
                if process.poll() is not None:
                    said[process] = process.stderr.read()
        [(lost, told)] = said.items()
        [won] = [process for process in both if process is not lost]
        assert (lost.returncode, "is taken" in told) == (4, True)
        assert "is served at" in won.stderr.readline()
        assert answers(nodes[0])
        won.terminate()
        assert won.wait(TIMEOUT_S) == 0
    finally:
        for process in both:
            process.kill()
            process.stderr.close()


def test_when_it_says_served_it_answers(nodes):
    process = started(nodes[0], nodes[0].port)
    try:
        assert "is served at" in process.stderr.readline()
        assert answers(nodes[0])
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)
        process.stderr.close()


def test_a_port_is_free_again_at_once(nodes):
    for _ in range(2):
        nodes[0].serve()
        assert answers(nodes[0])
        assert nodes[0].stop() == 0


@pytest.mark.parametrize(
    ("host", "why"),
    [("no-such-host.invalid", "is no address"), ("192.0.2.1", "is no address of this machine")],
)
def test_an_address_that_is_none_of_this_machine_is_told(nodes, host, why):
    node = nodes[0]
    node.run("serve", "--host", host, "--plain-http", "--port", str(node.port), code=4)
    assert why in node.errors


def test_with_tls_and_client_certificates_it_says_served_too(nodes, tmp_path):
    authority = Authority(tmp_path)
    both = authority.certificate("127.0.0.1")
    tls = ("--tls-cert", both, "--tls-key", both)
    for more in ((), ("--client-ca", authority.file)):
        process = started(nodes[0], nodes[0].port, *map(str, (*tls, *more)))
        try:
            assert f"is served at https://127.0.0.1:{nodes[0].port}/" in process.stderr.readline()
        finally:
            process.terminate()
            assert process.wait(TIMEOUT_S) == 0
            process.stderr.close()


def test_a_certificate_that_is_none_is_told(nodes, tmp_path):
    (tmp_path / "x.pem").write_text("none")
    node = nodes[0]
    node.run("serve", "--tls-cert", tmp_path / "x.pem", "--tls-key", tmp_path / "x.pem", code=4)
    assert "is served at" not in node.errors
