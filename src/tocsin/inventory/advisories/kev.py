"""CISA's catalogue of known exploited vulnerabilities (its JSON; schema ``kev_catalog`` of cisagov/kev-data).

An entry names a vendor and a product, both in prose, and no version: it says that a vulnerability is exploited, and
never by itself that a product is affected. So its claim names no version.
"""

from __future__ import annotations

import msgspec

from tocsin.inventory.advisories.decoding import NOTHING, Parts
from tocsin.inventory.advisory import Advisory, Exploited, Form, Stakes
from tocsin.inventory.claim import Claim, Remedy, Status, Versions
from tocsin.inventory.identity import Identity

__all__ = ["read_kev"]

PUBLISHER = "CISA"


class _Entry(msgspec.Struct, rename="camel"):
    cve_id: str = msgspec.field(name="cveID")
    date_added: str
    vendor_project: str = ""
    product: str = ""
    vulnerability_name: str = ""
    short_description: str = ""
    required_action: str = ""
    due_date: str = ""
    known_ransomware_campaign_use: str = ""
    cwes: msgspec.Raw = NOTHING


def read_kev(record: bytes | msgspec.Raw, parts: Parts, released: str = "") -> Advisory | None:
    """One entry of the catalogue, which was ``released`` then; None, and noted in ``parts``, if it is none."""
    entry = parts.one(record, _Entry, "$")
    if entry is None:
        return None
    name = entry.cve_id.strip()
    if not name:
        parts.note("$.cveID", "the entry names no vulnerability")
        return None
    stakes = Stakes(
        exploitation="active",
        exploited=Exploited(
            added=entry.date_added,
            due=entry.due_date,
            action=entry.required_action,
            ransomware=entry.known_ransomware_campaign_use.strip().casefold() == "known",
        ),
        weaknesses=parts.texts(entry.cwes, "$.cwes"),
    )
    product = Identity(name=entry.product.strip(), vendor=entry.vendor_project.strip())
    claims: tuple[Claim, ...] = ()
    if product.name or product.vendor:
        remedies = (Remedy("mitigation", entry.required_action),) if entry.required_action else ()
        text = " ".join(filter(None, (product.vendor, product.name)))
        claims = (Claim(name, Status.AFFECTED, product, Versions(), text, "$", remedies=remedies),)
    else:
        parts.note("$", "the entry names neither vendor nor product")
    return Advisory(
        id=name,
        form=Form.KEV,
        publisher=PUBLISHER,
        title=entry.vulnerability_name,
        text=entry.short_description,
        published=entry.date_added,
        modified=released or entry.date_added,
        claims=claims,
        stakes=((name, stakes),),
        unread=parts.unread,
    )
