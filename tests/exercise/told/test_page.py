"""The page of the exercise, its twin and its report, as a node with it serves them."""

from __future__ import annotations

import re

import pytest
import pytest_socket

from taxii.hub import Hub
from tocsin.exercise.told.page import exercise_ways
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application
from web.browser import Browser
from web.things import MARKUP

PATHS = ("/exercise", "/exercise.json", "/exercise/report")


@pytest.fixture(autouse=True)
def an_event_loop_may_wake_itself():
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def hub(tmp_path):
    made = Hub(tmp_path / "hub")
    yield made
    made.node.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "run"


@pytest.fixture
def app(hub, folder):
    ways = exercise_ways(folder)
    return application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False, more=ways)


@pytest.fixture
def ann(app, hub):
    return Browser(app).signed_in(hub.node, "Ann")


def text(answer):
    assert answer.status == 200
    return answer.body.decode()


def begun(fake, number):
    """How many events there are once so many attacks have begun."""
    return [place for place, one in enumerate(fake.events) if one["kind"] == "begins"][number - 1] + 1


@pytest.mark.parametrize("path", PATHS)
def test_it_is_for_this_nodes_own_people(app, hub, run, folder, path):
    assert Browser(app).get(path).status in {303, 401}
    token = hub.member("Water works")[0]
    assert Browser(app, token=token).get(path).status in {303, 401, 403}


def test_before_it_begins_it_says_so_and_what_to_do_and_asks_again(ann):
    answer = ann.get("/exercise")
    assert "The exercise has not begun" in text(answer)
    assert "tocsin exercise run 2021" in text(answer)
    assert answer.headers["refresh"] == "2"
    assert ann.get("/exercise.json").json["stage"] == "empty"
    assert ann.get("/exercise/report").status == 404


def test_while_it_runs_every_owner_stands_in_the_tile_of_its_sector(ann, fake, folder):
    fake.write(folder, events=begun(fake, 2) + 60, done=False)
    answer = ann.get("/exercise")
    page, board = text(answer), ann.get("/exercise.json").json
    assert answer.headers["refresh"] == "2"
    assert page.count('<article class="tile">') == 16
    for tile in board["tiles"]:
        _, _, after = page.partition(f"<h2>{tile['name']}</h2>")
        drawn = re.findall(
            r'data-owner="(\w+)".*?class="mark s-(\w+)".*?#m-(\w+)', after.partition("</article>")[0]
        )
        assert drawn == [(one["id"], one["state"], one["state"]) for one in tile["owners"]]
        assert f'<p data-tile="{tile["sector"]}">{tile["said"]}</p>' in page
    for state, count in board["counts"].items():
        assert f'<b data-count="{state}">{count}</b>' in page
    assert (board["name"], board["stage"]) == ("Exchange", "running")
    assert board["now"] in page


def test_a_mark_is_told_by_shape_and_words_and_not_by_colour_alone(ann, fake, folder):
    fake.write(folder, events=begun(fake, 4) - 1, done=False)
    page = text(ann.get("/exercise"))
    board = ann.get("/exercise.json").json
    one = next(one for tile in board["tiles"] for one in tile["owners"] if one["state"] == "hit")
    assert f'<span class="unseen">{one["name"]}: hit</span>' in page
    shapes = re.findall(r'<symbol id="m-\w+"[^>]*>(.*?)</symbol>', page)
    assert len(set(shapes)) == len(shapes) == 7


def test_an_attack_that_is_over_can_be_looked_at_again(ann, fake, folder):
    fake.write(folder, events=begun(fake, 3), done=False)
    assert ann.get("/exercise.json", "attack=solarwinds").json["name"] == "SolarWinds"
    page = text(ann.get("/exercise", "attack=solarwinds"))
    assert 'data-exercise="/exercise.json?attack=solarwinds"' in page
    assert "Follow the one in progress" in page
    assert 'data-exercise="/exercise.json"' in text(ann.get("/exercise", "attack=<b>"))


def test_once_it_is_done_it_leads_to_the_report_and_asks_no_more(ann, fake, folder):
    fake.write(folder)
    answer = ann.get("/exercise")
    page = text(answer)
    assert "refresh" not in answer.headers
    assert '<a href="/exercise/report">' in page
    assert not re.search(r"/static/exercise\.\w+\.js", page)
    assert "right answer and a next step within four hours" in page
    report = ann.get("/exercise/report")
    assert "After-action report" in text(report)
    assert report.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


def test_what_was_answered_is_told_apart_from_what_was_true(ann, fake, folder):
    fake.write(folder, events=begun(fake, 2), done=False)
    running = text(ann.get("/exercise"))
    assert "people answered; what was true is sealed until the end.</p>" in running
    assert "By the truth" not in running
    fake.write(folder)
    page = text(ann.get("/exercise"))
    assert "sealed until the end, and opened below.</p>" in page
    assert (
        page.index('class="tiles"') < page.index("opened below") < page.index("By the truth that was sealed")
    )


def test_its_foot_bears_no_time_that_stands_still(ann, fake, folder):
    fake.write(folder, events=begun(fake, 2), done=False)
    page = text(ann.get("/exercise"))
    assert "An exercise: its times are those of an invented nation." in page
    assert "As of" not in page


def test_what_stops_an_attack_is_told_with_it(ann, fake, folder):
    fake.write(folder)
    assert "Second factor for every way in" in text(ann.get("/exercise", "attack=colonial"))
    assert "none was chosen in this run" in text(ann.get("/exercise", "attack=jbs"))


def test_until_it_is_scored_it_says_that_it_is_being_scored(ann, fake, folder):
    fake.write(folder, done=False)
    (folder / "result.json").write_text('{"run_s": 12}')
    answer = ann.get("/exercise")
    assert "is being scored" in text(answer)
    assert answer.headers["refresh"] == "2"
    assert ann.get("/exercise/report").status == 404


def test_a_nation_that_is_being_written_is_not_there_yet(ann, folder):
    folder.mkdir()
    (folder / "nation.json").write_text('{"owners": [')
    assert "The nation is being made" in text(ann.get("/exercise"))


def test_while_owners_join_it_says_how_many_have(ann, fake, folder):
    fake.write(folder, events=0, done=False)
    assert "64 owners are being made ready" in text(ann.get("/exercise"))
    lines = [f'{{"kind": "joined", "node": "m{n:02}"}}\n' for n in range(1, 4)]
    (folder / "events.jsonl").write_text("".join(lines))
    assert "3 of 64 owners have joined the hub" in text(ann.get("/exercise"))
    assert ann.get("/exercise.json").json["joined"] == 3


def test_every_text_is_text(ann, fake, folder):
    fake.write(folder, events=60, done=False)
    for name in ("nation.json", "events.jsonl"):
        path = folder / name
        said = (
            path.read_text()
            .replace("Brookmill Water", MARKUP.replace('"', '\\"'))
            .replace("SolarWinds", MARKUP.replace('"', '\\"'))
        )
        path.write_text(said)
    page = text(ann.get("/exercise"))
    assert "alert(1)" in page
    assert "<script>" not in page
    assert "<img src=x" not in page


def test_lines_that_cannot_be_read_are_counted_on_the_page(ann, fake, folder):
    fake.write(folder, events=50, done=False)
    with (folder / "events.jsonl").open("a") as file:
        file.write("broken\n")
    assert "1 line of what happened could not be read" in text(ann.get("/exercise"))


def test_its_way_in_stands_in_the_navigation_of_every_page_and_of_no_node_without_it(ann, hub, folder):
    link = '<a href="/exercise">Exercise</a>'
    assert link in text(ann.get("/log"))
    assert 'aria-current="page">Exercise' in text(ann.get("/exercise"))
    plain = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    other = Browser(plain).signed_in(hub.node, "Bea")
    assert link not in text(other.get("/log"))
    assert other.get("/exercise").status == 404


def test_the_style_and_the_script_are_served(ann, fake, folder):
    fake.write(folder, events=50, done=False)
    page = text(ann.get("/exercise"))
    for path in re.findall(r'(?:href|src)="(/static/exercise\.[^"]+)"', page):
        assert ann.get(path).status == 200
    assert len(re.findall(r'"/static/exercise\.', page)) == 2
