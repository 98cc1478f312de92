"""Write what each fuzz target begins with: ``build/fuzz/corpus-NAME``, a file a seed. ``make fuzz`` runs it.

The seeds are cut from the shipped examples, or stand here where none of that form ships. A fuzzer that begins with true
input reaches in a minute what it would not guess in a day. What it finds is kept beside the seeds.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import json
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from tocsin.detect.readers.registry import READERS

__all__ = ["corpora", "main", "write"]

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "src/tocsin/data/examples"
FOLDER = ROOT / "build/fuzz"
LINES = 8
OBJECTS = 2
LONGEST_BYTES = 2_000

LOGS = {
    "exchange": ["MAIL01/HttpProxy/Ecp/HttpProxy_2021030300-1.LOG"],
    "json": [],
    "ndjson": ["ORION01/sysmon.json", "sensor/conn.log", "sensor/dns.log", "MAIL01/sysmon.json.gz"],
    "w3c": ["MAIL01/W3SVC1/u_ex210303.log"],
}
"""The shipped logs of each format."""

INVENTED = {
    "access": b'203.0.113.9 - frank [02/Mar/2021:08:15:00 +0100] "GET /a?b=c HTTP/1.1" 200 17 "-" "curl/7"\n',
    "csv": b'path,"a",b\n"C:\\x, y",1,\n"two\nlines",2,"""quoted"""\n',
    "evtx": b"ElfFile\0" + bytes(24) + (128).to_bytes(4, "little") + bytes(4060) + b"ElfChnk\0" + bytes(100),
    "json": b'{"Records": [{"a": 1, "path": {"a": "b"}}, {"a": null, "path": "c"}]}',
    "tsv": b"path\ta\tb\nC:\\x\t1\t\n",
    "zeek-tsv": b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    b"#fields\tts\ta\tpath\n#types\ttime\tstring\tset[addr]\n1614670000.5\tevil.example\t198.51.100.7,::1\n",
}
LISTS = (
    b"# Reference: https://a.example/report\nhxxp://evil[.]example/a\n198.51.100.7:443 # a server\n2001:db8::1\n",
    b"indicator;type;malware\nevil.example;domain;Beacon\nd41d8cd98f00b204e9800998ecf8427e;md5;None\n",
    b'{"value": "evil.example", "type": "domain"}\n{"ioc": "198.51.100.0/24", "family": "Beacon"}\n',
    b"0.0.0.0 evil.example worse.example\n",
)
PUBLIC_KEY = b"MCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
STAMP = "2021-03-02T08:15:00.000Z"
SEEN = {
    "created": STAMP,
    "modified": STAMP,
    "first_observed": STAMP,
    "last_observed": STAMP,
    "number_observed": 1,
}
ADDRESS = {
    "type": "ipv4-addr",
    "id": "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd",
    "value": "198.51.100.7",
}
FLOW = {"type": "network-traffic", "protocols": ["tcp"], "dst_port": 443}


def corpora() -> dict[str, list[bytes]]:
    """Return the seeds of each target of ``tests/fuzz``."""
    objects = json.loads((EXAMPLES / "warnings-2021.json").read_bytes())["objects"]
    indicators = [one for one in objects if one["type"] == "indicator"]
    logs = list(_logs())
    return {
        "gate": list(_gate()),
        "observations": [_json(one) for one in _observations()],
        "packs": list(_packs([body for _, body in logs])),
        "pattern": [b"\x01" + one.encode("ascii") for one in _patterns(indicators)],  # 1: the text is ASCII
        "readers": [bytes([sorted(READERS).index(name), 99]) + body for name, body in logs],
        "warnings": [*LISTS, *(_json(one) for one in _bundles(indicators))],
    }


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _logs() -> Iterator[tuple[str, bytes]]:
    """Yield each format with the first lines of its logs."""
    for format_, names in LOGS.items():
        for name in names:
            data = (EXAMPLES / "evidence" / name).read_bytes()
            data = gzip.decompress(data) if name.endswith(".gz") else data
            yield format_, b"".join(data.splitlines(keepends=True)[:LINES])
    yield from INVENTED.items()


def _patterns(indicators: list[dict[str, Any]]) -> list[str]:
    """Return the shortest pattern of each shape: which objects, operators and qualifiers it has."""
    shapes: dict[tuple[str, ...], str] = {}
    for pattern in sorted({one["pattern"] for one in indicators}, key=lambda text: (len(text), text)):
        if pattern.isascii() and len(pattern) <= LONGEST_BYTES:
            shapes.setdefault(
                tuple(word for word in pattern.split() if word.isupper() or ":" in word), pattern
            )
    by_hand = [
        "[file:hashes.'SHA-256' IN ('a', 'b') OR file:size NOT >= 10] REPEATS 2 TIMES WITHIN 5 SECONDS",
        "([a:b LIKE '%_'] FOLLOWEDBY [a:b[*] MATCHES '^x']) START t'2021-03-02T00:00:00Z' STOP t'2021-03-03T00:00:00Z'",
        "[ipv4-addr:value ISSUBSET '198.51.100.0/24' AND EXISTS a:b_ref.c] AND [a:b != h'ff' OR a:c = b'AA==']",
    ]
    return [*shapes.values(), *by_hand]


def _bundles(indicators: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for first in range(0, 3 * OBJECTS, OBJECTS):
        group = indicators[first : first + OBJECTS]
        yield {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": group}


def _observations() -> Iterator[dict[str, Any]]:
    number = "b67d30ff-02ac-498a-92f9-32f845f448cf"
    seen = {"type": "observed-data", "id": f"observed-data--{number}", **SEEN}
    flow = {**FLOW, "id": f"network-traffic--{number}", "dst_ref": ADDRESS["id"]}
    refs = [ADDRESS["id"], flow["id"]]
    bundle = {"type": "bundle", "id": f"bundle--{number}"}
    yield {**bundle, "objects": [{**seen, "spec_version": "2.1", "object_refs": refs}, ADDRESS, flow]}
    old = {"0": {"type": "ipv4-addr", "value": "198.51.100.7"}, "1": {**FLOW, "dst_ref": "0"}}
    yield {**seen, "objects": old}
    yield {**bundle, "spec_version": "2.0", "objects": [{**seen, "objects": old}]}


def _gate() -> Iterator[bytes]:
    """Yield attestations behind a 0, policies behind a 1, questionnaires behind a 2."""
    folder = EXAMPLES / "gate"
    envelopes = [json.loads((folder / f"{name}.intoto.json").read_bytes()) for name in ("good", "stale")]
    texts = [_json(one) for one in envelopes]
    yield from (b"\0" + one for one in texts)
    yield b"\0" + b"\n".join(texts)
    yield b"\0" + base64.b64decode(envelopes[0]["payload"])
    pem = base64.b64encode(
        b"-----BEGIN PUBLIC KEY-----\n" + PUBLIC_KEY + b"\n-----END PUBLIC KEY-----\n"
    ).decode()
    for kind, version, spec in (
        ("dsse", "0.0.1", {"payloadHash": {"algorithm": "sha256", "value": "00"},
                           "signatures": [{"signature": "AAAA", "verifier": pem}]}),
        ("hashedrekord", "0.0.1", {"data": {"hash": {"algorithm": "sha256", "value": "00"}},
                                   "signature": {"content": "AAAA", "publicKey": {"content": pem}}}),
        ("hashedrekord", "0.0.2", {"hashedRekordV002": {
            "data": {"algorithm": "SHA2_256", "digest": "AAAA"},
            "signature": {"content": "AAAA", "verifier": {"publicKey": {"rawBytes": PUBLIC_KEY.decode()}}}}}),
    ):  # fmt: skip
        entry = {
            "kindVersion": {"kind": kind, "version": version},
            "canonicalizedBody": base64.b64encode(_json({"spec": spec})).decode(),
        }
        yield b"\0" + _json(
            {
                "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": {"publicKey": {"hint": "a"}, "tlogEntries": [entry]},
                "dsseEnvelope": envelopes[0],
            }
        )
    yield b"\1" + (folder / "policy.toml").read_bytes()
    strict = (ROOT / "src/tocsin/data/policies/strict.toml").read_text()
    yield from (b"\1" + part.encode() for part in _rules(strict))
    vendor = (folder / "vendor.toml").read_bytes()
    yield b"\2" + vendor
    yield b"\2" + json.dumps(tomllib.loads(vendor.decode()), default=str).encode()


def _rules(policy: str) -> Iterator[str]:
    """Yield the head of a policy with each kind of rule once."""
    head, *rules = policy.split("[[rule]]")
    kinds = {rule.split('check = "')[1].partition('"')[0]: rule for rule in rules}
    yield from (f"{head}[[rule]]{rule}" for rule in kinds.values())


def _packs(bodies: list[bytes]) -> Iterator[bytes]:
    log = bodies[0]
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for place, body in enumerate(bodies[:2]):
            member = tarfile.TarInfo(f"logs/{place}.log")
            member.size = len(body := body[:300])
            tar.addfile(member, io.BytesIO(body))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as folder:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
            folder.writestr(zipfile.ZipInfo(f"logs/{method}.log"), log[:300], method)
    tarred = archive.getvalue().rstrip(b"\0") + bytes(1024)
    yield from (
        log,
        gzip.compress(log, mtime=0),
        bz2.compress(log),
        zstandard.compress(log),
        zipped.getvalue(),
    )
    yield from (tarred, gzip.compress(tarred, mtime=0), gzip.compress(bz2.compress(log), mtime=0))


def write(folder: Path) -> None:
    """Write each corpus to ``folder``; each file is named by its bytes, as libFuzzer does it."""
    for name, seeds in corpora().items():
        into = folder / f"corpus-{name}"
        into.mkdir(parents=True, exist_ok=True)
        for seed in seeds:
            (into / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)


def main() -> int:
    """Write all corpora."""
    write(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
