"""How an error is told: what, where and what to do as text, or a problem document as JSON (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from tocsin.errors import TocsinError
from tocsin.model.told.escape import visible

__all__ = ["problem_json", "problem_text"]


def problem_text(error: TocsinError) -> str:
    """Return the error for a person: what and where, its notes, and what to do. Ends in a newline."""
    lines = [f"tocsin: {error}", *getattr(error, "__notes__", ())]
    if error.hint:
        lines.append(f"What to do: {error.hint}")
    return visible("\n".join(lines), keep="\n") + "\n"


def problem_json(error: TocsinError) -> str:
    """Return the error as one line of JSON shaped by RFC 9457, ending in a newline.

    ``type``, ``title`` and ``detail`` are the standard's; ``code``, ``exit_code``, ``where`` (file, line,
    column, path: those known) and ``hint`` are ours. ``status`` is left out: there is no HTTP here.
    """
    problem: dict[str, Any] = {
        "type": f"urn:tocsin:problem:{error.code}",
        "title": error.code.replace("-", " ").capitalize(),
        "detail": error.what,
        "code": error.code,
        "exit_code": error.exit_code,
    }
    if error.where:
        places = {key: getattr(error.where, key) for key in ("file", "line", "column", "path")}
        problem["where"] = {key: value for key, value in places.items() if value is not None}
    if error.hint:
        problem["hint"] = error.hint
    return json.dumps(problem) + "\n"
