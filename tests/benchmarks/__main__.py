"""The benchmarks: `python -m tests.benchmarks [NAME …] [--all] [--pilots N] [--decisions N] [--json] [--keep]`.

They are no part of the test suite: pytest collects none of them, and no figure is asserted. CI runs all of them, small, so
that a reference that gives other rows than what it is held against is noticed. They run on the engine that
`DATABASE_URL` names, in a database of their own beside it (its name with `test_` before it), filled by `make_portfolio`;
`--keep` leaves that database for the next run. `importing` empties nothing: each of its runs is taken back; it reads the whole
inventory, or as many rows as `--pilots` says. `verifying` runs only where it is named, or with `--all`: it writes a log of a million decisions, which takes minutes.

    python -m tests.benchmarks importing
    DATABASE_URL=postgres://… python -m tests.benchmarks exporting --pilots 100000 --keep
    DATABASE_URL=postgres://… python -m tests.benchmarks museum queue reviewing deciding --pilots 100000 --keep
    DATABASE_URL=postgres://… python -m tests.benchmarks adding_kind --pilots 20000
    DATABASE_URL=postgres://… python -m tests.benchmarks signals --reports 1000000
    DATABASE_URL=postgres://… python -m tests.benchmarks verifying --decisions 1000000
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable

import django


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--pilots", type=int)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.core.management import call_command
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from pilots.models import Pilot
    from tests.benchmarks import (
        adding_kind,
        deciding,
        exporting,
        harness,
        hashing,
        importing,
        many,
        museum,
        over_api,
        queue,
        reviewing,
        signals,
        verifying,
    )

    there: dict[str, Callable[[], Iterable[harness.Measured]]] = {
        "importing": lambda: importing.measure(asked.rounds, asked.pilots),
        "exporting": lambda: exporting.measure(asked.rounds),
        "museum": lambda: museum.measure(asked.rounds),
        "queue": lambda: queue.measure(asked.rounds),
        "reviewing": lambda: reviewing.measure(asked.rounds),
        "deciding": lambda: deciding.measure(asked.rounds),
        "many": lambda: many.measure(asked.rounds),
        "over_api": lambda: over_api.measure(asked.rounds),
        "adding_kind": lambda: adding_kind.measure(asked.rounds),
        "hashing": lambda: hashing.measure(asked.rounds),
        "signals": lambda: signals.measure(asked.rounds, asked.reports),
        "verifying": lambda: verifying.measure(asked.decisions),
    }
    unknown = set(asked.names) - set(there)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}. There is: {', '.join(there)}.")
    # In this order, whatever was typed: what verifying leaves is no log to measure anything else by.
    usual = set(there) if asked.all else set(there) - {"verifying"}
    names = [n for n in there if n in (asked.names or usual)]
    if asked.keep and "verifying" in names:
        parser.error("the log that verifying writes is not kept: leave out --keep.")
    # As in production: nobody keeps a log of queries.
    setup_test_environment(debug=False)
    # A copy of every row in memory is for tests that roll nothing back; a million pilots would not fit.
    databases = setup_databases(verbosity=0, interactive=False, keepdb=asked.keep, serialized_aliases=[])
    try:
        if set(names) - {"importing", "signals"} and not Pilot.objects.exists():
            call_command("make_portfolio", pilots=asked.pilots or 1000, seed=1, at=museum.AT)
        found = [one for name in names for one in there[name]()]
    finally:
        teardown_databases(databases, verbosity=0, keepdb=asked.keep)
    print(harness.as_json(found) if asked.json else harness.table(found))


if __name__ == "__main__":
    main()
