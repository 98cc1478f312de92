"""The tree: known vectors, a naive evaluator from the RFC's text, and nothing but the truth is proven."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings, strategies as st

from reference.merkle import naive_consistency, naive_inclusion, naive_root
from tocsin.errors import BadInput
from tocsin.limits import LOG_LEAVES
from tocsin.transparency.tree import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    new_nodes,
    node_hash,
    root,
    root_from_inclusion,
    root_of_leaves,
    verify_consistency,
    verify_inclusion,
)
from transparency.logs import Log, flips, numbered

# The reference tree of certificate-transparency (test/cpp/merkletree, also transparency-dev/merkle).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
MOST = 300
REFERENCE = Log(ENTRIES)
LONG = Log(numbered(MOST))


def hexed(hashes):
    return tuple(one.hex() for one in hashes)


def test_the_empty_tree_has_the_hash_of_nothing():
    assert EMPTY_ROOT == sha256(b"").digest() == root(0, REFERENCE.node) == root_of_leaves([])


@pytest.mark.parametrize("size", range(9))
def test_the_reference_tree_has_the_published_roots(size):
    assert root(size, REFERENCE.node).hex() == ROOTS[size]
    assert root_of_leaves(map(leaf_hash, ENTRIES[:size])).hex() == ROOTS[size]
    assert naive_root(ENTRIES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_reference_tree_has_the_published_inclusion_proofs(index, size):
    proof = inclusion_proof(index, size, REFERENCE.node)
    assert hexed(proof) == INCLUSION[index, size] == hexed(naive_inclusion(index, ENTRIES[:size]))
    assert verify_inclusion(leaf_hash(ENTRIES[index]), index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_reference_tree_has_the_published_consistency_proofs(old, new):
    proof = consistency_proof(old, new, REFERENCE.node)
    assert hexed(proof) == CONSISTENCY[old, new] == hexed(naive_consistency(old, ENTRIES[:new]))
    assert verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), proof)


@given(st.lists(st.binary(max_size=8), max_size=MOST), st.integers(1, 70))
@settings(max_examples=60)
def test_the_root_is_the_naive_one_in_whatever_batches_leaves_come(entries, batch):
    log = Log(entries, batch)
    assert log.nodes == Log(entries).nodes
    assert root(len(entries), log.node) == naive_root(entries) == root_of_leaves(log.leaves())


@given(st.integers(0, MOST))
def test_every_older_root_can_be_made_from_the_nodes_of_a_larger_tree(size):
    assert root(size, LONG.node) == naive_root(LONG.entries[:size])


@given(st.integers(1, MOST).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_inclusion_proofs_are_the_naive_ones_and_verify(place):
    index, size = place
    proof = inclusion_proof(index, size, LONG.node)
    assert proof == naive_inclusion(index, LONG.entries[:size])
    assert verify_inclusion(leaf_hash(LONG.entries[index]), index, size, proof, root(size, LONG.node))


@given(st.integers(1, MOST).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_consistency_proofs_are_the_naive_ones_and_verify(sizes):
    old, new = sizes
    proof = consistency_proof(old, new, LONG.node)
    assert proof == naive_consistency(old, LONG.entries[:new])
    assert verify_consistency(old, new, root(old, LONG.node), root(new, LONG.node), proof)


def test_every_size_to_70_is_proven_from_every_older_one_and_for_every_leaf():
    roots = [root(size, LONG.node) for size in range(71)]
    for new in range(1, 71):
        for old in range(new + 1):
            assert verify_consistency(
                old, new, roots[old], roots[new], consistency_proof(old, new, LONG.node)
            )
        for index in range(new):
            leaf = LONG.nodes[0, index]
            assert verify_inclusion(leaf, index, new, inclusion_proof(index, new, LONG.node), roots[new])


def test_each_node_is_written_once_and_only_complete_ones_are():
    for size in range(MOST):
        made = new_nodes(size, [LONG.nodes[0, size]], LONG.node)
        assert all((index + 1) << level <= size + 1 for level, index, _ in made)
        assert all(LONG.nodes[level, index] == digest for level, index, digest in made)
    assert len(LONG.nodes) == sum(MOST >> level for level in range(MOST.bit_length()))


def test_appending_asks_for_one_node_a_level_at_most():
    asked = []

    def node(level, index):
        asked.append(level)
        return LONG.nodes[level, index]

    new_nodes(255, LONG.leaves()[255:], node)
    assert sorted(set(asked)) == sorted(asked)


# -- what must be refused ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("index", "size"), [(0, 1), (0, 8), (5, 8), (6, 7), (2, 3), (1, 5), (99, 173), (172, 173)]
)
def test_no_flipped_bit_of_an_inclusion_proof_is_accepted(index, size):
    leaf, top = LONG.nodes[0, index], root(size, LONG.node)
    proof = inclusion_proof(index, size, LONG.node)
    assert verify_inclusion(leaf, index, size, proof, top)
    assert not any(verify_inclusion(changed, index, size, proof, top) for changed in flips(leaf))
    assert not any(verify_inclusion(leaf, index, size, proof, changed) for changed in flips(top))
    for place, one in enumerate(proof):
        for changed in flips(one):
            assert not verify_inclusion(
                leaf, index, size, [*proof[:place], changed, *proof[place + 1 :]], top
            )


@pytest.mark.parametrize(
    ("old", "new"), [(1, 2), (1, 8), (4, 8), (6, 8), (7, 8), (2, 5), (99, 173), (128, 173)]
)
def test_no_flipped_bit_of_a_consistency_proof_is_accepted(old, new):
    before, after = root(old, LONG.node), root(new, LONG.node)
    proof = consistency_proof(old, new, LONG.node)
    assert verify_consistency(old, new, before, after, proof)
    assert not any(verify_consistency(old, new, changed, after, proof) for changed in flips(before))
    assert not any(verify_consistency(old, new, before, changed, proof) for changed in flips(after))
    for place, one in enumerate(proof):
        for changed in flips(one):
            assert not verify_consistency(
                old, new, before, after, [*proof[:place], changed, *proof[place + 1 :]]
            )


def test_an_inclusion_proof_holds_for_its_own_index_only():
    for size in range(1, 40):
        top = root(size, LONG.node)
        for index in range(size):
            proof = inclusion_proof(index, size, LONG.node)
            for other in range(-1, size + 3):
                held = verify_inclusion(LONG.nodes[0, index], other, size, proof, top)
                assert held == (other == index), (index, other, size)


def test_a_consistency_proof_holds_for_its_own_roots_only():
    roots = [root(size, LONG.node) for size in range(25)]
    for new in range(2, 25):
        for old in range(1, new):
            proof = consistency_proof(old, new, LONG.node)
            for other in range(1, 25):
                assert verify_consistency(old, new, roots[other], roots[new], proof) == (other == old)
                assert verify_consistency(old, new, roots[old], roots[other], proof) == (other == new)


def test_a_proof_with_a_hash_too_few_or_too_many_is_refused():
    for size in range(1, 40):
        top = root(size, LONG.node)
        for index in range(size):
            leaf, proof = LONG.nodes[0, index], inclusion_proof(index, size, LONG.node)
            for changed in ([*proof, top], [top, *proof], *([proof[:-1], proof[1:]] if proof else [])):
                assert not verify_inclusion(leaf, index, size, changed, top)
        for old in range(1, size):
            before, proof = root(old, LONG.node), consistency_proof(old, size, LONG.node)
            for changed in ([*proof, top], [before, *proof], proof[:-1], proof[1:]):
                assert not verify_consistency(old, size, before, top, changed)


def test_a_proof_that_leads_on_beyond_the_trees_size_is_refused():
    # Each of these proves something true, only not of a tree of the size that is given.
    seven, eight = root(7, LONG.node), root(8, LONG.node)
    longer, shorter = consistency_proof(7, 8, LONG.node), consistency_proof(3, 4, LONG.node)
    assert verify_consistency(7, 8, seven, eight, longer)
    assert not verify_consistency(3, 4, seven, eight, longer)
    assert not verify_consistency(7, 8, root(3, LONG.node), root(4, LONG.node), shorter)
    path = inclusion_proof(1, 2, LONG.node)
    assert verify_inclusion(LONG.nodes[0, 1], 1, 2, path, root(2, LONG.node))
    assert not verify_inclusion(LONG.nodes[0, 1], 0, 1, path, root(2, LONG.node))


def test_a_tree_beyond_the_largest_log_has_no_proofs():
    leaf = LONG.nodes[0, 0]
    assert root_from_inclusion(leaf, 0, LOG_LEAVES, [leaf] * 53) is not None
    assert root_from_inclusion(leaf, 0, LOG_LEAVES + 1, [leaf] * 53) is None


def test_a_node_cannot_pass_for_a_leaf():
    size, top = 8, root(8, REFERENCE.node)
    inner = REFERENCE.nodes[1, 0]
    children = REFERENCE.nodes[0, 0] + REFERENCE.nodes[0, 1]
    assert node_hash(REFERENCE.nodes[0, 0], REFERENCE.nodes[0, 1]) == inner
    assert leaf_hash(children) != inner
    proof = inclusion_proof(0, size, REFERENCE.node)[1:]
    assert not verify_inclusion(inner, 0, size, proof, top)
    assert verify_inclusion(inner, 0, 4, proof, top), (
        "as leaf of a tree half as large: the size is what is signed"
    )


def test_hashes_of_another_length_are_refused():
    leaf, top = REFERENCE.nodes[0, 0], root(2, REFERENCE.node)
    sibling = REFERENCE.nodes[0, 1]
    assert verify_inclusion(leaf, 0, 2, [sibling], top)
    # The same bytes under the hash, cut at another place.
    assert node_hash(leaf + sibling[:1], sibling[1:]) == top
    assert not verify_inclusion(leaf + sibling[:1], 0, 2, [sibling[1:]], top)
    assert root_from_inclusion(leaf + sibling[:1], 0, 2, [sibling[1:]]) is None
    assert not verify_consistency(1, 2, leaf + sibling[:1], top, [sibling[1:]])
    with pytest.raises(BadInput, match="32 bytes"):
        new_nodes(0, [b"short"], REFERENCE.node)


def test_nothing_is_proven_where_there_is_nothing_to_prove():
    top = root(5, LONG.node)
    assert consistency_proof(0, 5, LONG.node) == consistency_proof(5, 5, LONG.node) == []
    assert verify_consistency(5, 5, top, top, [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert verify_consistency(0, 5, EMPTY_ROOT, top, [])
    assert not verify_consistency(0, 0, top, top, [])
    assert not verify_consistency(0, 5, top, top, [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, top, [top])
    assert not verify_consistency(5, 5, top, top, [top])
    assert not verify_consistency(5, 5, top, root(4, LONG.node), [])
    assert not verify_consistency(4, 5, root(4, LONG.node), top, [])


def test_a_tree_cannot_shrink_or_have_a_size_below_nothing():
    old, new = root(8, LONG.node), root(5, LONG.node)
    proof = consistency_proof(5, 8, LONG.node)
    assert not verify_consistency(8, 5, old, new, proof)
    assert not verify_consistency(-1, 5, old, new, proof)
    assert not verify_consistency(5, LOG_LEAVES + 1, old, new, proof)
    assert not verify_inclusion(LONG.nodes[0, 0], 0, LOG_LEAVES + 1, proof, new)
    with pytest.raises(BadInput, match="does not begin with 8"):
        consistency_proof(8, 5, LONG.node)
    with pytest.raises(BadInput, match="does not begin with -1"):
        consistency_proof(-1, 5, LONG.node)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5)])
def test_a_leaf_that_is_not_there_has_no_proof(index, size):
    with pytest.raises(BadInput, match="has no leaf"):
        inclusion_proof(index, size, LONG.node)


def test_a_log_grows_to_its_largest_size_and_no_further():
    leaf = leaf_hash(b"")
    assert new_nodes(LOG_LEAVES - 1, [leaf], lambda *_: leaf) == [(0, LOG_LEAVES - 1, leaf)]
    for size in (LOG_LEAVES, -1):
        with pytest.raises(BadInput, match="a log holds"):
            new_nodes(size, [leaf], lambda *_: leaf)


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(-2, 40),
    st.integers(-2, 40),
    st.lists(st.binary(min_size=31, max_size=33), max_size=8),
)
def test_no_made_up_proof_crashes_or_holds(hashed, one, other, proof):
    top = root(40, LONG.node)
    assert not verify_inclusion(hashed, one, other, proof, top)
    assert not verify_consistency(one, other, hashed, top, proof)
