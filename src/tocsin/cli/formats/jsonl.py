"""``--format jsonl``: one finding a line, compact, in the order of the result."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.detect.result import CheckResult

__all__ = ["render"]

FINDINGS_PER_CHUNK = 1_000


def render(result: CheckResult) -> Iterator[str]:
    """Encode each finding; no finding gives no line."""
    encoder = msgspec.json.Encoder()
    for start in range(0, len(result.findings), FINDINGS_PER_CHUNK):
        yield encoder.encode_lines(result.findings[start : start + FINDINGS_PER_CHUNK]).decode()
