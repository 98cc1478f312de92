"""Doubts about which component depends on which: refs given twice, refs of nothing, circles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

__all__ = ["doubts_about_graph"]

_SHOWN = 5


def doubts_about_graph(
    refs: Iterable[str], edges: Mapping[str, Collection[str]], also: Collection[str] = ()
) -> list[str]:
    """What is doubtful about components called ``refs`` whose dependencies are ``edges``, a sentence each.

    ``also`` are refs of what is no component but may be depended on. Takes time linear in their number.
    """
    doubts = []
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for ref in refs:
        if ref in seen:
            twice[ref] = None
        seen.add(ref)
    if twice:
        doubts.append(f"gives {len(twice)} refs to more than one component: {_some(twice)}")
    known = seen | set(also)
    named = dict.fromkeys(ref for ref in edges if ref not in known)
    for others in edges.values():
        if not known.issuperset(others):
            named.update(dict.fromkeys(ref for ref in others if ref not in known))
    if named:
        doubts.append(f"names {len(named)} refs in dependencies that it nowhere defines: {_some(named)}")
    circle = _circle(edges)
    if circle:
        doubts.append("its dependencies go in a circle: " + " → ".join(_cut(ref) for ref in circle))
    return doubts


def _circle(edges: Mapping[str, Collection[str]]) -> list[str]:
    """The first circle met, its first ref again at the end; empty if there is none. Depth first, without recursion."""
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        path = [start]
        on_path = {start: 0}
        waiting = [iter(edges[start])]
        while waiting:
            for ref in waiting[-1]:
                if ref in on_path:
                    return [*path[on_path[ref] :], ref]
                if ref not in done and ref in edges:
                    on_path[ref] = len(path)
                    path.append(ref)
                    waiting.append(iter(edges[ref]))
                    break
            else:
                waiting.pop()
                left = path.pop()
                del on_path[left]
                done.add(left)
    return []


def _some(refs: Iterable[str]) -> str:
    shown = list(refs)
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(_cut(ref) for ref in shown[:_SHOWN]) + more


def _cut(ref: str) -> str:
    return ref if len(ref) <= 80 else f"{ref[:80]}…"
