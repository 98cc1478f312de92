from __future__ import annotations

import gzip
import json
from importlib import resources

import pytest

from real_data import shared
from tocsin.errors import BadInput, LimitExceeded
from tocsin.measures import attack
from tocsin.measures.attack import read_attack
from tocsin.measures.knowledge import (
    Adversary,
    Mitigation,
    Software,
    read_knowledge,
    shipped_knowledge,
    written,
)
from tocsin.measures.technique import Technique


def named(kind, number, attack_id, name="one", **rest):
    return {
        "type": kind,
        "id": f"{kind}--{number}",
        "name": name,
        "external_references": [
            {"source_name": "a paper", "external_id": "x"},
            {"source_name": "mitre-attack", "external_id": attack_id},
        ],
        **rest,
    }


def technique(number, attack_id, *tactics, chain="mitre-attack", **rest):
    phases = [{"kill_chain_name": chain, "phase_name": one} for one in tactics]
    return named("attack-pattern", number, attack_id, kill_chain_phases=phases, **rest)


def relation(kind, source, target, **rest):
    return {
        "type": "relationship",
        "id": f"relationship--{source}-{target}",
        "relationship_type": kind,
        "source_ref": source,
        "target_ref": target,
        **rest,
    }


def bundle(*objects):
    return json.dumps(
        {"type": "bundle", "id": "bundle--1", "spec_version": "2.0", "objects": objects}
    ).encode()


def read(*objects):
    return read_attack([("a.json", bundle(*objects))], "1")


def test_techniques_mitigations_campaigns_and_groups_are_read_with_their_pairs():
    held = read(
        technique(1, "T1001", "execution", "persistence"),
        named("course-of-action", 1, "M1001", "Do it", x_mitre_domains=["enterprise-attack"]),
        named(
            "campaign",
            1,
            "C0001",
            first_seen="2020-03-01T00:00:00.000Z",
            last_seen="2020-04-01T00:00:00.000Z",
        ),
        named("intrusion-set", 1, "G0001"),
        relation("mitigates", "course-of-action--1", "attack-pattern--1"),
        relation("uses", "campaign--1", "attack-pattern--1"),
        relation("uses", "intrusion-set--1", "attack-pattern--1"),
        named("malware", 1, "S0001", "Worm", x_mitre_aliases=["Worm", "Creeper"]),
        named("tool", 1, "S0002", "Nobody's"),
        named("tool", 2, "S0003", "Old", revoked=True),
        named("intrusion-set", 2, "G0002", aliases=["one", "Uno"]),
        relation("uses", "intrusion-set--1", "malware--1"),
        relation("uses", "intrusion-set--1", "tool--2"),
        relation("uses", "campaign--1", "malware--1", revoked=True),
        relation("attributed-to", "campaign--1", "intrusion-set--2"),
    )
    known = held.knowledge
    assert known.techniques == (
        Technique(id="T1001", name="one", tactics=("execution", "persistence"), matrices=("enterprise",)),
    )
    assert known.mitigations == (
        Mitigation(id="M1001", name="Do it", matrices=("enterprise",), techniques=("T1001",)),
    )
    assert known.adversaries == (
        Adversary(
            id="C0001",
            name="one",
            kind="campaign",
            began="2020-03-01",
            ended="2020-04-01",
            techniques=("T1001",),
            groups=("G0002",),
        ),
        Adversary(id="G0001", name="one", kind="group", techniques=("T1001",), software=("S0001",)),
        Adversary(id="G0002", name="one", kind="group", aliases=("Uno",)),
    )
    assert known.software == (Software(id="S0001", name="Worm", aliases=("Creeper",)),)
    assert (held.objects, held.skipped) == (15, ())


def test_a_revoked_id_leads_along_the_chain_to_what_took_its_place():
    known = read(
        technique(1, "T1001", revoked=True),
        technique(2, "T1002", revoked=True),
        technique(3, "T1003", "execution"),
        relation("revoked-by", "attack-pattern--1", "attack-pattern--2"),
        relation("revoked-by", "attack-pattern--2", "attack-pattern--3"),
    ).knowledge
    assert known.technique("T1001").id == "T1003"
    assert known.technique("T1003").id == "T1003"
    assert known.technique("T9999") is None


def test_a_circle_of_revocations_ends():
    known = read(
        technique(1, "T1001", revoked=True),
        technique(2, "T1002", revoked=True),
        relation("revoked-by", "attack-pattern--1", "attack-pattern--2"),
        relation("revoked-by", "attack-pattern--2", "attack-pattern--1"),
    ).knowledge
    assert known.technique("T1001").id == "T1001"
    assert known.technique("T1002").id == "T1002"


def test_what_was_revoked_for_something_that_is_not_there_is_said():
    held = read(
        technique(1, "T1001", revoked=True), relation("revoked-by", "attack-pattern--1", "attack-pattern--2")
    )
    assert held.knowledge.technique("T1001").deprecated
    assert [(str(one.where), one.why) for one in held.skipped] == [
        ("a.json at $.objects[1]", "was revoked for attack-pattern--2, which is not there")
    ]


def test_an_id_that_stands_for_two_is_that_which_is_still_in_use():
    for order in (1, -1):
        objects = [technique(1, "T1001", revoked=True), technique(2, "T1001", "execution")][::order]
        (one,) = read(*objects).knowledge.techniques
        assert one.tactics == ("execution",)


def test_old_mitigations_campaigns_and_relations_are_left_out():
    known = read(
        technique(1, "T1001", "execution"),
        named("course-of-action", 1, "T1001", x_mitre_deprecated=True),
        named("course-of-action", 2, "M1002"),
        named("campaign", 1, "C0001", revoked=True),
        relation("mitigates", "course-of-action--2", "attack-pattern--1", revoked=True),
    ).knowledge
    assert known.mitigations == (Mitigation(id="M1002", name="one"),)
    assert known.adversaries == ()


def test_what_lies_in_two_bundles_counts_once_and_the_later_state_holds():
    old = named("campaign", 1, "C0001", "old", modified="2024-01-01")
    new = named("campaign", 1, "C0001", "new", modified="2025-01-01")
    ics = technique(2, "T0801", "evasion", chain="mitre-ics-attack")
    uses = [relation("uses", "campaign--1", f"attack-pattern--{number}") for number in (1, 2)]
    first = ("a.json", bundle(technique(1, "T1001", "execution"), new, uses[0]))
    second = ("b.json", bundle(ics, old, uses[1]))
    for bundles in ([first, second], [second, first]):
        known = read_attack(bundles, "1").knowledge
        (one,) = known.adversaries
        assert (one.name, one.techniques) == ("new", ("T0801", "T1001"))
        assert known.technique("T0801").matrices == ("ics",)


def test_what_cannot_be_read_is_named_and_the_rest_counts():
    held = read(
        technique(1, "T1001", "execution"),
        {"type": "attack-pattern", "id": "attack-pattern--2"},
        {"no": "type"},
        technique(3, "T1x", "execution"),
        named("campaign", 1, "C0001", first_seen="2020-02-30T00:00:00Z"),
        relation("uses", "campaign--1", "attack-pattern--9"),
        relation("uses", "campaign--1", "attack-pattern--1"),
        relation("uses", "campaign--1", "malware--9"),
    )
    assert [(str(one.where), one.why) for one in held.skipped] == [
        ("a.json at $.objects[1]", "Object missing required field 'name'"),
        ("a.json at $.objects[2]", "Object missing required field 'type'"),
        ("a.json at $.objects[3]", "has no id of ATT&CK's: 'T1x'"),
        ("a.json at $.objects[5]", "refers to attack-pattern--9, which is not there"),
        ("a.json at $.objects[7]", "refers to malware--9, which is not there"),
        ("a.json at $.objects[4].first_seen", "is no day: '2020-02-30T00:00:00Z'"),
    ]
    assert held.knowledge.adversaries[0].techniques == ("T1001",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is no STIX bundle"),
        (b"[]", "is no STIX bundle"),
        (b'{"type": "bundle", "objects": 1}', "is no STIX bundle"),
        (b'{"type": "malware", "objects": []}', "is no STIX bundle"),
        (b'{"type": "bundle", "objects": []}', "no technique"),
        (b"\xff\xfe{}", "is no STIX bundle"),
    ],
    ids=["empty", "list", "number", "malware", "nothing", "bytes"],
)
def test_what_is_no_bundle_is_refused(data, words):
    with pytest.raises(BadInput, match=words):
        read_attack([("a.json", data)], "1")


def test_limits_hold(monkeypatch):
    with pytest.raises(LimitExceeded, match="nests deeper"):
        read_attack([("a.json", b"[" * 65 + b"]" * 65)], "1")
    monkeypatch.setattr(attack, "KNOWLEDGE_BYTES", 10)
    with pytest.raises(LimitExceeded):
        read_attack([("a.json", b" " * 11)], "1")


def test_tactics_come_in_the_order_of_the_matrices():
    def tactic(number, name):
        return named("x-mitre-tactic", number, f"TA000{number}", name.title(), x_mitre_shortname=name)

    def matrix(number, *tactics):
        return named("x-mitre-matrix", number, "m", tactic_refs=[f"x-mitre-tactic--{one}" for one in tactics])

    known = read(
        technique(1, "T1001", "a"),
        *(tactic(number, name) for number, name in enumerate("abcx")),
        matrix(1, 0, 1, 2),
        matrix(2, 0, 3, 2, 9),
    ).knowledge
    assert [one.id for one in known.tactics] == ["a", "x", "b", "c"]
    assert known.tactic_name("x") == "X"
    assert known.tactic_name("unknown") == "unknown"


def bundles():
    folder = shared("intel/attack")
    return [
        (f"{name}.json", gzip.decompress((folder / f"{name}-attack.json.gz").read_bytes()))
        for name in ("enterprise", "ics")
    ]


def test_what_ships_is_what_the_bundles_say():
    held = read_attack(bundles(), "18.1")
    assert held.skipped == ()
    assert held.objects == 24_771 + 1_825
    assert held.knowledge == shipped_knowledge()
    assert (
        written(held.knowledge)
        == resources.files("tocsin").joinpath("data/knowledge/attack.json").read_bytes()
    )


def test_the_bundles_hold_what_was_counted_by_hand():
    (one, two) = bundles()
    known = read_attack([one], "18.1").knowledge
    with_techniques = [each for each in known.adversaries if each.techniques]
    assert len(with_techniques) == 219
    assert sum(each.kind == "campaign" for each in with_techniques) == 51
    assert sum(len(each.techniques) for each in known.mitigations) == 1_445
    both = read_attack([one, two], "18.1").knowledge
    assert sum(bool(each.groups) for each in both.adversaries) == 25
    assert (len(both.software), sum(len(each.software) for each in both.adversaries)) == (622, 1_256)
    assert sum(len(each.techniques) for each in both.mitigations) == 1_445 + 331
    assert both.technique("T1156").id == "T1546.004"
    assert all(both.technique(each.id) and not both.technique(each.id).revoked_by for each in both.techniques)


def test_what_ships_is_small_and_carries_its_notice():
    folder = resources.files("tocsin").joinpath("data/knowledge")
    data = folder.joinpath("attack.json").read_bytes()
    assert len(data) < 300_000
    for text in (data.decode(), folder.joinpath("NOTICE.txt").read_text(encoding="utf-8")):
        assert (
            "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission"
            in text
        )
    assert "non-exclusive, royalty-free license" in folder.joinpath("NOTICE.txt").read_text(encoding="utf-8")
    assert read_knowledge(data, "attack.json") == shipped_knowledge()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"{", "x"),
        (b"{}", "x at $"),
        (b'{"format":"other"}', "x at $.format"),
        (written(shipped_knowledge()).replace(b'"id":"T0803"', b'"id":3'), "$.techniques[3].id"),
    ],
    ids=["half", "empty", "other", "number"],
)
def test_what_is_no_distilled_knowledge_is_refused_with_its_place(data, place):
    with pytest.raises(BadInput) as caught:
        read_knowledge(data, "x")
    assert place in str(caught.value)
