"""Deleting by TAXII: what is named goes, and whoever got it learns so."""

from __future__ import annotations

from tocsin.errors import NotPermitted
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node
from tocsin.store.collections import Collection
from tocsin.store.objects import Query

__all__ = ["delete"]


def delete(node: Node, access: Access, collection: Collection, query: Query) -> int:
    raise NotPermitted("not yet")
