"""The OASIS JSON schemas of STIX 2.1, registered so that nothing is ever fetched."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

__all__ = ["bundle_validator", "type_validator"]

ARCHIVE = Path(__file__).parents[4] / "shared" / "data" / "intel" / "stix-schemas.zip"


@cache
def _schemas() -> dict[str, Any]:
    """The schemas by the name of their file; skips the test where they are absent."""
    if not ARCHIVE.exists():
        pytest.skip(f"the STIX schemas are not at {ARCHIVE}")
    with zipfile.ZipFile(ARCHIVE) as archive:
        names = [
            name for name in archive.namelist() if name.startswith("schemas/") and name.endswith(".json")
        ]
        return {Path(name).stem: json.loads(archive.read(name)) for name in names}


@cache
def type_validator(name: str) -> Any:
    """A validator of the schema in the file ``name``: of a type, or ``cyber-observable-core`` for types of others."""
    resources: dict[str, Any] = {}
    for schema in _schemas().values():
        plain = schema["$id"].partition("://")[2]
        resources |= {f"http://{plain}": schema, f"https://{plain}": schema}
    registry = jsonschema_rs.Registry(list(resources.items()))
    return jsonschema_rs.Draft202012Validator(_schemas()[name], registry=registry)


def bundle_validator() -> Any:
    """A validator of bundles. It takes no object whose type it does not list, such as a note."""
    return type_validator("bundle")
