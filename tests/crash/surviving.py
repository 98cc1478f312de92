"""What must hold of a store after whatever happened to it."""

from __future__ import annotations

from sqlalchemy import select, text

from tocsin.store import log
from tocsin.store.schema import log_leaf, log_node, object_, tally
from tocsin.transparency.entry import opens
from tocsin.transparency.tree import leaf_hash, root, root_of_leaves

__all__ = ["faults"]


def faults(database, acknowledged):
    """All that is wrong, as sentences: acknowledged pairs that are gone, halves, leaves without their objects."""
    found = []
    with database.reading() as connection:
        if database.is_sqlite:
            ok = connection.scalar(text("PRAGMA integrity_check"))
            if ok != "ok":
                found.append(f"damaged: {ok}")
        rows = connection.execute(
            select(object_.c.id, object_.c.leaf, object_.c.place).order_by(object_.c.place)
        ).all()
        stored = {int(id[-12:]) for id, *_ in rows}
        found += [
            f"pair {number} was acknowledged and is gone"
            for number in sorted(acknowledged)
            if 2 * number not in stored
        ]
        found += [f"object {number} is half of a pair" for number in stored if number ^ 1 not in stored]
        size = log.size(connection)
        commitments = log.commitments(connection, 0, size + 10)
        leaves = [leaf_hash(one) for one in commitments]
        nodes = connection.execute(select(log_node.c.number).where(log_node.c.level == 0)).all()
        if (
            not size
            == len(leaves)
            == len(nodes)
            == connection.scalar(select(text("count(*)")).select_from(log_leaf))
        ):
            found.append(f"the log's size is {size}, it has {len(leaves)} leaves and {len(nodes)} nodes")
        if root(size, log.node_reader(connection)) != root_of_leaves(leaves):
            found.append("the log's root is not that of its leaves")
        openings = {one.index: one for one in log.openings(connection, range(size))}
        for id, leaf, place in rows:
            if leaf not in openings or not opens(openings[leaf], leaves[leaf]):
                found.append(f"the leaf of {id} does not open")
            elif openings[leaf].entry.subject != {"id": id, "place": place}:
                found.append(f"the leaf of {id} is of something else")
        if sorted(leaf for _, leaf, _ in rows) != list(range(size)):
            found.append("there are leaves without objects")
        if (connection.scalar(select(text('sum("rows")')).select_from(tally)) or 0) != len(rows):
            found.append("the tally is not the count of the rows")
    return found
