"""What each verb imports: help must be quick, so it may load click and nothing heavier."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import contextlib, io, json, sys
before = set(sys.modules)
from tocsin.cli.main import main
with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.redirect_stderr(io.StringIO()):
    for arguments in json.loads(sys.argv[1]):
        main(arguments)
names = {
    name.partition(".")[0]
    for name, module in list(sys.modules.items())
    if name not in before and ("site-packages" in (getattr(module, "__file__", None) or "") or name.startswith("tocsin."))
}
own = sorted(name for name in sys.modules if name.startswith("tocsin."))
print(json.dumps([sorted(names), own, "sqlite3" in sys.modules, "asyncio" in sys.modules]))
"""


def imported(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    third_party, own, *slow = json.loads(done.stdout)
    assert slow == [False, False]
    return set(third_party) - {"tocsin"}, set(own)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["nope"],
        ["check", "--help"],
        ["check"],
        ["match", "--help"],
        ["explain", "--help"],
        ["doctor", "--help"],
        ["completion", "--help"],
        ["completion", "bash"],
        ["config", "--help"],
        ["config", "show", "--help"],
        ["config", "show"],
        ["gate", "--help"],
        ["version", "--help"],
        ["version", "compare", "--help"],
        ["version", "in-range", "--help"],
    ],
)
def test_help_imports_click_alone(arguments):
    third_party, own = imported(arguments)
    assert third_party <= {"click"}
    # Words and their escapes are light; what reads, checks or stores is not.
    own -= {"tocsin.detect", *(name for name in own if name.startswith("tocsin.detect.told"))}
    heavy = ("tocsin.engine", "tocsin.detect", "tocsin.sources", "tocsin.store", "tocsin.service.exchange")
    assert not [name for name in own if name.startswith(heavy)]


VERBS = [
    "exercise",
    "exercise run",
    "exercise report",
    "status", "init", "serve", "signin", "member", "member add", "member list", "member revoke", "token", "token create",
    "token list", "token revoke", "join", "publish", "withdraw", "inbox", "inbox list", "inbox vet", "inbox release",
    "inbox refuse", "inbox sent", "inbox answers", "source", "source add", "source list", "source remove", "sync", "share", "export", "log",
    "log verify", "log checkpoint", "log erase", "backup", "restore", "affected", "inventory", "inventory add",
    "inventory list", "inventory show", "inventory diff", "inventory treat",
    "inventory review", "inventory same", "inventory different", "inventory forget", "inventory aliases", "inventory adopt",
    "advisory", "advisory list", "advisory show", "advisory diff", "advisory read", "advisory comment", "advisory remove",
    "incident", "incident new", "incident history",
    "incident edit", "incident list", "incident show", "incident import", "incident export", "incident due",
    "incident report", "incident told", "incident learned", "incident rules", "incident profile", "incident send", "incident links", "causes", "plan",
    "posture", "posture assess", "posture show", "posture share", "posture publish",
    "wallet", "wallet screen", "wallet demands", "wallet lists", "wallet load", "wallet cluster", "wallet trace", "wallet links", "wallet key", "wallet share",
    "wallet publish",
    "wallet statement", "wallet statement add", "wallet statement list", "wallet statement withdraw", "wallet dossier",
]  # fmt: skip


def test_help_of_each_verb_of_a_node_imports_click_alone():
    """All of them in one process: none may load what the others do not."""
    third_party, own = imported(*[[*verb.split(), "--help"] for verb in VERBS])
    assert third_party <= {"click"}
    heavy = (
        "tocsin.engine",
        "tocsin.detect",
        "tocsin.inventory",
        "tocsin.incidents",
        "tocsin.measures",
        "tocsin.ransom",
        "tocsin.sources",
        "tocsin.service",
        "tocsin.store",
        "tocsin.web",
    )
    assert not [name for name in own if name.startswith(heavy)]


def test_no_verb_of_a_node_is_forgotten_here():
    import click

    from tocsin.cli.main import tocsin

    def names(group, before=()):
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            yield " ".join([*before, name])
            if isinstance(command, click.Group):
                yield from names(command, (*before, name))

    others = {
        "check", "match", "explain", "doctor", "config", "config show", "completion",
        "gate", "version", "version compare", "version in-range",
    }  # fmt: skip
    assert set(names(tocsin)) - others == set(VERBS)


def test_a_check_of_an_inventory_imports_no_engine_and_no_database(tmp_path):
    bill = tmp_path / "a.json"
    bill.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}')
    third_party, own = imported(["check", str(bill), "--inventory", "--against", str(bill)])
    assert third_party <= {"click", "msgspec", "typing_extensions", "re2", "_re2", "zstandard"}
    assert not [name for name in own if name.startswith(("tocsin.engine", "tocsin.store"))]


def test_a_check_of_a_nodes_inventory_imports_nothing_that_fetches_or_reads_files(tmp_path):
    """It is asked after every sync, of bills and advisories that are kept in one form."""
    from tocsin.cli.main import main

    node, bill, known = tmp_path / "node", tmp_path / "a.json", tmp_path / "osv.json"
    bill.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}')
    known.write_text('{"id": "GHSA-1", "modified": "2026-11-01T00:00:00Z", "affected": []}')
    main(["init", "--name", "Riverton Water", "--sector", "water", "--data", str(node)])
    main(["inventory", "add", str(bill), "--data", str(node)])
    main(["sync", "osv", "--mirror", str(known), "--offline", "--data", str(node)])

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([["check", "--inventory", "--data", str(node)]])],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    third_party, own, *_ = json.loads(done.stdout)
    assert "tocsin.inventory.assess" in own
    assert not {"pyarrow", "numpy", "duckdb", "httpx"} & set(third_party)
    heavy = (
        "tocsin.sources.feed",
        "tocsin.detect.",
        "tocsin.inventory.bom.",
        "tocsin.inventory.advisories.csaf",
    )
    assert not [name for name in own if name.startswith(heavy)]


def test_match_imports_no_engine(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("[]")
    third_party, own = imported(["match", "[a:b = 1]", str(file)])
    assert third_party <= {"click", "msgspec", "typing_extensions", "re2", "_re2"}
    assert not [name for name in own if name.startswith("tocsin.engine")]


def test_explain_imports_no_engine(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text("")
    third_party, own = imported(["explain", str(file)])
    assert third_party <= {"click", "msgspec", "typing_extensions"}
    assert not [name for name in own if name.startswith("tocsin.engine")]


def test_gate_imports_sigstore_only_for_a_bundle_and_no_database(tmp_path, monkeypatch):
    bill = tmp_path / "a.cdx.json"
    bill.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6"}')
    envelope = tmp_path / "a.json"
    envelope.write_text(
        '{"payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": []}'
    )

    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "none"))
    third_party, own = imported(["gate", str(bill), "--attestation", str(envelope)])

    assert "tocsin.inventory.gate.judge" in own
    assert not third_party & {
        "sigstore",
        "sigstore_models",
        "pydantic",
        "duckdb",
        "pyarrow",
        "jinja2",
        "rich",
        "sqlalchemy",
    }


def test_version_imports_the_inventory_and_nothing_heavier():
    third_party, own = imported(
        ["version", "compare", "deb", "1.0-1", "1.0-2"], ["version", "in-range", "1.0", "vers:pypi/<2"]
    )
    assert third_party <= {"click"}
    assert "tocsin.inventory.version" in own
    heavy = (
        "tocsin.engine",
        "tocsin.sources",
        "tocsin.store",
        "tocsin.service",
        "tocsin.detect.reader",
    )
    assert not [name for name in own if name.startswith(heavy)]
