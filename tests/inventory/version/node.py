"""node-semver, where npm has brought it to this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

__all__ = ["asked", "needs_node"]

_PLACES = (
    "/usr/lib/node_modules/npm/node_modules/semver",
    "/usr/local/lib/node_modules/npm/node_modules/semver",
    "/usr/share/nodejs/semver",
)
_SEMVER = next((place for place in _PLACES if Path(place).is_dir()), None)

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and _SEMVER), reason="node-semver is not on this machine"
)


def asked(expression, pairs):
    """What node-semver says of each of ``pairs``: the JavaScript ``expression`` of ``a``, ``b`` and ``semver``."""
    script = f"""
    const semver = require(process.argv[1]);
    const pairs = JSON.parse(require("fs").readFileSync(0, "utf-8"));
    console.log(JSON.stringify(pairs.map(([a, b]) => {expression})));
    """
    done = subprocess.run(
        ["node", "-e", script, _SEMVER], input=json.dumps(pairs), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)
