"""The page of the exercise in a browser: on one screen, brought up to date without reloading, and for everybody."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
import pytest_socket
from granian.constants import Interfaces
from granian.server.embed import Server

from browser.test_pages import violations
from exercise.fake_run import Fake
from taxii.hub import Hub
from tocsin.exercise.told.page import exercise_ways
from tocsin.exercise.told.report import load
from tocsin.exercise.told.report_page import render
from tocsin.service.exchange.signing_in import make_link
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application


class Shown:
    """A node with an exercise, served at ``url``; ``folder`` is the exercise's."""

    def __init__(self, hub, folder, url) -> None:
        self.hub, self.folder, self.url = hub, folder, url
        self.fake = Fake()
        self.second = [n for n, one in enumerate(self.fake.events) if one["kind"] == "begins"][1]

    def page(self, browser, **more):
        """A page of one who signed in, at the exercise; ``said`` is what the browser complained of."""
        page = browser.new_context(**more).new_page()
        page.said = []
        page.on("console", lambda one: page.said.append(one.text))
        page.on("pageerror", lambda one: page.said.append(str(one)))
        page.goto(f"{self.url}/signin/{make_link(self.hub.node, 'Ann', by='Ann').secret}")
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{self.url}/exercise")
        return page


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    pytest_socket.enable_socket()
    folder = tmp_path_factory.mktemp("exercise")
    hub = Hub(folder / "hub", serving=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    more = exercise_ways(folder / "run")
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False, more=more)
    server = Server(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_access=False, log_enabled=False
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(),), daemon=True)
    thread.start()
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            threading.Event().wait(0.1)
        else:
            break
    yield Shown(hub, folder / "run", f"http://127.0.0.1:{port}")
    loop.call_soon_threadsafe(server.stop)
    thread.join(10)
    loop.close()
    hub.node.close()


def size(page):
    return page.evaluate(
        "[document.documentElement.scrollWidth, Math.ceil(document.querySelector('.tiles').getBoundingClientRect().bottom)]"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sixteen_sectors_stand_on_one_screen_and_fit_a_narrow_one(chromium, shown, axe, scheme):
    shown.fake.write(shown.folder, events=shown.second + 60, done=False)
    page = shown.page(chromium, viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    assert page.locator(".tile").count() == 16
    wide, bottom = size(page)
    assert wide <= 1280
    assert bottom <= 800
    assert violations(page, axe) == []
    page.set_viewport_size({"width": 380, "height": 800})
    assert size(page)[0] <= 380
    assert page.said == []
    page.context.close()


def test_it_is_brought_up_to_date_without_reloading_and_reloads_when_the_next_attack_begins(chromium, shown):
    shown.fake.write(shown.folder, events=shown.second + 40, done=False)
    page = shown.page(chromium)
    page.evaluate("window.stays = true")
    before = page.locator("[data-count=waiting]").inner_text()
    shown.fake.write(shown.folder, events=shown.second + 80, done=False)
    page.locator("[data-count=waiting]").filter(has_not_text=before).wait_for(timeout=10_000)
    # Longer than what asks again without scripts would wait.
    page.wait_for_timeout(2_500)
    assert page.evaluate("window.stays")
    counts = [int(one) for one in page.locator("[data-count]").all_inner_texts()]
    marks = page.locator("[data-owner]").evaluate_all(
        "all => new Map(all.map(one => [one.dataset.owner, one.title.split(': ').pop()])).size"
    )
    assert sum(counts) == marks == 64
    hit = page.locator("[data-owner]:has(.s-hit)").first
    assert hit.locator("use").get_attribute("href") == "#m-hit"
    assert hit.inner_text().endswith(": hit")
    shown.fake.write(shown.folder)
    page.get_by_role("link", name="The report, to print").wait_for(timeout=10_000)
    assert page.evaluate("window.stays") is None
    assert page.said == []
    page.context.close()


def test_without_scripts_it_asks_again_by_itself(chromium, shown):
    shown.fake.write(shown.folder, events=shown.second + 10, done=False)
    page = shown.page(chromium, java_script_enabled=False)
    before = page.locator("[data-count=waiting]").inner_text()
    shown.fake.write(shown.folder, events=shown.second + 90, done=False)
    page.locator("[data-count=waiting]").filter(has_not_text=before).wait_for(timeout=10_000)
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (380, "dark")])
def test_the_report_can_be_read_by_everybody(chromium, shown, axe, width, scheme):
    shown.fake.write(shown.folder)
    page = shown.page(chromium, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(f"{shown.url}/exercise/report")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
    assert page.said == []
    page.context.close()


def test_on_paper_each_attack_has_a_page_of_its_own(chromium, shown, tmp_path):
    shown.fake.write(shown.folder)
    page = chromium.new_page()
    page.set_content("".join(render(load(shown.folder))))
    page.emulate_media(media="print")
    breaks = page.locator(".attack").evaluate_all("all => all.map(one => getComputedStyle(one).breakBefore)")
    assert breaks == ["auto", "page", "page", "page"]
    page.close()
