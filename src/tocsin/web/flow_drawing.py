"""Where the boxes of a trace stand in its picture, and the lines between them. The same stands in a table below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from tocsin.ransom.flow.layers import Box, End, Joint, Kind, Layers

__all__ = ["BOX_WIDTH", "FlowDrawing", "Line", "PlacedBox", "PlacedJoint", "drawing_of"]

BOX_WIDTH: Final = 204
_GAP: Final = 76
"""Between two layers: room for the transactions and the lines."""

_HEIGHTS: Final = {Kind.SEED: 84, Kind.OUTPUT: 84, Kind.CHAIN: 118, Kind.REST: 84}
_APART: Final = 12
_LANE: Final = 10
"""Height of the free way that lines take past a layer which they do not end in."""

_MARGIN: Final = 10
_HEAD: Final = 34
_BEFORE_BOX: Final = 30
"""How far before its layer a transaction stands."""

_THIN, _THICK = 1.25, 7.0


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its upper left corner."""

    x: float
    y: float
    height: float
    box: Box

    @property
    def middle(self) -> float:
        """Half of its height."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class PlacedJoint:
    """A transaction and its point."""

    x: float
    y: float
    joint: Joint


@dataclass(frozen=True, slots=True)
class Line:
    """A line as SVG wants its path, as wide as it carries much; ``untold``: how much is not known."""

    path: str
    width: float
    untold: bool


@dataclass(frozen=True, slots=True)
class FlowDrawing:
    """The picture in a field of ``width`` by ``height``, y downwards; ``heads`` are (x, words) above the layers."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    joints: tuple[PlacedJoint, ...]
    lines: tuple[Line, ...]
    heads: tuple[tuple[float, str], ...]


def drawing_of(layers: Layers, seeded_sat: int) -> FlowDrawing:
    """Place what is drawn: a layer a column, each output near what it comes from, and no two boxes on one another."""
    return _Placing(layers, seeded_sat).drawing()


@dataclass(eq=False, slots=True)
class _Item:
    """What takes room in a column: a box, or the lane of what is on its way to ``end``."""

    height: float
    starts: list[End | _Item]
    box: Box | None = None
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


class _Placing:
    def __init__(self, layers: Layers, seeded_sat: int) -> None:
        self.layers = layers
        self.seeded_sat = seeded_sat
        self.layer_of: dict[End, float] = {one.txid: one.layer - 0.5 for one in layers.joints}
        self.item: dict[End, _Item] = {}
        self.joint_y: dict[str, float] = {}
        self.lanes: dict[tuple[End, int], _Item] = {}
        self.columns: list[list[_Item]] = []
        self.targets: defaultdict[str, list[End]] = defaultdict(list)
        for way in layers.ways:
            if isinstance(way.start, str):
                self.targets[way.start].append(way.end)

    def drawing(self) -> FlowDrawing:
        self._fill()
        for number, column in enumerate(self.columns):
            self._place(number, column)
        boxes = tuple(
            PlacedBox(_left(place[0]), round(item.y, 1), item.height, item.box)
            for place, item in self.item.items()
            if item.box is not None and not isinstance(place, str)
        )
        joints = tuple(
            PlacedJoint(_left(one.layer) - _BEFORE_BOX, round(self.joint_y[one.txid], 1), one)
            for one in self.layers.joints
        )
        low = max((item.y + item.height for column in self.columns for item in column), default=_HEAD)
        count = len(self.layers.layers)
        return FlowDrawing(
            2 * _MARGIN + count * BOX_WIDTH + (count - 1) * _GAP,
            round(low + _MARGIN, 1),
            boxes,
            joints,
            tuple(self._lines()),
            tuple((_left(n), _head(layer)) for n, layer in enumerate(self.layers.layers)),
        )

    # -- what stands in each column -----------------------------------------------------------------

    def _fill(self) -> None:
        sources: defaultdict[End, list[End]] = defaultdict(list)
        for way in self.layers.ways:
            sources[way.end].append(way.start)
        for number, layer in enumerate(self.layers.layers):
            column = []
            for place, box in enumerate(layer):
                item = _Item(_HEIGHTS[box.kind], list(sources[number, place]), box)
                self.item[number, place] = item
                column.append(item)
            self.columns.append(column)
        for end, starts in sources.items():
            if isinstance(end, str) or not all(isinstance(one, str) for one in starts):
                self._add_lanes(end, starts)

    def _add_lanes(self, end: End, starts: Sequence[End]) -> None:
        """Lines that pass a layer take one free way through it together, as they end at one place."""
        last = int(self._layer(end) - 0.5) if isinstance(end, str) else int(self._layer(end)) - 1
        held: list[End | _Item] = []
        for number in range(last + 1):
            if held:
                lane = _Item(_LANE, held)
                self.lanes[end, number] = lane
                self.columns[number].append(lane)
                held = [lane]
            held = held + [one for one in starts if not isinstance(one, str) and one[0] == number]

    def _layer(self, end: End) -> float:
        return self.layer_of[end] if isinstance(end, str) else end[0]

    # -- where it stands ----------------------------------------------------------------------------

    def _place(self, number: int, column: list[_Item]) -> None:
        """From above, each group of what comes from one transaction as near to the middle of that as there is room."""
        groups: defaultdict[object, list[_Item]] = defaultdict(list)
        rest = [one for one in column if one.box is not None and one.box.kind is Kind.REST]
        for item in column:
            if item not in rest:
                groups[self._comes_from(item)].append(item)
        wanted = {key: self._wanted(items) for key, items in groups.items()}
        order = sorted(groups, key=lambda key: wanted[key])
        top = float(_HEAD)
        for key in order:
            items = groups[key]
            height = sum(one.height for one in items) + _APART * (len(items) - 1)
            top = max(top, wanted[key] - height / 2)
            for item in items:
                item.y = top
                top += item.height + _APART
        for item in rest:
            item.y = top
        for joint in self.layers.joints:
            if joint.layer == number:
                ends = [self.item[end] for end in self.targets[joint.txid]]
                shown = [one.middle for one in ends if one not in rest]
                before = self._middle(joint.txid)
                self.joint_y[joint.txid] = min(max(before, min(shown)), max(shown))

    def _comes_from(self, item: _Item) -> object:
        joint = next((one for one in item.starts if isinstance(one, str)), None)
        return joint if joint is not None else item

    def _wanted(self, items: Sequence[_Item]) -> float:
        """The middle of what the items come from; a column at the left has nothing before it."""
        found = [self._middle(start) for item in items for start in item.starts]
        return sum(found) / len(found) if found else float(_HEAD)

    def _middle(self, start: End | _Item) -> float:
        if isinstance(start, _Item):
            return start.middle
        if not isinstance(start, str):
            return self.item[start].middle
        # A transaction stands beside what it pays, which is not placed yet: what it spends says where to.
        last = self._into(start)
        return sum(last) / len(last) if last else float(_HEAD)

    def _into(self, txid: str) -> list[float]:
        column = int(self.layer_of[txid] + 0.5) - 1
        lane = self.lanes.get((txid, column))
        held = [lane.middle] if lane is not None else []
        return held + [
            self.item[way.start].middle
            for way in self.layers.ways
            if way.end == txid and not isinstance(way.start, str) and way.start[0] == column
        ]

    # -- the lines ----------------------------------------------------------------------------------

    def _lines(self) -> list[Line]:
        lines = []
        for way in self.layers.ways:
            stops = [self._leaves(way.start)]
            if not isinstance(way.start, str):
                for number in range(way.start[0] + 1, int(self._layer(way.end) + 0.5)):
                    lane = self.lanes[way.end, number]
                    stops += [(_left(number), lane.middle), (_left(number) + BOX_WIDTH, lane.middle)]
            stops.append(self._reaches(way.end))
            lines.append(Line(_path(stops), self._width(way.amount_sat), way.amount_sat is None))
        return lines

    def _leaves(self, start: End) -> tuple[float, float]:
        if isinstance(start, str):
            return self._joint(start)
        return _left(start[0]) + BOX_WIDTH, self.item[start].middle

    def _reaches(self, end: End) -> tuple[float, float]:
        if isinstance(end, str):
            return self._joint(end)
        return _left(end[0]), self.item[end].middle

    def _joint(self, txid: str) -> tuple[float, float]:
        return _left(int(self.layer_of[txid] + 0.5)) - _BEFORE_BOX, self.joint_y[txid]

    def _width(self, amount_sat: int | None) -> float:
        if not amount_sat or not self.seeded_sat:
            return _THIN
        return round(_THIN + (_THICK - _THIN) * sqrt(min(1.0, amount_sat / self.seeded_sat)), 2)


def _left(layer: int) -> float:
    return _MARGIN + layer * (BOX_WIDTH + _GAP)


def _path(stops: Sequence[tuple[float, float]]) -> str:
    """A curve that leaves and reaches each stop level; every other stretch goes straight past a layer."""
    (x, y), *others = stops
    path = f"M{x:g},{y:.1f}"
    for to_x, to_y in others:
        half = (x + to_x) / 2
        path += f" C{half:g},{y:.1f} {half:g},{to_y:.1f} {to_x:g},{to_y:.1f}"
        x, y = to_x, to_y
    return path


def _head(layer: Sequence[Box]) -> str:
    first, last = min(box.hops[0] for box in layer), max(box.hops[1] for box in layer)
    if last == 0:
        return "Start"
    return f"Hop {first:,}" if first == last else f"Hops {first:,} to {last:,}"
