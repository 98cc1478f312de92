from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings

from exercise.drawn import exercises, written
from exercise.told.test_report import nothing  # noqa: F401
from tocsin.exercise.score.result import Fault, LeftKind, Measure, PrivateWord, Untrue
from tocsin.exercise.score.scorer import main
from tocsin.exercise.told.report import load, targets
from tocsin.exercise.told.report_page import ROWS, policy, render
from tocsin.exercise.told.words import duration, percent
from web.things import MARKUP

VOID = {"meta", "br", "line", "polyline"}


class Tags(HTMLParser):
    """What is open, and every tag there was."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.ids = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page_of(result, **more):
    return "".join(render(msgspec.structs.replace(result, **more)))


def checked(text):
    tags = Tags()
    tags.feed(text)
    assert not tags.open
    assert len(tags.ids) == len(set(tags.ids))
    assert not tags.seen & {"script", "img", "link", "iframe", "a"} - {"a"}
    return tags


@pytest.fixture
def result(run):
    return load(run)


def test_it_is_one_page_with_its_style_in_it_and_nothing_loaded(result):
    text = page_of(result)
    checked(text)
    assert "url(" not in text
    assert policy() in text.replace("&#39;", "'")
    assert "default-src 'none'" in policy()


def test_its_seven_parts_stand_in_order(result):
    heads = re.findall(r'<span class="num">(\d)</span> ([^<]+)</h2>', page_of(result))
    assert heads == [
        ("1", "Summary"),
        ("2", "The attacks"),
        ("3", "Measures, and what they stop"),
        ("4", "What left the members"),
        ("5", "Faults"),
        ("6", "What these figures do not prove"),
        ("7", "What it cost"),
    ]


def test_the_four_figures_are_those_of_the_result(result):
    told = result.in_all
    figures = re.findall(r"<b>([^<]+)</b>", page_of(result).partition("</header>")[0])
    assert figures == [percent(told.within_4h, told.affected), "0", duration(told.transport_s.last), "0"]


def test_each_attack_is_told_with_how_it_went_in_life_and_its_drawing(result):
    text = page_of(result)
    assert text.count('<polyline class="people"') == len(result.attacks)
    for attack in result.attacks:
        assert attack.happened in text
        assert (
            f"{attack.decidable}: {attack.right} had the right answer, {attack.within_4h} of them with a next step"
            in text
        )
    for one in targets(result):
        assert one.what.replace("'", "&#39;") in text


def test_every_text_is_text(result):
    wrong = Untrue(owner=MARKUP, name=MARKUP, attack=MARKUP, kind=MARKUP, what=MARKUP, answer=MARKUP)
    attack = result.attacks[0]
    owner = msgspec.structs.replace(
        attack.owners[0], name=MARKUP, sectors=(MARKUP,), steps={MARKUP: 1.0}, first_victim=True
    )
    missed = msgspec.structs.replace(attack.missed[0], name=MARKUP, kind=MARKUP, answer=MARKUP, why=MARKUP)
    attack = msgspec.structs.replace(
        attack, name=MARKUP, happened=MARKUP, first_report=MARKUP, owners=(owner, msgspec.structs.replace(owner, first_victim=False)),
        missed=(missed,), false_not_seen_list=(wrong,), false_alarms_list=(wrong,), sectors={MARKUP: next(iter(attack.sectors.values()))},
    )  # fmt: skip
    text = page_of(
        result,
        attacks=(attack,),
        measures=(Measure(name=MARKUP, stops=(MARKUP,), why=MARKUP),),
        faults=(Fault(name=MARKUP, what=MARKUP, effect=MARKUP),),
        left=(LeftKind(kind=MARKUP, count=1, bytes=1),),
        evidence_left=1,
        evidence_left_list=(
            PrivateWord(node=MARKUP, line=1, owner=MARKUP, word=MARKUP, kind=MARKUP, how=MARKUP),
        ),
        problems=(MARKUP,),
        truth_sha256=MARKUP,
    )
    checked(text)
    assert "<script" not in text
    assert "<img" not in text


def test_what_is_unknown_is_said_to_be(nothing):  # noqa: F811
    text = page_of(nothing)
    checked(text)
    assert "No attack was played." in text
    assert "No measures were chosen in this run." in text
    assert "Nothing is written down of what left the members." in text
    assert "Whether evidence left is not known" in text
    assert "No fault was played" in text
    assert text.count("not known") >= 6


def test_of_very_many_owners_the_first_are_listed_and_the_rest_is_counted(result):
    attack = msgspec.structs.replace(result.attacks[0], owners=result.attacks[0].owners[:1] * (ROWS + 7))
    assert "and 7 more owners; result.json has all." in page_of(result, attacks=(attack,))


@given(exercises())
@settings(max_examples=20, deadline=None)
def test_any_exercise_makes_a_whole_page(tmp_path_factory, drawn):
    folder = written(tmp_path_factory.mktemp("drawn"), *drawn)
    main(folder)
    checked("".join(render(load(folder))))
