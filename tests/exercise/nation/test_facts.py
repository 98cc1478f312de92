"""An exercise is a file that says what is played; what no run could play is refused with its place."""

from __future__ import annotations

import pytest

from tocsin.errors import BadInput, SourceUnavailable
from tocsin.exercise.nation.facts import example_incident, read_exercise, shipped, shipped_patterns
from tocsin.ransom.address.address import parse_address

OWN = """
name = "drill"
title = "A drill"
logs_from = "2024-01-01"

[patterns]
ours = "[domain-name:value = 'attacker.example']"

[[attacks]]
id = "one"
name = "One"
kind = "intrusion"
began = "2024-03-01"
first_report = "2024-04-01T09:00:00Z"
warnings = ["ours"]
host = "DC"
owners_share = 0.5
hit_share = 1.0

[[attacks.traces]]
log = "dns"
query = "attacker.example"
shows = ["ours"]

[[attacks.injects]]
text = "The press calls."
after_s = 600

[[organisations]]
name = "Our own works"
sector = "energy"
keep_days = 60
attacks = [{ attack = "one", hit = true }]
"""


PRODUCT = "product = { vendor = 'Acme', name = 'Widget', affected = ['1.0'], fixed = ['2.0'] }"
BOTH, NEVER = PRODUCT.replace("2.0", "1.0"), PRODUCT.replace("'2.0'", "")
ADVICE = "advisory = { id = 'A-1', title = 'A', do = 'Update.' }"


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return str(path)


def test_each_exercise_that_ships_can_be_played():
    assert "2021" in shipped()
    for name in shipped():
        held = read_exercise(name)
        assert held.attacks
        for attack in held.attacks:
            assert attack.sources
            assert attack.happened
            assert 'name = "' in example_incident(attack)
            assert attack.began < attack.first_report.date()
            assert {one for trace in attack.traces for one in trace.shows} <= set(attack.warnings)


def test_the_wallets_of_the_shipped_exercise_are_addresses():
    addresses = [one.address for one in read_exercise("2021").attacks]
    assert addresses.count("") == 2
    for address in filter(None, addresses):
        assert parse_address(address).text == address


def test_a_file_of_ones_own_says_patterns_organisations_and_cards(tmp_path):
    held = read_exercise(written(tmp_path, OWN))
    (attack,) = held.attacks
    assert held.patterns_of(attack) == ("[domain-name:value = 'attacker.example']",)
    assert attack.injects[0].text == "The press calls."
    assert held.organisations[0].attacks[0].hit
    assert example_incident(attack) == ""
    assert attack.report_us == 1711962000000000


def test_a_pattern_of_the_file_goes_before_one_that_ships(tmp_path):
    id = next(iter(shipped_patterns()))
    held = read_exercise(
        written(tmp_path, OWN.replace("[patterns]\n", f"[patterns]\n{id} = \"[file:name = 'x']\"\n"))
    )
    assert held.pattern(id) == "[file:name = 'x']"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('warnings = ["ours"]', 'warnings = ["theirs"]', "no warning is called 'theirs'"),
        ('shows = ["ours"]', 'shows = ["theirs"]', "no warning is called 'theirs'"),
        ("[domain-name:value = 'attacker.example']", "[domain-name:value", "the pattern 'ours' does not compile"),
        ('sector = "energy"', 'sector = "pumps"', "'pumps' is none of the 16 sectors"),
        ('attack = "one", hit', 'attack = "two", hit', "there is no attack 'two'"),
        ('host = "DC"', 'host = "DC"\nincident = "none.toml"', "there is no incident 'none.toml'"),
        ("hit_share = 1.0", "hit_share = 1.5", "hit_share"),
        ('log = "dns"', 'log = "dsn"', "dsn"),
        ('kind = "intrusion"', 'kind = "intrusion"\nkinds = 1', "kinds"),
        ('host = "DC"', "host = ", "TOML"),
        ("T09:00:00Z", "T09:00:00", "first_report"),
        ('began = "2024-03-01"', 'began = "2024-04-01"', "one: began and logs_from are days before"),
        ('logs_from = "2024-01-01"', 'logs_from = "2024-05-01"', "one: began and logs_from are days before"),
        ('warnings = ["ours"]', "warnings = []", "one: it needs a trace and a warning"),
        ('shows = ["ours"]', "shows = []", "one: none of its warnings finds a trace"),
        ('log = "dns"', 'log = "web"', "logged at the host 'MAIL' alone"),
        ('host = "DC"', 'host = "DC"\nadvisory = { id = "A-1", title = "A", do = "Update." }', "go together"),
        ('host = "DC"', f'host = "DC"\n{PRODUCT}', "go together"),
        ('host = "DC"', f'host = "DC"\n{BOTH}\n{ADVICE}', "is affected and fixed"),
        ('host = "DC"', f'host = "DC"\n{NEVER}\n{ADVICE}', "product.fixed"),
        ('host = "DC"', 'host = "DC"\nwallet = "not one"', "one: its wallet is no address"),
        ('host = "DC"', 'host = "DC"\nwallet = "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fs"', "its wallet is no address"),
        ('host = "DC"', 'host = "DC"\npaying_share = 0.5', "one: paying_share needs a wallet"),
        ("hit = true", "paying = true", "'one' has no wallet to pay to"),
        ('"Our own works"', '" "', "' ' is no name of an organisation"),
        ('"Our own works"', '"Our\\u001b[31m works"', "is no name of an organisation"),
        ("[[organisations]]", '[[organisations]]\nname = "Our  own works"\nsector = "dams"\n[[organisations]]',
         "names of their own"),
        ("[domain-name:value = 'attacker.example']", "[ipv4-addr:value = '198.51.100.66']", "is of what many use"),
    ],
)  # fmt: skip
def test_what_no_run_could_play_is_refused(tmp_path, old, new, what):
    assert old in OWN
    with pytest.raises(BadInput) as refused:
        read_exercise(written(tmp_path, OWN.replace(old, new)))
    assert what in str(refused.value)
    assert "mine.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('log = "dns"', 'log = "dsn"', "Did you mean 'dns'? Known here: conn, dns, sysmon, web."),
        ("hit_share", "hit_shares", "Did you mean 'hit_share'?"),
        ('sector = "energy"', 'sector = "pumps"', "Known: chemical, commercial-facilities, "),
        ('attack = "one", hit', 'attack = "two", hit', "Known: one."),
        ('host = "DC"', 'host = "DC"\nincident = "none.toml"', "Those that ship: colonial-pipeline-2021.toml, "),
    ],
)  # fmt: skip
def test_what_is_valid_is_told_where_something_else_stands(tmp_path, old, new, hint):
    assert old in OWN
    with pytest.raises(BadInput) as refused:
        read_exercise(written(tmp_path, OWN.replace(old, new)))
    assert refused.value.hint.startswith(hint)


def test_attacks_stand_in_the_order_in_which_they_are_reported(tmp_path):
    attack = OWN[OWN.index("[[attacks]]") : OWN.index("[[organisations]]")]
    earlier = attack.replace('id = "one"', 'id = "two"').replace("2024-04-01", "2024-03-20")
    with pytest.raises(BadInput, match="order of first_report"):
        read_exercise(written(tmp_path, OWN.replace("[[organisations]]", earlier + "[[organisations]]")))
    with pytest.raises(BadInput, match="ids of their own"):
        read_exercise(written(tmp_path, OWN.replace("[[organisations]]", attack + "[[organisations]]")))


def test_an_exercise_without_an_attack_and_a_file_that_is_not_there_are_told(tmp_path):
    with pytest.raises(BadInput, match="no attack"):
        read_exercise(written(tmp_path, 'name = "x"\ntitle = "X"\nlogs_from = "2024-01-01"\nattacks = []\n'))
    with pytest.raises(SourceUnavailable, match="no exercise '2020'"):
        read_exercise("2020")


def test_a_first_report_is_in_utc_whatever_its_offset(tmp_path):
    held = read_exercise(written(tmp_path, OWN.replace("T09:00:00Z", "T01:00:00+09:00")))
    assert f"{held.attacks[0].first_report:%Y-%m-%dT%H:%M:%S}" == "2024-03-31T16:00:00"
    late = OWN.replace("T09:00:00Z", "T01:00:00+09:00").replace("2024-03-01", "2024-03-31")
    with pytest.raises(BadInput, match="are days before"):
        read_exercise(written(tmp_path, late))


def test_a_pattern_is_known_without_the_blanks_around_it(tmp_path):
    text = OWN.replace(
        "\"[domain-name:value = 'attacker.example']\"", '"""\n [domain-name:value = \'a.example\']\n"""'
    )
    assert read_exercise(written(tmp_path, text)).pattern("ours") == "[domain-name:value = 'a.example']"
