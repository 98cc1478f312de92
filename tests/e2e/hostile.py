"""Input made to hurt, and the program run on it as a process of its own, bounded in time and memory."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e import forking

MEMORY_BYTES = 3 << 30


@dataclass(frozen=True)
class Told:
    """What a run of the program said."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        return json.loads(self.out)

    def file(self, name: str) -> dict[str, Any]:
        """The report on one file of the evidence."""
        (found,) = [one for one in self.result["evidence"] if one["file"].endswith(name)]
        return found


def check(folder: Path, evidence: list[str], against: list[str], *words: str, time_s: float = 20) -> Told:
    """Run ``tocsin check --format json``; hold it to what is promised of every run."""
    done = forking.run(
        ["check", *evidence, "--against", *against, "--format", "json", *words],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")},
        cwd=folder, memory_bytes=MEMORY_BYTES, time_s=time_s,
    )  # fmt: skip
    told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in told.err, told.err
    assert told.code in range(8), told.err
    if told.code in (0, 1, 7) and "--format" not in words:
        adds_up(told.result)
    elif told.code != 2:
        assert told.err.strip()
    return told


def adds_up(result: dict[str, Any]) -> None:
    totals = result["totals"]
    assert totals["warnings"] == totals["hit"] + totals["not_seen"] + totals["cannot_tell"]
    assert totals["rows"] == totals["read"] + totals["skipped"]
    assert totals["files"] == len(result["evidence"])
    for file in result["evidence"]:
        assert file["rows"] == file["read"] + sum(skip["count"] for skip in file.get("skipped", [])), file
        assert file["format"] or file["problem"], file
    assert totals["warnings_not_checked"] == sum(
        skip["count"] for skip in result.get("warnings_not_checked", [])
    )
    assert totals["warnings_skipped"] == sum(skip["count"] for skip in result.get("warnings_skipped", []))


# -- good input beside which the bad stands -------------------------------------------------------

ROW = {
    "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Hostname": "HOST1", "UtcTime": "2021-03-14 06:39:30.227",
    "Image": "C:\\Windows\\System32\\cmd.exe", "CommandLine": "cmd /c evil", "DestinationIp": "198.51.100.7",
}  # fmt: skip


def row(**changed: Any) -> bytes:
    return json.dumps({**ROW, **changed}).encode() + b"\n"


def indicator(number: int, pattern: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2021-01-01T00:00:00.000Z", "modified": "2021-01-01T00:00:00.000Z", "name": f"warning {number}",
        "pattern": pattern, "pattern_type": "stix", **more,
    }  # fmt: skip


def write_bundle(path: Path, *indicators: dict[str, Any]) -> str:
    identity = "bundle--00000000-0000-4000-8000-000000000000"
    path.write_text(
        json.dumps({"type": "bundle", "id": identity, "objects": list(indicators)}), encoding="utf-8"
    )
    return path.name


GOOD = indicator(1, "[process:command_line = 'cmd /c evil']")
ABSENT = indicator(2, "[ipv4-addr:value = '203.0.113.77']")

# -- bombs ----------------------------------------------------------------------------------------


BLANKS = b" " * ((1 << 20) - 1) + b"\n"


def gzip_bomb(path: Path, blocks: int = 256) -> None:
    """A row, then 256 MiB of blank lines, of which deflate makes a thousandth."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as out:
        out.write(packer.compress(row()))
        for _ in range(blocks):
            out.write(packer.compress(BLANKS))
        out.write(packer.flush())


def zip_bomb(path: Path, blocks: int = 256) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("bomb.json", "w", force_zip64=True) as out,
    ):
        out.write(row())
        for _ in range(blocks):
            out.write(BLANKS)


def many_hits(path: Path, size: int = 2 << 30) -> None:
    """The same row over and over, of which deflate makes a hundredth and a half: a log, and no bomb."""
    block = row() * 4096
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("many.json", "w", force_zip64=True) as out,
    ):
        for _ in range(size // len(block)):
            out.write(block)


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
