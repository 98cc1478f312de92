"""What the hub tells of an attacked product: a CSAF 2.0 advisory made from the facts."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.exercise.nation.facts import Attack

__all__ = ["csaf"]


def csaf(attack: Attack) -> bytes:
    """The advisory of an attack that has a product (CSAF 2.0, sections 3.2.1 to 3.2.3)."""
    product, advisory = attack.product, attack.advisory
    assert product is not None
    assert advisory is not None
    day = f"{attack.first_report:%Y-%m-%dT%H:%M:%SZ}"
    affected = {f"A{number}": version for number, version in enumerate(product.affected)}
    fixed = {f"F{number}": version for number, version in enumerate(product.fixed)}
    versions = [
        {
            "category": "product_version",
            "name": version,
            "product": {"product_id": id, "name": f"{product.vendor} {product.name} {version}"},
        }
        for id, version in {**affected, **fixed}.items()
    ]
    cve = {"cve": advisory.id} if advisory.id.startswith("CVE-") else {}
    return msgspec.json.encode(
        {
            "document": {
                "category": "csaf_security_advisory",
                "csaf_version": "2.0",
                "title": advisory.title,
                "lang": "en",
                "distribution": {"tlp": {"label": "WHITE"}},
                "publisher": {
                    "category": "coordinator",
                    "name": "Nation CERT",
                    "namespace": "https://cert.example",
                },
                "tracking": {
                    "id": f"NC-{advisory.id}",
                    "status": "final",
                    "version": "1",
                    "initial_release_date": day,
                    "current_release_date": day,
                    "revision_history": [{"number": "1", "date": day, "summary": "Written"}],
                },
            },
            "product_tree": {"branches": [_branch(product.vendor, product.name, versions)]},
            "vulnerabilities": [
                {
                    **cve,
                    "ids": [{"system_name": "Nation CERT", "text": advisory.id}],
                    "title": advisory.title,
                    "notes": [{"category": "description", "text": advisory.title}],
                    "product_status": {"known_affected": list(affected), "fixed": list(fixed)},
                    "remediations": [
                        {"category": "vendor_fix", "details": advisory.do, "product_ids": list(affected)}
                    ],
                    "threats": [
                        {"category": "exploit_status", "details": "Exploited", "product_ids": list(affected)}
                    ],
                }
            ],
        }
    )


def _branch(vendor: str, name: str, versions: list[dict[str, Any]]) -> dict[str, Any]:
    product = {"category": "product_name", "name": name, "branches": versions}
    return {"category": "vendor", "name": vendor, "branches": [product]}
