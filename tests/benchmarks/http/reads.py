"""What is read: each address with the statement that is its limit, and what the design allows between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ALL = frozenset({"office of all", "reviewer of one", "decider of three", "busiest decider", "sponsor of two"})
OFFICE = frozenset({"office of all"})
KEYS = re.compile(r"/pilots/([A-Z0-9-]+)/")
IN_TABLE = re.compile(r">(S1-\d+)(?: ·|<)")


@dataclass(frozen=True, slots=True)
class Read:
    """One address. `floor` and `aim` are ratios to the limit, `growth` is that from the smaller size to the larger.

    One without a statement of its own is held to `most_ms`, or to the limit of the read that it is `beside`.
    """

    name: str
    path: str
    statement: str | None
    floor: float
    aim: float
    growth: float | None = None
    most_ms: float | None = None
    of: frozenset[str] = ALL
    page: bool = False
    same: Callable[[Any, Any], str | None] | None = None
    beside: str | None = None


def contains(answer: Any, limit: Any, place: str = "") -> str | None:
    """Where an answer differs from what the statement gave of it, or None. It may say more, not less and not otherwise."""
    if isinstance(limit, dict):
        if not isinstance(answer, dict):
            return f"{place}: {answer!r} is no object"
        found = (contains(answer.get(name), value, f"{place}.{name}") for name, value in limit.items())
        return next((difference for difference in found if difference), None)
    if isinstance(limit, list):
        if not isinstance(answer, list) or len(answer) != len(limit):
            return f"{place}: {len(answer) if isinstance(answer, list) else answer!r} instead of {len(limit)} rows"
        pairs = enumerate(zip(answer, limit, strict=True))
        return next((d for n, (a, b) in pairs if (d := contains(a, b, f"{place}[{n}]"))), None)
    return None if answer == limit else f"{place}: {answer!r} instead of {limit!r}"


def counted(answer: Any, limit: Any) -> str | None:
    """Figures, where a statement leaves out what there is none of."""
    full = {name: dict.fromkeys(answer[name], 0) | (limit[name] or {}) for name in ("standing", "open_gates")}
    return contains(answer, limit | full)


def counted_by_day(answer: Any, limit: Any) -> str | None:
    """The same for each day."""
    zero = [dict.fromkeys(point["standing"], 0) for point in answer]
    full = [point | {"standing": none | point["standing"]} for point, none in zip(limit, zero, strict=True)]
    return contains(answer, full)


def on_board(answer: Any, limit: Any) -> str | None:
    """Pilots on the board, whose gates stand by kind and say less."""
    of_pilot = ("key", "name", "portfolio", "function", "standing", "stalls_on", "days_quiet")
    rows = [
        {name: row[name] for name in of_pilot}
        | {"gates": {g["kind"]: {n: g[n] for n in ("state", "court", "since", "days")} for g in row["gates"]}}
        for row in limit["results"]
    ]
    return contains(answer["results"], rows)


def same_seats(answer: Any, limit: Any) -> str | None:
    """Who sits where: the holder by name, or somebody for them."""
    places = [{name: row[name] for name in ("portfolio", "function", "kind")} for row in limit["results"]]
    return contains(answer["results"], places)


def shows(answer: str, limit: Any) -> str | None:
    """Whether a page shows the pilots that the statement gave, in that order."""
    wanted = [row["key"] for row in limit["results"]]
    found = list(dict.fromkeys([*KEYS.findall(answer), *IN_TABLE.findall(answer)]))
    there = [key for key in found if key in set(wanted)]
    return None if there == list(dict.fromkeys(wanted)) else f"{there} instead of {wanted}"


API = "/api/v1/"
READS = (
    Read("list of 50", f"{API}pilots/", "pilots", 4, 2.5, growth=1.2),
    Read("one pilot", f"{API}pilots/{{pilot}}/", "pilot", 6, 3, growth=1.2),
    Read("summary", f"{API}portfolio/summary/", "summary", 1.5, 1.2, same=counted),
    Read("bottlenecks", f"{API}portfolio/bottlenecks/", "bottlenecks", 2, 1.2, most_ms=2000),
    Read("board of 50", f"{API}portfolio/board/", "board", 2, 1.2, most_ms=2000, same=on_board),
    Read("trend of 12 months", f"{API}portfolio/trend/", "trend", 2, 1.2, most_ms=2000, same=counted_by_day),
    Read("waits of 90 days", f"{API}portfolio/waits/", None, 2, 1.2, most_ms=2000),
    # Their statements by hand are held against them in `reviewing`.
    Read("decisions that free", f"{API}portfolio/decisions-that-free/", None, 2, 1.2, most_ms=2000),
    Read("changes of a quarter", f"{API}changes/", None, 4, 2.5, most_ms=2000),
    Read("changes of a year", f"{API}changes/?from={{year}}", None, 4, 2.5, most_ms=2000),
    Read("changes as known then", f"{API}changes/?known_at={{past}}", None, 4, 2.5, most_ms=2000),
    Read("pilots outside", f"{API}pilots/?court=outside", None, 4, 2.5, most_ms=2000),
    Read(
        "pilots of a court then",
        f"{API}pilots/?court=decider&as_of={{past}}&known_at={{past}}",
        None,
        4,
        2.5,
        most_ms=2000,
    ),
    Read("gates that wait longest", f"{API}gates/?waiting_longer_than=10&ordering=-days", None, 4, 2.5, most_ms=2000),
    Read("exhibits today", f"{API}exhibits/", "exhibits", 4, 2.5, growth=1.2),
    Read("exhibits of a past day", f"{API}exhibits/?as_of={{past}}", "exhibits@past", 4, 2.5, growth=1.2),
    Read(
        "exhibits as known then",
        f"{API}exhibits/?as_of={{past}}&known_at={{past}}",
        "exhibits_known",
        4,
        2.5,
        growth=1.2,
    ),
    Read("gates of 50", f"{API}gates/", "gates", 4, 2.5, growth=1.2),
    Read("decisions of 50", f"{API}decisions/", "decisions", 4, 2.5, growth=1.2),
    Read("events of 50", f"{API}events/", "changes", 4, 2.5, growth=1.2),
    Read("rights of 50 places", f"{API}rights/", "rights", 4, 2.5, growth=1.2, same=same_seats),
    Read("/my/gates/", "/my/gates/", "my_gates", 8, 4, page=True, same=shows),
    Read("/my/decisions/", "/my/decisions/", "my_decisions", 8, 4, page=True, same=shows),
    Read("/museum/", "/museum/", "museum", 8, 4, page=True, same=shows),
    Read("/portfolio/", "/portfolio/", "portfolio", 8, 4, page=True, same=shows),
    Read("/rights/", "/rights/", "rights", 8, 4, page=True),
    Read("/pilots/KEY/", "/pilots/{pilot}/", "pilot", 8, 4, page=True, same=shows),
    Read("admin list", "/admin/pilots/pilot/", "admin", 15, 10, growth=1.2, of=OFFICE, page=True, same=shows),
    Read(
        "admin list, searched",
        "/admin/pilots/pilot/?q=invoices",
        None,
        20,
        10,
        of=OFFICE,
        page=True,
        beside="admin list",
    ),
    Read(
        "admin list, filtered",
        "/admin/pilots/pilot/?standing=museum_exhibit",
        None,
        20,
        10,
        of=OFFICE,
        page=True,
        beside="admin list",
    ),
    Read("admin list, sorted", "/admin/pilots/pilot/?o=2", None, 20, 10, of=OFFICE, page=True, beside="admin list"),
    # With the usual columns the gates stand from the fifth on, and the next move stands last.
    Read("admin list by gate", "/admin/pilots/pilot/?o=5", None, 20, 10, of=OFFICE, page=True, beside="admin list"),
    Read("admin list by move", "/admin/pilots/pilot/?o=14", None, 20, 10, of=OFFICE, page=True, beside="admin list"),
    Read("admin first page", "/admin/", None, 2, 1.2, of=OFFICE, page=True, most_ms=2000),
)
