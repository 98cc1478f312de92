"""The four incidents of 2021 that ship: forms that are read, each with what an expert would ask for."""

from __future__ import annotations

from importlib import resources

import pytest

from tocsin.incidents.form import form_text, read_form, read_whole_form
from tocsin.incidents.incident import Incident
from tocsin.model.sectors import sectors

FOLDER = resources.files("tocsin") / "data" / "examples" / "incidents"
FORMS = {one.name: one.read_text() for one in sorted(FOLDER.iterdir(), key=lambda one: one.name)}
NEW = Incident(id="incident--8a7d1f0e-3f0c-4c53-9f0a-6f2f2b0c1d11", name="")


def test_there_are_four():
    assert list(FORMS) == [
        "colonial-pipeline-2021.toml",
        "exchange-2021.toml",
        "jbs-2021.toml",
        "solarwinds-2020.toml",
    ]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_each_is_read_and_written_again_as_it_is(name):
    one = read_whole_form(FORMS[name], NEW)
    assert read_form(form_text(one), one) == one


@pytest.mark.parametrize("name", sorted(FORMS))
def test_each_says_when_whom_how_and_by_whose_word(name):
    one = read_whole_form(FORMS[name], NEW)
    known = {each.id for each in sectors()}
    assert set(one.victim.sectors) <= known
    assert one.victim.sectors
    assert one.moments.began
    assert one.moments.detected
    assert one.sources
    assert all(source.publisher and source.title for source in one.sources)
    assert len(one.flow.actions) >= 3
    assert all(step.technique for step in one.flow.actions)
    assert all(cause.source for cause in one.causes)
    assert all(note.source and note.evidence for note in one.measures)
    steps = {step.id for step in one.flow.nodes}
    assert {note.step for note in one.measures} <= steps | {""}


def test_colonial_keeps_the_wrong_cause_beside_the_right_one_and_the_better_sourced_leads():
    one = read_whole_form(FORMS["colonial-pipeline-2021.toml"], NEW)
    best = max(one.causes, key=lambda cause: cause.weight)
    assert "without a second factor" in best.text
    assert "Phishing" in {cause.text for cause in one.causes}
    assert one.ransom.payments[0].transactions
