"""Writes what each owner has, and seals the truth: ``python -m tocsin.exercise.nation.generator NAME N SEED DIR``.

A program of its own. The key of the sealed truth goes to whoever started it, over standard output, and to no disk, so
that no node can read what was planted where.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.exercise.nation.facts import Attack, Exercise, read_exercise
from tocsin.exercise.nation.nation import OWN_PROCESS, Nation, Owner, Planted, make_nation
from tocsin.exercise.nation.traffic import logs

__all__ = ["Sealed", "generate", "main", "open_truth"]

_NONCE_BYTES = 12


class Sealed(msgspec.Struct, frozen=True):
    """The key of the sealed truth, and the SHA-256 of the sealed file (both hexadecimal)."""

    key: str
    sha256: str


def generate(exercise: Exercise, members: int, seed: int, folder: Path) -> Sealed:
    """Write a nation of ``members`` owners below ``folder``.

    Raises:
        OSError: the folder cannot be written.
    """
    nation = make_nation(exercise, members, seed)
    for owner in nation.owners:
        _write_owner(exercise, owner, seed, folder)
    _write(folder / "nation.json", msgspec.json.encode(_public(exercise, nation)))
    key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, msgspec.json.encode(_truth(exercise, nation)), None)
    _write(folder / "truth.sealed", sealed)
    return Sealed(key.hex(), sha256(sealed).hexdigest())


def open_truth(folder: Path, key: str) -> None:
    """Write ``truth.json``, for the scorer, once no node runs any more."""
    sealed = (folder / "truth.sealed").read_bytes()
    opened = AESGCM(bytes.fromhex(key)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    _write(folder / "truth.json", opened)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_owner(exercise: Exercise, owner: Owner, seed: int, folder: Path) -> None:
    planted = [one for part in owner.parts.values() for one in part.planted]
    for attack in exercise.attacks:
        first = owner.keeps_from(attack.first_report.date(), exercise.logs_from)
        for name, data in logs(owner, planted, first, _read_at(attack), seed):
            _write(folder / "evidence" / owner.id / attack.id / name, data)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("vendor", "product", "model", "version", "serial"))
    rows.writerows(
        (one.vendor, one.product, "", one.version, _serial(owner, seed, number))
        for number, one in enumerate(owner.assets)
    )
    _write(folder / "evidence" / owner.id / "assets.csv", text.getvalue().encode())
    own = {
        "id": owner.id,
        "name": owner.name,
        "sector": owner.sector,
        "watch": owner.watch,
        # What its own people know: that somebody wants to be paid, and where to.
        "demands": {
            attack.id: {"address": attack.address, "family": attack.family}
            for attack in exercise.attacks
            if owner.parts[attack.id].paying
        },
        "offline_s": {part.attack: part.offline_s for part in owner.parts.values() if part.offline_s},
    }
    _write(folder / "members" / f"{owner.id}.json", msgspec.json.encode(own))


def _serial(owner: Owner, seed: int, number: int) -> str:
    """The serial number of an asset: a word of a list of assets that is nobody else's, and so tells if it left."""
    return f"SN{sha256(f'{seed} {owner.id} {number}'.encode()).hexdigest()[:12].upper()}"


def _read_at(attack: Attack) -> datetime:
    """Until when the logs of an attack's day are written."""
    return attack.first_report.astimezone(UTC)


def _public(exercise: Exercise, nation: Nation) -> dict[str, Any]:
    """What everybody may know."""
    first, last = exercise.attacks[0].first_report, exercise.attacks[-1].first_report
    return {
        "exercise": exercise.name,
        "title": exercise.title,
        "seed": nation.seed,
        "members": len(nation.owners),
        "days": (last - first + timedelta(days=1)).days,
        "owners": [
            {
                "id": one.id,
                "name": one.name,
                "sectors": [one.sector],
                "own_process": number < OWN_PROCESS,
                "watch": one.watch,
            }
            for number, one in enumerate(nation.owners)
        ],
        "attacks": [
            {
                "id": one.id,
                "name": one.name,
                "first_report": f"{_read_at(one):%Y-%m-%dT%H:%M:%SZ}",
                "first_victim": nation.victims[one.id],
                "happened": one.happened,
                "sources": list(one.sources),
            }
            for one in exercise.attacks
        ],
    }


def _truth(exercise: Exercise, nation: Nation) -> dict[str, Any]:
    return {
        "seed": nation.seed,
        "owners": {
            owner.id: {
                "private": [
                    *owner.hosts.values(),
                    owner.domain,
                    f"{owner.name.split()[0].upper()}\\clerk",
                    "192.0.2.",
                    *(_serial(owner, nation.seed, number) for number in range(len(owner.assets))),
                ],
                "attacks": {attack.id: _part(exercise, attack, owner) for attack in exercise.attacks},
            }
            for owner in nation.owners
        },
    }


def _part(exercise: Exercise, attack: Attack, owner: Owner) -> dict[str, Any]:
    part, product = owner.parts[attack.id], attack.product
    first = owner.keeps_from(attack.first_report.date(), exercise.logs_from)
    return {
        "hit": [
            {
                "pattern": exercise.pattern(shown),
                "log": one.trace.log,
                "at": f"{_moment(one):%Y-%m-%dT%H:%M:%SZ}",
                "host": owner.hosts.get(one.host, ""),
                "kept": one.trace.log in owner.logs and one.day >= first,
            }
            for one in part.planted
            for shown in one.trace.shows
        ],
        "exposed": [
            {
                "product": product.shown,
                "version": part.version,
                "cve": attack.advisory.id if attack.advisory else "",
                "known": part.is_known,
            }
        ]
        if product is not None and part.exposed
        else [],
        "paying": [{"address": attack.address, "known": True}] if part.paying else [],
    }


def _moment(one: Planted) -> datetime:
    return datetime.combine(one.day, time(0, 0), UTC) + timedelta(seconds=one.second)


def main(arguments: Sequence[str]) -> None:
    """Generate, and print the key."""
    name, members, seed, folder = arguments
    sealed = generate(read_exercise(name), int(members), int(seed), Path(folder))
    sys.stdout.buffer.write(msgspec.json.encode(sealed))


if __name__ == "__main__":
    main(sys.argv[1:])
