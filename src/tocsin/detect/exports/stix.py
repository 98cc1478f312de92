"""Export as a STIX bundle: each object's exact bytes, so nothing is lost and signatures hold."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

from tocsin.detect.indicator_id import INDICATOR_NAMESPACE
from tocsin.detect.warning import WarningTally
from tocsin.model.stix import StixObject, write_bundle

__all__ = ["write_stix"]


def write_stix(objects: Iterable[StixObject], tally: WarningTally) -> bytes:
    """Write a bundle of all ``objects``, of every type; its id is made from them, so equal objects, equal bytes."""
    held = tuple(objects)
    tally.seen += len(held)
    tally.read += len(held)
    digest = hashlib.sha256(b"\n".join(one.raw for one in held)).hexdigest()
    return write_bundle(held, f"bundle--{uuid.uuid5(INDICATOR_NAMESPACE, digest)}")
