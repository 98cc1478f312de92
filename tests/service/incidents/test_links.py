"""What of an indicator is compared, and how rare a row of techniques is among all that ATT&CK knows."""

from __future__ import annotations

import gzip
import json
from importlib import resources

import pytest

from real_data import shared
from tocsin.incidents.flow.afb import read_afb
from tocsin.incidents.flow.flow import Edge, Flow, Node
from tocsin.incidents.form import read_whole_form
from tocsin.incidents.incident import Incident
from tocsin.incidents.links import Kind
from tocsin.incidents.stix.campaigns import campaign_incidents
from tocsin.model.stix import read_objects
from tocsin.model.strength import Strength
from tocsin.service.incidents.links import actor, indicator_values, links_of, software, technique
from tocsin.service.measures.known import known

EXAMPLES = resources.files("tocsin") / "data" / "examples" / "incidents"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("evil-c2.example", ("domain evil-c2.example",)),
        ("EVIL-C2[.]example", ("domain evil-c2.example",)),
        ("[domain-name:value = 'evil-c2.example']", ("domain evil-c2.example",)),
        ("hxxp://evil-c2[.]example/a", ("url http://evil-c2.example/a",)),
        ("B" * 64, ("sha256 " + "b" * 64,)),
        ("[mutex:name = 'x']", ("mutex x",)),
        ("[process:name = 'x' AND process:pid = 1]", ()),
        ("[process:command_line = 'net stop AcronisAgent /y']", ()),
        ("[file:name = 'rundll32.exe']", ()),
        ("/_layouts/15/ToolPane.aspx", ()),
        ("a  run of words", ()),
        ("8.8.8.8", ()),
        ("google.com", ()),
        ("d41d8cd98f00b204e9800998ecf8427e", ()),
        (" ", ()),
    ],
)
def test_an_indicator_has_one_spelling_and_what_is_known_good_has_none(text, values):
    assert indicator_values(text) == values


def test_a_technique_that_was_revoked_is_the_one_that_took_its_place():
    gone = next(one for one in known().techniques if one.revoked_by)
    assert technique(gone.id) == known().technique(gone.id).id != gone.id
    assert (technique("T9999"), technique("")) == ("", "")


def attack(id, *techniques):
    nodes = tuple(Node(id=str(at), technique=name) for at, name in enumerate(techniques))
    edges = tuple(Edge(str(at), str(at + 1)) for at in range(len(nodes) - 1))
    return Incident(id=f"incident--{id}", name=str(id), flow=Flow(nodes=nodes, edges=edges))


def test_rows_that_many_adversaries_use_link_nobody_and_rare_ones_do():
    common, rare = ("T1566.001", "T1204.002", "T1059.001"), ("T1195.002", "T1550.001", "T0885", "T1606.002")
    assert links_of([attack(1, *common), attack(2, *common)]) == []
    [link] = links_of([attack(1, *rare), attack(2, *rare)])
    [evidence] = link.evidence
    assert evidence.value == " > ".join(rare)
    assert evidence.held < evidence.of * 0.01
    assert evidence.of == sum(1 for one in known().adversaries if one.techniques)


def test_the_four_incidents_of_2021_have_nothing_in_common_that_is_not_common():
    held = [
        read_whole_form(file.read_text(), Incident(id="incident--0", name=""))
        for file in EXAMPLES.iterdir()
        if file.name.endswith(".toml")
    ]
    assert len(held) == 4
    assert [link for link in links_of(held) if link.strength.value != "weak"] == []


def test_of_the_published_flows_three_pairs_are_linked_and_all_are_of_the_same_attacker():
    lines = gzip.decompress(shared("intel/attack-flow.jsonl.gz").read_bytes()).splitlines()
    drawn = [(one["file"], read_afb(one["flow"]).flow) for one in map(json.loads, lines)]
    held = [Incident(id=f"incident--{at:02}", name=name, flow=flow) for at, (name, flow) in enumerate(drawn)]
    names = {one.id: one.name.removesuffix(".afb") for one in held}
    assert len(held) == 35
    found = {
        (names[link.first], names[link.second]): [each.kind.value for each in link.evidence]
        for link in links_of(held)
        if link.strength is not Strength.WEAK
    }
    assert found == {
        ("Turla - Carbon Emulation Plan", "Turla - Snake Emulation Plan"): ["indicator", "actor", "sequence"],
        ("Cobalt Kitty Campaign", "OceanLotus"): ["actor"],
        ("FIN13 Case 1", "FIN13 Case 2"): ["actor"],
    }


def test_a_group_and_a_piece_of_software_have_one_name_however_they_are_called():
    assert {actor(name) for name in ("Ocean Lotus", "OceanLotus", "APT32", "apt-32")} == {"APT32"}
    assert {software(name) for name in ("GIFTEDVISITOR", "Wirefire")} == {"WIREFIRE"}
    assert (actor("organized crime"), actor(""), actor("Thrip"), software("svchost.exe")) == ("", "", "", "")


def test_campaigns_that_share_rare_software_with_a_group_are_its_own_where_attack_says_whose_they_are():
    tools = {one.id: one.name for one in known().software}
    groups = [one for one in known().adversaries if one.kind == "group" and one.software]
    campaigns = [one for one in known().adversaries if one.groups and one.software]
    right = wrong = 0
    for campaign in campaigns:
        for group in groups:
            pair = [
                Incident(
                    id=f"incident--{one.id}", name=one.name, software=tuple(tools[id] for id in one.software)
                )
                for one in (campaign, group)
            ]
            linked = any(each.kind is Kind.SOFTWARE for link in links_of(pair) for each in link.evidence)
            right += linked and group.id in campaign.groups
            wrong += linked and group.id not in campaign.groups
    assert (right, wrong) == (5, 0)


def test_of_the_published_playbooks_one_pair_is_linked_and_it_is_of_the_same_attacker():
    held = [
        one
        for path in sorted(shared("intel/playbooks").glob("*.gz"))
        for one in campaign_incidents(read_objects(gzip.decompress(path.read_bytes())).objects)
    ]
    names = {one.id: one.name for one in held}
    found = [link for link in links_of(held) if link.strength is not Strength.WEAK]
    assert len(held) == 18
    assert [{names[link.first], names[link.second]} for link in found] == [
        {"Campaign - Understanding REvil", "Campaign - Kaseya Supply Chain Attack"}
    ]
