"""By which names a product is known, in a bill of materials as in an advisory.

Two that mean the same product seldom give the same name, so each keeps every signal that it gives; how much a
signal is worth is :mod:`tocsin.inventory.name_key`'s.
"""

from __future__ import annotations

import msgspec

__all__ = ["Identity"]


class Identity(msgspec.Struct, frozen=True, gc=False):
    r"""The names of a product, each as it was written; all may be empty but not all at once.

    ``purls`` and ``cpes`` are whole texts (purl with or without a version; CPE 2.2 URIs or 2.3 strings). ``hashes``
    are ``algorithm:hex`` in lower case, the algorithm without dashes (``sha256:…``). ``models``, ``skus`` and
    ``serials`` may hold the wildcards ``*`` and ``?`` of CSAF (3.1.3.3.5), with ``\`` before one that is meant.
    ``bom_refs`` are BOM-Links (``urn:cdx:serial/version#ref``) into a CycloneDX document.
    """

    name: str = ""
    vendor: str = ""
    family: str = ""
    purls: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    bom_refs: tuple[str, ...] = ()
