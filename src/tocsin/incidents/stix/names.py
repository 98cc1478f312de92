"""The names that the incident extensions of STIX 2.1 go by.

Source: OASIS CTI, ``extension-definition-specifications/incident-ef7`` and its schemas. Of the two revisions about, the
schemas' is written (``event_refs``, ``task_refs``, ``next_event_refs``, ``economic-ext``); that of the published
examples (``events`` with ``next_steps``, ``tasks``, ``monetary-ext``) is read as well.
"""

from __future__ import annotations

from typing import Final

from tocsin.incidents.incident import ImpactCategory

__all__ = ["CATEGORY_EXTENSIONS", "CORE", "EVENT", "FORM", "IMPACT", "PAID", "RANSOM", "TASK"]

CORE: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
EVENT: Final = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"
IMPACT: Final = "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9"
TASK: Final = "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030"

FORM: Final = "extension-definition--0f2f6a52-5c0e-4b38-9d0b-6a3c1a0f9e4d"
"""Our own: the whole form, for what the others have no place for."""

CATEGORY_EXTENSIONS: Final = {
    "availability-ext": ImpactCategory.AVAILABILITY,
    "confidentiality-ext": ImpactCategory.CONFIDENTIALITY,
    "integrity-ext": ImpactCategory.INTEGRITY,
    "economic-ext": ImpactCategory.ECONOMIC,
    "monetary-ext": ImpactCategory.ECONOMIC,
    "external-ext": ImpactCategory.EXTERNAL,
    "physical-ext": ImpactCategory.PHYSICAL,
    "traceability-ext": ImpactCategory.TRACEABILITY,
}

RANSOM: Final = "ransom-demand"
PAID: Final = "ransom-payment"
