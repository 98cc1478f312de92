"""How fast the log's tree is, held to the bare hashing that it cannot do without, measured in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

from measure import machine

from tocsin.transparency.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    new_nodes,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = 500_000
BATCH = 1_000
PROOFS = 2_000


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    leaves = [leaf_hash(number.to_bytes(32, "big")) for number in range(LEAVES)]
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    def bare() -> None:
        for _ in range(LEAVES):
            sha256(b"\x01" + leaves[0] + leaves[1]).digest()

    def append() -> None:
        for size in range(0, LEAVES, BATCH):
            for level, index, digest in new_nodes(size, leaves[size : size + BATCH], node):
                nodes[level, index] = digest

    bound_s, append_s = seconds(bare), seconds(append)
    top = root(LEAVES, node)
    places = range(1, LEAVES, LEAVES // PROOFS)
    tops = {place: root(place, node) for place in places}

    def included() -> None:
        for place in places:
            proof = inclusion_proof(place, LEAVES, node)
            assert verify_inclusion(leaves[place], place, LEAVES, proof, top)

    def consistent() -> None:
        for place in places:
            proof = consistency_proof(place, LEAVES, node)
            assert verify_consistency(place, LEAVES, tops[place], top, proof)

    print(machine())
    print(
        f"append, {BATCH} a batch  {LEAVES / append_s:,.0f}/s, {append_s / bound_s:.1f} times the bare hashing"
    )
    for name, work in (("inclusion", included), ("consistency", consistent)):
        print(f"{name}, prove and verify  {seconds(work) / len(places) * 1e3:.3f} ms")


if __name__ == "__main__":
    main()
