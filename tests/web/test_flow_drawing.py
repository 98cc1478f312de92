"""The picture of a trace: a layer a column, nothing on anything else, the same each time."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, strategies as st

from drawn_ledgers import drawn_ledgers, tx, txid
from tocsin.ransom.flow.graph import graph_of
from tocsin.ransom.flow.layers import Kind, layers_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace
from tocsin.web.flow_drawing import BOX_WIDTH, drawing_of


def layers(transactions, seeds=(), most=50):
    ledger = Ledger.of(transactions)
    found = trace(ledger, seeds or [OutPoint(txid(99), 0)], ["fifo"])
    return layers_of(graph_of(found, ledger), "fifo", most=most, most_a_layer=most), found.seeded_sat


@st.composite
def long_ledgers(draw):
    """Ledgers in which outputs are spent far from where they were paid, and many of them."""
    free, made = [(99, 0, 10**6)], []
    for number in range(1, draw(st.integers(1, 14)) + 1):
        inputs = [
            free.pop(draw(st.integers(0, len(free) - 1))) for _ in range(draw(st.integers(1, 3))) if free
        ]
        if not inputs:
            break
        left, outputs = sum(one[2] for one in inputs), []
        for _ in range(draw(st.integers(1, 5))):
            outputs.append(left * draw(st.integers(0, 10)) // 10)
            left -= outputs[-1]
        made.append(tx(number, inputs, outputs))
        free += [(number, n, amount) for n, amount in enumerate(outputs)]
    return made


DRAWN = st.one_of(
    drawn_ledgers().map(lambda drawn: (drawn[0], list(drawn[1]))).filter(lambda drawn: drawn[1]),
    long_ledgers().map(lambda made: (made, [])),
)


@given(drawn=DRAWN, most=st.sampled_from([1, 3, 50]))
def test_no_two_boxes_lie_on_one_another_and_all_are_in_the_field(drawn, most):
    found = drawing_of(*layers(*drawn, most))
    for one, other in itertools.combinations(found.boxes, 2):
        apart = one.x + BOX_WIDTH <= other.x or other.x + BOX_WIDTH <= one.x
        assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    for one in found.boxes:
        assert 0 <= one.x <= found.width - BOX_WIDTH
        assert 0 <= one.y <= found.height - one.height


@given(drawn=DRAWN, most=st.sampled_from([1, 3, 50]))
def test_each_layer_is_a_column_of_its_own_further_to_the_right(drawn, most):
    held, seeded = layers(*drawn, most)
    found = drawing_of(held, seeded)
    assert len(found.boxes) == len(held.boxes)
    left = {}
    for one in found.boxes:
        number = next(n for n, layer in enumerate(held.layers) if any(one.box is box for box in layer))
        left.setdefault(number, set()).add(one.x)
    columns = [left[number] for number in sorted(left)]
    assert all(len(one) == 1 for one in columns)
    assert columns == sorted(columns, key=max)
    assert [x for x, _ in found.heads] == [max(one) for one in columns]


@given(drawn=DRAWN)
def test_a_rest_is_the_lowest_of_its_layer(drawn):
    found = drawing_of(*layers(*drawn, 2))
    for one in found.boxes:
        if one.box.kind is Kind.REST:
            assert one.y == max(other.y for other in found.boxes if other.x == one.x)


def stops(line):
    numbers = [float(one) for one in re.findall(r"-?[\d.]+(?:e[+-]?\d+)?", line.path)]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    return [pairs[0], *pairs[3::3]]


@given(drawn=DRAWN, most=st.sampled_from([3, 50]))
def test_a_line_leads_to_the_right_and_past_boxes_not_through_them(drawn, most):
    found = drawing_of(*layers(*drawn, most))
    for line in found.lines:
        held = stops(line)
        assert [x for x, _ in held] == sorted({x for x, _ in held})
        for (x, y), (to_x, to_y) in itertools.pairwise(held):
            over = [one for one in found.boxes if x <= one.x and one.x + BOX_WIDTH <= to_x]
            if over:
                # Straight past the layer.
                assert y == to_y
                assert y > min(one.y for one in found.boxes)
                assert not any(one.y < y < one.y + one.height for one in over)


@given(drawn=DRAWN)
def test_the_same_trace_is_drawn_the_same_however_it_was_loaded(drawn):
    transactions, seeds = drawn
    assert drawing_of(*layers(transactions, seeds)) == drawing_of(*layers(transactions[::-1], seeds[::-1]))


def test_a_line_is_as_thick_as_it_carries_much_and_says_what_is_not_known():
    lines = drawing_of(*layers([tx(1, [(99, 0, 100)], [64, 36])])).lines
    assert [line.untold for line in lines] == [False, False, False]
    assert lines[0].width > lines[1].width > lines[2].width
    lines = drawing_of(*layers([tx(1, [(98, 0, None), (99, 0, 100)], [64, 36])])).lines
    assert [line.untold for line in lines] == [False, True, True]
    assert lines[1].width == lines[2].width < lines[0].width


def test_each_layer_tells_its_hops():
    chain = [
        tx(1, [(99, 0, 1_000)], [100, 900]),
        tx(2, [(1, 1, 900)], [100, 800]),
        tx(3, [(2, 1, 800)], [100, 700]),
        tx(4, [(3, 1, 700)], [350, 350]),
    ]
    assert [words for _, words in drawing_of(*layers(chain)).heads] == [
        "Start",
        "Hops 1 to 3",
        "Hop 3",
        "Hop 4",
    ]


def test_what_follows_stands_beside_what_it_comes_from():
    found = drawing_of(*layers([tx(1, [(99, 0, 100)], [50, 50])]))
    seed, one, other = found.boxes
    (joint,) = found.joints
    assert joint.y == seed.middle == one.middle < other.middle


def test_what_comes_from_an_upper_box_stands_above_what_comes_from_a_lower_one():
    made = [tx(1, [(99, 0, 100)], [10]), tx(2, [(98, 0, 50)], [50])]
    boxes = drawing_of(*layers(made, [OutPoint(txid(99), 0), OutPoint(txid(98), 0)])).boxes
    height = {int(one.box.points[0].txid, 16): one.y for one in boxes}
    assert height[99] < height[98]
    assert height[1] < height[2]
