"""What the tutorial types does what it says: its warning is published, and the example logs hit it."""

from __future__ import annotations

import re
from pathlib import Path

from tocsin.model.stix import read_objects
from tocsin.service.exchange.known_good import known_good_stop

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/tutorial/two-nodes.md").read_text(encoding="utf-8")


def warning():
    written = re.search(r"<<'END'\n(.*?)\nEND\n", TEXT, re.DOTALL)
    [one] = read_objects(written[1].encode()).objects
    return one


def test_the_tutorials_warning_is_not_stopped_as_harmless():
    passed, refused, notes = known_good_stop([warning()], "block")
    assert ([one.id for one in passed], refused, notes) == ([warning().id], [], ())


def test_the_tutorials_warning_is_hit_on_more_than_twenty_hosts():
    [name] = re.findall(r"domain-name:value = '([^']+)'", TEXT)
    log = (ROOT / "src/tocsin/data/examples/evidence/sensor/dns.log").read_text(encoding="utf-8")
    hosts = {
        re.search(r'"id_orig_h":"([^"]+)"', line)[1]
        for line in log.splitlines()
        if f'"query":"{name}"' in line
    }
    assert len(hosts) > 20
    assert "on more than twenty hosts" in TEXT
    assert warning().properties["pattern"] == f"[domain-name:value = '{name}']"


def test_what_the_tutorial_withdraws_is_what_it_published():
    assert f"hub withdraw {warning().id} " in TEXT
