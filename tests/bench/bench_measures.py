"""Choosing measures: what each method stops, how long a proof takes, and what holds out.

``python tests/bench/bench_measures.py`` uses what ships of ATT&CK and a measure for each of its mitigations; ``--mixed``
gives each measure a factor of its own, which is harder to solve. Both times are told, the clock's and the processor's,
since the solver needs one core and others may want it.
"""

from __future__ import annotations

import sys
import time
from random import Random

from measure import machine
from msgspec.structs import replace

from tocsin.measures.attempt import Attempt, attempts_of
from tocsin.measures.catalogue import measures_of
from tocsin.measures.chance import Board, Model, effects_of
from tocsin.measures.choose.by_use import choose_by_use
from tocsin.measures.choose.choice import Choice, Wish
from tocsin.measures.choose.draws import try_draws
from tocsin.measures.choose.exact import choose_exactly, is_installed
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.choose.holdout import hold_out, split_at, split_in_half
from tocsin.measures.knowledge import shipped_knowledge
from tocsin.measures.measure import Measure

NUMBERS = (5, 8, 10, 15)
METHODS = (choose_exactly, choose_greedily, choose_by_use)


def main() -> None:
    """Print all tables."""
    if not is_installed():
        raise SystemExit("pip install 'tocsin[plan]'")
    print(machine())
    known = shipped_knowledge()
    measures = {one.id: one for one in measures_of(known).measures}
    if "--mixed" in sys.argv:
        chance = Random(3)
        measures = {
            key: replace(one, left=round(chance.uniform(0.2, 0.8), 2)) for key, one in measures.items()
        }
    effects = effects_of(measures.values(), known)
    campaigns = attempts_of(known, ("campaign",), ("enterprise",))
    both = attempts_of(known, matrices=("enterprise",))
    proofs("campaigns, enterprise", campaigns, effects, measures)
    proofs("campaigns and groups, enterprise", both, effects, measures)
    held(campaigns, effects, measures)
    proofs("campaigns and groups, all", attempts_of(known), effects, measures)
    held(both, effects, measures)
    draws(campaigns, effects, measures)


def proofs(name: str, attempts: tuple[Attempt, ...], effects: dict, measures: dict[str, Measure]) -> None:
    """What each method stops, and what the proof took."""
    for model in (Model(), Model(threshold=0.05), Model(at_most=0)):
        board = Board(attempts, effects, model)
        print(
            f"\n{name}: {len(attempts)}; threshold {model.threshold:g}, at most {model.at_most or 'all'} measures a"
            f" technique; all measures stop {board.count(effects)}"
        )
        print("| k | exact | greedy | by use | bound | s | CPU s |\n|--:|--:|--:|--:|--:|--:|--:|")
        for number in NUMBERS:
            wish = Wish(measures=number)
            clock, cpu = time.perf_counter(), time.process_time()
            best = choose_exactly(board, measures, wish)
            clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
            others = [choose(board, measures, wish).stopped for choose in METHODS[1:]]
            assert best.proof
            print(
                f"| {number} | {best.stopped} | {others[0]} | {others[1]} | {best.proof.bound} | {clock:.2f} |"
                f" {cpu:.2f} |",
                flush=True,
            )


def held(attempts: tuple[Attempt, ...], effects: dict, measures: dict[str, Measure]) -> None:
    """What holds out: by day where there are days, and the mean of six random halves."""
    chance = Random(1)
    halves = [
        split_in_half(attempts, chance.sample(range(len(attempts)), len(attempts)), f"half {number}")
        for number in range(6)
    ]
    by_day = split_at(attempts, "2021-01-01")
    print(
        f"\nhold-out of {len(attempts)}: by day {len(by_day.train)} and {len(by_day.test)}; halves of {len(halves[0].train)}"
    )
    print("| split | k | exact | greedy | by use | prefers |\n|---|--:|--:|--:|--:|---|")
    for name, splits in (("before 2021", [by_day]), ("6 halves", halves)):
        for number in NUMBERS:
            told = hold_out(splits, effects, measures, Wish(measures=number), Model(), METHODS)
            cells = []
            for method in ("exact", "greedy", "by-use"):
                scores = [one for one in told.scores if one.method == method]
                train = sum(one.train for one in scores) / len(scores)
                test = sum(one.test for one in scores) / len(scores)
                cells.append(f"{train:.1f} / {test:.1f}")
            print(f"| {name} | {number} | {' | '.join(cells)} | {told.prefers} |", flush=True)


def draws(attempts: tuple[Attempt, ...], effects: dict, measures: dict[str, Measure]) -> None:
    """How much the choice of eight hangs on the guesses."""

    def exact(board: Board, held: dict[str, Measure], wish: Wish) -> Choice:
        return choose_exactly(board, held, wish, limit_s=10)

    wish = Wish(measures=8)
    chosen = choose_exactly(Board(attempts, effects, Model()), measures, wish).measures
    for choose, number in ((choose_greedily, 100), (exact, 10)):
        clock = time.process_time()
        told = try_draws(
            attempts,
            effects,
            measures,
            wish,
            Model(),
            chosen=chosen,
            uniform=Random(1).random,
            draws=number,
            choose=choose,
        )
        clock = time.process_time() - clock
        again = sum(told.selected.get(one, 0) for one in chosen) / told.draws
        print(
            f"\n{told.draws} draws by {told.by}, {clock:.1f} CPU s: of the 8 chosen, {again:.1f} are chosen again; the draw's own"
            f" choice stops {told.best:.1f}, ours {told.kept:.1f}, at worst {told.kept_least}"
        )
        print(", ".join(f"{one} {told.selected.get(one, 0)}" for one in chosen))


if __name__ == "__main__":
    main()
