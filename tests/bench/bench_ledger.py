"""How fast payments are followed and clustered: ``python tests/bench/bench_ledger.py``; ``make bench`` runs it.

A made-up ledger of 5,000,000 transactions and some 12,500,000 outputs. Clusters are held to graphsense-clustering (Rust,
no proofs) and to networkx, which has a tenth of the transactions as it takes minutes for all; blocks are held to
SHA-256 over the same bytes. Medians of several runs with the range, in time of CPU; one thread does all.
"""

from __future__ import annotations

import statistics
import sys
import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import numpy as np
import pyarrow as pa
from gs_clustering import Clustering
from ledger_graph import graph
from measure import machine

from real_data import shared
from tocsin.errors import Place
from tocsin.ransom.clusters.forest import grown
from tocsin.ransom.clusters.mixing import holders_of_points, mixing
from tocsin.ransom.ledger.block import block_transactions
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.machine import machine_queue
from tocsin.ransom.taint.trace import METHODS, trace

TRANSACTIONS = 5_000_000
BLOCK = "ledger/btcd-block-0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2.blk"
RUNS = 5
TRACES = 200
SHOWN = 200


def timed(act, runs=RUNS):
    """The times of several runs, in seconds of CPU, after one that is not counted, and what the last one gave."""
    act()
    times = []
    for _ in range(runs):
        start = time.process_time()
        found = act()
        times.append(time.process_time() - start)
    return times, found


def told(times, unit="s", scale=1.0):
    """The median and the range."""
    low, high = min(times) * scale, max(times) * scale
    return f"{statistics.median(times) * scale:.3g} {unit} ({low:.3g} to {high:.3g})"


def clusters(ledger):
    """Clusters with proof, beside the peers on the same joins."""
    columns = ledger.columns
    holders = holders_of_points(ledger)
    joined = holders[columns.spent]

    def ours():
        return grown(len(columns.table), columns.first_input, joined, mixing(ledger, holders), 100)

    ours_s, forest = timed(ours)
    sizes = np.where(mixing(ledger, holders), 0, np.diff(columns.first_input))
    lists = pa.ListArray.from_arrays(
        pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)),
        pa.array(joined[np.repeat(sizes > 0, np.diff(columns.first_input))].astype(np.uint32)),
    )
    peer_s, mapping = timed(lambda: peer_clusters(lists, len(columns.table)), runs=3)
    first, other = pairs(columns.first_input, joined, sizes)
    count = len(np.unique(roots(forest)))
    same = len(np.unique(mapping.column("cluster_id").to_numpy()))
    print(f"clusters with proof, {len(first):,} co-spends: {told(ours_s)}; goal < 1 s; {count:,} clusters")
    print(f"graphsense-clustering, without proof: {told(peer_s)}; {same:,} clusters")
    print(
        f"times as long as graphsense-clustering: {statistics.median(ours_s) / statistics.median(peer_s):.2f}; goal <= 2"
    )
    few = len(first) // 10
    start = time.perf_counter()
    drawn = nx.Graph()
    drawn.add_edges_from(zip(first[:few].tolist(), other[:few].tolist(), strict=True))
    sum(1 for _ in nx.connected_components(drawn))
    networkx_s = (time.perf_counter() - start) * 10
    print(
        f"networkx, ten times what a tenth takes: {networkx_s:.0f} s; {networkx_s / statistics.median(ours_s):.0f} times as long; goal >= 50"
    )
    proofs(forest)


def pairs(starts, joined, sizes):
    """The joins as pairs of holders: the first of each transaction with each other one of it."""
    first = np.repeat(joined[np.minimum(starts[:-1], len(joined) - 1)], np.diff(starts))
    kept = np.repeat(sizes > 1, np.diff(starts)) & (first != joined)
    return first[kept], joined[kept]


def peer_clusters(lists, count):
    """For each of so many addresses its cluster, as the peer gives it."""
    peer = Clustering(count - 1)
    peer.process_transactions_arrow(lists)
    return peer.get_mapping()


def roots(forest):
    """The root of each holder."""
    found = forest.root
    while not np.array_equal(found[found], found):
        found = found[found]
    return found


def proofs(forest):
    """One way between two addresses of the largest cluster."""
    random = np.random.default_rng(3)
    all_roots = roots(forest)
    members = np.flatnonzero(all_roots == np.bincount(all_roots).argmax())
    asked = random.choice(members, (1000, 2)).tolist()
    times, lengths = [], []
    for one, other in asked:
        start = time.perf_counter()
        lengths.append(len(forest.edges_between(one, other)))
        times.append(time.perf_counter() - start)
    print(f"one proof in a cluster of {len(members):,}: median {statistics.median(times) * 1e6:.0f} us, "
          f"p95 {np.quantile(times, 0.95) * 1e6:.0f} us, {statistics.median(lengths):.0f} steps; goal < 1 ms")  # fmt: skip


def traces(ledger):
    """FIFO of 100 seeds over the whole graph, and single traces as a page makes them."""
    columns = ledger.columns
    random = np.random.default_rng(1)
    early = random.choice(columns.outputs // 10, 100, replace=False)
    seeds = {int(point): label for label, point in enumerate(sorted(early), 1)}
    ledger.spenders  # noqa: B018  made once for a ledger, as a served node does
    times, found = timed(lambda: machine_queue(ledger, seeds, "fifo"))
    held = ledger.spenders[found.points] < 0
    unspent = sum(
        int(found.sizes[start : start + count][found.labels[start : start + count] > 0].sum())
        for start, count in zip(found.first[held].tolist(), found.counts[held].tolist(), strict=True)
    )
    lost = int(found.seeded.sum()) - int(found.fees.sum()) - unspent
    print(
        f"FIFO of 100 seeds: {told(times)}, {len(found.points):,} outputs, {len(found.sizes):,} runs, {lost} satoshi lost; goal < 1 s, 0"
    )
    for methods in (list(METHODS), ["fifo"], ["haircut"]):
        times = []
        for point in random.choice(columns.outputs, TRACES + 1, replace=False).tolist():
            seed = ledger.outpoint(point)
            ends = Ends(ledger, dust_sat=max(1, (ledger.amount(point) or 0) // 1000))
            start = time.perf_counter()
            trace(ledger, [seed], methods, ends, SHOWN)
            times.append(time.perf_counter() - start)
        names = "all five conventions" if len(methods) > 1 else methods[0]
        print(f"one trace to a thousandth, {names} and the range: median {statistics.median(times[1:]) * 1e3:.1f} ms, "
              f"p95 {np.quantile(times[1:], 0.95) * 1e3:.1f} ms; goal p95 < 20 ms")  # fmt: skip


def store(ledger):
    """What a node keeps of it, and how long that takes."""
    from tocsin.store.database import Database, database_url
    from tocsin.store.ledger import keep_ledger, kept_ledger
    from tocsin.store.upgrade import upgrade

    with TemporaryDirectory() as folder:
        database = Database(database_url("", Path(folder)))
        upgrade(database)
        before = sum(one.stat().st_size for one in Path(folder).iterdir())
        start = time.perf_counter()
        with database.writing() as connection:
            keep_ledger(connection, ledger)
        kept_s = time.perf_counter() - start
        start = time.perf_counter()
        with database.reading() as connection:
            assert len(kept_ledger(connection)) == len(ledger)
        read_s = time.perf_counter() - start
        database.close()
        size = sum(one.stat().st_size for one in Path(folder).iterdir()) - before
    print(
        f"kept: {size / ledger.columns.outputs:.1f} bytes an output, goal <= 40; written in {kept_s:.1f} s, read in {read_s:.1f} s"
    )


def blocks():
    """One block of the main chain, beside two SHA-256 over its bytes."""
    data = shared(BLOCK).read_bytes()
    ours, found = timed(lambda: block_transactions(data, Place(file=BLOCK)), runs=15)
    bound, _ = timed(lambda: sha256(sha256(data).digest()).digest(), runs=15)
    speed = len(data) / statistics.median(ours) / 1e6
    print(f"a block of {len(found):,} transactions, {len(data) / 1e6:.1f} MB: {speed:.0f} MB/s; goal >= 50; "
          f"its hashing alone: {len(data) / statistics.median(bound) / 1e6:.0f} MB/s")  # fmt: skip


def main() -> None:
    """Print each figure beside its goal; a number of transactions may be given."""
    ledger = Ledger(graph(int(sys.argv[1]) if len(sys.argv) > 1 else TRANSACTIONS))
    columns = ledger.columns
    print(machine())
    print(
        f"{len(ledger):,} transactions, {columns.outputs:,} outputs, {len(columns.spent):,} inputs, {len(columns.table):,} addresses"
    )
    blocks()
    clusters(ledger)
    traces(ledger)
    store(ledger)


if __name__ == "__main__":
    main()
