from __future__ import annotations

import json
import os
import re
from urllib.parse import urlencode

import pytest

from drawn_ledgers import txid
from taxii.hub import indicator
from web.payments import HIT, LINKED, OTHER
from web.things import MARKUP, finding

PATHS = (
    "/",
    "/style",
    "/warnings",
    "/warnings?q=zzzz",
    f"/warnings/{indicator(1)['id']}",
    "/findings",
    f"/findings/{finding(1).id}",
    f"/findings/share?id={finding(2).id}",
    "/findings/share",
    "/exposures",
    "/exposures?verdict=unknown",
    "/exposures?q=zzzz",
    "/inventory",
    "/inventory?q=zzzz",
    "/review",
    "/advisories",
    "/advisories?q=zzzz",
    "/advisory/CVE-2024-77",
    "/advisory/VDE-1",
    "/incidents",
    "/incidents/profile",
    "/causes",
    "/causes?sector=chemical",
    "/posture",
    "/plan?measures=3",
    "/plan?measures=3&must=backups&never=second-factor&have=patching&learned=yes",
    "/plan?measures=99&sector=mars&must=backups&never=backups",
    "/plan?against=incidents&sector=chemical",
    "/screen",
    "/trace",
    f"/trace?seed={txid(99)}:0",
    f"/trace?seed={txid(99)}:0&method=haircut&open={txid(1)}",
    "/trace?seed=1Peeled1",
    "/trace?seed=zzzz&method=x",
    "/cluster",
    "/cluster?" + urlencode({"address": f"{MARKUP}200", "prove": f"{MARKUP}202"}),
    "/cluster?address=zzzz",
    "/links",
    "/links?mine=1&of=zzzz",
    "/dossier",
    f"/dossier?of={HIT}",
    f"/dossier?of={OTHER}&seed={txid(12)}:0",
    f"/dossier?of={OTHER}&seed=zzzz&as_of=May&tlp=x",
    "/dossier?of=zzzz",
    f"/dossier/report?of={HIT}",
    "/gate",
    "/gate?q=zzzz",
    "/gate/1",
    "/gate/2",
    "/gate/3",
    "/inbox",
    f"/inbox/{indicator(99)['id']}",
    "/inbox/posture--6f1d9b7e-3c52-4a8e-9b7d-2f4c5a6e8d10",
    "/inbox/sent",
    "/log",
    "/log?entry=3",
    "/log?entry=x",
    "/reference",
    "/nothing",
)
_RUN = "axe.run().then(done => JSON.stringify(done.violations.map(one => [one.id, one.nodes.map(node => node.html)])))"


@pytest.fixture
def page(chromium, site, request):
    """A page of one who signed in; it fails the test if the browser complained of anything but a status."""
    context = chromium.new_context(java_script_enabled=getattr(request, "param", True))
    page = context.new_page()
    said = []
    page.on("console", lambda one: said.append(one.text) if "status of" not in one.text else None)
    page.on("pageerror", lambda one: said.append(str(one)))
    page.on("dialog", lambda one: (said.append("a dialog"), one.dismiss()))
    page.on("request", lambda one: said.append(one.url) if not one.url.startswith(site.url) else None)
    page.goto(site.link())
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{site.url}/"
    yield page
    context.close()
    assert not said


def violations(page, axe):
    """What axe finds. Its own script may run only past the policy, which is asked for by the tool, not the page."""
    tool = page.context.new_cdp_session(page)
    if not page.evaluate("'axe' in window"):
        tool.send("Runtime.evaluate", {"expression": f"{axe};0"})
    found = tool.send("Runtime.evaluate", {"expression": _RUN, "awaitPromise": True, "returnByValue": True})
    tool.detach()
    return json.loads(found["result"]["value"])


def gone_to(page, site, path):
    """Go there; where a plan is being made, the page asks again by itself until it is there."""
    page.goto(site.url + path)
    if path.startswith("/plan"):
        page.get_by_role(
            "heading", level=1, name=re.compile("stopped|nothing to plan|cannot be planned")
        ).wait_for(timeout=60_000)


# Colours do not depend on the width: the other two pairs take a minute and find what these find.
VIEWS = [(1200, "light"), (380, "dark")]
if os.environ.get("TOCSIN_SLOW"):
    VIEWS += [(1200, "dark"), (380, "light")]


def test_every_page_can_be_used_by_everybody(page, site, axe):
    own = list(site.paths())
    # Of an empty node one view will do: its pages have no element that those of the other have not.
    views = VIEWS if own else VIEWS[1:]
    for path in (*PATHS, *own):
        gone_to(page, site, path)
        assert page.evaluate("document.querySelectorAll('h1').length") == 1, path
        # No script of a page asks for its width or its colours, so a page need not be loaded for each view.
        for width, scheme in views:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            assert violations(page, axe) == [], (path, width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


def test_a_screening_can_be_used_by_everybody_and_printed(page, site, axe):
    page.goto(f"{site.url}/screen")
    page.get_by_label("Addresses from the demand").fill(
        f"{OTHER} {LINKED} {HIT} {HIT[:-1]}X {MARKUP.replace(' ', '')}"
    )
    page.get_by_label("Who would pay").select_option("public")
    page.get_by_label("Where the payer is").fill("US-NC")
    page.get_by_role("button", name="Screen").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Do not pay: the law forbids it to you"
    for width, scheme in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page, axe) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.emulate_media(media="print")
    assert page.get_by_text("A screening is not legal advice.").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_signing_in_can_be_used_by_everybody(chromium, site, axe):
    context = chromium.new_context()
    page = context.new_page()
    for path in (site.link(), f"{site.url}/signin", f"{site.url}/warnings"):
        page.goto(path)
        assert violations(page, axe) == [], path
    context.close()


def test_printed_pages_hold_what_matters_and_no_buttons(page, site):
    page.emulate_media(media="print")
    for path in (*PATHS, *site.paths()):
        gone_to(page, site, path)
        assert page.get_by_role("heading", level=1).is_visible(), path
        assert not any(one.is_visible() for one in page.get_by_role("button").all()), path
        assert page.pdf(format="A4").startswith(b"%PDF"), path


def test_no_markup_of_an_object_becomes_an_element(page, site):
    for path in (*PATHS, *site.paths()):
        gone_to(page, site, path)
        assert (
            page.evaluate(
                "document.querySelectorAll('script:not([src]), img:not([alt]), [onerror], body b b').length"
            )
            == 0
        )


def test_a_page_can_be_walked_with_the_keyboard_and_shows_where_one_is(page, site):
    page.goto(f"{site.url}/inbox")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["with scripts", "without scripts"])
def test_the_navigation_unfolds_by_the_keyboard_and_leads_on(page, site):
    gate = page.get_by_role("navigation").get_by_role("link", name="Gate")
    assert not gate.is_visible()
    page.get_by_text("Are we exposed?").focus()
    page.keyboard.press("Enter")
    assert gate.is_visible()
    page.get_by_text("What happened?").focus()
    page.keyboard.press("Enter")
    assert not gate.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/incidents")


def test_a_menu_folds_on_escape_and_gives_the_place_back(page, site):
    summary = page.get_by_text("Are we exposed?")
    summary.click()
    page.get_by_role("navigation").get_by_role("link", name="Gate").focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Are we exposed?"
    assert page.locator(".bar details[open]").count() == 0
    summary.click()
    page.mouse.click(5, 500)
    assert page.locator(".bar details[open]").count() == 0


def test_an_open_menu_can_be_used_by_everybody_and_fits(page, site, axe):
    for width, scheme in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for question in ("Are we exposed?", "Exchange"):
            page.locator("summary", has_text=question).click()
            assert violations(page, axe) == [], (question, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (question, width)


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["with scripts", "without scripts"])
def test_one_can_go_from_a_link_to_an_incident_its_dossier_and_a_file_of_it(page, site):
    if not site.full:
        pytest.skip("the empty node has no case")
    page.goto(f"{site.url}/links")
    page.get_by_role("link", name="Billing").first.click()
    page.get_by_role("link", name="Dossier, for an authority").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Incident Billing"
    with page.expect_download() as told:
        page.get_by_role("link", name="As CSV").click()
    assert told.value.suggested_filename == "dossier.csv"
    page.get_by_role("link", name="Open the dossier to print").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Billing"
    assert page.get_by_text("Looked through by, date").is_visible()


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["with scripts", "without scripts"])
def test_one_can_search_decide_share_and_leave(page, site):
    if not site.full:
        pytest.skip("the empty node has nothing to decide")
    page.goto(f"{site.url}/warnings")
    page.get_by_label("Search").fill("Servers 12th")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("heading", level=1).inner_text() == "1 warning found"
    page.goto(f"{site.url}/findings")
    page.get_by_role("checkbox", name="Share: Servers of the 2th").check()
    page.get_by_role("button", name="Preview").click()
    assert "would go to Water ISAC" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Queue it").click()
    assert page.get_by_role("status").inner_text().startswith("It is queued.")
    page.goto(f"{site.url}/exposures?q=CVE-2024-3")
    page.get_by_role("link", name=re.compile("what is (done|noted) about openssl")).first.click()
    page.get_by_role("radio", name="Accepted").check()
    page.get_by_label("Until (").fill("2030-02-01")
    page.get_by_label("Why (").fill("It is a test.")
    page.get_by_role("button", name="Note it").click()
    assert "Noted for 1 vulnerability: accepted." in page.get_by_role("status").inner_text()
    assert "It is a test." in page.get_by_label("Facts").inner_text()
    page.goto(f"{site.url}/incidents")
    page.get_by_label("What happened").fill("Strange logins")
    page.get_by_label("Kind").fill("account-takeover")
    page.get_by_role("button", name="Note it").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Strange logins"
    form = page.get_by_label("The form")
    form.fill(form.input_value().replace('summary = ""', 'summary = "Somebody logs in at night."'))
    page.get_by_role("button", name="Keep it").click()
    assert page.get_by_role("status").inner_text().startswith("Kept.")
    assert page.get_by_text("Somebody logs in at night.", exact=True).is_visible()
    page.get_by_label("Who", exact=True).fill("The insurer")
    page.get_by_role("button", name="Note it").click()
    assert page.get_by_role("status").inner_text().startswith("Noted that they were told.")
    page.goto(f"{site.url}/inbox?state=new")
    before = page.get_by_role("link", name=re.compile("^Refuse ")).count()
    page.get_by_role("link", name=re.compile("^Refuse ")).first.click()
    page.get_by_label("The reason").fill("It is a test.")
    page.get_by_role("button", name="Refuse").click()
    assert "refused" in page.get_by_role("status").inner_text()
    page.goto(f"{site.url}/inbox?state=new")
    assert page.get_by_role("link", name=re.compile("^Refuse ")).count() == before - 1
    page.get_by_role("button", name="Sign out").click()
    assert page.goto(f"{site.url}/warnings").status == 401
