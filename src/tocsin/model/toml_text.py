"""Text as TOML writes it."""

from __future__ import annotations

import json

__all__ = ["toml_string"]


def toml_string(text: str) -> str:
    """``text`` in quotes, as TOML 1.0 writes a basic string. A JSON string is one, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
