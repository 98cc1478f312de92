from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, strategies as st

from tocsin.detect.coverage import Coverage, Remedy, Seen
from tocsin.detect.mapping import Scope


def network(*days: int | None, kind: str = "Zeek", paths: Iterable[str] = ("x:a",)) -> list[Seen]:
    return [Seen(0, kind, Scope.NETWORK, "", day, 1, frozenset(paths)) for day in days]


def host(name: str, *days: int | None, kind: str = "Sysmon", paths: Iterable[str] = ("x:a",)) -> list[Seen]:
    return [Seen(0, kind, Scope.HOST, name, day, 1, frozenset(paths)) for day in days]


def gaps(
    seen: Iterable[Seen], first: int = 1, last: int = 3, paths: tuple[str, ...] = ("x:a",), **more
) -> list[tuple[str, str]]:
    return [(gap.kind, gap.what) for gap in Coverage(seen, **more).gaps(paths, first, last)]


def kinds(*args, **more) -> list[str]:
    return [kind for kind, _ in gaps(*args, **more)]


def test_a_network_log_covers_all_hosts():
    assert gaps(network(1, 2, 3)) == []
    assert gaps([*network(1, 2, 3), *host("a", 1, paths=["x:b"])]) == []


def test_nothing_read_is_a_missing_log():
    assert kinds([]) == ["log"]


def test_a_path_that_no_log_has_is_a_missing_field():
    assert kinds(network(1, 2, 3, paths=["x:b"])) == ["field"]


def test_rows_without_time_cover_no_day():
    assert kinds(network(None)) == ["time"]


def test_days_that_no_log_covers_are_named():
    ((kind, what),) = gaps(network(2), 0, 6)
    assert kind == "days"
    assert "1970-01-01 to 1970-01-02" in what
    assert "1970-01-04 to 1970-01-07" in what
    ((_, one),) = gaps(network(1, 3))
    assert one.endswith("1970-01-03")


def test_many_missing_runs_are_not_all_named():
    ((_, what),) = gaps(network(*range(0, 40, 2)), 0, 40)
    assert "and 15 more" in what


def test_several_logs_cover_together():
    assert gaps([*network(1), *network(2, 3, kind="proxy")]) == []


def test_a_host_log_covers_its_own_host_alone():
    assert kinds([*host("a", 1, 2, 3), *host("b", 1, 2, 3)]) == []
    assert kinds([*host("a", 1, 2, 3), *host("b", 1, 2, 3, paths=["x:b"])]) == ["host"]
    assert kinds([*host("a", 1, 2, 3), *host("b", 1, 2)]) == ["days"]


def test_a_host_that_is_concerned_must_have_logs():
    found = gaps(host("a", 1, 2, 3), concerned=["a", "c"])
    assert [kind for kind, _ in found] == ["host"]
    assert "c" in found[0][1]
    assert gaps(network(1, 2, 3), concerned=["c"]) == []


def test_network_and_host_logs_complete_each_other():
    assert gaps([*network(1, 2), *host("a", 3)]) == []
    assert kinds([*network(1, 2), *host("a", 3), *host("b", 3, paths=["x:b"])]) == ["host"]
    assert kinds([*network(1), *host("a", 3)]) == ["days"]


def test_every_path_that_a_pattern_reads_must_be_covered():
    assert kinds(network(1, 2, 3), paths=("x:a", "x:b")) == ["field"]
    assert kinds([*network(1, 2, 3), *network(1, paths=["x:b"], kind="dns")], paths=("x:a", "x:b")) == [
        "days"
    ]


def test_a_gap_says_how_a_log_of_a_host_and_one_of_a_network_is_got():
    remedies = {
        "x:a": (
            Remedy("Sysmon", "Turn it on.", Scope.HOST),
            Remedy("EDR", "Buy it.", Scope.HOST),
            Remedy("Zeek", "Tap the line.", Scope.NETWORK),
        )
    }
    (gap,) = Coverage([], remedies=remedies).gaps(("x:a",), 1, 1)
    assert gap.remedies == ("Sysmon. Turn it on.", "Zeek. Tap the line.")
    (without,) = Coverage([]).gaps(("x:a",), 1, 1)
    assert without.remedies == ()


def test_as_few_logs_as_hold_all_that_is_missing_are_advised():
    names = Remedy("DNS", "Log it.", Scope.NETWORK)
    both = Remedy("Zeek", "Tap the line.", Scope.NETWORK)
    mail = Remedy("Mail", "Export it.", Scope.NETWORK)
    remedies = {"x:a": (names, both), "x:b": (both,), "x:c": (mail,)}
    (gap,) = Coverage([], remedies=remedies).gaps(("x:a", "x:b"), 1, 1)
    assert gap.remedies == ("Zeek. Tap the line.",)
    (gap,) = Coverage([], remedies=remedies).gaps(("x:a", "x:b", "x:c", "x:d"), 1, 1)
    assert gap.remedies == ("Zeek. Tap the line.", "Mail. Export it.")


def test_one_gap_names_all_the_paths_that_lack_the_same():
    (gap,) = Coverage(network(1, paths=["x:a", "x:b"])).gaps(("x:a", "x:b"), 1, 3)
    assert gap.paths == ("x:a", "x:b")
    hashes = ("file:hashes.MD5", "file:hashes.'SHA-1'")
    found = Coverage(network(1, 2, 3)).gaps((hashes[0], "domain-name:value", hashes[1]), 1, 3)
    assert [gap.paths for gap in found] == [hashes, ("domain-name:value",)]


def test_what_no_log_holds_is_named_in_plain_words_and_of_addresses_all():
    paths = ("ipv4-addr:value", "ipv6-addr:value", "x:my IP addresses")
    assert gaps(network(1, 2, 3), paths=paths) == [
        ("field", "no log that was read holds all IP addresses that hosts spoke with"),
        ("field", "no log that was read holds x:my IP addresses"),
    ]
    assert kinds([*host("a", 1, 2, 3, paths=["ipv4-addr:value"]), *host("b", 1)], paths=paths[:1]) == ["host"]


def test_a_question_is_answered_from_memory_the_second_time():
    coverage = Coverage(network(1))
    assert coverage.gaps(("x:a",), 1, 9) is coverage.gaps(("x:a",), 1, 9)


def test_the_hosts_are_those_of_host_logs_and_those_concerned():
    coverage = Coverage([*host("b", 1), *host("a", 2), *host("", 1), *network(1)], concerned=["c"])
    assert coverage.hosts == ["a", "b", "c"]


ONE = st.builds(
    lambda scope, name, day, paths: Seen(
        0, scope.value, scope, name if scope is Scope.HOST else "", day, 1, frozenset(paths)
    ),
    st.sampled_from(Scope),
    st.sampled_from("ab"),
    st.integers(1, 3),
    st.sets(st.sampled_from(["x:a", "x:b"])),
)


@given(st.lists(ONE, max_size=8), st.sampled_from([("x:a",), ("x:a", "x:b")]))
def test_there_is_no_gap_only_if_every_path_host_and_day_is_covered(seen, paths):
    if Coverage(seen).gaps(paths, 1, 3):
        return
    hosts = {one.host for one in seen if one.scope is Scope.HOST}
    for path in paths:
        having = {(one.kind, one.host) for one in seen if path in one.paths}
        covered = {(one.scope, one.host, one.day) for one in seen if (one.kind, one.host) in having}
        for day in (1, 2, 3):
            everywhere = (Scope.NETWORK, "", day) in covered
            assert everywhere or (hosts and all((Scope.HOST, name, day) in covered for name in hosts))


@given(st.lists(ONE, max_size=8), ONE.filter(lambda one: one.scope is Scope.NETWORK))
def test_more_network_logs_never_make_a_gap(seen, more):
    # That may read more hosts' logs only makes more hosts concerned.
    if not Coverage(seen).gaps(("x:a",), 1, 3):
        assert not Coverage([*seen, more]).gaps(("x:a",), 1, 3)
