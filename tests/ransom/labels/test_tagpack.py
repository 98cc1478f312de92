from __future__ import annotations

import bz2
import gzip
from collections import Counter

import pytest
import yaml
from hypothesis import given, strategies as st

from real_data import shared
from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import TAGPACK_NESTING, TAGPACK_TEXT_CHARACTERS
from tocsin.ransom.labels import tagpack
from tocsin.ransom.labels.family import name_key
from tocsin.ransom.labels.tagpack import is_tagpack, read_tagpack

HEAD = b"title: A pack\ncreator: Somebody\nsource: https://example.org/a\ncurrency: BTC\n"
PACKS = {"ransomware": 7_178, "ransomwhere": 7_457, "ofac": 572}


def pack(tags, head=HEAD):
    return head + b"tags:\n" + tags


def packed(name):
    return gzip.decompress(shared(f"intel/tagpacks/{name}.yaml.gz").read_bytes())


def test_a_tag_inherits_what_the_head_says_and_says_more_itself():
    head = HEAD + b"label: Locky\nabuse: ransomware\nconfidence: forensic\nlastmod: 2021-11-14\n"
    tags = b"- address: 1a\n- address: '0xAB'\n  currency: ETH\n  label: Ryuk\n  lastmod: 2022-01-02 10:00:00\n  concepts: [user, exchange]\n"
    one, two = read_tagpack(pack(tags, head), "a.yaml").labels
    assert (one.address, one.label, one.currency, one.abuse) == ("1a", "Locky", "BTC", "ransomware")
    assert (one.confidence, one.source, one.pack, one.lastmod) == (
        "forensic", "https://example.org/a", "a.yaml", "2021-11-14",
    )  # fmt: skip
    assert (two.address, two.label, two.currency, two.lastmod) == ("0xAB", "Ryuk", "ETH", "2022-01-02")
    assert (one.is_service, two.is_service) == (False, True)


def test_what_a_tag_says_of_itself_is_nothing_where_it_says_so():
    (one,) = read_tagpack(
        pack(b"- address: 1a\n  label: x\n  abuse: ~\n", HEAD + b"abuse: scam\n"), "a"
    ).labels
    assert one.abuse == ""


def test_a_network_stands_for_a_currency_that_is_not_said():
    head = b"source: s\nlabel: x\nnetwork: ETH\n"
    one, two = read_tagpack(pack(b"- address: 1a\n- address: 1b\n  currency: USDT\n", head), "a").labels
    assert (one.currency, two.currency) == ("ETH", "USDT")


def test_the_head_may_come_after_the_tags():
    (one,) = read_tagpack(b"tags:\n- address: 1a\nlabel: x\nsource: s\ncurrency: BTC\n", "a").labels
    assert (one.label, one.source) == ("x", "s")


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("- label: x", "names no address"),
        ("- address: ''\n  label: x", "names no address"),
        ("- address: 1 b\n  label: x", "is no address"),
        (f"- address: {'1' * 201}\n  label: x", "is no address"),
        ("- address: 1b", "says label"),
        ("- address: 1b\n  label: x\n  source: ''", "says source"),
        ("- address: 1b\n  label: x\n  currency: null", "says currency"),
        ("- address: 1b\n  label: [x]", "label is a text"),
        ("- address: 1b\n  label: x\n  lastmod: soon", "is no day"),
        ("- address: 1b\n  label: x\n  concepts: exchange", "are a list"),
        ("- address: 1b\n  label: x\n  concepts: [[exchange]]", "concepts is a text"),
        ("- just words", "a tag is a mapping"),
    ],
    ids=str,
)
def test_a_bad_tag_is_named_with_its_place_and_the_others_go_on(tag, why):
    text = f"- address: 1a\n  label: x\n{tag}\n- address: 1c\n  label: x\n"
    read = read_tagpack(pack(text.encode()), "a.yaml", "folder/a.yaml")
    assert [one.address for one in read.labels] == ["1a", "1c"]
    (fault,) = read.faults
    assert why in fault.what
    assert str(fault.where) == "folder/a.yaml:8"
    assert read.tags == len(read.labels) + len(read.faults) == 3


def test_a_tag_of_a_transaction_names_no_address_and_is_counted():
    read = read_tagpack(pack(b"- tx_hash: ab\n  label: x\n- address: 1a\n  label: x\n"), "a")
    assert (read.tags, len(read.labels), read.transactions, read.faults) == (2, 1, 1, [])


@pytest.mark.parametrize(
    ("text", "why", "place"),
    [
        (b"tags: [\n", "is no YAML", "a:2:1"),
        (b"title: a\n", "has no tags", "a"),
        (b"- a\n- b\n", "one mapping", "a:1:1"),
        (b"", "one mapping", "a:1:1"),
        (b"tags: 7\n", "are one list", "a:1:7"),
        (b"tags: []\ntags: []\n", "are one list", "a:2:7"),
        (b"title: a\ntitle: b\ntags: []\n", "twice", "a:2:1"),
        (b"a: &x [b]\ntags: *x\n", "anchor or an alias", "a:1:4"),
        (b"a: b\ntags:\n- *x\n", "anchor or an alias", "a:3:3"),
        (b"header: !include h.yaml\ntags: []\n", "explicit tag", "a:1:9"),
        (b"a: !!python/object/apply:os.system [ls]\ntags: []\n", "explicit tag", "a:1:4"),
        (b"? [a]\n: b\n", "a key is a text", "a:1:3"),
        (b"tags: []\n---\ntags: []\n", "one mapping", "a:2:1"),
        (b"a: \xff\ntags: []\n", "is no YAML", None),
    ],
    ids=str,
)
def test_what_is_no_pack_is_an_error_with_its_place(text, why, place):
    with pytest.raises(BadInput, match=why) as caught:
        read_tagpack(text, "a")
    assert place is None or str(caught.value.where) == place


def test_a_bomb_does_not_unfold():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(BadInput, match="unfolds"):
        read_tagpack("\n".join([*lines, "tags: []"]).encode(), "a")


def test_depth_length_and_number_are_bounded(monkeypatch):
    deep = b"[" * TAGPACK_NESTING + b"]" * TAGPACK_NESTING
    with pytest.raises(LimitExceeded, match="deeper"):
        read_tagpack(b"a: " + deep + b"\ntags: []\n", "a")
    with pytest.raises(LimitExceeded, match="characters"):
        read_tagpack(b"a: " + b"x" * (TAGPACK_TEXT_CHARACTERS + 1) + b"\ntags: []\n", "a")
    monkeypatch.setattr(tagpack, "TAGPACK_TAGS", 2)
    with pytest.raises(LimitExceeded, match="2 tags"):
        read_tagpack(pack(b"- {}\n- {}\n- {}\n"), "a")


def test_a_pack_is_known_by_its_tags():
    assert is_tagpack(pack(b"- address: 1a\n"))
    assert not is_tagpack(b"title: a\nactors:\n- id: tags\n  tags: x\n")


# -- against another reader ---------------------------------------------------------------------

_texts = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=12)
_said = st.fixed_dictionaries(
    {},
    optional={
        "label": _texts,
        "source": _texts,
        "currency": st.sampled_from(["BTC", "ETH", "no", "1e3"]),
        "abuse": st.sampled_from(["ransomware", "", "true"]),
        "category": _texts,
        "actor": _texts,
        "confidence": st.just("forensic"),
        "lastmod": st.dates().map(str),
    },
)
_tags = st.lists(st.tuples(_said, st.sampled_from(["1a", "0xAB", "", None])), max_size=6)


def naively(head, tags):
    """What the labels of a pack are, by the format's rules over dicts."""
    found = []
    for said, address in tags:
        whole = {key: value.strip() for key, value in {**head, **said}.items()}
        if address and all(whole.get(key) for key in ("label", "source", "currency")):
            keys = ("label", "currency", "source", "category", "abuse", "actor", "confidence", "lastmod")
            found.append((address, *(whole.get(key, "") for key in keys)))
    return found


@given(_said, _tags)
def test_it_agrees_with_dicts_that_another_writer_wrote(head, tags):
    written = {
        **head,
        "tags": [{**said, **({} if address is None else {"address": address})} for said, address in tags],
    }
    read = read_tagpack(yaml.safe_dump(written, allow_unicode=True).encode(), "p")
    assert [
        (one.address, one.label, one.currency, one.source, one.category, one.abuse, one.actor, one.confidence, one.lastmod)
        for one in read.labels
    ] == naively(head, tags)  # fmt: skip
    assert read.tags == len(tags) == len(read.labels) + len(read.faults)


# -- real packs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PACKS)
def test_every_tag_of_the_public_packs_is_read_as_another_library_reads_it(name):
    data = packed(name)
    read = read_tagpack(data, f"{name}.yaml")
    assert (read.tags, len(read.labels), read.faults, read.transactions) == (PACKS[name], PACKS[name], [], 0)
    oracle = yaml.load(data, Loader=yaml.CSafeLoader)
    for one, tag in zip(read.labels, oracle["tags"], strict=True):
        whole = {**oracle, **tag}
        assert (one.address, one.label, one.currency) == (tag["address"], whole["label"], whole["currency"])
        assert (one.source, one.lastmod) == (whole["source"], str(whole["lastmod"]))


def test_what_the_two_packs_call_differently_is_mostly_a_spelling():
    said = [
        {one.address: one.label for one in read_tagpack(packed(name), name).labels}
        for name in ("ransomware", "ransomwhere")
    ]
    both = said[0].keys() & said[1].keys()
    other = [(said[0][one], said[1][one]) for one in both if said[0][one] != said[1][one]]
    still = Counter(pair for pair in other if name_key(pair[0]) != name_key(pair[1]))
    assert (len(said[0].keys() | said[1].keys()), len(other), sum(still.values())) == (7_512, 73, 16)
    assert set(still) == {("Dmalocker", "DMALockerv3"), ("Globe", "Globev3"), ("Xlocker", "XLockerv5.0")}


def test_the_public_ofac_pack_is_no_list_of_today():
    from tocsin.ransom.sanctions.advanced_xml import read_advanced_xml

    held = {one.address for one in read_tagpack(packed("ofac"), "ofac.yaml").labels}
    data = bz2.decompress(shared("intel/ofac/sdn_advanced-2025-11-19.xml.bz2").read_bytes())
    listed = {one.text for party in read_advanced_xml([data]).parties for one in party.addresses}
    assert (len(held), len(held - listed), len(listed), len(listed - held)) == (572, 92, 745, 265)
