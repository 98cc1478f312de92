"""What a verdict of the gate means, in words."""

from __future__ import annotations

from typing import Final

from tocsin.inventory.gate.verdict import Verdict

__all__ = ["HEADLINES"]

HEADLINES: Final = {
    Verdict.PASS: "PASS: it may come in.",
    Verdict.FAIL: "FAIL: it must not come in.",
    Verdict.UNKNOWN: "UNKNOWN: it must not come in before what is missing is known.",
}
