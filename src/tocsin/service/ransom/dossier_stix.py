"""A dossier as STIX with the schemas of our extensions, which ship."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.dossier.stix import bundle
from tocsin.ransom.dossier.stix.names import ATTRIBUTION, SATOSHI, TRANSACTION, WALLET

__all__ = ["extension_schemas", "render"]

_FILES: Final = {
    SATOSHI: "satoshi.json",
    ATTRIBUTION: "attribution.json",
    WALLET: "cryptocurrency-wallet.json",
    TRANSACTION: "cryptocurrency-transaction.json",
}


@cache
def extension_schemas() -> Mapping[str, str]:
    """The JSON schema of each extension that a dossier is written with, by its id."""
    folder = files("tocsin.data") / "stix-extensions"
    return {id: (folder / name).read_text(encoding="utf-8") for id, name in _FILES.items()}


def render(made: Dossier) -> Iterator[str]:
    """Write the bundle."""
    return bundle.render(made, extension_schemas())
