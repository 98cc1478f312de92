"""The gate of a node: its advisories and ends of life tell of the product, and its key signs the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from tocsin.inventory.advisory import STATEMENTS_OF_MAKERS, Form
from tocsin.inventory.gate.summary import Attestation, signed, summary_of
from tocsin.inventory.gate.verdict import GateResult
from tocsin.inventory.held import HeldRelease
from tocsin.service.exchange.node import NODE_KEY, Node
from tocsin.service.inventory.check import KnownAdvisory, age_of, result_of
from tocsin.service.inventory.check_node import speaking_of, with_aliases
from tocsin.service.inventory.feed_list import about_products
from tocsin.service.inventory.gate import Kept, Known
from tocsin.service.inventory.kept import day_of, decode_advisory
from tocsin.service.inventory.lifecycle_feed import ENDS, kept_lifecycles
from tocsin.store.advisories import advisory_bodies, feeds, feeds_with, kinds_of_feed, of_the_same

__all__ = ["SIGNED", "attest", "knowledge_of"]

SIGNED: Final = "It is signed with this node's key."
"""What is told of an attestation that :func:`attest` made."""


def knowledge_of(node: Node) -> Kept:
    """What the advisories and ends of life that ``node`` keeps say of releases."""
    return partial(_of_node, node)


def attest(node: Node, result: GateResult) -> Attestation:
    """The answer as an attestation, signed with the node's key."""
    statement = summary_of(result, f"urn:tocsin:node:{node.own.id}")
    envelope = signed(statement, node.key(NODE_KEY))
    return Attestation(statement, envelope, SIGNED)


def _of_node(node: Node, releases: Sequence[HeldRelease], now: datetime) -> Known:
    now_s = now.timestamp()
    with node.reading() as connection:
        ages = {
            one.name: age_of(one.name, one.dated, one.advisories, now_s)
            for one in about_products(feeds(connection))
        }
        lifecycles = kept_lifecycles(connection)
        releases = with_aliases(connection, releases)
        # Others that speak of the same vulnerabilities say what is at stake, and whether they are exploited.
        numbers = of_the_same(connection, speaking_of(connection, releases))
        known = [
            KnownAdvisory(decode_advisory(body), ages[feed], day_of(read_us))
            for feed, read_us, body in advisory_bodies(connection, numbers)
        ]
        by_form = {form: feeds_with(connection, form.value) for form in Form}
        # A maker's statement about one product tells nothing of the others of its kind, and has no need to be current.
        current = {
            name for form, names in by_form.items() if form not in STATEMENTS_OF_MAKERS for name in names
        }
        covered = {kind for name in current for kind in kinds_of_feed(connection, name)}
    told = tuple(age for name, age in ages.items() if name in current)
    exploited = tuple(age for name, age in ages.items() if name in by_form[Form.KEV])
    held = ages[ENDS] if lifecycles is not None else None
    return Known(
        replace(result_of(releases, known, covered, (), now_s, bills=1), feeds=told) if ages else None,
        exploited,
        lifecycles,
        held,
        (*told, held) if held is not None else told,
    )
