"""The page of one who has a demand on the table: may it be paid at all, whom would it pay, what to do now."""

from __future__ import annotations

import json
import re

import pytest

from ransom.sanctions.lists import advanced_xml
from service.ransom.test_screen import (
    LEDGER,
    LISTED,
    LOCKY,
    MEMBER,
    PAID,
    PAYING,
    RYUK,
    SAME_HAND,
    WHOLE,
    parties,
)
from tocsin.incidents.form import read_whole_form
from tocsin.limits import SCREENED_ADDRESSES
from tocsin.service.incidents.record import keep, new_incident
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.ledger_files import read_files
from tocsin.service.ransom.load import load
from tocsin.taxii.app import taxii_app
from tocsin.web import routes
from tocsin.web.app import application
from web.browser import Browser
from web.payments import HIT, LINKED, OTHER, listed


def screened(ann, *addresses, status=200, **more):
    """The page that answers, and its heading."""
    answer = ann.form("/screen", csrf=ann.csrf, addresses="\n".join(addresses), **more)
    assert answer.status == status
    body = answer.body.decode()
    return body, re.search(r"<h1>(.*?)</h1>", body)[1]


def marks(body):
    return dict(re.findall(r"<h3><code>(.*?)</code></h3><span class=\"verdict-mark v-(\w+)\"", body))


def test_each_address_has_its_verdict_the_gravest_first_with_party_programme_and_proof(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body, head = screened(ann, OTHER, LINKED, HIT, "what?")
    assert head == "Do not pay: 1 address is listed for a sanctioned party"
    assert list(marks(body).items()) == [
        (HIT, "hit"),
        (LINKED, "linked"),
        ("what?", "not_screenable"),
        (OTHER, "no_match_found"),
    ]
    for words in ("EXAMPLE Person", "CYBER2", "listed since 2018-11-28", "the list has the same text"):
        assert words in body
    assert "Whoever holds the listed address can spend from this one" in body
    assert "That does not mean that it is clear." in body


@pytest.fixture
def whole(hub, tmp_path):
    """A list, labels and transactions, as the tests of screening have them."""
    for feed, files in (
        ("ofac", {"a.xml": advanced_xml((2025, 6, 14), parties(MEMBER))}),
        ("tagpacks", WHOLE["packs"]),
    ):
        folder = tmp_path / feed
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        (done,) = sync_feeds(hub.node, [feed], FeedWishes(str(folder)), None)
        assert done.problems == []
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps(LEDGER), encoding="utf-8")
    load(hub.node, read_files([str(path)], None))


def test_every_class_of_a_match_is_told_with_what_proves_it(ann, whole):
    body, head = screened(ann, SAME_HAND, PAID, PAYING, RYUK, LOCKY)
    assert head == "Do not pay yet: there is a tie to a sanctioned party"
    for words in (
        "Transactions join it to the listed address, as if one held both",
        f"Transaction <code>{2:064x}</code> spends from <code>{SAME_HAND}</code> and <code>{LISTED}</code>",
        "Money came to it from the listed address",
        "FIFO 0.00000300, ",
        "by any between 0.00000300 and 0.00000300, of 0.00000300 followed",
        "Money went from it to the listed address",
        "Who is behind it leads to a sanctioned party",
        "Labelled Locky by q.yaml",
        "A label alone is no match.",
        "In the loaded ledger: a cluster of 2 addresses. All that is loaded knows 1 listed address.",
    ):
        assert words in body
    assert marks(body)[LOCKY] == "no_match_found"


def test_what_the_note_says_leads_to_a_party_only_if_the_table_has_it(ann, whole):
    body, head = screened(ann, families="conti, CONTEI", actors="Wizard Spider")
    assert head == "Do not pay yet: there is a tie to a sanctioned party"
    assert re.findall(r'<h3>(\w[\w ]*?) <small.*?v-(\w+)"', body) == [
        ("conti", "linked"),
        ("CONTEI", "no_match_found"),
        ("Wizard Spider", "linked"),
    ]
    assert "Like it, and no match: Conti" in body
    assert "It leads to no listed party here. That does not mean that it is clear." in body
    assert 'name="families" maxlength="400" value="conti, CONTEI"' in body


def test_while_somebody_else_has_the_ledger_one_is_asked_to_press_again_and_nothing_is_lost(hub, monkeypatch):
    desk = LedgerDesk()
    monkeypatch.setattr(routes, "LedgerDesk", lambda: desk)
    monkeypatch.setattr("tocsin.service.ransom.ledger_desk.LEDGER_PAGE_WAIT_S", 0.01)
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    ann = Browser(app).signed_in(hub.node, "Ann")
    with desk.ledger(hub.node):
        body, _ = screened(ann, OTHER, status=503)
    assert "Press Screen again." in body
    assert OTHER in body
    screened(ann, OTHER)


def test_the_list_is_told_with_its_day_its_sum_and_its_age(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body, _ = screened(ann, OTHER)
    assert re.search(
        r"of <strong>2025-06-14</strong>, last known to be the newest 1 day before 2025-06-15", body
    )
    assert re.search(r"SHA-256 <code>[0-9a-f]{64}</code>", body)
    assert "Warning:" not in body


@pytest.mark.parametrize(
    ("addresses", "head"),
    [
        ([HIT], "Do not pay: the address is listed for a sanctioned party"),
        ([LINKED], "Do not pay yet: there is a tie to a sanctioned party"),
        ([OTHER], "No match found, which does not mean that it is clear"),
        (["what?"], "Nothing is known of this payment"),
        ([OTHER, "what?"], "Part could not be screened"),
    ],
    ids=["hit", "linked", "no match", "not screenable", "partly"],
)
def test_the_heading_is_the_whole_answer(ann, hub, tmp_path, addresses, head):
    listed(hub.node, tmp_path)
    assert screened(ann, *addresses)[1] == head


def test_that_the_law_forbids_it_goes_before_everything(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body, head = screened(ann, OTHER, payer="public", where="us-nc")
    assert head == "Do not pay: the law forbids it to you"
    assert (
        body.index("No. The law forbids it to you")
        < body.index("Whom would you pay?")
        < body.index("What to do now")
    )
    assert "Do not pay: the law forbids it to you, whoever is paid." in body


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "You did not say who pays."),
        ({"payer": "private"}, "You did not say where you are."),
        ({"payer": "public", "where": "US-TX"}, "nobody has looked here"),
        ({"payer": "public", "where": "US"}, "Say the state: North Carolina and Florida forbid it"),
        ({"payer": "private", "where": "US-TX"}, "No rule against it is known here, which is no permission."),
    ],
    ids=["nothing said", "no place", "nobody looked", "no state", "no rule"],
)
def test_whether_one_may_pay_at_all_is_told_in_words_of_the_page(ann, more, words):
    body, _ = screened(ann, OTHER, **more)
    assert body.count(words) == 1
    assert body.count("no permission") <= 1
    assert "--payer" not in body
    assert "--where" not in body


def test_a_stale_list_is_told_loudly_and_no_clean_answer_rests_on_it(ann, hub, tmp_path):
    listed(hub.node, tmp_path, day=(2025, 6, 1))
    body, head = screened(ann, OTHER)
    assert head == "No match in a list that is too old"
    alert = re.search(r'<p class="told bad" role="alert">(.*?)</p>', body, re.DOTALL)[1]
    assert "the list OFAC SDN of 2025-06-01 was 14 days old on 2025-06-15" in alert
    assert "tocsin sync ofac" in alert


def test_without_a_list_nothing_was_compared_and_the_command_is_told_before_and_after(ann):
    assert "No list of sanctioned parties is kept here" in ann.get("/screen").body.decode()
    body, head = screened(ann, OTHER)
    assert head == "Nothing is known of this payment"
    assert "Nothing was compared with one." in body
    assert marks(body) == {OTHER: "not_screenable"}


def test_the_form_tells_which_list_is_kept(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body = ann.get("/screen").body.decode()
    assert "The newest list that is kept here is OFAC SDN of 2025-06-14." in body
    assert "No list of sanctioned parties" not in body


def test_a_typing_error_is_told_with_its_place_and_the_others_are_screened(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    typo = LINKED[:20] + ("q" if LINKED[20] != "q" else "p") + LINKED[21:]
    body, head = screened(ann, typo, OTHER)
    assert head == "No match found in what could be read, which is not all"
    assert "1 address was not read, so nothing is known of it" in body
    assert re.search(rf'id="p-1">{typo}: .*?, at character \d+\.', body)
    assert 'aria-invalid="true" aria-describedby="p-1"' in body
    assert "Ask for another address" not in body
    assert "Compare the address that holds a typing error with the demand" in body
    assert marks(body) == {OTHER: "no_match_found"}
    body, head = screened(ann, typo, status=400)
    assert head == "No address could be read"


def test_which_lists_were_not_compared_is_told(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body, _ = screened(ann, OTHER)
    assert "Not compared, as none of that time is kept: UK Sanctions List, EU consolidated list." in body


@pytest.mark.parametrize(
    ("where", "head"),
    [
        ("US-NC", "Do not pay: the law forbids it to you"),
        ("US-TX", "Whether you may pay is not known"),
    ],
)
def test_whether_one_may_pay_is_told_without_an_address_too(ann, where, head):
    body, said = screened(ann, payer="public", where=where)
    assert said == head
    assert "No address was given, so whom you would pay is not known." in body
    assert (
        "Public bodies of North Carolina pay no ransom</strong> (North Carolina, United States)" in body
        or where == "US-TX"
    )
    for words in ("Warning:", "Bring ", "Compared with", "Ask for another address", "typing error"):
        assert words not in body


def test_plain_words_are_used_for_an_account_and_for_a_list_of_today(ann, hub, tmp_path):
    for day in (14, 15):
        listed(hub.node, tmp_path, day=(2025, 6, day))
    body, _ = screened(ann, "0x8589427373D6D84E98730D7795D8f6f8731FDA16")
    assert "An account on Ethereum and chains like it" in body
    assert "last known to be the newest today: " in body
    assert "last known to be the newest on 2025-06-14: " in screened(ann, OTHER, as_of="2025-06-14")[0]
    assert "EVM" not in body
    assert "0 day" not in body


def test_for_a_past_day_a_list_of_that_time_is_to_be_brought(ann, hub, tmp_path):
    body, _ = screened(ann, OTHER, as_of="2025-03-04")
    assert "Bring a list of that time: <code>tocsin sync ofac --mirror FILE</code>" in body
    assert "of today" not in body


def test_what_an_older_list_had_is_told_and_is_no_match(ann, hub, tmp_path):
    listed(hub.node, tmp_path, day=(2025, 6, 12), name="<b>GONE</b> Person")
    path = tmp_path / "new.xml"
    path.write_bytes(advanced_xml((2025, 6, 14), [("9", "NEW Person", [])]))
    sync_feeds(hub.node, ["ofac"], FeedWishes(str(path)), None)
    body, _ = screened(ann, HIT)
    assert marks(body) == {HIT: "no_match_found"}
    assert "Listed until 2025-06-14 by OFAC SDN of 2025-06-12, for &lt;b&gt;GONE&lt;/b&gt; Person." in body


def test_an_answer_can_be_given_again_as_of_a_day(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body, _ = screened(ann, HIT, as_of="2025-06-13")
    assert "is kept that had been issued by 2025-06-13" in body
    assert marks(body) == {HIT: "not_screenable"}


WRONG = [
    ({"addresses": " "}, "addresses", "There is no address, and no name"),
    ({"families": ",".join(map(str, range(21)))}, "families", "These are 21 names"),
    ({"addresses": " ".join(map(str, range(SCREENED_ADDRESSES + 1)))}, "addresses", "1,001 addresses"),
    ({"payer": "us"}, "payer", "is no kind of payer"),
    ({"where": "Texas, USA"}, "where", "is no place that is known here. Did you mean US-TX (Texas)?"),
    ({"where": "NC", "payer": "public"}, "where", "NC is New Caledonia. Did you mean US-NC"),
    ({"where": "North Carolina"}, "where", "North Carolina is US-NC"),
    ({"as_of": "x"}, "as_of", "is no day"),
    ({"as_of": "2999-01-01"}, "as_of", "is a day to come"),
]


@pytest.mark.parametrize(("sent", "field", "words"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_what_cannot_be_asked_is_refused_beside_its_box_and_stays_there(ann, sent, field, words):
    answer = ann.form("/screen", csrf=ann.csrf, **{"addresses": OTHER, **sent})
    body = answer.body.decode()
    assert answer.status == 400
    assert [one for one, _ in re.findall(r'<p class="wrong" id="e-(\w+)">(.*?)</p>', body)] == [field]
    assert words in body
    assert re.search(rf'id="f-{field}"[^>]* aria-invalid="true" aria-describedby="e-{field}"', body)
    if sent.get("where"):
        assert f'value="{sent["where"]}"' in body


def test_one_address_is_screened_once_however_often_it_is_given_and_however_they_are_parted(
    ann, hub, tmp_path
):
    listed(hub.node, tmp_path)
    body, _ = screened(ann, f"{HIT},{OTHER};{HIT}", f" {OTHER}")
    assert marks(body) == {HIT: "hit", OTHER: "no_match_found"}
    assert body.count('class="verdict-mark') == 2


def test_what_is_asked_is_in_no_url_and_is_kept_nowhere(ann, hub):
    before = ann.get("/log.json").json
    body, _ = screened(ann, LINKED)
    assert 'method="post" action="/screen"' in body
    assert LINKED not in ann.get("/screen", f"addresses={LINKED}").body.decode()
    assert ann.get("/log.json").json == before
    kept = b"".join(path.read_bytes() for path in hub.node.folder.rglob("*") if path.is_file())
    assert len(kept) > 1_000
    assert LINKED.encode() not in kept


def test_an_address_of_bitcoin_leads_on_to_where_it_went_and_who_holds_it(ann):
    body, _ = screened(ann, LINKED, "0x8589427373D6D84E98730D7795D8f6f8731FDA16")
    assert body.count(f'href="/trace?seed={LINKED}"') == 1
    assert body.count(f'href="/cluster?address={LINKED}"') == 1
    assert "seed=0x" not in body


def test_only_this_nodes_people_screen_and_only_from_a_page_of_their_session(ann, hub, app):
    for token in (hub.own, hub.member("Water works")[0], None):
        assert Browser(app, token=token).get("/screen").status == 401
    assert ann.form("/screen", csrf="x", addresses=OTHER).status == 403
    assert ann.form("/screen", csrf=ann.csrf, addresses=OTHER, origin="http://evil.example").status == 403


# -- what incidents tell --------------------------------------------------------------------------

NOTED = """name = "Mill is <b>encrypted</b>"
whose = "Mill"
tlp = "{tlp}"
actors = ["Conti"]
[moments]
detected = "2025-06-02"
[ransom]
wallets = ["{address}"]
"""


def noted(node, address, tlp="amber"):
    form = NOTED.format(address=address, tlp=tlp)
    keep(node, [read_whole_form(form, new_incident(node, ""))], by="ann")


def test_the_ransom_of_another_incident_is_told_with_its_day_label_and_whose_word_it_is(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    noted(hub.node, OTHER)
    body, head = screened(ann, OTHER)
    assert (head, marks(body)) == (
        "Do not pay yet: another ransom was to be paid there",
        {OTHER: "linked"},
    )
    for words in (
        "The ransom of another incident was to be paid there, as told below.",
        "<b>Another ransom was to be paid there</b>: that of Mill is &lt;b&gt;encrypted&lt;/b&gt; (2025-06-02, TLP:AMBER, ",
        f"noted here, of Mill) was to be paid to {OTHER}.",
        "Who is behind it, by that incident: Conti",
        "By what that is known: the incident names this very address",
        "ask Mill about Mill is &lt;b&gt;encrypted&lt;/b&gt;",
        "Compared with the ransoms of 1 incident that names an address",
    ):
        assert words in body
    assert "TLP:RED" not in body


def test_without_a_list_the_link_stands_beside_what_was_not_compared_and_red_marks_the_page(ann, hub):
    noted(hub.node, OTHER, tlp="red")
    body, _ = screened(ann, OTHER)
    assert marks(body) == {OTHER: "linked"}
    assert "Nothing was compared with one." in body
    assert "Compared with no list, as of" in body
    assert "TLP:RED" in re.search(r'<div class="head">.*?</div>', body)[0]


def test_the_gang_of_an_incident_that_is_listed_is_told_as_a_tie_to_a_party(ann, hub, whole):
    noted(hub.node, OTHER)
    body, head = screened(ann, OTHER)
    assert head == "Do not pay yet: there is a tie to a sanctioned party"
    assert "Who is behind it leads to a sanctioned party" in body
    assert "noted here, of Mill) names &#39;Conti&#39;; " in body
