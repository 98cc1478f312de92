"""A node's inventory and advisories for tests: bills and feeds are kept as values, past readers and files."""

from __future__ import annotations

import msgspec

from inventory.made import advisory, below, claim, component
from tocsin.inventory.advisory import Exploited, Form, Stakes
from tocsin.inventory.claim import Remedy
from tocsin.inventory.component import Kind
from tocsin.inventory.covered import covered_by
from tocsin.inventory.key_range import positions
from tocsin.inventory.release import Releases
from tocsin.service.inventory.kept import anew
from tocsin.service.inventory.taking import kept_advisory
from tocsin.store.advisories import Feed, keep_advisories, keep_feed, kinds_of_feed, note_kinds
from tocsin.store.bills import NewBill, add_bills, keep_site

OPENSSL = component("3.0.11-1", name="openssl", purls=("pkg:deb/debian/openssl@3.0.11-1",))
CURL = component("8.0-1", name="curl", purls=("pkg:deb/debian/curl@8.0-1",))
ZLIB = component("1.0", name="zlib", purls=("pkg:pypi/zlib@1.0",))
PLC = component("V2.1", kind=Kind.DEVICE, name="S7-1500", vendor="Siemens", models=("6ES7515",))
PUMP = component("1.0", kind=Kind.DEVICE, name="P-1", vendor="Pumps", models=("P1",))


def bill(hub, site, *components, name="bill.json", exposed=False, owner="", unread=(), subject=None):
    """Keep ``components`` as what the bill ``name`` lists at ``site``; it is of the component number ``subject``."""
    several = Releases()
    listing = several.listing(components)
    body = msgspec.json.encode({"unread": [{"place": place, "why": why} for place, why in unread]})

    def act(connection):
        there = keep_site(connection, site, exposed=exposed, owner=owner)
        new = NewBill(name, "test", b"\0" * 32, "", len(components), body, subject, listing)
        add_bills(connection, there.number, [new], several.fresh, keys_of=positions, now_us=hub.now_us)

    hub.node.write(act)


def feed(hub, name, *advisories, day="2025-06-15"):
    """Keep ``advisories`` as all that the feed ``name`` lists."""

    def act(connection):
        kept = Feed(name, f"{name}.json", day, hub.now_us, len(advisories), 0)
        keep_feed(connection, kept)
        note_kinds(connection, name, covered_by(advisories) - kinds_of_feed(connection, name))
        keep_advisories(
            connection, name, [kept_advisory(one) for one in advisories], now_us=hub.now_us, anew=anew
        )

    hub.node.write(act)


def about(one, vulnerability, high, **more):
    """A claim that ``one`` is affected by ``vulnerability`` before the version ``high``."""
    identity = one.identity
    scheme = "deb" if "pkg:deb" in "".join(identity.purls) else "generic"
    names = {"purls": tuple(purl.partition("@")[0] for purl in identity.purls), "models": identity.models}
    return claim(
        below(high, scheme), vulnerability=vulnerability, name=identity.name, vendor=identity.vendor,
        more=more, **names,
    )  # fmt: skip


def exploited(*vulnerabilities, ransomware=False):
    """The catalogue of what is exploited."""
    held = Exploited("2025-06-01", "2025-06-22", "Apply updates.", ransomware)
    stakes = tuple((name, Stakes(exploited=held)) for name in vulnerabilities)
    return advisory(form=Form.KEV, id="KEV", stakes=stakes, modified="2025-06-14")


def stocked(hub, *, text="its text", title="A fault of openssl"):
    """Two sites: a server with packages, and a plant with a controller and a pump. ``text`` and ``title`` are said."""
    bill(hub, "server-1", OPENSSL, CURL, ZLIB, name="status", exposed=True, owner="J. Doe")
    bill(hub, "plant", PLC, PUMP, name="plc.csv", unread=[("line 4", "it has no name")])
    fix = Remedy("vendor_fix", "Update to V2.9", "https://vendor.example/fix")
    block = Remedy("mitigation", "Block port 102 at the firewall")
    feed(
        hub,
        "osv",
        advisory(about(OPENSSL, "CVE-2025-1", "3.0.12-1"), form=Form.OSV, id="DSA-1", title=title),
        advisory(about(OPENSSL, "CVE-2025-2", "3.0.13-1"), form=Form.OSV, id="DSA-2", title=text),
        advisory(about(CURL, "CVE-2025-3", "7.0-1"), form=Form.OSV, id="DSA-3"),
    )
    feed(
        hub,
        "csaf",
        advisory(
            about(PLC, "CVE-2025-4", "V2.9", remedies=(fix, block)),
            form=Form.CSAF,
            id="ICSA-25-001-01",
            title="Controllers of Siemens",
            url="https://cisa.example/ICSA-25-001-01",
        ),
        advisory(about(PUMP, "CVE-2025-5", "2.0"), form=Form.CSAF, id="ICSA-25-002-01"),
        day="2025-01-01",
    )
    feed(hub, "kev", exploited("CVE-2025-1"))
    return hub


__all__ = [
    "CURL",
    "OPENSSL",
    "PLC",
    "PUMP",
    "ZLIB",
    "about",
    "bill",
    "exploited",
    "feed",
    "stocked",
]
