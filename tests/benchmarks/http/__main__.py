"""Everything that is served, as each of its people, beside its limit: `python -m tests.benchmarks.http [--pilots N …] [--out FILE]`.

Needs a PostgreSQL server on this machine, named by `DATABASE_URL` (any database of it). For each size it makes the database
`lived_in_benchmark_N` once, by `make_portfolio`, and keeps it. Product and limit run under gunicorn with one worker each and
are asked turn by turn. First their answers are held against each other: a difference ends the run. Parallel queries are off in
these databases, so that the processor time of a statement is that of one process.

    DATABASE_URL=postgres://… python -m tests.benchmarks.http --out after.json
    DATABASE_URL=postgres://… python -m tests.benchmarks.http --product ../before --out before.json
    python -m tests.benchmarks.http.compare before.json after.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg

from tests.benchmarks.http.people import Reader
from tests.benchmarks.http.servers import HERE, ROOT, Answer, Server, serving

SECRET = secrets.token_urlsafe(64)
LONGEST = 6.0
"""Seconds that one line takes at the most, once it was asked three times, or once where one answer takes as long."""


class NoAnswer(Exception):
    """The product has not answered a read, or not in time."""


def main() -> None:
    asked = _arguments()
    found: list[dict[str, Any]] = []
    for pilots in asked.pilots:
        database = f"lived_in_benchmark_{pilots}"
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
        in_production(address)
        _make(pilots, database, address)
        found += _measure(pilots, database, address, asked)
    report = {
        "machine": f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}",
        "product": _revision(asked.product),
        "rounds": asked.rounds,
        "lines": [line for line in found if "failed" not in line],
        "failed": [line for line in found if "failed" in line],
    }
    if asked.out:
        asked.out.write_text(json.dumps(report, indent=1) + "\n")
    from tests.benchmarks.http.tables import table, write_into

    print(table(report))
    if asked.into:
        write_into(asked.into, "measured", table(report))
    if report["failed"]:
        raise SystemExit("\n".join(line["failed"] for line in report["failed"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.http")
    parser.add_argument("--pilots", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="only lines whose name holds this")
    parser.add_argument("--people", default="", help="only people whose name holds this")
    parser.add_argument(
        "--product", type=Path, default=ROOT, help="the checkout that is measured; this one unless said"
    )
    parser.add_argument("--port", type=int, default=8101, help="the port of the product; the limit has the next one")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--into", type=Path, help="a page of the documentation that the table is written into")
    asked = parser.parse_args()
    asked.product = asked.product.resolve()
    return asked


def in_production(address: str) -> None:
    """As in production, for this process and the servers."""
    os.environ |= {
        "DATABASE_URL": address,
        "DEBUG": "false",
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "localhost",
        "TRUSTED_PROXIES": "1",
        "EVIDENCE_ROOT": f"/tmp/{address.rpartition('/')[2]}-evidence",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_HOST": "localhost",
    }


def _make(pilots: int, database: str, address: str) -> None:
    """The database of a size, where there is none yet."""
    server = urlsplit(address)._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as there:
        if there.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            return
        there.execute(f'CREATE DATABASE "{database}"')
        there.execute(f'ALTER DATABASE "{database}" SET max_parallel_workers_per_gather = 0')
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "-v0"], ["make_portfolio", "--pilots", str(pilots)]):
        subprocess.run([*manage, *command], cwd=ROOT, check=True)
    with psycopg.connect(address, autocommit=True) as there:
        there.execute("VACUUM ANALYZE")


def _measure(pilots: int, database: str, address: str, asked: argparse.Namespace) -> list[dict[str, Any]]:
    people = _people(asked.product)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=asked.product, check=True
    )
    with ExitStack() as open_:
        product = open_.enter_context(serving("served:application", asked.port, database, product=asked.product))
        limit = open_.enter_context(
            serving(
                "tests.benchmarks.http.limit:application",
                asked.port + 1,
                database,
                product=ROOT,
                LIMIT_DATABASE=address,
            )
        )
        found = list(_lines(pilots, people, product, limit, asked))
        memory = {"product": product.peak_mb(), "limit": limit.peak_mb()}
    print(f"{pilots:,} pilots: a worker had {memory['product']} MB at the most.", file=sys.stderr)
    return [line | {"worker_mb": memory["product"]} for line in found]


def _people(product: Path) -> list[Reader]:
    """Asked of a process of its own: this one reads no settings, so that it can go from database to database."""
    command = [sys.executable, str(HERE / "people.py"), "synthetic"]
    given = os.environ | {"PYTHONPATH": str(product)}
    said = subprocess.run(command, cwd=product, env=given, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Reader(**found) for found in json.loads(said)]


def _lines(
    pilots: int, people: list[Reader], product: Server, limit: Server, asked: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    from tests.benchmarks.http.decisions import decisions
    from tests.benchmarks.http.reads import READS

    today = datetime.now(tz=UTC).date()
    days = {"today": str(today), "past": str(today - timedelta(days=120)), "year": str(today - timedelta(days=365))}
    for reader in people:
        for read in READS:
            if asked.only in read.name and asked.people in reader.name and reader.name in read.of:
                try:
                    line = _line(read, reader, days, product, limit, asked.rounds)
                except NoAnswer as failed:
                    print(f"{pilots:>9,}  {failed}", file=sys.stderr, flush=True)
                    yield {"pilots": pilots, "reader": reader.name, "read": read.name, "failed": str(failed)}
                    continue
                print(f"{pilots:>9,}  {reader.name:<17} {read.name:<24} {_brief(line)}", file=sys.stderr, flush=True)
                yield {"pilots": pilots, "reader": reader.name, "read": read.name} | line
    for reader in people:
        if asked.people in reader.name and "decider" in reader.name:
            for read, pairs in decisions(reader, product, limit, asked.rounds, days["today"], asked.only):
                line = _figures(read, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
                print(f"{pilots:>9,}  {reader.name:<17} {read.name:<24} {_brief(line)}", file=sys.stderr, flush=True)
                yield {"pilots": pilots, "reader": reader.name, "read": read.name} | line


def _brief(line: dict[str, Any]) -> str:
    ratio = f"{line['ratio_cpu']:.2f} times by processor, {line['ratio']:.2f} by wall" if "ratio" in line else ""
    return f"{line['ms']:>8.1f} ms  {line['statements']:>3} statements  {ratio}"


def _line(
    read: Any, reader: Reader, days: dict[str, str], product: Server, limit: Server, rounds: int
) -> dict[str, Any]:
    path = read.path.format(pilot=reader.pilot, **days)
    with_key = {"Authorization": f"Token {reader.key}"}
    headers = {"Cookie": reader.cookie} if read.page else with_key
    against = _limit_path(read, reader, days)
    first = product.ask(path, headers)
    _hold(read, first, limit.ask(against, with_key) if against else None, reader)
    sides: tuple[list[Answer], list[Answer]] = ([], [])
    began = monotonic()
    for turn in range(rounds):
        if monotonic() - began > LONGEST and (turn >= 3 or first.ms > 1000 * LONGEST):
            break
        for n in (0, 1) if turn % 2 else (1, 0):
            if n == 0:
                sides[0].append(product.ask(path, headers))
            elif against:
                sides[1].append(limit.ask(against, with_key))
    return _figures(read, *sides)


def _limit_path(read: Any, reader: Reader, days: dict[str, str]) -> str | None:
    if read.statement is None:
        return None
    name, _at, past = read.statement.partition("@")
    at = days["past"] if past or "as_of" in read.path else days["today"]
    given = {"reach": reader.reach, "at": at, "today": days["today"], "key": reader.pilot, "known": days["past"]}
    return f"/{name}?{urlencode(given)}"


def _hold(read: Any, answer: Answer, limit: Answer | None, reader: Reader) -> None:
    """Both sides say the same, or nothing is measured."""
    from tests.benchmarks.http.reads import contains

    if answer.status != 200:
        raise NoAnswer(
            f"{read.name} as {reader.name}: {answer.status} after {answer.ms / 1000:,.0f} s {answer.leads_to}"
        )
    if limit is None or (read.page and read.same is None):
        return
    if limit.status != 200:
        raise SystemExit(f"the limit of {read.name} as {reader.name}: {limit.status} {limit.body[:300]!r}")
    rows = json.loads(limit.body)
    body: Any = answer.body.decode() if read.page else json.loads(answer.body)
    if read.name == "one pilot":
        rows = rows["results"][0]
    difference = (read.same or contains)(body, rows)
    if difference:
        raise SystemExit(f"{read.name} as {reader.name}: {difference}")


def _figures(read: Any, mine: list[Answer], limits: list[Answer]) -> dict[str, Any]:
    out: dict[str, Any] = {
        "ms": _median(mine, "ms"),
        "p95": _p95(mine),
        "worker_ms": _median(mine, "worker_ms"),
        "database_ms": _median(mine, "database_ms"),
        "statements": mine[-1].statements,
        "bytes": len(mine[-1].body),
        "rounds": len(mine),
        "floor": read.floor,
        "aim": read.aim,
        "growth_allowed": read.growth,
        "most_ms": read.most_ms,
        "beside": read.beside,
    }
    if limits:
        out |= {
            "limit_ms": _median(limits, "ms"),
            "limit_p95": _p95(limits),
            "limit_worker_ms": _median(limits, "worker_ms"),
            "limit_database_ms": _median(limits, "database_ms"),
        }
        took, least = (out[f"{side}worker_ms"] + out[f"{side}database_ms"] for side in ("", "limit_"))
        out |= {"ratio": out["ms"] / out["limit_ms"], "ratio_cpu": took / max(least, 0.001)}
    return out


def _median(answers: list[Answer], what: str) -> float:
    return round(median(getattr(answer, what) for answer in answers), 3)


def _p95(answers: list[Answer]) -> float:
    took = [answer.ms for answer in answers]
    return round(quantiles(took, n=20)[-1] if len(took) > 1 else took[0], 3)


def _revision(product: Path) -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=product, capture_output=True, text=True)
    return re.sub(r"\W", "", asked.stdout) or "no revision"


if __name__ == "__main__":
    main()
