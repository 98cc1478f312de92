from __future__ import annotations

import pytest

from tocsin.ransom.labels.family import name_key, names_in


@pytest.mark.parametrize(
    ("one", "other"),
    [("WannaCry", "Wannacry"), ("SamSam", "Sam-Sam"), ("Evil Corp", "EVIL CORP."), ("ＲＹＵＫ", "ryuk")],
    ids=str,
)
def test_two_spellings_are_one_name(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("LockBit", "LockBit 2.0"), ("CONTI", "COTEI"), ("Globe", "GlobeImposter")], ids=str
)
def test_two_names_stay_two(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("REvil / Sodinokibi", ("REvil / Sodinokibi", "REvil", "Sodinokibi")),
        ("Netwalker (Mailto)", ("Netwalker (Mailto)", "Netwalker", "Mailto")),
        ("Vega / Jamper / Buran", ("Vega / Jamper / Buran", "Vega", "Jamper", "Buran")),
        ("HC6/HC7", ("HC6/HC7", "HC6", "HC7")),
        ("Akamai", ("Akamai",)),
        ("  Ryuk ", ("Ryuk",)),
        ("Ryuk, RYUK", ("Ryuk, RYUK", "Ryuk")),
        ("...", ()),
    ],
    ids=str,
)
def test_a_label_that_sets_names_beside_each_other_gives_each(label, names):
    assert names_in(label) == names
