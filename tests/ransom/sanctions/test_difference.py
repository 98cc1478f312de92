from __future__ import annotations

from tocsin.ransom.sanctions.difference import difference
from tocsin.ransom.sanctions.party import ListedAddress, Party

ONE, TWO, THREE = (ListedAddress("XBT", text) for text in "123")


def test_addresses_come_and_leave_and_programmes_change():
    before = (Party("7", "A", (), ("CYBER2",), "", (ONE, TWO)), Party("8", "B", (), (), "", (TWO,)))
    after = (Party("7", "A", (), ("CYBER2", "DPRK3"), "", (TWO, THREE)), Party("9", "C", (), ("IRAN",)))
    found = difference(before, after)
    assert [one for one, _ in found.added] == [THREE]
    assert [(one, party.name) for one, party in found.removed] == [(ONE, "A")]
    assert found.changed == ((before[0], after[0]),)
    assert difference(after, before).added == ((ONE, before[0]),)


def test_a_version_does_not_differ_from_itself():
    some = (Party("7", "A", (), ("CYBER2",), "", (ONE, TWO)),)
    found = difference(some, some)
    assert [found.added, found.removed, found.changed] == [(), (), ()]
