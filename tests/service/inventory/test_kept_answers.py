"""Answers that are kept are those that judging all anew would give, after whatever was written since."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from inventory.made import advisory, below, claim, component, package
from inventory.stocked import PLC, bill, exploited, feed
from taxii.hub import Hub
from tocsin.errors import SourceUnavailable
from tocsin.inventory.advisory import Form, Stakes
from tocsin.inventory.answers import Told
from tocsin.inventory.claim import Status
from tocsin.inventory.epss import read_scores
from tocsin.inventory.exposure import InventoryResult
from tocsin.inventory.identity import Identity
from tocsin.service.inventory import kept_answers, marking
from tocsin.service.inventory.aliases import forget_pair, say_of
from tocsin.service.inventory.check import Wanted
from tocsin.service.inventory.check_node import check_node, whole_result, whole_result_anew
from tocsin.service.inventory.epss_feed import EPSS
from tocsin.service.inventory.kept import decode_alias, held_releases
from tocsin.store.advisories import Feed, keep_feed, remove_feed, unlisted_advisories, withdraw
from tocsin.store.aliases import aliases
from tocsin.store.answers import marks, marks_are_made
from tocsin.store.archive import dump
from tocsin.store.bills import sites
from tocsin.store.epss import keep_epss
from tocsin.store.treatments import KeptTreatment, keep_treatment

DAY_US = 86_400_000_000
WANTED = Wanted(sectors=("energy", "water"))
PANEL = component("11.011", name="PanelView 800", vendor="Rockwell Automation")
NAMED = {"vendor": "Rockwell Automation", "name": "PanelView 800 2711R"}
PRODUCT = component("2.0", name="Gateway", vendor="Acme", purls=("pkg:generic/acme/gateway@2.0",))
ZLIBS = [package(f"pkg:pypi/zlib@{version}", version) for version in ("3.0", "1.0", "2.0")]
DJANGO = [package(f"pkg:pypi/django@{version}", version) for version in ("1.0", "2.0")]
TWIN = component("1.0", name="zlib@1.0", purls=("pkg:pypi/zlib@1.0",), hashes=("sha1:" + "0" * 40,))
PART, PLUGIN = package("pkg:pypi/part@1.0", "1.0"), package("pkg:pypi/plugin@1.0", "1.0")
HELD = [*ZLIBS, *DJANGO, TWIN, PANEL, PLC, PRODUCT, PART, PLUGIN, component("1", name="unheard of")]

CLAIMS = [
    *(claim(below(high, "pypi"), vulnerability=name, name=what, purls=(f"pkg:pypi/{what}",))
      for what in ("zlib", "django") for high, name in (("2.0", "CVE-2025-1"), ("3.0", "CVE-2025-2"))),
    claim(below("2.0", "pypi"), Status.NOT_AFFECTED, vulnerability="CVE-2025-1", name="zlib", purls=("pkg:pypi/zlib",)),
    claim(below("12"), vulnerability="CVE-2025-3", **NAMED),
    claim(below("12"), vulnerability="CVE-2025-1", vendor="Rockwell Automation", name="PanelView"),
    claim(below("V2.9"), vulnerability="CVE-2025-4", vendor="Siemens", name="S7-1500", models=("6ES7515",)),
    claim(below("3.0"), vulnerability="CVE-2025-2", vendor="Acme", name="Gateway",
          more={"subcomponents": (Identity(name="part", purls=("pkg:pypi/part",)),)}),
    claim(below("3.0", "pypi"), vulnerability="CVE-2025-5", name="plugin", purls=("pkg:pypi/plugin",),
          more={"platform": Identity(vendor="Acme", name="Gateway")}),
]  # fmt: skip
STAKES = [
    Stakes(),
    Stakes(automatable="yes", impact="total", score=9.8),
    Stakes(automatable="no", impact="partial", score=4.0, epss=0.2),
    Stakes(cvss=("CVSS:3.1/AV:N",), exploitation="active"),
    Stakes(cvss=("CVSS:3.1/AV:L",)),
]
NAMES = [f"CVE-2025-{number}" for number in range(1, 6)]

several = st.lists(st.sampled_from(HELD), min_size=1, max_size=5, unique=True)
advisories = st.builds(
    lambda number, claims, stakes, more: advisory(
        *claims, id=f"ADV-{number}", stakes=tuple(stakes.items()), **more
    ),
    st.integers(0, len(CLAIMS) - 1),
    st.lists(st.sampled_from(CLAIMS), max_size=3, unique=True),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(STAKES), max_size=2),
    st.fixed_dictionaries(
        {
            "form": st.sampled_from([Form.OSV, Form.CSAF, Form.CVE, Form.OPENVEX]),
            "withdrawn": st.sampled_from(["", "", "2025-06-01T00:00:00Z"]),
            "sectors": st.sampled_from([(), (), ("Energy",), ("Water and Wastewater Systems", "Chemical")]),
            "modified": st.sampled_from(["2025-06-01T00:00:00Z", "2025-06-02T00:00:00Z"]),
        }
    ),
)
writes = st.one_of(
    st.tuples(
        st.just(bill), st.sampled_from(["mill", "plant"]), several, st.sampled_from("ab"), st.booleans()
    ),
    st.tuples(
        st.just(feed),
        st.sampled_from(["osv", "csaf"]),
        st.lists(advisories, min_size=1, max_size=3, unique_by=lambda one: (one.form, one.id)),
    ),
    st.tuples(st.just(withdraw), st.sampled_from(["osv", "csaf"]), st.integers(0, 9)),
    st.tuples(st.just(remove_feed), st.sampled_from(["osv", "csaf", "kev"])),
    st.tuples(st.just(exploited), st.sampled_from(NAMES)),
    st.tuples(st.just(say_of), st.sampled_from([PANEL, PRODUCT, HELD[-1]]), st.booleans()),
    st.tuples(st.just(forget_pair)),
    st.tuples(st.just(keep_treatment), st.integers(0, 9), st.sampled_from(NAMES), st.sampled_from(["accepted", "mitigated"])),
    st.tuples(st.just(keep_epss), st.integers(0, 9)),
    st.tuples(st.just("days"), st.integers(1, 20)),
)  # fmt: skip


def write(hub, what, *drawn):
    """Do what was drawn, as whatever part of the program does it."""
    node = hub.node
    if what is bill:
        site, components, name, exposed = drawn
        bill(hub, site, *components, name=name, exposed=exposed, subject=components.index(PRODUCT) if PRODUCT in components else None)  # fmt: skip
    elif what is feed:
        feed(hub, drawn[0], *drawn[1])
    elif what is withdraw:
        name, number = drawn

        def act(connection):
            numbers = sorted(unlisted_advisories(connection, name, ()))
            # The last: the next one that comes takes its number.
            withdraw(connection, numbers[-1 - number :][:1])

        node.write(act)
    elif what is remove_feed:
        node.write(lambda connection: remove_feed(connection, drawn[0]))
    elif what is exploited:
        feed(hub, "kev", exploited(drawn[0]))
    elif what is say_of:
        say_of(node, drawn[0].identity, Identity(**NAMED), same=drawn[1], by="ann")
    elif what is forget_pair:
        with node.reading() as connection:
            said = [decode_alias(one.body) for one in aliases(connection)]
        for one in said[:1]:
            forget_pair(node, one, by="ann")
    elif what is keep_treatment:
        at, name, state = drawn
        with node.reading() as connection:
            numbers, there = sorted(held_releases(node, connection)), sites(connection)
        if numbers:
            until = "2025-06-20" if state == "accepted" else ""
            noted = KeptTreatment(state, until, "ann", False, "why", node.now_us, "ann")
            node.write(
                lambda connection: keep_treatment(
                    connection, name, numbers[at % len(numbers)], there[at % len(there)].number, noted
                )
            )
    elif what is keep_epss:
        lines = (
            f"#model_version:v2025,score_date:2025-06-15\ncve,epss,percentile\nCVE-2025-2,0.{drawn[0]},0.5\n"
        )
        score = read_scores(lines.encode(), "epss")[0].years

        def act(connection):
            keep_feed(connection, Feed(EPSS, "epss", "2025-06-15", node.now_us, 1, 0))
            keep_epss(connection, EPSS, score)

        node.write(act)
    else:
        hub.now_us += drawn[0] * DAY_US


def told(result: InventoryResult):
    """All of an answer, as values."""
    rest = {one.name: getattr(result, one.name) for one in fields(result) if one.name != "exposures"}
    rows = [
        (
            one.at.site, one.at.name, one.place, one.exposed, one.at.owner, one.component, one.judgement.vulnerability,
            one.rule, one.verdict, one.judgement.match, one.judgement.others, one.feed, one.stakes, one.decision,
            one.due, one.treatment, one.chance, one.sectors, one.is_open,
        )
        for one in result.exposures
    ]  # fmt: skip
    cases = [
        (one.component, one.judgement.vulnerability, one.due, sorted(at.name for at in one.at))
        for one in result.exposures.cases
    ]
    return rest, rows, sorted(map(repr, cases)), len(result.exposures)


def check_same(node):
    """Hold what the node keeps to what judging all anew gives, twice: what was made anew is kept by then."""
    marking.prepare(node)
    for _ in range(2):
        with node.reading() as connection:
            assert marks_are_made(connection)
            result, releases = whole_result(node, connection, WANTED)
            held = held_releases(node, connection)
            anew = whole_result_anew(node, connection, held, WANTED)
            assert told(result) == told(anew)
            assert [one.component for one in releases()] == [one.component for one in held.values()]


@pytest.fixture(autouse=True)
def _keeps_all(monkeypatch):
    monkeypatch.setattr(marking, "ANSWERS_KEPT_FROM", 0)


def started(hub, *, plain=False):
    """A node with all that there is, at two sites, and an advisory for each claim.

    If it is ``plain``, nothing is there of which what it is a part of may count.
    """
    apart = [] if plain else [PART, PLUGIN]
    there = [one for one in HELD if one not in (PART, PLUGIN)] + apart
    bill(hub, "mill", *there, name="a", subject=there.index(PRODUCT))
    bill(hub, "plant", *HELD[:4], *apart, name="b", exposed=True)
    for name in ("osv", "csaf"):
        said = [
            advisory(
                one,
                id=f"ADV-{at}",
                form=Form.OSV if name == "osv" else Form.CSAF,
                sectors=("Energy",) if at == 1 else (),
                stakes=((one.vulnerability, STAKES[at % len(STAKES)]),),
            )
            for at, one in enumerate(CLAIMS)
        ]
        feed(hub, name, *said[:: 1 if name == "osv" else 2])
    return hub


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(writes, min_size=1, max_size=12), st.booleans())
def test_after_any_writes_what_is_kept_is_what_judging_anew_gives(drawn, plain):
    with tempfile.TemporaryDirectory() as folder:
        hub = started(Hub(Path(folder) / "node"), plain=plain)
        check_same(hub.node)
        for one in drawn:
            write(hub, *one)
            check_same(hub.node)
        hub.node.close()


WRITES = {
    "an advisory that comes": [(feed, "osv", [advisory(CLAIMS[1], id="NEW", form=Form.OSV)])],
    "one that changes": [(feed, "osv", [advisory(CLAIMS[2], id="ADV-0", form=Form.OSV)])],
    "one that is withdrawn by its publisher": [
        (feed, "osv", [advisory(CLAIMS[0], id="ADV-0", form=Form.OSV, withdrawn="2025-06-01T00:00:00Z",
                                stakes=(("CVE-2025-1", STAKES[1]),))])
    ],
    "one that goes": [(withdraw, "osv", 7)],
    "one that takes the number of another": [
        (withdraw, "csaf", 0),
        (feed, "osv", [advisory(CLAIMS[0], CLAIMS[2], id="NEW", form=Form.OSV)]),
    ],
    "a feed that goes": [(remove_feed, "csaf")],
    "what is at stake": [
        (feed, "csaf", [advisory(id="OTHER", form=Form.CVE, stakes=(("CVE-2025-2", STAKES[3]), ("CVE-2025-1", STAKES[1])))])
    ],
    "what two say is at stake": [
        (feed, "csaf", [advisory(id=f"OTHER-{at}", form=Form.CVE, stakes=(("CVE-2025-4", STAKES[at]),)) for at in (4, 3)])
    ],
    "a catalogue of what is exploited": [(exploited, "CVE-2025-2")],
    "a bill at another site": [(bill, "yard", [ZLIBS[2], PRODUCT], "c", True)],
    "a bill that lists less": [(bill, "mill", [ZLIBS[0]], "a", False)],
    "a bill whose product is another": [(bill, "plant", [PRODUCT, ZLIBS[0], DJANGO[0]], "b", False)],
    "a release that comes back": [
        (bill, "mill", [PANEL], "a", False),
        (bill, "plant", [PANEL], "b", False),
        (feed, "osv", [advisory(CLAIMS[2], id="ADV-0", form=Form.OSV)]),
        (bill, "plant", ZLIBS, "b", False),
    ],
    "a site that can be reached now": [(bill, "mill", [ZLIBS[0]], "d", True)],
    "a word on a name": [(say_of, PANEL, True)],
    "a word that it is another": [(say_of, PANEL, False)],
    "a word that is taken back": [(say_of, PANEL, True), (forget_pair,)],
    "what is being done": [(keep_treatment, 0, "CVE-2025-1", "accepted")],
    "what was accepted until a day that has passed": [(keep_treatment, 0, "CVE-2025-1", "accepted"), ("days", 30)],
    "how likely it is": [(keep_epss, 9)],
    "a day": [("days", 1), (bill, "plant", ZLIBS, "late", False)],
}  # fmt: skip


@pytest.fixture
def hub(tmp_path):
    made = started(Hub(tmp_path / "node"))
    yield made
    made.node.close()


@pytest.mark.parametrize("done", WRITES.values(), ids=list(WRITES))
def test_what_is_kept_takes_account_of(done, hub):
    check_same(hub.node)
    for one in done:
        write(hub, *one)
        check_same(hub.node)


def test_where_nothing_is_judged_beside_all_is_in_its_order(tmp_path):
    hub = started(Hub(tmp_path / "node"), plain=True)
    check_same(hub.node)
    write(hub, "days", 3)
    write(hub, bill, "mill", [TWIN, *reversed(ZLIBS)], "late", True)
    check_same(hub.node)
    hub.node.close()


def test_either_database_notes_what_changes(world):
    node = world.node("Riverton", database=world.database)
    here = started(SimpleNamespace(node=node, now_us=node.now_us))
    check_same(node)
    for done in WRITES.values():
        for one in done:
            if one[0] != "days":
                write(here, *one)
                check_same(node)


def test_what_did_not_change_is_not_judged_again(hub, monkeypatch):
    check_same(hub.node)
    judged = []
    told = kept_answers.told
    monkeypatch.setattr(kept_answers, "told", lambda *asked: judged.append(asked[1]) or told(*asked))
    check_node(hub.node, (), None)
    assert judged == []
    write(hub, feed, "osv", [advisory(CLAIMS[2], id="NEW", form=Form.OSV)])
    check_node(hub.node, (), None)
    assert sorted(one.version for one in judged) == ["1.0", "2.0"]
    assert {one.identity.purls[0].partition("@")[0] for one in judged} == {"pkg:pypi/django"}


def test_what_changes_while_answers_are_made_stays_noted(hub):
    marking.prepare(hub.node)
    with hub.node.reading() as connection:
        made = kept_answers._current(connection)
    write(hub, feed, "osv", [advisory(CLAIMS[2], id="ADV-0", form=Form.OSV)])
    kept_answers._keep(hub.node, made)
    with hub.node.reading() as connection:
        assert marks(connection).keys
    check_same(hub.node)


def test_answers_that_know_less_do_not_take_the_place_of_others(hub):
    check_same(hub.node)
    write(hub, feed, "osv", [advisory(CLAIMS[2], id="ADV-0", form=Form.OSV)])
    with hub.node.reading() as connection:
        made = kept_answers._current(connection)
    write(hub, withdraw, "osv", 3)
    check_same(hub.node)
    kept_answers._keep(hub.node, made)
    check_same(hub.node)


def test_answers_of_another_program_are_not_heard(hub, monkeypatch):
    monkeypatch.setattr(kept_answers, "_program", lambda: b"another")
    monkeypatch.setattr(kept_answers, "told", lambda number, *_: Told(number, "", "", (), False, (), ()))
    assert not check_node(hub.node, (), None).exposures.cases
    monkeypatch.undo()
    assert check_node(hub.node, (), None).exposures.cases
    check_same(hub.node)


def test_a_program_is_told_by_all_of_its_files_that_judge():
    named = {name for name, _ in kept_answers._sources(files("tocsin.inventory"), "")}
    assert {"/judge.py", "/version/compare.py", "/name_key.py"} <= named
    assert len(kept_answers._program()) == 32


def test_an_answer_is_given_where_none_can_be_kept(hub, monkeypatch):
    marking.prepare(hub.node)

    def full(_):
        raise SourceUnavailable("the disk is full")

    monkeypatch.setattr(type(hub.node), "write", lambda _, act: full(act))
    check_same(hub.node)


def test_a_backup_holds_no_answers_so_that_what_is_restored_is_judged_anew(hub):
    check_same(hub.node)
    write(hub, feed, "osv", [advisory(CLAIMS[2], id="NEW", form=Form.OSV)])
    tables = {line.partition(b",")[0] for line in dump(hub.node.database)}
    assert b'["advisory"' in tables
    assert not {b'["answer"', b'["answer_mark"'} & tables


def test_few_releases_are_judged_anew_and_nothing_is_kept(hub, monkeypatch):
    monkeypatch.setattr(marking, "ANSWERS_KEPT_FROM", 1_000)
    assert check_node(hub.node, (), None).exposures.cases
    with hub.node.reading() as connection:
        assert not marks_are_made(connection)


def test_many_marks_have_all_judged_anew(hub, monkeypatch):
    check_same(hub.node)
    monkeypatch.setattr(kept_answers, "MARKS_TO_ALL", 0)
    write(hub, feed, "osv", [advisory(CLAIMS[2], id="ADV-0", form=Form.OSV)])
    check_same(hub.node)
