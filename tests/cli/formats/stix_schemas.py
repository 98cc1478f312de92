"""The OASIS JSON schemas of STIX 2.1, registered so that nothing is ever fetched."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

__all__ = ["bundle_validator"]

ARCHIVE = Path(__file__).parents[4] / "shared" / "data" / "intel" / "stix-schemas.zip"


@cache
def bundle_validator() -> Any:
    """A validator of bundles; skips the test where the schemas are absent."""
    if not ARCHIVE.exists():
        pytest.skip(f"the STIX schemas are not at {ARCHIVE}")
    resources: dict[str, Any] = {}
    with zipfile.ZipFile(ARCHIVE) as archive:
        for name in archive.namelist():
            if name.startswith("schemas/"):
                schema = json.loads(archive.read(name))
                plain = schema["$id"].partition("://")[2]
                resources |= {f"http://{plain}": schema, f"https://{plain}": schema}
                if name == "schemas/common/bundle.json":
                    bundle = schema
    registry = jsonschema_rs.Registry(list(resources.items()))
    return jsonschema_rs.Draft202012Validator(bundle, registry=registry)
