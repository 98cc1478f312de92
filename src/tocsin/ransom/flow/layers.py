"""What of a trace is drawn: its largest outputs in layers, chains folded, and the rest counted, so that all is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tocsin.ransom.flow.graph import Graph
from tocsin.ransom.flow.peel import Chain, chains_in
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import Reached

__all__ = ["Box", "Joint", "Kind", "Layers", "Sum", "Way", "layers_of"]


class Kind(StrEnum):
    """What a box stands for: a seed, an output that was reached, a folded chain, or all others of a layer."""

    SEED = "seed"
    OUTPUT = "output"
    CHAIN = "chain"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Sum:
    """Of some outputs, none of which comes from another: the satoshi that a method traces to them, and the range.

    Of ``untold`` of them the method cannot tell how many. No range ends above what was seeded.
    """

    outputs: int
    amount_sat: int
    untold: int
    min_sat: int
    max_sat: int


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a layer.

    ``points`` are the outputs that it stands for, each output in one box alone. A chain's are what it carried but for
    the last, and what was peeled off and stayed; its ``sum`` is of all that was peeled off, of which ``apart`` go on
    and have boxes of their own or are in a rest. The ``sum`` of a rest leaves out what its chains carried. ``hops`` are
    those of the first and the last output. ``ends``: nothing of it is spent; ``to_fees``: it is spent and goes on to no
    output; ``unseen``: it goes on to nothing that is drawn.
    """

    kind: Kind
    points: tuple[OutPoint, ...]
    hops: tuple[int, int]
    sum: Sum
    output: Reached | None = None
    chain: Chain | None = None
    apart: int = 0
    addresses: int = 0
    ends: bool = False
    to_fees: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Joint:
    """A transaction that pays boxes of ``layer``; ``unseen`` of the outputs that it spends are in no layer."""

    txid: str
    layer: int
    unseen: int


End = tuple[int, int] | str
"""An end of a way: a box by its layer and its place in it, or a joint by its transaction."""


@dataclass(frozen=True, slots=True)
class Way:
    """Satoshi that pass from one end to the other; None where the method cannot tell how many, or none are counted."""

    start: End
    end: End
    amount_sat: int | None


@dataclass(frozen=True, slots=True)
class Layers:
    """The picture: layers of boxes, the largest first and a rest last.

    ``beyond`` are the outputs of layers in which nothing is drawn, and ``beyond_sum`` is of those of them that go on to
    no other. Of all outputs that were followed each is in one box or there.
    """

    layers: tuple[tuple[Box, ...], ...]
    joints: tuple[Joint, ...]
    ways: tuple[Way, ...]
    beyond: tuple[OutPoint, ...]
    beyond_sum: Sum

    @property
    def boxes(self) -> list[Box]:
        """All of them, layer by layer."""
        return [box for layer in self.layers for box in layer]


def layers_of(
    graph: Graph, method: str, *, most: int, most_a_layer: int, opened: Collection[str] = ()
) -> Layers:
    """Draw the ``most`` largest outputs and chains by ``method``, of each layer the ``most_a_layer`` largest.

    ``opened`` are first transactions of chains that are not folded.
    """
    return _Drawing(graph, method, most, most_a_layer, opened).layers()


@dataclass(eq=False, slots=True)
class _Unit:
    """An output that is not folded, or a chain; ``column`` is its layer when nothing is left out."""

    points: tuple[OutPoint, ...]
    column: int
    chain: Chain | None = None
    box: tuple[int, int] | None = None


class _Drawing:
    def __init__(
        self, graph: Graph, method: str, most: int, most_a_layer: int, opened: Collection[str]
    ) -> None:
        self.graph = graph
        self.method = method
        self.seeded_sat = sum(graph.outputs[point].value_sat for point in graph.seeds)
        self.chains = {one.txids[0]: one for one in chains_in(graph) if one.txids[0] not in opened}
        self.chain_of = {txid: one for one in self.chains.values() for txid in one.txids}
        self.unit_of: dict[OutPoint, _Unit] = {}
        self.units = self._units()
        self.by_chain = {one.chain.txids[0]: one for one in self.units if one.chain is not None}
        self.shown = self._chosen(most, most_a_layer)

    # -- what there is ------------------------------------------------------------------------------

    def _units(self) -> list[_Unit]:
        units: list[_Unit] = []
        columns: dict[str, int] = {}
        for point in self.graph.outputs:
            if point in self.unit_of:
                continue
            chain = None if point in self.graph.seeds else self.chain_of.get(point.txid)
            if chain is not None and chain.txids[0] == point.txid and chain.txids[0] not in columns:
                columns[chain.txids[0]] = column = self._column(chain.txids[0])
                self._add(units, _Unit(self._folded(chain), column, chain))
                if point in self.unit_of:
                    continue
            if point in self.graph.seeds:
                column = 0
            elif chain is not None:
                column = columns[chain.txids[0]] + 1
            else:
                column = self._column(point.txid)
            self._add(units, _Unit((point,), column))
        return units

    def _add(self, units: list[_Unit], unit: _Unit) -> None:
        units.append(unit)
        for point in unit.points:
            self.unit_of[point] = unit

    def _column(self, txid: str) -> int:
        return 1 + max(self.unit_of[point].column for point in self.graph.spends[txid])

    def _folded(self, chain: Chain) -> tuple[OutPoint, ...]:
        return (*chain.carried[:-1], *(one for one in chain.peeled if not self.graph.goes_on(one)))

    def _chosen(self, most: int, most_a_layer: int) -> set[_Unit]:
        chosen: list[_Unit] = []
        held: Counter[int] = Counter()
        for unit in sorted(self.units, key=self._weight, reverse=True):
            if held[unit.column] < most_a_layer and len(chosen) < most:
                chosen.append(unit)
                held[unit.column] += 1
        return set(chosen)

    def _weight(self, unit: _Unit) -> int:
        points = unit.points if unit.chain is None else (unit.chain.carried[0], unit.chain.peeled[0])
        return sum(self._amount(point) for point in points)

    def _amount(self, point: OutPoint) -> int:
        one = self.graph.outputs[point]
        told = one.amounts_sat[self.method]
        return one.max_sat if told is None else told

    # -- what is drawn ------------------------------------------------------------------------------

    def layers(self) -> Layers:
        """The whole picture."""
        drawn = sorted({unit.column for unit in self.shown})
        number = {column: n for n, column in enumerate(drawn)}
        layers: list[list[_Unit]] = [[] for _ in drawn]
        left: list[list[_Unit]] = [[] for _ in drawn]
        beyond: list[_Unit] = []
        for unit in self.units:
            if unit.column not in number:
                beyond.append(unit)
            else:
                (layers if unit in self.shown else left)[number[unit.column]].append(unit)
        for n, layer in enumerate(layers):
            layer.sort(key=self._weight, reverse=True)
            for place, unit in enumerate(layer):
                unit.box = (n, place)
            for unit in left[n]:
                unit.box = (n, len(layer))
        joints, ways = self._ways()
        starts = {way.start for way in ways}
        boxes = [
            (
                *(self._box(unit, unseen=unit.box not in starts) for unit in layer),
                *([self._rest(left[n])] if left[n] else ()),
            )
            for n, layer in enumerate(layers)
        ]
        out = _points(beyond)
        return Layers(
            tuple(boxes),
            tuple(joints),
            tuple(ways),
            out,
            self._sum([point for point in out if not self.graph.goes_on(point)]),
        )

    def _box(self, unit: _Unit, *, unseen: bool) -> Box:
        if unit.chain is not None:
            return self._chain(unit, unit.chain, unseen=unseen)
        (point,) = unit.points
        one = self.graph.outputs[point]
        hop = self.graph.hops[point]
        goes_on = self.graph.goes_on(point)
        return Box(
            Kind.SEED if point in self.graph.seeds else Kind.OUTPUT,
            unit.points,
            (hop, hop),
            self._sum(unit.points),
            output=one,
            addresses=1 if one.address else 0,
            ends=one.spent_by is None,
            to_fees=one.spent_by is not None and not goes_on,
            unseen=goes_on and unseen,
        )

    def _chain(self, unit: _Unit, chain: Chain, *, unseen: bool) -> Box:
        return Box(
            Kind.CHAIN,
            unit.points,
            (self.graph.hops[chain.carried[0]], self.graph.hops[chain.carried[-1]]),
            self._sum(chain.peeled),
            chain=chain,
            apart=sum(self.graph.goes_on(one) for one in chain.peeled),
            addresses=self._addresses(chain.peeled),
            unseen=unseen,
        )

    def _rest(self, units: Sequence[_Unit]) -> Box:
        points = _points(units)
        hops = [self.graph.hops[point] for point in points]
        return Box(
            Kind.REST,
            points,
            (min(hops), max(hops)),
            self._sum([point for unit in units for point in self._standing(unit)]),
            addresses=self._addresses(points),
            ends=all(self.graph.outputs[point].spent_by is None for point in points),
        )

    def _standing(self, unit: _Unit) -> Sequence[OutPoint]:
        return unit.points if unit.chain is None else unit.points[len(unit.chain.carried) - 1 :]

    def _addresses(self, points: Iterable[OutPoint]) -> int:
        return len({self.graph.outputs[point].address for point in points} - {""})

    def _sum(self, points: Sequence[OutPoint]) -> Sum:
        found = [self.graph.outputs[point] for point in points]
        told = [one.amounts_sat[self.method] for one in found]
        return Sum(
            len(found),
            sum(one for one in told if one is not None),
            told.count(None),
            sum(one.min_sat for one in found),
            min(self.seeded_sat, sum(one.max_sat for one in found)),
        )

    # -- what leads to what -------------------------------------------------------------------------

    def _ways(self) -> tuple[list[Joint], list[Way]]:
        joints: list[Joint] = []
        sums: defaultdict[tuple[End, End], int | None] = defaultdict(int)

        def passes(start: End | None, end: End | None, point: OutPoint) -> None:
            if start is None or end is None:
                return
            told, held = self.graph.outputs[point].amounts_sat[self.method], sums[start, end]
            sums[start, end] = None if told is None or held is None else held + told

        for txid, paid in self.graph.pays.items():
            chain = self.chain_of.get(txid)
            spent = self.graph.spends[txid]
            if chain is not None:
                own = self.by_chain[chain.txids[0]]
                if txid == chain.txids[0]:
                    passes(self.unit_of[spent[0]].box, own.box, spent[0])
                for point in paid:
                    if self.unit_of[point] is not own:
                        passes(own.box, self.unit_of[point].box, point)
                continue
            shown = [point for point in paid if self.unit_of[point] in self.shown]
            if shown:
                unseen = sum(self.unit_of[point].box is None for point in spent)
                joints.append(Joint(txid, (self.unit_of[shown[0]].box or (0, 0))[0], unseen))
            for point in spent:
                passes(self.unit_of[point].box, txid if shown else self.unit_of[paid[0]].box, point)
            for point in paid if shown else ():
                passes(txid, self.unit_of[point].box, point)
        return joints, [Way(start, end, amount) for (start, end), amount in sums.items()]


def _points(units: Iterable[_Unit]) -> tuple[OutPoint, ...]:
    return tuple(point for unit in units for point in unit.points)
