"""STIX observed-data as evidence: observable tables looked up like a block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pyarrow as pa

from tocsin.detect.binding import BoundPath
from tocsin.detect.coverage import Seen
from tocsin.detect.mapping import Cast, Column, Mapping as LogMapping, Scope
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.pattern.syntax import Any_
from tocsin.detect.pattern.walk import walk
from tocsin.detect.plan import Plan
from tocsin.engine.layout import Layout
from tocsin.engine.lookup import Lookup
from tocsin.engine.needles import NeedleScanner
from tocsin.model.observable_table import observable_tables
from tocsin.model.observation import Observation
from tocsin.model.timestamp import NS_PER_S

__all__ = ["TITLE", "StixEvidence"]

TITLE = "STIX observed data"
_NS_PER_DAY = 86_400 * NS_PER_S
_MAPPING = LogMapping("stix", TITLE, Scope.NETWORK, (), ())


class StixEvidence:
    """Observations as the values of the object paths that a plan reads."""

    def __init__(self, plan: Plan, observations: Sequence[Observation]) -> None:
        self._plan = plan
        self._observations = observations
        wanted = []
        for text in sorted(plan.paths):
            path = parse_path(text)
            is_list = any(isinstance(step, Any_) for step in path.steps)
            wanted.append(
                (path.type, text, is_list, lambda one, others, steps=path.steps: walk(one, steps, others))
            )
        self._values: dict[str, pa.Table] = {}
        for table in observable_tables(observations, wanted).values():
            numbers = table.rows["observation"]
            for text in [
                name for name in table.rows.column_names if f"{name}#number" in table.rows.column_names
            ]:
                self._values[text] = _column(numbers, table.rows[text], table.rows[f"{text}#number"])
            for text, child in table.children.items():
                of = numbers.take(child["parent"])
                self._values[text] = _column(of, child["value"], child["value#number"])

    def seen(self, file: int) -> Iterator[Seen]:
        """Yield what the observations cover, a day at a time."""
        paths: dict[int, set[str]] = {}
        for text, table in self._values.items():
            for number in table["row"].to_pylist():
                paths.setdefault(number, set()).add(text)
        days: dict[int, tuple[int, set[str]]] = {}
        for number, observation in enumerate(self._observations):
            for day in {int(observation.first // _NS_PER_DAY), int(observation.last // _NS_PER_DAY)}:
                rows, having = days.get(day, (0, set()))
                days[day] = (rows + 1, having | paths.get(number, set()))
        for day, (rows, having) in sorted(days.items()):
            yield Seen(file, TITLE, Scope.NETWORK, "", day, rows, frozenset(having))

    def candidates(
        self,
        database: duckdb.DuckDBPyConnection,
        lookup: Lookup,
        scanners: Mapping[str, NeedleScanner],
        threads: int,
    ) -> Iterator[tuple[int, int]]:
        """Yield (warning, number of the observation) of all that a pattern must be put to, each once, in order."""
        found: set[tuple[int, int]] = {
            (warning, number) for warning in self._plan.slow for number in range(len(self._observations))
        }
        for text, table in self._values.items():
            database.register("values_of_path", table)
            database.execute(
                "CREATE OR REPLACE TEMP TABLE block AS SELECT 0::INTEGER AS file, row, NULL::BIGINT AS t, "
                "NULL::VARCHAR AS h, NULL::VARCHAR AS a, NULL::VARCHAR AS k, NULL::VARCHAR AS s, NULL::VARCHAR AS m, "
                "NULL::VARCHAR AS n, "
                'text AS "c:text", number AS "c:number" FROM values_of_path'
            )
            bound = tuple(BoundPath(text, "", column, None, (), ()) for column in ("text", "number"))
            layout = Layout(_MAPPING, bound, (Column("text", ()), Column("number", (), Cast.FLOAT)))
            queries = lookup.both(layout)
            if queries:
                rows = database.sql(
                    f"SELECT DISTINCT warning, row FROM ({' UNION ALL '.join(queries)})"
                ).fetchall()
                found.update((warning, number) for warning, number in rows)
            if text in scanners:
                reader = database.sql(
                    'SELECT file, row, "c:text" FROM block WHERE "c:text" IS NOT NULL'
                ).to_arrow_reader(10_000)
                for batch in scanners[text].scan(reader, threads):
                    found.update(zip(batch["warning"].to_pylist(), batch["row"].to_pylist(), strict=True))
            database.execute("DROP TABLE block")
        yield from sorted(found, key=lambda pair: (pair[1], pair[0]))


def _column(numbers: pa.ChunkedArray, text: pa.ChunkedArray, number: pa.ChunkedArray) -> pa.Table:
    table = pa.table({"row": numbers, "text": text, "number": number})
    there = pa.compute.or_(table["text"].is_valid(), table["number"].is_valid())
    return table.filter(there)
