"""What the tests of the readers share: a bill told in short."""

from __future__ import annotations

from textwrap import dedent

from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials

__all__ = ["doubted", "listed", "read_text", "unread"]


def read_text(text: str, form: str = "", distro: str = "") -> BillOfMaterials:
    """Read ``text``, whose indentation is only the test's."""
    return read_bom(dedent(text).encode(), "given", form=form, distro=distro)


def listed(found: BillOfMaterials) -> list[tuple[str, str, str]]:
    """Place, version and purl of each component."""
    return [(each.place, each.version, " ".join(each.identity.purls)) for each in found.components]


def unread(found: BillOfMaterials) -> list[tuple[str, str]]:
    return [(each.place, each.why) for each in found.unread]


def doubted(found: BillOfMaterials) -> list[tuple[str, str]]:
    return [(each.place, each.why) for each in found.doubts]
