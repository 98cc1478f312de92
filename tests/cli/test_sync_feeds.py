"""``tocsin sync`` of feeds, ``source list``, ``source remove`` and ``doctor``: what each prints and exits with."""

from __future__ import annotations

import json

import pytest
import pytest_socket

from service.exchange.world import World
from service.inventory.feed_files import bill, cve, kev, zipped
from tocsin.cli.main import main
from tocsin.service.inventory.add import add


@pytest.fixture
def node(tmp_path, monkeypatch):
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    world = World(tmp_path)
    made = world.node("Riverton")
    path = tmp_path / "bill.json"
    path.write_bytes(bill())
    add(made, [str(path)], None, site="plant", exposed=True, owner="")
    monkeypatch.setenv("TOCSIN_DATA", str(made.folder))
    yield made
    world.close()


@pytest.fixture
def run(node, capsys):
    """Runs a verb: exit code, stdout, stderr."""

    def verb(*arguments):
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return verb


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "kev.json").write_bytes(kev("CVE-2026-1"))
    (folder / "cve.zip").write_bytes(
        zipped({"1.json": cve("CVE-2026-1"), "2.json": b"{", "3.json": cve("CVE-2026-3")})
    )
    return folder


def test_a_table_says_what_came_and_what_here_it_affects(run, mirror):
    code, out, err = run("sync", "kev", "cve", "--mirror", mirror)
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[:3] == [
        "FEED ENTRIES NEW CHANGED REWORDED GONE NOT READ DATED",
        "kev 1 1 0 0 0 0 2026-09-01",
        "cve 2 2 0 0 0 1 2026-09-01",
    ]
    assert "cve: 1 product here is affected by what is new:" in lines
    assert any(
        line.startswith("CVE-2026-1: Acme Pump 1.0 at plant, known to be exploited, mend it by")
        for line in lines
    )
    assert "cve: not read:" in err
    assert code == 0


def test_json_says_the_same(run, mirror):
    code, out, _ = run("sync", "cve", "--mirror", mirror, "--format", "json")
    (one,) = json.loads(out)["feeds"]
    assert (code, one["name"], one["new"], one["unread"], one["advisories"]) == (0, "cve", 2, 1, 2)
    assert one["why_unread"][0]["file"].endswith("cve.zip!/2.json")
    assert [(held["vulnerability"], held["verdict"], held["site"]) for held in one["concerns"]] == [
        ("CVE-2026-1", "affected", "plant"),
        ("CVE-2026-3", "affected", "plant"),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("kev", "--offline"), 4, "since this runs offline"),
        (("kev", "--mirror", "nowhere"), 4, "there is no such file or folder"),
        (("vex",), 3, "vex has no official address"),
        (("osv", "--mirror", "bill.json"), 6, "there is no advisory in"),
        (("eol", "--mirror", "bill.json"), 3, "holds no ends of life"),
        (("epss", "--mirror", "bill.json"), 3, "holds no EPSS scores"),
        (("--mirror", "x"), 2, "--mirror is for feeds"),
        (("nobody",), 3, "no hub or source is called 'nobody'"),
    ],
)
def test_what_fails_exits_with_its_kind_and_says_why(run, arguments, code, words):
    got, _, err = run("sync", *arguments)
    assert (got, words in err) == (code, True), err


def test_one_that_fails_lets_the_others_be_read_and_gives_the_exit_code(run, mirror):
    code, out, err = run("sync", "kev", "osv", "--mirror", mirror)
    assert (code, "nothing in it is called osv" in err) == (4, True)
    assert "kev" in out


def test_an_address_of_the_settings_is_asked_in_place_of_the_official_one(run, tmp_path, monkeypatch):
    asked = []

    def client(url):
        asked.append(url)
        raise AssertionError

    monkeypatch.setattr("tocsin.cli.sync.client_for", client)
    (tmp_path / "tocsin.toml").write_text('[feeds]\nkev = "https://mirror.example/kev.json"\n')
    run("sync", "kev")
    monkeypatch.setenv("TOCSIN_FEEDS", "kev=https://other.example/kev.json")
    run("sync", "kev")
    assert asked == ["https://mirror.example/kev.json", "https://other.example/kev.json"]


@pytest.mark.parametrize(
    "text",
    [
        "feeds = 7",
        '[feeds]\nnothing = "https://x.example/"',
        '[feeds]\nkev = "kev.json"',
        "[feeds]\nkev = []",
    ],
)
def test_an_address_that_is_none_is_refused_by_name(run, tmp_path, text):
    (tmp_path / "tocsin.toml").write_text(text)
    code, _, err = run("sync", "kev", "--offline")
    assert (code, "a table of web addresses by feed" in err) == (3, True)


def test_settings_are_shown_as_toml(run, tmp_path):
    import tomllib

    (tmp_path / "tocsin.toml").write_text('[feeds]\nkev = ["https://mirror.example/kev.json"]\n')
    _, out, _ = run("config", "show")
    assert tomllib.loads(out)["feeds"] == {"kev": ["https://mirror.example/kev.json"]}


def test_a_feed_that_was_read_is_listed_with_its_day_and_can_be_removed(run, mirror):
    run("sync", "kev", "--mirror", mirror)
    _, out, _ = run("source", "list", "--format", "json")
    (one,) = json.loads(out)["sources"]
    assert (one["name"], one["as"], one["dated"], one["location"]) == (
        "kev",
        "feed",
        "2026-09-01",
        str(mirror / "kev.json"),
    )
    code, out, _ = run("source", "remove", "kev")
    assert (code, out) == (0, "kev is removed, and its 1 advisories with it.\n")
    assert json.loads(run("source", "list", "--format", "json")[1])["sources"] == []


def test_sync_without_names_reads_it_again(run, mirror):
    run("sync", "kev", "--mirror", mirror)
    (mirror / "kev.json").write_bytes(kev("CVE-2026-1", "CVE-2026-2"))
    _, out, _ = run("sync", "--format", "json")
    assert [(one["name"], one["new"]) for one in json.loads(out)["feeds"]] == [("kev", 1)]


@pytest.mark.parametrize(("days", "state"), [(6, "ok"), (9, "warn")])
def test_doctor_says_when_a_feed_is_old(run, mirror, monkeypatch, days, state):
    first_s = 1_788_220_800  # 2026-09-01
    monkeypatch.setattr("tocsin.cli.node.time.time_ns", lambda: (first_s + days * 86_400) * 1_000_000_000)
    run("sync", "kev", "--mirror", mirror)
    _, out, _ = run("doctor", "--format", "json")
    (one,) = [one for one in json.loads(out) if one["name"] == "feed kev"]
    assert (one["state"], "tocsin sync kev" in one["remedy"]) == (state, state == "warn")
