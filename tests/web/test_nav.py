from __future__ import annotations

import re

import pytest

from tocsin.service.exchange.signing_in import make_link
from tocsin.taxii.app import taxii_app
from tocsin.web.answers import json
from tocsin.web.app import application
from tocsin.web.door import Way
from tocsin.web.nav import NAV
from web.browser import Browser

PAGES = [(question, path, label) for question, pages in NAV for path, label in pages]


@pytest.mark.parametrize(("question", "path", "label"), PAGES, ids=[path for _, path, _ in PAGES])
def test_each_page_is_marked_as_the_one_in_use_under_its_question(ann, question, path, label):
    body = ann.get(f"/{path}").body.decode()
    bar = body[body.index('<header class="bar">') : body.index("</header>")]
    assert re.findall(r'<a href="([^"]+)" aria-current="page">([^<]+)</a>', bar) == [(f"/{path}", label)]
    assert re.findall(r'<details name="nav" class="in"><summary>([^<]+)</summary>', bar) == [question]
    near = bar[bar.index('<ul class="near">') :]
    assert re.findall(r'<a href="/([^"]+)"', near) == [one for one, _ in dict(NAV)[question]]


def test_every_page_is_reached_from_every_page(ann):
    for path in ("/", "/log", "/style", "/reference"):
        body = ann.get(path).body.decode()
        assert {f'<a href="/{one}">' for _, one, _ in PAGES} <= set(re.findall(r'<a href="[^"]+">', body)), (
            path
        )


def test_each_page_goes_by_the_name_that_leads_to_it(ann):
    for _, path, label in PAGES:
        title = re.search(r"<title>([^<]*)</title>", ann.get(f"/{path}").body.decode())[1]
        assert title.startswith(label), path


def test_an_application_may_lead_to_pages_of_its_own(hub):
    app = application(
        hub.node,
        taxii_app(hub.node),
        hosts=["127.0.0.1"],
        secure=False,
        more=[Way("/exercise", {"GET": lambda asked: json({})}, "person", "A page.", nav="Exercise <1>")],
    )
    body = Browser(app).signed_in(hub.node, "Ann").get("/").body.decode()
    assert '<a href="/exercise">Exercise &lt;1&gt;</a>' in body
    link = make_link(hub.node, "Bea", by="root")
    landed = Browser(app).form(f"/signin/{link.secret}")
    assert (landed.status, landed.headers["location"]) == (303, "/exercise")


def test_without_any_the_navigation_has_none(ann):
    assert "/exercise" not in ann.get("/").body.decode()
