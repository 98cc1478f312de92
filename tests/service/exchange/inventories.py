"""Inventories and advisories for nodes: packages of Python, and what is said of them."""

from __future__ import annotations

import json

from service.exchange.world import id_of
from tocsin.service.exchange.publish import publish
from tocsin.service.inventory.add import add
from tocsin.sharing.policy import Const
from tocsin.store.collections import collections
from tocsin.store.objects import latest

CVE = "CVE-2026-1111"


def advisory(name="pumpd", below="2.0", *, cve=CVE, id="PUMP-1", modified="2026-03-01T00:00:00Z", **more):
    """A record of OSV, as its publisher might indent it: versions of ``name`` before ``below`` are affected."""
    return json.dumps(
        {
            "schema_version": "1.6.0",
            "id": id,
            "published": "2026-02-01T00:00:00Z",
            "modified": modified,
            "aliases": [cve],
            "summary": "Pumps stop when they are asked to",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": name},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": below}]}],
                }
            ],
            **more,
        },
        indent=4,
    ).encode()


def tell_advisory(hub, data=None, **more):
    """Publish an advisory, and require that it was taken."""
    done = publish(hub, data or advisory(), name="advisory.json", by="ann", **more)
    assert not done.problems
    assert not done.intake.refused, done.intake.refused
    assert done.advisory is not None
    return done


def hold(node, folder, *packages, site="Brookwater"):
    """Keep these packages, ``name==version``, as what is at ``site``, in place of those before."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{site}.cdx.json"
    components = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        for name, _, version in (one.partition("==") for one in packages)
    ]
    file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}))
    _, not_read = add(node, [str(file)], None, site=site, exposed=None, owner=None)
    assert not not_read


def stored(node, alias, type=""):
    """What the node holds in the collections whose alias begins so, of a type."""
    with node.reading() as connection:
        return [
            json.loads(one.body)
            for found in collections(connection)
            if found.alias.startswith(alias)
            for one in latest(connection, Const(value=True), collections=[found.number])
            if one.type == type or not type
        ]


def by_name(name, **more):
    """A vulnerability that somebody warns of without saying which versions are affected."""
    return {
        "type": "vulnerability",
        "spec_version": "2.1",
        "id": id_of("vulnerability", 1),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": name,
        **more,
    }
