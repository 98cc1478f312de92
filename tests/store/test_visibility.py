"""Who may see what, asked in SQL, is what the policy says in Python, and what the rule of references says."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, text

from reference.seeing import Row, asked_for, seen
from stored import ALL, GREEN, MEMBER, NOW_US, OWN, add_collections, id_of, one, store
from strategies import examples
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import ANONYMOUS, NOT_UNDERSTOOD, PAP_LEVELS, Label
from tocsin.sharing.policy import AudienceMeets, Equals, Not, Or, holds, sendable, visible
from tocsin.sharing.viewer import RELATIONS, Viewer
from tocsin.store import labels, objects
from tocsin.store.objects import Query, count, forget, latest, page
from tocsin.store.schema import label
from tocsin.store.visibility import lowered

SLOW = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = ["sector:energy", "sector:water", "organisation:identity--m", "community:ports", "person:ada"]
ORIGINS = ["", "identity--m", "identity--n", ANONYMOUS]

some_labels = st.builds(
    Label,
    st.integers(0, NOT_UNDERSTOOD),
    st.sampled_from(PAP_LEVELS),
    st.frozensets(st.sampled_from(NAMES), max_size=2),
    st.sampled_from(ORIGINS),
    st.sampled_from(["published", "submitted", "received"]),
)
viewers = st.builds(
    Viewer,
    st.sampled_from(["", "identity--m", "identity--n"]),
    st.sampled_from(sorted(RELATIONS)),
    st.sampled_from(["", "ada", "bob"]),
    st.frozensets(st.sampled_from(NAMES[:4])),
    st.sampled_from(list(Tlp)),
)


@SLOW
@given(st.lists(some_labels, min_size=1, max_size=20, unique=True), st.lists(viewers, min_size=1, max_size=5))
def test_the_policy_in_sql_is_the_policy_in_python(database, held, asking):
    with database.writing() as connection:
        numbers = {one: labels.number_of(connection, one) for one in held}
        for viewer in asking:
            for expr in (visible(viewer), sendable(viewer), Not(visible(viewer))):
                allowed = set(connection.scalars(select(label.c.number).where(lowered(expr))))
                assert [numbers[one] in allowed for one in held] == [holds(expr, one) for one in held]
        assert [labels.label_of(connection, number) for number in numbers.values()] == held


LABELS = [
    Label(Tlp.CLEAR),
    GREEN,
    Label(Tlp.RED, origin="identity--m"),
    Label(Tlp.GREEN, origin="identity--n", channel="submitted"),
    Label(Tlp.AMBER, audience=frozenset({"sector:water"})),
]
EXPRS = [ALL, MEMBER, OWN, visible(Viewer("", "reader")), visible(Viewer("identity--m", "member")), *(
    Or(tuple(Equals("tlp", level) for level in some)) for some in ([1], [2], [1, 4], [3])
), AudienceMeets(frozenset({"sector:water"}))]  # fmt: skip


@st.composite
def histories(draw):
    """Batches of versions, and places that are forgotten in between, of few ids that refer to each other."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    ids = [
        id_of(number, chance.choice(["indicator", "malware"])) for number in range(chance.choice([3, 6, 9]))
    ]
    steps = []
    version = 0
    for _ in range(chance.randint(1, 5)):
        batch = []
        for _ in range(chance.randint(1, 4)):
            version += chance.randint(0, 2)
            refs = tuple(dict.fromkeys(chance.choices(ids, k=chance.choice([0, 0, 1, 1, 2, 3]))))
            which = chance.randrange(len(LABELS))
            # Only one who sees two scopes could be given one version twice; which is its last is another test's.
            part = ".5" if LABELS[which].scope else ""
            batch.append(
                (chance.choice(ids), f"2026-01-01T00:00:{(version * 7) % 60:02d}{part}", which, refs,
                 chance.choice(["2.1", "2.1", "2.1", "2.0"]))
            )  # fmt: skip
        steps.append((chance.randint(1, 2), batch))
        if chance.random() < 0.3:
            steps.append(("forget", chance.random()))
    return steps


class Played:
    """The rows after some steps, and for each of EXPRS what was seen at each and when a row came to be."""

    def __init__(self):
        self.rows = {}
        self.since = {expr: {} for expr in EXPRS}
        self.steps = 0

    def step(self, first_new):
        """Note what is seen from now on: what is new in the order of its coming, then what opened."""
        self.steps += 1
        for expr, since in self.since.items():
            now = {row.place for row in seen(list(self.rows.values()), expr)}
            for place in since.keys() - now:
                del since[place]
            for place in now - since.keys():
                since[place] = (self.steps, place not in first_new, place)

    def for_reader(self, expr):
        """All rows, those that ``expr`` lets be seen numbered in the order in which its reader came to see them."""
        order = sorted(self.rows, key=lambda place: self.since[expr].get(place, (0,)))
        return [replace(self.rows[place], seq=number) for number, place in enumerate(order, 1)]


def played(connection, steps):
    """Do the steps; tell after each what is there."""
    for table in ("reference", "tally", "object"):
        connection.execute(text(f'DELETE FROM "{table}"'))
    connection.execute(text("UPDATE collection SET last_seq = 0, last_added_us = 0"))
    numbers = [labels.number_of(connection, each) for each in LABELS]
    world = Played()
    for step, held in steps:
        if step == "forget":
            gone = [place for place in sorted(world.rows) if (place * 7919 + int(held * 1000)) % 3 == 0]
            assert forget(connection, gone, now_us=NOW_US) == len(gone)
            for place in gone:
                del world.rows[place]
            world.step(set())
            yield world
            continue
        new = [
            one(id, version, label=numbers[which], refs=refs, spec=spec)
            for id, version, which, refs, spec in held
        ]
        done = objects.put(connection, step, new, now_us=NOW_US)
        for (id, version, which, refs, spec), place in zip(held, done.places, strict=True):
            if place is not None:
                world.rows[place] = Row(step, place & ((1 << 40) - 1), id, version, LABELS[which], refs, spec)
        world.step(set(done.places))
        yield world


def keys(connection, found):
    return [(each.id, each.version, labels.label_of(connection, each.label)) for each in found]


def row_keys(rows):
    return [(row.id, f"{row.version_key}Z", row.label) for row in rows]


@SLOW
@given(histories(), st.integers(0, 2**32))
def test_what_is_given_is_what_the_rules_allow(database, steps, seed):
    chance = random.Random(seed)
    with database.writing() as connection:
        if not connection.scalar(text("SELECT count(*) FROM collection")):
            add_collections(connection, "one", "two")
        *_, world = played(connection, steps)
        for expr in EXPRS:
            rows = world.for_reader(expr)
            expected = seen(rows, expr)
            assert count(connection, expr) == len(expected)
            for collection in (1, 2):
                query = Query(versions=("all",), spec_versions=("2.0", "2.1"))
                whole = page(connection, collection, expr, query, 1000)
                in_order = sorted(
                    (row for row in expected if row.collection == collection), key=lambda row: row.seq
                )
                assert keys(connection, whole) == row_keys(in_order)
                asked = {
                    "versions": chance.choice(
                        [("last",), ("first",), ("all",), ("first", "last"), ("2026-01-01T00:00:07",),
                         ("last", "2026-01-01T00:00:07", "2026-01-01T00:00:14")]
                    ),
                    "types": chance.choice([(), (), ("malware",), ("indicator", "malware")]),
                    "ids": chance.choice([(), (), (id_of(0, "malware"), id_of(1))]),
                    "spec_versions": chance.choice([(), (), ("2.0",), ("2.1",), ("2.0", "2.1")]),
                }  # fmt: skip
                at = chance.randint(0, len(whole))
                after, seq = (whole[at - 1].place, in_order[at - 1].seq) if at else (collection << 40, 0)
                limit = chance.choice([2, 1000])
                wanted = asked_for(rows, expr, collection, after=seq, **asked)[:limit]
                found = page(connection, collection, expr, Query(after=after, **asked), limit)
                assert keys(connection, found) == row_keys(wanted)
            assert keys(connection, latest(connection, expr)) == row_keys(
                row for collection in (1, 2) for row in asked_for(rows, expr, collection)
            )


@SLOW
@given(histories(), st.booleans())
def test_who_reads_on_is_given_once_all_that_it_comes_to_see(database, steps, by_stamp):
    with database.writing() as connection:
        if not connection.scalar(text("SELECT count(*) FROM collection")):
            add_collections(connection, "one", "two")
        last = dict.fromkeys((expr, collection) for expr in EXPRS for collection in (1, 2))
        before = dict.fromkeys(last, frozenset())
        for world in played(connection, steps):
            for (expr, collection), held in last.items():
                key = held and ({"added_after_us": held.added_us} if by_stamp else {"after": held.place})
                query = Query(versions=("all",), spec_versions=("2.0", "2.1"), **(key or {}))
                found = page(connection, collection, expr, query, 1000)
                now = frozenset(
                    row_keys(
                        row for row in seen(list(world.rows.values()), expr) if row.collection == collection
                    )
                )
                assert Counter(keys(connection, found)) == Counter(now - before[expr, collection])
                before[expr, collection] = now
                if found:
                    last[expr, collection] = found[-1]


def shown(connection, expr=MEMBER, collection=1):
    query = Query(versions=("all",))
    return [one.id for one in page(connection, collection, expr, query, 100)]


@pytest.fixture
def connection(database):
    with database.writing() as made:
        add_collections(made, "warnings", "inbox")
        yield made


RED = Label(Tlp.RED)


def test_a_reference_to_what_is_hidden_hides(connection):
    store(connection, 1, [one(1, refs=[id_of(2)])])
    assert shown(connection) == [id_of(1)]
    store(connection, 2, [one(2)], label=RED)
    assert shown(connection) == []


def test_a_reference_to_what_refers_to_what_is_hidden_hides_in_whatever_order_they_come(connection):
    store(connection, 2, [one(3)], label=RED)
    store(connection, 1, [one(1, refs=[id_of(2)])])
    assert shown(connection) == [id_of(1)]
    store(connection, 1, [one(2, refs=[id_of(3)])])
    assert shown(connection) == []


def test_objects_that_refer_to_each_other_in_a_circle_are_seen_or_hidden_together(connection):
    store(connection, 1, [one(1, refs=[id_of(2)])])
    store(connection, 1, [one(2, refs=[id_of(3)]), one(3, refs=[id_of(1)])])
    assert len(shown(connection)) == 3
    store(connection, 1, [one(3, "2026-02-01T00:00:00", refs=[id_of(4)]), one(5, refs=[id_of(1)])])
    store(connection, 1, [one(4)], label=RED)
    assert len(shown(connection)) == 4


def test_a_red_update_of_a_green_object_changes_nothing_that_a_reader_sees(connection):
    store(connection, 1, [one(1, refs=[id_of(2)]), one(2)])
    store(connection, 1, [one(3)], label=RED)
    before = shown(connection)
    store(connection, 1, [one(2, "2026-02-01T00:00:00", refs=[id_of(3)])], label=RED)
    assert shown(connection) == before


def test_a_green_version_of_what_was_red_opens_what_refers_to_it_also_round_a_circle(connection):
    store(connection, 1, [one(2, refs=[id_of(1)])], label=RED)
    store(connection, 1, [one(1, refs=[id_of(2)]), one(4, refs=[id_of(1)])])
    assert shown(connection) == []
    store(connection, 1, [one(2, "2026-02-01T00:00:00", refs=[id_of(4)])])
    assert shown(connection) == [id_of(2), id_of(1), id_of(4)]


def test_what_opens_opens_circles_that_it_is_not_part_of(connection):
    store(connection, 1, [one(1)], label=RED)
    store(connection, 1, [one(2, refs=[id_of(1), id_of(3)]), one(3, refs=[id_of(2)])])
    assert shown(connection) == []
    store(connection, 1, [one(1, "2026-02-01T00:00:00")])
    assert shown(connection) == [id_of(1), id_of(2), id_of(3)]


def test_what_was_forgotten_hides_nothing(connection):
    red = store(connection, 2, [one(2)], label=RED)
    store(connection, 1, [one(1, refs=[id_of(2)])])
    assert shown(connection) == []
    forget(connection, red.places, now_us=NOW_US)
    assert shown(connection) == [id_of(1)]


def stamps(connection, expr):
    return {one.id: one.added_us for one in page(connection, 1, expr, Query(versions=("all",)), 100)}


def test_what_opens_is_added_now_for_whom_it_opens_and_moves_for_nobody_else(connection):
    water, energy = (Label(Tlp.GREEN, audience=frozenset({f"sector:{name}"})) for name in ("water", "energy"))
    at_water, at_both = (
        AudienceMeets(frozenset(names)) for names in (["sector:water"], [*water.audience, *energy.audience])
    )
    at_energy = AudienceMeets(energy.audience)
    store(connection, 1, [one(1)], label=water, now_us=NOW_US)
    both = Label(Tlp.GREEN, audience=water.audience | energy.audience)
    store(connection, 1, [one(2, refs=[id_of(1)])], label=both, now_us=NOW_US + 10)
    assert (shown(connection, at_energy), stamps(connection, at_both)[id_of(2)]) == ([], NOW_US + 10)
    before = stamps(connection, at_water)
    store(connection, 1, [one(1, "2026-02-01T00:00:00")], label=energy, now_us=NOW_US + 1_000)
    assert stamps(connection, at_water) == before
    assert stamps(connection, at_energy) == {id_of(1): NOW_US + 1_000, id_of(2): NOW_US + 1_001}
    assert stamps(connection, at_both)[id_of(2)] == NOW_US + 10
    assert count(connection, at_both) == 3


def test_what_opened_to_some_is_forgotten_for_all(connection):
    red = store(connection, 1, [one(1)], label=RED)
    done = store(connection, 1, [one(2, refs=[id_of(1)])])
    store(connection, 1, [one(1, "2026-02-01T00:00:00")])
    assert id_of(2) in shown(connection)
    assert forget(connection, done.places, now_us=NOW_US) == 1
    assert id_of(2) not in shown(connection)
    assert count(connection, ALL) == 2
    assert forget(connection, red.places, now_us=NOW_US) == 1


def submitted(organisation, tlp=Tlp.AMBER):
    return Label(tlp, origin=organisation, channel="submitted")


def received(organisation, tlp=Tlp.GREEN):
    return Label(tlp, origin=organisation, channel="received")


def reader(organisation):
    return visible(Viewer(organisation, "member"))


def test_what_a_member_sends_hides_nothing_that_is_published(connection):
    store(connection, 1, [one(1, refs=[id_of(2)])])
    store(connection, 2, [one(2)], label=submitted("identity--m"))
    assert shown(connection) == [id_of(1)]


def test_what_one_source_gives_hides_nothing_of_another(connection):
    store(connection, 1, [one(1, refs=[id_of(2)])], label=received("identity--n"))
    store(connection, 2, [one(2)], label=received("identity--o", Tlp.RED))
    assert shown(connection, OWN) == [id_of(1)]
    store(connection, 2, [one(2)], label=received("identity--n", Tlp.RED))
    assert shown(connection, OWN) == []


def test_who_sends_what_refers_to_a_guessed_id_does_not_learn_that_it_is_here(connection):
    store(connection, 1, [one(2)], label=RED)
    store(connection, 2, [one(3)], label=submitted("identity--n"))
    store(connection, 2, [one(1, refs=[id_of(2), id_of(3)])], label=submitted("identity--m"))
    assert shown(connection, reader("identity--m"), 2) == [id_of(1)]


def test_what_one_member_sent_is_in_no_other_members_way(connection):
    first = store(connection, 2, [one(1, body=b"{}")], label=submitted("identity--m"))
    second = store(connection, 2, [one(1, body=b"[]")], label=submitted("identity--n"))
    again = store(connection, 2, [one(1, body=b"[]")], label=submitted("identity--m", Tlp.GREEN))
    assert [*first.outcomes, *second.outcomes, *again.outcomes] == ["stored", "stored", "conflict"]
    assert shown(connection, reader("identity--n"), 2) == [id_of(1)]
    assert [each.body for each in page(connection, 2, reader("identity--n"), Query(), 9)] == [b"[]"]


def test_what_is_forgotten_in_one_scope_stays_in_another(connection):
    done = store(connection, 2, [one(1)], label=submitted("identity--m"))
    store(connection, 2, [one(1), one(2, refs=[id_of(1)])], label=submitted("identity--n"))
    forget(connection, done.places, now_us=NOW_US)
    assert shown(connection, reader("identity--n"), 2) == [id_of(1), id_of(2)]
    assert shown(connection, reader("identity--m"), 2) == []


def test_what_a_member_sent_before_it_joined_is_its_own_under_its_new_id_at_once(connection):
    from tocsin.store.organisations import add_organisation, organisation_joined

    number = add_organisation(connection, id="identity--given", name="W", relation="member", now_us=1)
    sent = Label(Tlp.GREEN, origin="identity--given", channel="submitted")
    store(connection, 2, [one(1)], label=sent)
    given, own = (visible(Viewer(id, "member")) for id in ("identity--given", "identity--own-id"))
    assert (shown(connection, given, 2), shown(connection, own, 2)) == ([id_of(1)], [])
    organisation_joined(connection, number, id="identity--own-id", public_key=b"k" * 32, now_us=2)
    assert (shown(connection, given, 2), shown(connection, own, 2)) == ([], [id_of(1)])
    store(connection, 2, [one(2)], label=sent)
    assert shown(connection, own, 2) == [id_of(1)]
