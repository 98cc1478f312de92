"""Tocsin's own bill of materials and attestation, and the gate over them: ``make sbom``, and each ``make check``.

Everything is made from the lock, the installed packages' own metadata and the source, without a network and without a
clock: the same checkout gives the same bill. Only the key that signs the attestation is new each time.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tocsin import __version__

__all__ = ["ADVISORIES", "OURS", "Pin", "bill", "gate", "main", "pins", "write"]

ROOT: Final = Path(__file__).parent.parent
LOCK: Final = ROOT / "requirements/run.txt"
LOCKED_ON: Final = ROOT / "requirements/locked-on"
KEPT: Final = ROOT / "supply-chain"
ADVISORIES: Final = KEPT / "advisories"
OURS: Final = (ADVISORIES / "pypi.jsonl", ADVISORIES / "kev.json", KEPT / "vex.openvex.json")
"""What is known without a network: advisories, what is exploited, and our word on some of it."""

BUILDER: Final = "urn:tocsin:build-on-the-machine-of-whoever-ran-it"
IN_TOTO: Final = "application/vnd.in-toto+json"

_PIN = re.compile(
    r"^([a-z0-9][a-z0-9.-]*)==(\S+)(?: ; (.+?))? \\\n((?:    --hash=sha256:\S+(?: \\)?\n?)+)", re.MULTILINE
)
_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")

SUPPLIERS: Final = {"evtx": "Omer Ben-Amram"}
"""Who makes what does not say so in its metadata. evtx: the repository omerbenamram/pyevtx-rs."""


@dataclass(frozen=True)
class Pin:
    """One line of the lock: a version, for which Pythons, and the files that may be installed for it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which is also its reference in the bill."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins() -> list[Pin]:
    """All that the lock pins, in its order."""
    return [
        Pin(name, version, marker, tuple(re.findall(r"sha256:(\w+)", hashes)))
        for name, version, marker, hashes in _PIN.findall(LOCK.read_text(encoding="utf-8"))
    ]


def needs(name: str, locked: Iterable[str]) -> list[str]:
    """What of the lock a package needs, on any platform and Python, without its extras."""
    found = set()
    for text in _own_needs() if name == "tocsin" else metadata.requires(name) or []:
        requirement = Requirement(text)
        asks = str(requirement.marker or "")
        if "extra ==" not in asks:
            found.add(canonicalize_name(requirement.name))
    return sorted(found & set(locked))


def _own_needs() -> list[str]:
    """From the source: what is installed of Tocsin may be of an earlier checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [str(one) for one in project["dependencies"]]


def closure(locked: Iterable[str]) -> dict[str, list[str]]:
    """What Tocsin runs on: each package's name, and what it needs itself. What only builds it is left out."""
    names, graph, waiting = set(locked), {}, ["tocsin"]
    while waiting:
        name = waiting.pop()
        if name not in graph:
            graph[name] = needs(name, names)
            waiting += graph[name]
    return graph


def supplier(name: str) -> str:
    """Who makes a package, by its own metadata: authors, else maintainers; addresses are left out.

    Raises:
        SystemExit: its metadata names nobody, and neither does :data:`SUPPLIERS`.
    """
    said = metadata.metadata(name).json
    for field in ("author", "author_email", "maintainer", "maintainer_email"):
        names = [re.sub(r"\s*<[^>]*>?", "", one).strip(' "') for one in str(said.get(field, "")).split(">,")]
        known = [one for one in names if one and "@" not in one]
        if known:
            return ", ".join(known)
    if name in SUPPLIERS:
        return SUPPLIERS[name]
    raise SystemExit(f"{name}: its metadata does not say who makes it; add it to SUPPLIERS in {__file__}")


def licences(name: str) -> list[dict[str, Any]]:
    """A package's licence in CycloneDX's form: an SPDX expression where it gives one, else its classifiers' words.

    Raises:
        SystemExit: it gives none.
    """
    said = metadata.metadata(name).json
    text = str(said.get("license_expression") or said.get("license") or "")
    if _SPDX.fullmatch(text):
        return [{"expression": text}]
    held = [one for one in said.get("classifier", []) if one.startswith("License ::")]
    if not held:
        raise SystemExit(f"{name}: its metadata names no licence")
    return [{"license": {"name": one.rpartition(" :: ")[2]}} for one in held]


def component(pin: Pin) -> dict[str, Any]:
    """One package; each hash is that of one file that the lock lets in, for some platform."""
    held: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.purl,
        "supplier": {"name": supplier(pin.name)},
        "name": pin.name,
        "version": pin.version,
        "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes],
        "licenses": licences(pin.name),
        "purl": pin.purl,
    }
    if pin.marker:
        held["properties"] = [{"name": "tocsin:installed-where", "value": pin.marker}]
    return held


def bill(wheel: bytes) -> bytes:
    """The bill of materials in CycloneDX 1.6."""
    locked = pins()
    graph = closure(one.name for one in locked)
    run = [one for one in locked if one.name in graph]
    refs = {name: [one.purl for one in run if one.name == name] for name in graph}
    itself = f"pkg:pypi/tocsin@{__version__}"
    refs["tocsin"] = [itself]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": f"{LOCKED_ON.read_text(encoding='utf-8').strip()}T00:00:00Z",
            "authors": [{"name": "The Tocsin authors"}],
            "component": {
                "type": "application",
                "bom-ref": itself,
                "supplier": {"name": "The Tocsin authors"},
                "name": "Tocsin",
                "version": __version__,
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(wheel).hexdigest()}],
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "purl": itself,
            },
        },
        "components": [component(one) for one in run],
        "dependencies": list(_edges(graph, refs)),
    }
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _edges(graph: Mapping[str, list[str]], refs: Mapping[str, list[str]]) -> Iterator[dict[str, Any]]:
    for name in sorted(graph):
        for ref in refs[name]:
            yield {"ref": ref, "dependsOn": [other for need in graph[name] for other in refs[need]]}


def statement(subjects: Mapping[str, bytes]) -> bytes:
    """SLSA provenance v1 in an in-toto Statement v1: from which lock these files were made, by nobody named."""
    lock = {"uri": "requirements/run.txt", "digest": {"sha256": _sha256(LOCK.read_bytes())}}
    return json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [
                {"name": name, "digest": {"sha256": _sha256(data)}} for name, data in subjects.items()
            ],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {
                "buildDefinition": {
                    "buildType": "urn:tocsin:make-sbom",
                    "externalParameters": {"version": __version__},
                    "resolvedDependencies": [lock],
                },
                "runDetails": {"builder": {"id": BUILDER}},
            },
        }
    ).encode()


def envelope(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The statement in a DSSE envelope."""
    signed = key.sign(b"DSSEv1 %d %b %d %b" % (len(IN_TOTO), IN_TOTO.encode(), len(payload), payload))
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return json.dumps(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": IN_TOTO,
            "signatures": [{"keyid": _sha256(der), "sig": base64.b64encode(signed).decode()}],
        }
    ).encode()


def policy(key: Ed25519PrivateKey) -> str:
    """Our policy, and the build's key as the one that is trusted."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    kept = (KEPT / "policy.toml").read_text(encoding="utf-8")
    return (
        f'{kept}\n[[trust.keys]]\nname = "this very build, which nobody vouches for"\npem = """\n{pem}"""\n'
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(folder: Path) -> Path:
    """Build the wheel, and write bill, attestation and policy beside it; the bill's path."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", made, str(ROOT)]
        subprocess.run(  # noqa: S603  our own words
            [sys.executable, "-m", "pip", "--disable-pip-version-check", *words], check=True
        )
        (built,) = Path(made).glob("tocsin-*.whl")
        wheel, name = built.read_bytes(), built.name
    sbom = folder / f"tocsin-{__version__}.cdx.json"
    key = Ed25519PrivateKey.generate()
    held = {name: wheel, sbom.name: bill(wheel)}
    for file, data in held.items():
        (folder / file).write_bytes(data)
    (folder / f"tocsin-{__version__}.intoto.json").write_bytes(envelope(statement(held), key))
    (folder / "policy.toml").write_text(policy(key), encoding="utf-8")
    return sbom


def gate(sbom: Path, against: Iterable[Path], *words: str) -> int:
    """Judge what :func:`write` wrote, as of the day of the lock; the exit code of ``tocsin gate``."""
    os.environ["TOCSIN_DATA"] = str(sbom.parent / "no-node")
    from tocsin.cli.main import main as tocsin  # noqa: PLC0415  the bill alone needs no command line

    (wheel,) = sbom.parent.glob(f"tocsin-{__version__}-*.whl")
    given = ["gate", str(sbom), "--artifact", str(wheel), "--policy", str(sbom.parent / "policy.toml")]
    given += ["--attestation", str(sbom.with_name(sbom.name.replace(".cdx.", ".intoto.")))]
    given += ["--at", LOCKED_ON.read_text(encoding="utf-8").strip()]
    return int(tocsin([*given, *words, "--against", *map(str, against)]))


def main(arguments: list[str]) -> int:
    """Write the bill of materials, and judge it by our policy, the committed advisories and our own word."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "dist", help="where to write")
    parser.add_argument(
        "--against", type=Path, nargs="*", default=[], help="more advisories, such as today's"
    )
    parser.add_argument("--brief", action="store_true", help="of a pass, print a line")
    asked = parser.parse_args(arguments)
    more = [one.absolute() for one in asked.against]
    sbom = write(asked.folder.absolute())
    verdict = sbom.parent / "gate.txt"
    os.chdir(ROOT)
    code = gate(sbom, [*(one.relative_to(ROOT) for one in OURS), *more], "--output", str(verdict))
    told = verdict.read_text(encoding="utf-8") if verdict.exists() else ""
    print(f"{sbom.name}: {told.splitlines()[0]}" if asked.brief and code == 0 else told.rstrip())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
