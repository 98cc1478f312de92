"""A dossier from a page: in short, to print and as files, with what persons say, for this node's own people alone."""

from __future__ import annotations

import json
import re
from html import unescape
from importlib import resources

import pytest

from drawn_ledgers import txid
from ransom.attribution.making import evidence, statement
from real_data import shared
from tocsin.cli.main import main
from tocsin.ransom.attribution.statement import Role
from tocsin.ransom.attribution.statement_file import read_statements
from tocsin.service.incidents.bundles import import_incidents
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.ledger_files import read_files
from tocsin.service.ransom.load import load
from tocsin.service.ransom.statements import add_statements, withdraw
from tocsin.store import log
from tocsin.taxii.app import taxii_app
from tocsin.web import dossier as dossier_page, dossier_report, routes
from tocsin.web.app import application
from web.browser import Browser
from web.payments import CASES, HIT, OTHER, TILL, listed, loaded, spend, suffered
from web.things import MARKUP

SEED = "9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a:0"
PATHS = ("", "/report", ".html", ".stix.json", ".misp.json", ".csv", ".json")


def page(ann, query="", status=200):
    answer = ann.get("/dossier", query)
    assert answer.status == status
    return answer.body.decode()


def heading(body):
    return unescape(re.sub(r"<.*?>", "", re.search(r"<h1>(.*?)</h1>", body)[1]))


def words(body):
    inline = re.sub(r"</?(?:a|code|strong|span|b)\b.*?>", "", body)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", inline)))


def said(hub, *made):
    return add_statements(hub.node, made, "said.toml", by="ann").new


@pytest.fixture
def colonial(hub):
    load(hub.node, read_files([str(shared("ledger/colonial"))], None))
    example = resources.files("tocsin") / "data" / "examples" / "incidents" / "colonial-pipeline-2021.toml"
    import_incidents(hub.node, [str(example)], None, by="ann", own=True)


def test_the_colonial_seed_is_told_in_short_with_its_range_and_what_is_in_the_file(ann, colonial):
    body = page(ann, f"of={TILL}&seed={SEED}")
    assert heading(body) == f"Address {TILL}"
    text = words(body)
    assert "63.70000000 BTC were followed to 6 outputs" in text
    assert "received 57.78573401 to 63.69984900" in text
    assert "Where the money went: output 0 of 9436dbf0...212a: 6 outputs, each with its range" in text
    assert "Who is behind it: no statement of a person stands here." in text
    assert "A screening is not legal advice." in text
    assert "It bears TLP:RED." in text


def test_an_incident_is_told_by_its_id_and_leads_back_and_on(ann, colonial):
    body = page(ann, "of=Colonial+Pipeline+2021")
    assert heading(body) == "Incident Colonial Pipeline 2021"
    id = re.search(r'href="/incident/(incident--[^"]*)"', body)[1]
    assert f'href="/links?of={id}"' in body
    for path in PATHS[1:]:
        assert f'href="/dossier{path}?of={id}' in body
    assert 'href="/trace?seed=15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"' in body
    assert 'href="/cluster?address=15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"' in body
    assert "Colonial+Pipeline" not in body


def test_links_to_other_cases_are_in_the_dossier_of_an_incident(ann, hub):
    loaded(hub.node, *CASES)
    one, _ = suffered(hub.node, "Billing", HIT), suffered(hub.node, "Pumps", OTHER)
    body = page(ann, f"of={one.id}")
    (title,) = re.findall(r"#part-\d+\">([^<]*hands[^<]*)<", body)
    assert title in ann.get("/dossier/report", f"of={one.id}").body.decode()


@pytest.mark.parametrize("name", ["html", "stix", "misp", "csv", "json"])
def test_a_file_is_what_the_verb_writes_to_the_byte(ann, hub, colonial, name, monkeypatch, capsys):
    said(hub, statement())
    monkeypatch.setenv("TOCSIN_DATA", str(hub.node.folder))
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: hub.now_us)
    arguments = [TILL, "--seed", SEED, "--tlp", "green", "--as-of", "2025-01-02", "--format", name]
    capsys.readouterr()
    assert main(["wallet", "dossier", *arguments]) == 0
    path = {"stix": "stix.json", "misp": "misp.json"}.get(name, name)
    answer = ann.get(f"/dossier.{path}", f"of={TILL}&seed={SEED}&tlp=green&as_of=2025-01-02")
    assert answer.status == 200
    assert answer.body.decode() == capsys.readouterr().out
    assert answer.headers["content-disposition"] == f'attachment; filename="dossier.{path}"'


def test_the_report_is_shown_under_its_own_policy_and_has_the_parts_that_the_page_leads_to(
    ann, hub, colonial
):
    said(hub, statement())
    answer = ann.get("/dossier/report", f"of={TILL}&seed={SEED}")
    assert answer.status == 200
    assert answer.headers["content-security-policy"] == f"{dossier_report.policy()}; frame-ancestors 'none'"
    assert "content-disposition" not in answer.headers
    report = answer.body.decode()
    body = page(ann, f"of={TILL}&seed={SEED}")
    parts = re.findall(r'<li><a href="/dossier/report\?[^"]*#(part-\d+)">(.*?)</a>', body)
    assert [title.partition(":")[0] for _, title in parts] == [
        "Where the money went",
        "Who is said to operate it",
    ]
    for id, title in parts:
        assert f'<h2 id="{id}">{title}</h2>' in report
    for id in re.findall(r'href="/dossier/report\?[^"]*#(changes|inputs)"', body):
        assert f'id="{id}"' in report


def test_nothing_of_it_is_kept_by_a_browser_or_by_the_node(ann, hub, colonial):
    for path in PATHS:
        assert ann.get(f"/dossier{path}", f"of={TILL}").headers["cache-control"] == "no-store"
    with hub.node.reading() as connection:
        before = log.size(connection)
    page(ann, f"of={TILL}")
    with hub.node.reading() as connection:
        assert log.size(connection) == before


def test_statements_stand_with_role_name_both_grades_apart_who_said_it_and_when(ann, hub):
    two = [evidence(), evidence("Press", rests_on="A court")]
    (one,) = said(hub, statement(address=OTHER, items=two, organisation="A bureau"))
    text = words(page(ann, f"of={OTHER}"))
    assert (
        f"DarkSide is said to operate it about the address {OTHER} B, usually reliable 2, probably true "
        "Ann (A bureau), 2021-06-07 noted by ann, 2025-06-15 15:06:40 UTC 2 pieces, 1 independent stands "
        f"{str(one.id)[:8]}"
    ) in text
    assert "The program names nobody." in text


def test_what_was_withdrawn_stays_visible_as_such(ann, hub):
    (one, _) = said(hub, statement(address=OTHER), statement("Nobody", address=OTHER, role=Role.AFFILIATE))
    withdraw(hub.node, str(one.id), why="It was wrong", by="bob")
    body = page(ann, f"of={OTHER}")
    (row,) = re.findall(r'<tr class="withdrawn">(.*?)</tr>', body, re.DOTALL)
    assert "withdrawn by bob: It was wrong. It counts for nothing." in words(row)
    assert "Nobody is said to have acted as an affiliate" in words(body)
    assert "1 statement of persons" in words(body)


def test_a_statement_on_something_near_is_told_with_why_it_may_not_be_about_this(ann, hub):
    one = suffered(hub.node, "Billing is encrypted", OTHER)
    said(hub, statement(incident=one.id))
    assert "It is about an incident that names the address, not about the address." in page(
        ann, f"of={OTHER}"
    )


def test_the_file_that_is_shown_for_a_statement_can_be_read_and_is_about_this(ann, hub):
    one = suffered(hub.node, "Billing is encrypted", OTHER)
    for query, value in ((f"of={OTHER}", ("address", OTHER)), (f"of={one.id}", ("incident", one.id))):
        body = page(ann, query)
        text = unescape(re.search(r"<pre tabindex=\"0\">(\[\[statement\]\].*?)</pre>", body, re.DOTALL)[1])
        (made,) = read_statements(text.encode(), "said.toml")
        assert (made.subject.kind.value, made.subject.value) == value
        assert "tocsin wallet statement add said.toml" in body
        assert "tocsin wallet statement withdraw ID --why" in body


def test_without_a_name_the_incidents_with_a_ransom_and_all_statements_are_listed(ann, hub):
    one = suffered(hub.node, "Billing is encrypted", OTHER)
    suffered(hub.node, "No address", "")
    said(hub, statement(address=HIT))
    body = page(ann)
    assert heading(body) == "A file for an authority"
    assert re.findall(r'href="/dossier\?of=([^"]*)"', body) == [one.id]
    assert f"about the address {HIT}" in words(body)


def test_where_there_is_nothing_it_is_told_how_to_begin(ann):
    body = page(ann)
    assert "No incident here names an address or a payment" in body
    assert "tocsin wallet load" in body
    assert "Nobody says anything yet." in body


def test_a_hit_is_told_loudly_and_no_match_is_never_green(ann, hub, tmp_path):
    listed(hub.node, tmp_path)
    body = page(ann, f"of={HIT}")
    assert 'class="told summary bad"' in body
    assert "Sanctions: a sanctioned party is listed with this address." in words(body)
    assert 'class="told summary calm"' in page(ann, f"of={OTHER}")
    assert 'class="told summary over"' in page(ann, f"of={HIT}&as_of=2020-01-01")


@pytest.mark.parametrize(
    ("query", "status", "field", "told"),
    [
        ("of=Nowhere", 404, "of", "is no address that is known here, and no incident here is called so"),
        (f"of={HIT[:-1]}X", 400, "of", "typing error"),
        (f"of={HIT}&seed={txid(9)}:0", 404, "seed", "No transaction"),
        (f"of={HIT}&seed={txid(1)}", 400, "seed", "names no output"),
        (f"of={HIT}&as_of=May", 400, "as_of", "is no day"),
        (f"of={HIT}&as_of=2099-01-01", 400, "as_of", "is a day to come"),
        (f"of={HIT}&tlp=blue", 400, "tlp", "is no label"),
    ],
    ids=["name", "typo", "seed", "no-output", "no-day", "day", "label"],
)
def test_what_cannot_be_made_is_refused_beside_its_field_and_as_a_file(ann, hub, query, status, field, told):
    loaded(hub.node, *CASES)
    body = page(ann, query, status)
    assert heading(body) == "No dossier of this can be made"
    (place,) = re.findall(rf'<p class="wrong" id="e-{field}">(.*?)</p>', body)
    assert told in unescape(place)
    for path in ("/report", ".json"):
        assert ann.get(f"/dossier{path}", query).status == status


def test_a_file_of_nothing_is_refused(ann):
    for path in PATHS[1:]:
        assert ann.get(f"/dossier{path}").status == 400


def test_the_pages_of_a_payment_lead_to_its_dossier(ann, hub, colonial):
    traced = ann.get("/trace", f"seed={SEED}").body.decode()
    start = "3EYkxQSUv2KcuRTnHQA8tNuG7S2pKcdNxB"
    assert f'href="/dossier?of={start}&amp;seed={SEED.replace(":", "%3A")}"' in traced
    assert f'href="/dossier?of={TILL}"' in ann.get("/trace", f"seed={TILL}").body.decode()
    assert f'href="/dossier?of={TILL}"' in ann.get("/cluster", f"address={TILL}").body.decode()
    one = suffered(hub.node, "Billing is encrypted", OTHER)
    assert f'href="/dossier?of={one.id}"' in ann.get(f"/incident/{one.id}").body.decode()
    screened = ann.form("/screen", csrf=ann.csrf, addresses=OTHER, payer="", where="", as_of="")
    assert f'href="/dossier?of={OTHER}"' in screened.body.decode()


def test_of_many_statements_and_gaps_the_first_are_shown_and_the_others_counted(ann, hub, monkeypatch):
    monkeypatch.setattr(dossier_page, "_SHOWN", 1)
    loaded(hub.node, spend(1, [OTHER]))
    said(hub, statement(address=OTHER), statement("Nobody", address=OTHER))
    text = words(page(ann, f"of={OTHER}"))
    assert "And 1 more: tocsin wallet statement list" in text
    assert re.search(r"And \d more, which the dossier has\.", text)


def test_markup_in_a_statement_or_a_name_is_text(ann, hub):
    one = suffered(hub.node, MARKUP, OTHER)
    said(hub, statement(MARKUP, address=OTHER, said_by=MARKUP))
    for query in (f"of={one.id}", f"of={OTHER}", ""):
        for path in ("", "/report"):
            if query or not path:
                assert "<script>alert" not in ann.get(f"/dossier{path}", query).body.decode()


def test_who_comes_while_the_ledger_is_asked_sees_a_page_that_asks_again(hub, monkeypatch):
    desk = LedgerDesk()
    monkeypatch.setattr("tocsin.service.ransom.ledger_desk.LEDGER_PAGE_WAIT_S", 0.01)
    monkeypatch.setattr(routes, "LedgerDesk", lambda: desk)
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    ann = Browser(app).signed_in(hub.node, "Ann")
    with desk.ledger(hub.node):
        answer = ann.get("/dossier", f"of={OTHER}")
        assert (answer.status, answer.headers["refresh"]) == (200, "2")
        assert heading(answer.body.decode()) == "The dossier has to wait"
        assert ann.get("/dossier.json", f"of={OTHER}").status == 503
    assert heading(page(ann, f"of={OTHER}")) == f"Address {OTHER}"


def test_nobody_but_this_nodes_people_gets_a_dossier_and_no_token_does(app, hub):
    for token in (hub.own, hub.member("Water works")[0], None):
        for path in PATHS:
            assert Browser(app, token=token).get(f"/dossier{path}", f"of={OTHER}").status == 401


def test_the_ledger_is_read_from_the_desk_and_not_again(ann, hub, monkeypatch):
    loaded(hub.node, *CASES)

    def again(node):
        raise AssertionError("the ledger is read a second time")

    monkeypatch.setattr("tocsin.service.ransom.dossier.kept_ledger", again)
    assert json.loads(ann.get("/dossier.json", f"of={TILL}").body)["about"]["name"] == TILL
