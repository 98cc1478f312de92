from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from ransom.sanctions.lists import advanced_xml, eu_xml, uk_xml
from real_data import shared
from service.exchange.world import World
from sources.web_server import Answer, serving
from tocsin.cli.formats.screening import screening_lines
from tocsin.cli.formats.screening_document import screening_document
from tocsin.errors import BadInput, LimitExceeded, UsageError
from tocsin.limits import SANCTIONS_STALE_DAYS, SCREENED_ADDRESSES
from tocsin.ransom.labels.tagpack import read_tagpack
from tocsin.ransom.sanctions.party import OFAC_SDN
from tocsin.ransom.screening.screening import Verdict
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.ledger_files import read_files
from tocsin.service.ransom.load import load
from tocsin.service.ransom.screen import screen
from tocsin.sources.http_client import HttpClient
from tocsin.store.sanctions import kept_lists

DAY_S = 86_400
OTHER = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"
TODAY = (2026, 9, 21)
"""The day on which a world of nodes begins."""


@pytest.fixture
def node(world):
    return world.node("Riverton", database=world.database)


@pytest.fixture
def sync(node):
    """Asks a server that holds one list, and tells whether it changed since it was asked last."""
    page = advanced_xml(TODAY)

    def answer(asked):
        etag = f'"{hashlib.sha256(page).hexdigest()}"'
        if asked.headers.get("if-none-match") == etag:
            return Answer(304, headers={"ETag": etag})
        return Answer(200, page, {"ETag": etag})

    with serving(answer) as server:

        def read():
            wishes = FeedWishes(addresses={"ofac": [server.url("/SDN_ADVANCED.XML")]})
            (done,) = sync_feeds(node, ["ofac"], wishes, lambda url: HttpClient(allowed_origins=[url]))
            assert done.problems == []
            return done

        yield read


def test_a_list_that_its_publisher_confirms_stays_current(world, node, sync):
    sync()
    world.wait((SANCTIONS_STALE_DAYS + 1) * DAY_S)
    stale = screen(node, [OTHER])
    assert (stale.age_days, stale.is_current) == (SANCTIONS_STALE_DAYS + 1, False)
    assert sync().unchanged
    fresh = screen(node, [OTHER])
    assert (fresh.age_days, fresh.is_current, fresh.verdict) == (0, True, Verdict.NO_MATCH_FOUND)
    world.wait(2 * DAY_S)
    assert screen(node, [OTHER]).age_days == 2
    # As of a day between, the list was known to hold.
    assert screen(node, [OTHER], as_of=date(2026, 9, 25)).age_days == 0


def test_what_a_publisher_confirms_is_its_own_list_alone(world, node, sync, tmp_path):
    path = tmp_path / "uk.xml"
    path.write_bytes(uk_xml("21/09/2026"))
    sync_feeds(node, ["uk-sanctions"], FeedWishes(str(path)), None)
    sync()
    world.wait((SANCTIONS_STALE_DAYS + 2) * DAY_S)
    sync()
    assert [one.age_days for one in screen(node, [OTHER]).lists] == [0, SANCTIONS_STALE_DAYS + 2]


def test_a_mirror_confirms_nothing(world, node, tmp_path):
    path = tmp_path / "sdn.xml"
    path.write_bytes(advanced_xml(TODAY))
    for days in (0, 9):
        world.wait(days * DAY_S)
        sync_feeds(node, ["ofac"], FeedWishes(str(path)), None)
    assert screen(node, [OTHER]).age_days == 9


def test_what_is_asked_is_bounded_and_of_the_past(node):
    with pytest.raises(LimitExceeded):
        screen(node, [OTHER] * (SCREENED_ADDRESSES + 1))
    with pytest.raises(BadInput, match="a day to come"):
        screen(node, [OTHER], as_of=date(2026, 9, 22))


# -- through the ledger, labels and names ---------------------------------------------------------

LISTED = "149w62rY42aZBox8fGcmqNsXUzSStKeq8C"
SAME_HAND = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
PAID = "1AjZPMsnmpdK2Rv9KQNfMurTXinscVro9V"
PAYING = "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw"
RYUK = "1HssDyDTZj1hVdwhdpF49wLKLPQoCRJB9T"
LOCKY = "1Lud76Q98VRHCUiyK7XUs7AgFofrqXeP78"
MEMBER = ("40769", "Kovalev Vitaly Nikolayevich", [])


def parties(*more):
    return [("7", "EXAMPLE Person", [("XBT", LISTED)]), *more]


@pytest.fixture
def bring(node, tmp_path):
    """Brings lists of some days, packs and transactions to the node."""

    def take(*, lists=(), packs=None, transactions=()):
        for name, files in (("ofac", lists), ("tagpacks", packs or {})):
            folder = tmp_path / name
            folder.mkdir(exist_ok=True)
            for one, data in dict(files).items():
                (folder / one).write_bytes(data)
            if files:
                (done,) = sync_feeds(node, [name], FeedWishes(str(folder)), None)
                assert done.problems == []
        if transactions:
            path = tmp_path / "ledger.json"
            path.write_text(json.dumps(transactions), encoding="utf-8")
            load(node, read_files([str(path)], None))

    return take


def esplora(number, inputs, outputs):
    return {
        "txid": f"{number:064x}",
        "vin": [
            {"txid": f"{of:064x}", "vout": n, "prevout": {"value": amount, "scriptpubkey_address": address}}
            for of, n, amount, address in inputs
        ],
        "vout": [{"value": amount, "scriptpubkey_address": address} for amount, address in outputs],
    }


def pack(address, label, more=""):
    return (
        f"title: A\ncreator: B\nsource: https://example.org/p\ncurrency: BTC\nabuse: ransomware\n{more}tags:\n"
        f"- address: {address}\n  label: {label}\n"
    ).encode()


LEDGER = [
    esplora(1, [(90, 0, 500, PAYING)], [(300, LISTED), (200, OTHER)]),
    esplora(2, [(1, 0, 300, LISTED), (91, 0, 700, SAME_HAND)], [(1000, PAID)]),
]
WHOLE = {
    "lists": {"a.xml": advanced_xml(TODAY, parties(MEMBER))},
    "packs": {"p.yaml": pack(RYUK, "RYUK"), "q.yaml": pack(LOCKY, "Locky"), "r.yaml": pack(PAYING, "Conti")},
    "transactions": LEDGER,
}


def classes(found):
    return [(given, match.kind.value) for given, match in found.matches]


def test_an_address_is_screened_through_its_cluster_and_through_money_that_came_and_went(node, bring):
    bring(lists=WHOLE["lists"], transactions=LEDGER)
    found = screen(node, [SAME_HAND, PAID, PAYING, OTHER, LISTED])
    assert classes(found) == [
        (SAME_HAND, "same_cluster"),
        (PAID, "exposure_in"),
        (PAYING, "exposure_out"),
        (LISTED, "exact_address"),
    ]
    verdicts = [one.verdict for one in found.screened]
    assert verdicts == [Verdict.LINKED] * 3 + [Verdict.NO_MATCH_FOUND, Verdict.HIT]
    (step,) = found.screened[0].matches[0].steps
    assert (step.txid, step.one, step.other) == (f"{2:064x}", SAME_HAND, LISTED)
    came = found.screened[1].matches[0].exposure
    assert (came.seeded_sat, came.min_sat, came.max_sat, came.amounts_sat["fifo"]) == (300, 300, 300, 300)
    went = found.screened[2].matches[0].exposure
    assert (went.seeded_sat, went.max_sat) == (500, 300)
    assert found.screened[3].ledger.addresses == 1


def test_an_address_is_found_in_the_ledger_and_among_labels_however_it_is_written(node, bring):
    cash = "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
    bring(
        lists=WHOLE["lists"],
        packs={"p.yaml": pack(RYUK, "Ryuk"), "q.yaml": pack(cash, "Locky")},
        transactions=LEDGER,
    )
    found = screen(node, [f"bitcoin:{SAME_HAND}?amount=1", f" bitcoin:{RYUK}", cash, f"bitcoincash:{cash}"])
    assert [kind for _, kind in classes(found)] == ["same_cluster", "actor"]
    packs = [[label.pack for label in one.labels] for one in found.screened]
    assert packs == [[], ["p.yaml"], ["q.yaml"], ["q.yaml"]]


def test_another_address_of_a_listed_key_is_found_in_the_ledger_by_its_own_text_alone(node, bring):
    bring(lists=WHOLE["lists"], transactions=LEDGER)
    (one,) = screen(node, ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]).screened
    assert one.ledger is None


def test_a_label_of_a_family_leads_to_a_listed_party_and_one_that_leads_nowhere_is_told(node, bring):
    bring(**WHOLE)
    found = screen(node, [RYUK, LOCKY])
    ryuk, locky = found.screened
    (match,) = ryuk.matches
    assert (ryuk.verdict, match.kind.value, [one.id for one in match.parties]) == (
        Verdict.LINKED,
        "actor",
        ["40769"],
    )
    assert match.named.actor.name == "Trickbot Group"
    assert (locky.verdict, locky.matches) == (Verdict.NO_MATCH_FOUND, ())
    assert [(one.label, one.pack) for one in locky.labels] == [("Locky", "q.yaml")]


def test_a_label_of_the_cluster_counts_for_each_address_of_it(node, bring):
    joined = [*LEDGER, esplora(3, [(92, 0, 5, LOCKY), (93, 0, 5, RYUK)], [(10, OTHER)])]
    bring(lists=WHOLE["lists"], packs={"p.yaml": pack(RYUK, "Ryuk")}, transactions=joined)
    (one,) = screen(node, [LOCKY]).screened
    (match,) = one.matches
    assert (one.verdict, match.kind.value) == (Verdict.LINKED, "actor")
    assert f"of an address of its cluster ({RYUK})" in match.proof
    assert [step.txid for step in match.steps] == [f"{3:064x}"]


def test_what_the_note_says_goes_through_the_table_and_decides_only_if_it_is_there(node, bring):
    bring(**WHOLE)
    found = screen(node, [], families=["conti", "CONTEI"], actors=["Wizard Spider", "Kovalev Vitaly"])
    assert [(one.given, one.verdict.value) for one in found.names] == [
        ("conti", "linked"),
        ("CONTEI", "no_match_found"),
        ("Wizard Spider", "linked"),
        ("Kovalev Vitaly", "no_match_found"),
    ]
    assert [one.name for one in found.names[1].suggestions] == ["Conti"]
    assert ("Kovalev Vitaly Nikolayevich", "40769") in [
        (one.name, one.id) for one in found.names[3].suggestions
    ]
    assert found.verdict is Verdict.LINKED


def test_a_day_in_the_past_uses_the_list_of_that_day_with_the_labels_and_ledger_of_now(node, bring):
    bring(**WHOLE)
    bring(lists={"b.xml": advanced_xml((2022, 1, 1), [("8", "OTHER Person", [("XBT", OTHER)])])})
    found = screen(node, [RYUK, PAID, PAYING], families=["Ryuk"], as_of=date(2022, 1, 2))
    assert found.head.issued == "2022-01-01"
    assert classes(found) == [(PAYING, "exposure_out")]
    assert found.names[0].why == "it leads to Trickbot Group, and the list of that day names nobody of it"
    assert [one.label for one in found.screened[0].labels] == ["RYUK"]
    assert (found.as_of, found.today) == (date(2022, 1, 2), date(*TODAY))
    before = screen(node, [PAID], families=["Ryuk"], as_of=date(2020, 1, 1))
    assert [before.screened[0].verdict, before.names[0].verdict] == [Verdict.NOT_SCREENABLE] * 2
    assert before.screened[0].ledger.listed == 0


def test_without_an_address_or_a_name_there_is_nothing_to_screen(node):
    with pytest.raises(UsageError, match="name an address"):
        screen(node, [])
    with pytest.raises(LimitExceeded):
        screen(node, [], families=["x"] * (SCREENED_ADDRESSES + 1))


ADDRESSES = [SAME_HAND, PAID, PAYING, OTHER, LISTED, RYUK, LOCKY, "hello", LISTED[:-1] + "D"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(ADDRESSES), max_size=4),
    st.lists(st.sampled_from(["Ryuk", "CONTEI", "x", "REvil"]), min_size=1, max_size=2),
)
def test_screening_today_equals_screening_as_of_today(node, bring, asked, names):
    if not kept_lists_of(node):
        bring(**WHOLE)
    today = screen(node, asked, families=names, actors=names)
    again = screen(node, asked, families=names, actors=names, as_of=date(*TODAY))
    assert screening_document(today) == screening_document(again)
    assert "clear" not in {one.verdict.value for one in (*today.screened, *today.names)}


def kept_lists_of(node):
    with node.reading() as connection:
        return kept_lists(connection, OFAC_SDN)


def test_of_the_addresses_of_the_public_packs_so_many_are_linked_through_the_table(tmp_path):
    """The figure of docs/how-to/screen-a-payment.md."""
    node = World(tmp_path).node("Riverton")
    for name in (
        "ofac/sdn_advanced-2025-11-19.xml.bz2",
        "tagpacks/ransomware.yaml.gz",
        "tagpacks/ransomwhere.yaml.gz",
    ):
        feed = "ofac" if name.startswith("ofac") else "tagpacks"
        (done,) = sync_feeds(node, [feed], FeedWishes(str(shared(f"intel/{name}"))), None)
        assert done.problems == []
    addresses = set()
    for name in ("ransomware", "ransomwhere"):
        data = gzip.decompress(shared(f"intel/tagpacks/{name}.yaml.gz").read_bytes())
        addresses |= {one.address for one in read_tagpack(data, name).labels}
    assert len(addresses) == 7_512
    verdicts, families, problems = Counter(), Counter(), 0
    some = sorted(addresses)
    for start in range(0, len(some), SCREENED_ADDRESSES):
        found = screen(node, some[start : start + SCREENED_ADDRESSES])
        problems += len(found.problems)
        verdicts.update(one.verdict.value for one in found.screened)
        families.update({(given, match.named.family.name) for given, match in found.matches})
    by_family = Counter(family for (_, family) in families)
    assert (problems, verdicts) == (0, {"no_match_found": 7_376, "linked": 136})
    assert by_family == {
        "SamSam": 48, "Ryuk": 40, "Conti": 27, "REvil": 7, "WannaCry": 5, "LockBit": 3, "NotPetya": 3, "CryptoLocker": 2,
        "BitPaymer": 1,
    }  # fmt: skip


def test_lists_that_are_kept_are_all_compared_each_with_its_name_day_and_age(world, node, tmp_path):
    uk = [("CYB0007", "EXAMPLE Person", f"wallet {LISTED}"), ("CYB0008", "OTHER Person", f"wallet {PAID}")]
    files = {
        "ofac": advanced_xml(TODAY, parties()),
        "uk-sanctions": uk_xml("21/09/2026", uk),
        "eu-sanctions": eu_xml("2026-09-10", [("EU.7", "THIRD Person", OTHER, "x")]),
    }
    for feed, data in files.items():
        path = tmp_path / f"{feed}.xml"
        path.write_bytes(data)
        (done,) = sync_feeds(node, [feed], FeedWishes(str(path)), None)
        assert done.problems == []
    found = screen(node, [LISTED, PAID, OTHER, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"])
    assert [(one.head.list, one.age_days, one.is_current) for one in found.lists] == [
        ("OFAC SDN", 0, True), ("UK Sanctions List", 0, True), ("EU consolidated list", 11, False),
    ]  # fmt: skip
    assert (found.is_current, found.not_kept) == (False, ())
    document = screening_document(found)
    assert [
        (one["address"], one["list"], one["issued"], one["parties"][0]["id"]) for one in document["matches"]
    ] == [
        (LISTED, "OFAC SDN", "2026-09-21", "7"),
        (LISTED, "UK Sanctions List", "2026-09-21", "CYB0007"),
        (PAID, "UK Sanctions List", "2026-09-21", "CYB0008"),
        (OTHER, "EU consolidated list", "2026-09-10", "EU.7"),
    ]
    assert len({one["sha256"] for one in document["matches"]}) == 3
    assert [one.verdict for one in found.screened] == [Verdict.HIT] * 3 + [Verdict.NO_MATCH_FOUND]
    assert document["warning"] == (
        "WARNING: the list EU consolidated list of 2026-09-10 was 11 days old on 2026-09-21. After 7 days it counts as "
        "stale: whom it does not name may be named since."
    )


def test_a_list_of_others_alone_is_compared_and_names_need_that_of_ofac(node, tmp_path):
    path = tmp_path / "uk.xml"
    path.write_bytes(uk_xml("21/09/2026", [("CYB0007", "EXAMPLE Person", LISTED)]))
    sync_feeds(node, ["uk-sanctions"], FeedWishes(str(path)), None)
    found = screen(node, [LISTED, PAID], families=["Ryuk"])
    assert [one.verdict.value for one in found.screened] == ["hit", "no_match_found"]
    assert (found.head.list, found.names[0].verdict.value) == ("UK Sanctions List", "not_screenable")
    assert found.not_kept == ("OFAC SDN", "EU consolidated list")
    assert "  Not compared, as none of that time is kept: OFAC SDN, EU consolidated list." in screening_lines(
        found
    )
    assert found.stale_feeds == ("ofac",)
    assert "Bring the list of today and ask again: tocsin sync ofac" in found.next_steps


def test_an_address_that_older_versions_had_is_told_with_the_last_of_them_and_is_no_match(node, bring):
    gone, other = ("8", "OTHER Person", [("XBT", PAID)]), ("9", "THIRD Person", [("XBT", PAYING)])
    days = [((2024, 1, 1), [gone]), ((2024, 2, 1), [gone, other]), ((2024, 3, 1), [other]), (TODAY, [])]
    bring(lists={f"{n}.xml": advanced_xml(day, parties(*more)) for n, (day, more) in enumerate(days)})
    found = screen(node, [PAID, f" {PAYING}", OTHER, LISTED])
    assert [one.verdict.value for one in found.screened] == [*["no_match_found"] * 3, "hit"]
    assert {
        given: [(one.list, one.issued, one.until, one.parties[0].name) for one in some]
        for given, some in found.formerly.items()
    } == {
        PAID: [("OFAC SDN", "2024-02-01", "2024-03-01", "OTHER Person")],
        f" {PAYING}": [("OFAC SDN", "2024-03-01", "2026-09-21", "THIRD Person")],
    }
    # As of a past day what went later is a hit, and what came later is not looked at.
    assert screen(node, [PAID], as_of=date(2024, 2, 2)).formerly == {}
    assert screen(node, [PAYING], as_of=date(2024, 1, 2)).formerly == {}
    assert screen(node, [PAID], as_of=date(2024, 3, 1)).formerly[PAID][0].until == "2024-03-01"
    (told,) = [one for one in screening_document(found)["addresses"] if one["address"] == PAID]
    assert (told["formerly_listed"][0]["issued"], told["matches"]) == ("2024-02-01", [])


def test_with_a_payer_alone_nothing_is_compared_and_no_list_is_asked_for(node):
    found = screen(node, [], payer="public", where="us-nc")
    assert (found.payment.answer.value, found.verdict, found.is_asked) == ("forbidden", None, False)
    assert found.stale_feeds == ()
    assert screening_document(found)["warning"] is None
    assert not any("another address" in step or "Bring" in step for step in found.next_steps)


def test_the_money_of_colonial_would_link_the_seizure_with_its_known_range_and_shares(node, tmp_path):
    """As if who held the 63.7 BTC were listed; the figures are those of the trace (tests/ransom/taint/test_colonial.py)."""
    folder = shared("ledger/colonial")
    load(
        node,
        read_files([str(folder / f"colonial_{name}_txs.json") for name in ("anchor", "fbi", "ransom")], None),
    )
    holder = next(
        one["prevout"]["scriptpubkey_address"]
        for row in json.loads((folder / "colonial_anchor_txs.json").read_text(encoding="utf-8"))
        for one in row["vin"]
        if one["txid"].startswith("9436dbf0")
    )
    path = tmp_path / "list.xml"
    path.write_bytes(advanced_xml(TODAY, [("7", "EXAMPLE Person", [("XBT", holder)])]))
    sync_feeds(node, ["ofac"], FeedWishes(str(path)), None)
    (one,) = screen(node, ["bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls"]).screened
    (match,) = one.matches
    assert (one.verdict, match.kind.value, match.listed.text) == (Verdict.LINKED, "exposure_in", holder)
    assert (match.exposure.min_sat, match.exposure.max_sat) == (57_78585047, 63_69996546)
    assert match.exposure.amounts_sat == {
        "fifo": 61_46816619, "lifo": 60_03750526, "haircut": 58_28829111, "tiho": 63_69996546, "poison": 63_69996546,
    }  # fmt: skip
