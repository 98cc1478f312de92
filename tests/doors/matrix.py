"""What each reader is given through each route, held to what the rules say, pair by pair (reader, version)."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import quote

from sqlalchemy import text

from doors.table import TABLE, routes_of
from doors.world import Reader, Version, World
from tocsin.store.collections import collections

API = "/taxii2/api/"


class Matrix:
    """Counts the pairs that were held to the rules, both ways; each difference is a line in ``wrong``.

    ``scanned`` are pairs of a reader and a version that it may not see, looked for in a page.
    """

    def __init__(self, world: World):
        self.world = world
        self.pairs = self.scanned = self.requests = 0
        self.wrong: list[str] = []
        self.by_route: Counter[str] = Counter()
        self.chance = random.Random(world.seed)
        with world.node.reading() as connection:
            self.collections = [(one.id, one.alias, one.kind) for one in collections(connection)]
            rows = connection.execute(
                text("SELECT o.place, c.alias FROM object o JOIN collection c ON c.number = o.collection")
            ).all()
        self.everywhere = {alias: set() for _, alias, _ in self.collections}
        for place, alias in rows:
            self.everywhere[alias].add(place)

    def run(self, *, one_by_one=1.0, pages=None):
        """Ask as every reader by every route; by id for this part of the pairs; pages as those readers, or all."""
        for reader in self.world.readers:
            seen = {one.place: one for one in self.world.seen(reader)}
            if not reader.person:
                self._taxii(reader, seen, one_by_one)
                self._openings(reader, seen)
                self._own(reader)
            if pages is None or reader.name in pages:
                self._pages(reader, seen, one_by_one)

    def tell(self, route, reader, what):
        self.wrong.append(f"{route} as {reader}: {what}")

    def get(self, reader, path, query=""):
        return self.ask(reader, "GET", path, query)

    def ask(self, reader, method, path, query="", body=b"", kind="application/json"):
        # So many requests at once would be too many; the clock goes on.
        self.world.now_us += 3_000_000
        self.requests += 1
        headers = [*reader.headers, ("accept", "*/*")]
        if body:
            headers.append(("content-type", kind))
        answer = self.world.ask(method, path, query, headers, body)
        if answer.status >= 500:
            self.tell(f"{method} {path}", reader, f"status {answer.status}: {answer.body[:200]!r}")
        return answer

    # -- TAXII ----------------------------------------------------------------------------------

    def _taxii(self, reader: Reader, seen: dict[int, Version], one_by_one):
        nobody = reader.viewer is None
        listed = self.get(reader, f"{API}collections/")
        if nobody:
            if listed.status != 401:
                self.tell("collections", reader, listed.status)
        else:
            given = {one["alias"] for one in listed.json.get("collections", [])}
            wanted = {
                alias for _, alias, kind in self.collections if kind in reader.reads or kind in reader.writes
            }
            if given != wanted:
                self.tell("collections", reader, f"{given} instead of {wanted}")
        for id, alias, kind in self.collections:
            name = self.chance.choice([id, alias])
            here = f"{API}collections/{name}/"
            may_know = not nobody and (kind in reader.reads or kind in reader.writes)
            may_read = not nobody and kind in reader.reads
            expected = 401 if nobody else 200 if may_know else 404
            if self.get(reader, here).status != expected:
                self.tell(here, reader, "exists" if not may_know else "does not exist")
            mine = [seen[place] for place in sorted(self.everywhere[alias] & seen.keys())] if may_read else []
            all_here = [one for one in self.world.versions if one.place in self.everywhere[alias]]
            denied = None if may_read else 401 if nobody else 403 if may_know else 404
            for versions in ("last", "all", "first"):
                wanted = _which(mine, versions)
                for what in ("objects", "manifest"):
                    self._list(reader, f"{here}{what}/", what, versions, wanted, all_here, denied)
            for object_id in sorted({one.id for one in all_here}):
                if self.chance.random() > one_by_one:
                    continue
                of_it = [one for one in mine if one.id == object_id]
                count = sum(one.id == object_id for one in all_here)
                self._one(reader, here, object_id, of_it, count, denied)

    def _list(self, reader, path, what, versions, wanted, all_here, denied):
        given, query, limit = [], {"match[version]": versions}, self.chance.choice([1, 3, 7, 1000])
        query["limit"] = str(limit)
        bodies = b""
        while True:
            answer = self.get(reader, path, "&".join(f"{key}={quote(value)}" for key, value in query.items()))
            if denied is not None:
                if answer.status != denied:
                    self.tell(path, reader, f"status {answer.status}, not {denied}")
                self._count(what, len(all_here))
                return
            if answer.status != 200:
                self.tell(path, reader, f"status {answer.status}: {answer.body[:100]!r}")
                return
            page = answer.json.get("objects", [])
            last = answer.header("x-taxii-date-added-last")
            if what == "manifest" and page and last != page[-1]["date_added"]:
                self.tell(path, reader, f"X-TAXII-Date-Added-Last {last}")
            bodies += answer.body
            given += page
            if not answer.json.get("next"):
                break
            query["next"] = answer.json["next"]
        stayed = [one for one in wanted if self.world.ever_since[reader.name][one.place]]
        if what == "manifest":
            stamps = [one["date_added"] for one in given]
            if stamps != sorted(set(stamps)):
                self.tell(path, reader, "stamps do not grow")
            for one in wanted:
                first = _stamp(one.added_us)
                # Two members may have sent one version each: it is enough that one of them has this stamp.
                told = [
                    each["date_added"]
                    for each in given
                    if (each["id"], each["version"]) == (one.id, one.version)
                ]
                if told and not (first in told if one in stayed else max(told) > first):
                    self.tell(path, reader, f"{one.id} added at {told}, first at {first}")
        else:
            for one in wanted:
                if one.body not in bodies:
                    self.tell(path, reader, f"{one.id} with other bytes")
        key = "modified" if what == "objects" else "version"
        found = [(one["id"], one.get(key) or one.get("created")) for one in given]
        expected = [(one.id, one.version) for one in wanted]
        stays = {(one.id, one.version) for one in stayed}
        if sorted(found) != sorted(expected):
            self.tell(path, reader, _differ(found, expected))
        elif [one for one in found if one in stays] != [one for one in expected if one in stays]:
            self.tell(path, reader, "in another order")
        self._count(what, len(all_here))

    def _one(self, reader, here, id, of_it, count, denied):
        for what, wanted in (("object", _which(of_it, "last")), ("versions", of_it)):
            path = f"{here}objects/{id}/" + ("versions/" if what == "versions" else "")
            answer = self.get(reader, path)
            status = denied or (200 if wanted else 404)
            if answer.status != status:
                self.tell(path, reader, f"status {answer.status}, not {status}")
            elif status == 200 and what == "object":
                if [
                    one["modified"] if "modified" in one else one["created"] for one in answer.json["objects"]
                ] != [one.version for one in wanted]:
                    self.tell(path, reader, answer.body[:200])
            elif status == 200 and sorted(answer.json["versions"]) != sorted(one.version for one in wanted):
                self.tell(path, reader, answer.body[:200])
            self._count(what, count)

    def _openings(self, reader, seen):
        """Everything that there is is asked for; the answer names what was published and may be seen."""
        asked = [{"id": one.id, "version": one.version} for one in self.world.versions]
        self.chance.shuffle(asked)
        answer = self.ask(
            reader, "POST", "/api/openings", body=json.dumps({"objects": asked[:1000]}).encode()
        )
        if reader.viewer is None or not reader.reads:
            if answer.status not in {401, 403}:
                self.tell("/api/openings", reader, answer.status)
            return
        given = {
            (one["entry"]["subject"]["id"], one["entry"]["subject"]["version"])
            for one in answer.json["openings"]
        }
        wanted = {
            (one.id, one.version)
            for one in seen.values()
            if one.collection == "warnings" and "warnings" in reader.reads
        }
        if given != wanted:
            self.tell("/api/openings", reader, _differ(sorted(given), sorted(wanted)))
        self._count("openings", len(asked))

    def _own(self, reader):
        """Submissions and their receipts, for the organisation that made them."""
        for id, organisation in self.world.submissions.items():
            for path in (f"{API}status/{id}/", f"/api/receipts/{id}"):
                status = 401 if reader.viewer is None else 200 if organisation == reader.organisation else 404
                if self.get(reader, path).status != status:
                    self.tell(path, reader, f"not {status}")
                self._count("own", 1)

    # -- pages and their data -------------------------------------------------------------------

    def _pages(self, reader, seen, one_by_one):
        """No word of what may not be seen, in any page; and a hidden object is to a page as one that is not there."""
        shown = {one.word for one in seen.values()}
        hidden = [one for one in self.world.versions if one.word and one.word not in shown]
        words = {one.word for one in hidden}
        ids = sorted({*(one.id for one in self.world.versions), *self.world.submissions})
        seen_ids = {one.id for one in seen.values()}
        for method, path in sorted(routes_of(self.world.app)):
            if (
                method != "GET"
                or TABLE.get((method, path)) not in {"scan", "node"}
                or path.startswith("/taxii2")
            ):
                continue
            for query in _QUERIES if "{" not in path else ("",):
                for filled, id in _filled(path, ids, self.chance, one_by_one):
                    answer = self.get(reader, filled, query)
                    found = words.intersection(_WORD.findall(answer.body.decode("utf-8", "replace")))
                    if found:
                        self.tell(f"{filled}?{query}", reader, f"shows {sorted(found)[:3]}")
                    if id and id not in seen_ids and "/warnings/" in filled:
                        nowhere = "indicator--00000000-0000-4000-8000-000000000000"
                        other = self.get(reader, filled.replace(quote(id), nowhere), query)
                        if (answer.status, answer.body.replace(id.encode(), nowhere.encode())) != (
                            other.status,
                            other.body,
                        ):
                            self.tell(filled, reader, "tells a hidden object from one that is not there")
                    self.scanned += len(hidden)

    def _count(self, route, pairs):
        self.pairs += pairs
        self.by_route[route] += pairs


_WORD = re.compile(r"needle[0-9]+x[0-9]+x")
_QUERIES = ("", "state=all", "q=needle&state=all&limit=100")


def _filled(path, ids, chance, part):
    """The path with its parts filled in, and the object's id if that is one of them."""
    if "{id}" in path:
        for id in ids:
            if chance.random() < part:
                yield path.replace("{id}", quote(id)), id
    elif "{" in path:
        yield re.sub(r"\{[a-z]+(:path)?\}", "1", path), None
    else:
        yield path, None


def _which(versions, which):
    """The versions that a list is to give, in order: of one id the last or first by its version."""
    if which == "all":
        return sorted(versions, key=lambda one: one.place)
    chosen = {}
    for one in sorted(versions, key=lambda one: (one.version_key, one.place), reverse=which == "first"):
        chosen[one.id] = one
    return sorted(chosen.values(), key=lambda one: one.place)


def _differ(found, expected):
    more = [one for one in found if one not in expected]
    fewer = [one for one in expected if one not in found]
    return f"LEAKS {more[:3]}, HIDES {fewer[:3]}, {len(found)} for {len(expected)}"


def _stamp(us):
    seconds, rest = divmod(us, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:06d}Z"
