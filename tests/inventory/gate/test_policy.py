from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from inventory.gate.making import rule
from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.gate.policy import Policy, read_policy
from tocsin.limits import GATE_FILE_BYTES
from tocsin.service.inventory.gate import shipped_policies

HEAD = 'name = "p"\nversion = "1"\n'
RULE = '[[rule]]\ncheck = "artifact-hash"\nid = "hash"\nasks = "?"\nsource = "us"\n'


def read(text, known=None):
    return read_policy(text.encode(), "p.toml", known or {})


def test_a_policy_keeps_the_order_of_its_rules():
    policy = read(HEAD + RULE + RULE.replace('"hash"', '"again"'))

    assert [one.id for one in policy.rules] == ["hash", "again"]


def test_each_shipped_rule_says_what_it_asks_and_where_it_comes_from():
    policy, _ = shipped_policies()["strict"]

    assert [one.id for one in policy.rules][:6] == [
        "sbom-complete",
        "provenance",
        "artifact-hash",
        "known-exploited",
        "affected",
        "end-of-life",
    ]
    for one in policy.rules:
        assert one.asks.endswith("?")
        assert one.source
        assert one.url.startswith("https://")
    # Whom to believe is for the user to say.
    assert policy.trust.keys == policy.trust.identities == ()


def test_a_policy_that_extends_another_replaces_adds_and_leaves_out():
    base = read(HEAD + RULE + RULE.replace('"hash"', '"gone"'))
    text = (
        'name = "q"\nversion = "2"\nextends = "base"\nwithout = ["gone"]\n'
        + RULE.replace('source = "us"', 'source = "them"\nrequired = false')
        + RULE.replace('"hash"', '"more"')
    )

    policy = read(text, {"base": base})

    assert [(one.id, one.source, one.required) for one in policy.rules] == [
        ("hash", "them", False),
        ("more", "us", True),
    ]


def test_trust_comes_on_top_of_that_of_the_policy_that_is_extended():
    base = read(HEAD + '[[trust.keys]]\nname = "a"\npem = "x"\n[trust.root]\nleast = 2025-01-01\n' + RULE)

    policy = read(HEAD + 'extends = "base"\n[[trust.keys]]\nname = "b"\npem = "y"\n', {"base": base})

    assert [one.name for one in policy.trust.keys] == ["a", "b"]
    assert policy.trust.root == base.trust.root


@pytest.mark.parametrize(
    ("text", "what", "path"),
    [
        ("name = ", "no TOML", None),
        (HEAD, "no rule", None),
        (HEAD + RULE + "sbmo = false\n", "sbmo", "$.rule[0]"),
        (HEAD + RULE.replace("artifact-hash", "artifact"), "Invalid value 'artifact'", "$.rule[0].check"),
        (HEAD + RULE + RULE, "twice", "$.rule[1].id"),
        (HEAD + 'extends = "no"\n' + RULE, "not known", "$.extends"),
        (HEAD + RULE + 'required = "yes"\n', "Expected 'bool'", "$.rule[0].required"),
        (HEAD + RULE.replace('source = "us"\n', 'source = ""\n'), "length >= 1", "$.rule[0].source"),
        (HEAD + RULE.replace('id = "hash"', 'id = "Hash!"'), "matching regex", "$.rule[0].id"),
        (HEAD + 'without = ["x"]\n' + RULE, "no rule of what it builds on", "$.without"),
    ],
)
def test_what_is_not_known_is_refused_and_its_place_named(text, what, path):
    with pytest.raises(BadInput) as caught:
        read(text)

    assert what in caught.value.what
    assert caught.value.where.file == "p.toml"
    assert caught.value.where.path == path


def test_a_share_beyond_all_is_refused():
    with pytest.raises(BadInput):
        rule("sbom-complete", least={"name": 1.5})


def test_a_policy_that_is_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        read_policy(b"#" * (GATE_FILE_BYTES + 1), "p.toml", {})


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: (HEAD + text).encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_a_policy_or_bad_input(data):
    try:
        held = read_policy(data, "p.toml", {})
    except BadInput:
        return
    assert isinstance(held, Policy)
