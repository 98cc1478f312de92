from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.binding import BoundPath
from tocsin.detect.mapping import Cast, Column, Mapping, Scope, When
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.block import Layout
from tocsin.engine.database import connect
from tocsin.engine.lookup import Lookup, when_sql

MAPPING = Mapping("m", "M", Scope.NETWORK, (), ())


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with connect(threads=2, memory_bytes=256 << 20, temporary=tmp_path_factory.mktemp("spill")) as held:
        yield held


def plan_of(*patterns: str) -> Plan:
    tally = WarningTally()
    plan = compile_plan([Warning_(id=f"w{n}", pattern=pattern) for n, pattern in enumerate(patterns)], tally)
    assert not tally.not_checked
    return plan


def looked_up(
    database,
    plan: Plan,
    rows: list,
    *,
    cast: Cast = Cast.IP,
    kind: str = "VARCHAR",
    exact: bool = True,
    **bound,
):
    """The (warning, row) pairs that the plan's groups find in a block of one column."""
    database.execute(
        f'CREATE OR REPLACE TEMP TABLE block (file INTEGER, row BIGINT, t BIGINT, h VARCHAR, a VARCHAR, k VARCHAR, s VARCHAR, m VARCHAR, n VARCHAR, "c:v" {kind}, "c:w" VARCHAR)'
    )
    database.executemany(
        "INSERT INTO block VALUES (0, ?, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ?, ?)",
        [(number, *(row if isinstance(row, tuple) else (row, None))) for number, row in enumerate(rows)],
    )
    bounds = tuple(
        BoundPath(path, "o", **({"column": "v", "constant": None, "presence": ("v",), "when": ()} | bound))
        for path in sorted(plan.paths)
    )
    layout = Layout(MAPPING, bounds, (Column("v", ("v",), cast), Column("w", ("w",))))
    lookup = Lookup(database, plan)
    hits, candidates, both = (
        found_by(database, queries)
        for queries in (lookup.hits(layout), lookup.candidates(layout), lookup.both(layout))
    )
    assert sorted(hits + candidates) == both
    return hits if exact else candidates


def found_by(database, queries):
    if not queries:
        return []
    return sorted(database.sql(f"SELECT warning, row FROM ({' UNION ALL '.join(queries)})").fetchall())


# -- text and numbers ---------------------------------------------------------------------------------


def test_text_is_found_where_it_is_equal(database):
    plan = plan_of("[x:a = 'v']", "[x:a IN ('w', 'v')]", "[x:a = 'V']", "[x:a = 'it\\'s']")
    assert looked_up(database, plan, ["v", "w", None, "", "it's"], cast=Cast.TEXT) == [
        (0, 0),
        (1, 0),
        (1, 1),
        (3, 4),
    ]


def test_a_literal_that_stands_twice_is_found_for_both(database):
    plan = plan_of("[x:a = 'v']", "[x:a = 'v']")
    assert looked_up(database, plan, ["v"], cast=Cast.TEXT) == [(0, 0), (1, 0)]


def test_numbers_are_found_by_value_and_never_in_text(database):
    plan = plan_of("[x:a = 4]", "[x:a = 4.0]", "[x:a IN (1.5, -2)]", "[x:a = '4']")
    assert looked_up(database, plan, [4, None, -2], cast=Cast.INT, kind="BIGINT") == [(0, 0), (1, 0), (2, 2)]
    assert looked_up(database, plan, [1.5, 4.0], cast=Cast.FLOAT, kind="DOUBLE") == [(0, 1), (1, 1), (2, 0)]
    assert looked_up(database, plan, ["4"], cast=Cast.TEXT) == [(3, 0)]


def test_booleans_and_times_are_not_looked_up(database):
    plan = plan_of("[x:a = '1']", "[x:a = 1]")
    assert looked_up(database, plan, [True], cast=Cast.BOOL, kind="BOOLEAN") == []
    assert looked_up(database, plan, [1], cast=Cast.TIME, kind="BIGINT") == []


def test_candidates_are_those_of_patterns_that_need_more(database):
    plan = plan_of("[x:a = 'v']", "[x:a = 'v' AND x:b = 1]")
    assert looked_up(database, plan, ["v"], cast=Cast.TEXT, exact=True) == [(0, 0)]
    assert looked_up(database, plan, ["v"], cast=Cast.TEXT, exact=False) == [(1, 0)]


def test_a_condition_admits_rows(database):
    plan = plan_of("[x:a = 'v']")
    rows = [("v", "1"), ("v", "it's"), ("v", None), ("u", "1")]
    assert looked_up(database, plan, rows, cast=Cast.TEXT, when=(When("w", ("1", "it's")),)) == [
        (0, 0),
        (0, 1),
    ]
    assert when_sql(()) == "true"


def test_of_several_conditions_all_must_admit_a_row(database):
    plan = plan_of("[x:a = 'v']")
    both = (When("v", ("v", "u")), When("w", ("1",)))
    assert looked_up(database, plan, [("v", "1"), ("v", "2"), ("v", None)], cast=Cast.TEXT, when=both) == [
        (0, 0)
    ]


def test_a_constant_is_there_where_its_object_is(database):
    plan = plan_of("[x:a = 'it\\'s']", "[x:a = 'other']")
    assert looked_up(database, plan, ["v", None], cast=Cast.TEXT, column=None, constant="it's") == [(0, 0)]
    assert looked_up(database, plan, ["v"], cast=Cast.TEXT, column=None, constant="it's", presence=()) == [
        (0, 0)
    ]


def test_a_literal_of_one_version_is_no_value_of_the_other(database):
    plan = plan_of(
        "[ipv4-addr:value = '2001:db8::1']",
        "[ipv6-addr:value = '2001:db8::1']",
        "[ipv4-addr:value = '10.0.0.1']",
        "[ipv6-addr:value = '10.0.0.1']",
    )
    assert looked_up(database, plan, ["2001:db8::1", "10.0.0.1"]) == [(1, 0), (2, 1)]


# -- networks -----------------------------------------------------------------------------------------

V4 = st.integers(0, 2**32 - 1)
NEAR = st.sampled_from(
    [
        0x0A000000,
        0x0A000001,
        0x0A0000FF,
        0x0A000100,
        0x0AFFFFFF,
        0x0B000000,
        0x09FFFFFF,
        0,
        2**32 - 1,
        0xC0000280,
    ]
)
NETWORKS4 = st.builds(
    lambda number, bits: ipaddress.ip_network((number, bits), strict=False),
    st.one_of(V4, NEAR),
    st.integers(8, 31),
)
V6 = st.one_of(
    st.integers(0, 2**128 - 1), st.sampled_from([0x20010DB8 << 96, (0x20010DB8 << 96) + 1, 1, 0xFFFF0A000001])
)
NETWORKS6 = st.builds(
    lambda number, bits: ipaddress.ip_network((number, bits), strict=False), V6, st.integers(0, 127)
)


@settings(max_examples=examples(40))
@given(
    st.lists(st.one_of(NETWORKS4, NETWORKS6), min_size=1, max_size=5),
    st.lists(st.one_of(V4, NEAR, V6), max_size=6),
    st.booleans(),
)
def test_a_network_holds_exactly_the_addresses_that_the_library_says(database, networks, numbers, exact):
    plan = plan_of(
        *(
            f"[network-traffic:dst_ref.value ISSUBSET '{one}'{'' if exact else ' AND x:b = 1'}]"
            for one in networks
        )
    )
    addresses = [ipaddress.ip_address(number) for number in numbers]
    # Both ends of each network and what lies next to them.
    for network in networks:
        first, last = int(network[0]), int(network[-1])
        addresses.extend(
            ipaddress.ip_address(number.to_bytes(network.max_prefixlen // 8))
            for number in (first - 1, first, last, last + 1)
            if 0 <= number < 2**network.max_prefixlen
        )
    # As the IP cast gives them.
    addresses = [getattr(one, "ipv4_mapped", None) or one for one in addresses]
    expected = sorted(
        (warning, row)
        for warning, network in enumerate(networks)
        for row, address in enumerate(addresses)
        if address in network
    )
    assert looked_up(database, plan, [str(one) for one in addresses], exact=exact) == expected


@pytest.mark.parametrize("bits", range(33))
def test_every_prefix_length_of_ipv4_has_its_borders(database, bits):
    network = ipaddress.ip_network((0x0A0A0A0A, bits), strict=False)
    first, last = int(network[0]), int(network[-1])
    numbers = sorted(
        {
            number
            for number in (0, first - 1, first, first + 1, 0x0A0A0A0A, last - 1, last, last + 1, 2**32 - 1)
            if 0 <= number < 2**32
        }
    )
    plan = plan_of(f"[network-traffic:dst_ref.value ISSUBSET '{network}']")
    found = looked_up(database, plan, [str(ipaddress.IPv4Address(number)) for number in numbers])
    assert found == [(0, row) for row, number in enumerate(numbers) if first <= number <= last]


def test_what_is_no_address_lies_in_no_network(database):
    plan = plan_of(
        "[network-traffic:dst_ref.value ISSUBSET '10.0.0.0/8']",
        "[network-traffic:dst_ref.value ISSUBSET '::/0']",
        "[network-traffic:dst_ref.value ISSUBSET '10.1.2.0/28']",
    )
    assert looked_up(
        database, plan, ["evil.example", "", None, "a:b", "10a", "1.10.0.1", "110.0.0.1", "10.0.0.1"]
    ) == [(0, 7)]


def test_networks_that_overlap_or_stand_twice_are_found_for_each(database):
    plan = plan_of(
        *["[network-traffic:dst_ref.value ISSUBSET '10.0.0.0/8']"] * 2,
        "[network-traffic:dst_ref.value ISSUBSET '10.1.0.0/16']",
    )
    assert looked_up(database, plan, ["10.1.0.1"]) == [(0, 0), (1, 0), (2, 0)]


def test_a_network_as_wide_as_all_addresses_is_few_prefixes(database):
    plan = plan_of("[network-traffic:dst_ref.value ISSUBSET '0.0.0.0/0']")
    assert looked_up(database, plan, ["10.0.0.1", "255.255.255.255", "::1"]) == [(0, 0), (0, 1)]


@pytest.mark.parametrize("text", ["10", "10.0.0", "10.x", "10.0.0.1.evil.example1", "10.0.0.999"])
def test_what_only_begins_like_an_address_lies_in_no_network(database, text):
    assert looked_up(database, plan_of("[network-traffic:dst_ref.value ISSUBSET '10.0.0.0/8']"), [text]) == []


def test_a_network_of_one_version_holds_no_value_of_the_other(database):
    assert looked_up(database, plan_of("[ipv4-addr:value ISSUBSET '2001:db8::/32']"), ["2001:db8::1"]) == []


def test_a_plan_may_read_many_paths(database):
    plan = plan_of("[x:a = 'v']")
    many = Plan(
        plan.warnings, plan.groups, (*plan.reads, tuple(f"a:p{number}" for number in range(40_000))), ()
    )
    database.execute(
        "CREATE OR REPLACE TEMP TABLE block AS SELECT 0 AS file, 1::BIGINT AS row, 0 AS t, NULL AS h, NULL AS a, NULL AS s, NULL AS m, NULL AS n, 'v' AS \"c:v\""
    )
    layout = Layout(MAPPING, (BoundPath("x:a", "o", "v", None, ("v",), ()),), (Column("v", ("v",)),))
    (query,) = Lookup(database, many).hits(layout)
    assert database.sql(query).fetchall()
