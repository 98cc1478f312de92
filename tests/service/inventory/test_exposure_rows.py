"""Rows of exposures: each once, under an id that finds it again."""

from __future__ import annotations

from hypothesis import given, strategies as st

from inventory.made import package
from inventory.results import answered
from inventory.test_assess import BILLS, NOTED, SAID
from tocsin.inventory.held import HeldRelease
from tocsin.service.inventory.exposure_rows import ExposureRows, exposure_id, rows_of

RELEASES = st.lists(
    st.tuples(st.sampled_from(["1.0", "2.5", "5.0"]), BILLS, NOTED), max_size=3, unique_by=lambda one: one[0]
)


def answers(asked):
    releases = [
        HeldRelease(package("pkg:pypi/django", version), dict.fromkeys(bills, "$"), treatments=noted)
        for version, bills, noted in asked
    ]
    return answered(releases, *SAID).exposures


@given(RELEASES)
def test_each_vulnerability_of_a_product_at_a_site_is_a_row_where_its_first_exposure_stands(asked):
    exposures = answers(asked)
    naive = {}
    for one in exposures:
        naive.setdefault((one.component, one.site, one.judgement.vulnerability), []).append(one)
    rows = ExposureRows(exposures)
    told = list(rows)
    assert [several[0] for _, several in told] == [several[0] for several in naive.values()]
    assert [len(several) for _, several in told] == [len(several) for several in naive.values()]
    assert len(rows) == len(told) == len({id for id, _ in told})
    assert [id for id, _ in rows_of(list(exposures))] == [id for id, _ in told]


@given(RELEASES)
def test_an_id_finds_its_row_again_and_no_other(asked):
    rows = ExposureRows(answers(asked))
    for id, several in rows:
        assert set(map(repr, rows.find(id))) == set(map(repr, several))
        assert rows.find(id)[0] == several[0]
        assert exposure_id(several[0]) == id
        assert rows.find(id[:16] + "0" * 16) == ()
    assert rows.find("") == rows.find("0" * 32) == ()
