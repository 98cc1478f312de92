"""What a person said of a name is kept, and every answer sees it: in memory and by what the store narrows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from inventory.made import advisory, below, claim, component
from inventory.stocked import bill, feed
from tocsin.inventory.advisory import Form
from tocsin.service.inventory.aliases import forget, list_aliases, say
from tocsin.service.inventory.check_node import affected, check_node
from tocsin.service.inventory.estate import estate
from tocsin.service.inventory.news import news_for
from tocsin.service.inventory.review import open_questions

PANEL = component("11.011", name="PanelView 800", vendor="Rockwell Automation")
OLD = component("10.0", name="PanelView  800", vendor="ROCKWELL Automation")
NAMED = {"vendor": "Rockwell Automation", "name": "PanelView 800 2711R"}
WORDS = "Rockwell Automation PanelView 800 2711R"


@pytest.fixture
def here(world):
    node = world.node("Riverton", database=world.database)
    made = SimpleNamespace(node=node, now_us=node.now_us)
    bill(made, "pump house 3", PANEL)
    feed(made, "csaf", advisory(claim(below("12"), **NAMED), form=Form.CSAF, id="ICSA-1"))
    return made


def rules(node):
    return [(one.site, one.rule.value) for one in check_node(node, (), None).exposures]


def test_what_is_confirmed_once_is_affected_from_then_on(here):
    assert rules(here.node) == [("pump house 3", "family-only")]
    said = say(here.node, "PanelView 800", WORDS, same=True, by="ann")
    assert (said.versions, said.sites) == (1, ("pump house 3",))
    assert rules(here.node) == [("pump house 3", "in-range")]
