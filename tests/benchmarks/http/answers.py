"""Whether the API answers as it did, byte by byte: `python -m tests.benchmarks.http.answers --database NAME (--keep|--against) FILE`.

Every read is asked as each of the people, of the same database, once by the product as it was and once as it is:

    … answers --database lived_in_benchmark_10000 --product ../before --keep answers.json
    … answers --database lived_in_benchmark_10000 --against answers.json

`--sample` asks as everybody in the sample portfolio, in place of the five people of a synthetic installation.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.http.__main__ import in_production
from tests.benchmarks.http.servers import HERE, ROOT, Server, serving

PATHS = (
    "pilots/",
    "pilots/?as_of={past}",
    "pilots/?as_of={past}&known_at={past}",
    "pilots/?standing=museum_exhibit",
    "pilots/?standing=claimed",
    "pilots/?standing=at_risk&standing=ready&page_size=200",
    "pilots/?standing=void",
    "pilots/?stage=planned",
    "pilots/?gate=legal-sign-off&court=decider",
    "pilots/?sponsor=none",
    "pilots/?high_impact=true",
    "pilots/{pilot}/",
    "pilots/{pilot}/?as_of={past}",
    "pilots/{pilot}/?as_of={past}&known_at={past}",
    "pilots/{pilot}/evidence/",
    "exhibits/",
    "exhibits/?as_of={past}",
    "exhibits/?as_of={past}&known_at={past}",
    "gates/",
    "gates/?as_of={past}",
    "gates/?as_of={past}&known_at={past}",
    "gates/?court=decider",
    "gates/?court=nobody&kind=legal-sign-off",
    "gates/?state=lapsed&state=reconfirm",
    "gates/?waits_on={me}",
    "gates/?holder={me}",
    "gates/?pilot={pilot}",
    "gates/{gate}/",
    "gates/{gate}/?as_of={past}",
    "decisions/",
    "decisions/?as_of={past}",
    "decisions/?outcome=refused",
    "events/",
    "changes/",
    "events/?from={past}",
    "changes/?from={past}",
    "events/?pilot={pilot}",
    "changes/?pilot={pilot}",
    "rights/",
    "rights/?as_of={past}",
    "portfolio/summary/",
    "portfolio/summary/?as_of={past}",
    "portfolio/board/",
    "portfolio/board/?as_of={past}",
    "portfolio/bottlenecks/",
    "portfolio/decisions-that-free/",
    "portfolio/bottlenecks/?as_of={past}",
    "portfolio/trend/",
    "portfolio/trend/?months=30",
    "portfolio/waits/",
    *(f"portfolio/waits/?by={by}" for by in ("kind", "holder", "function", "portfolio")),
    "portfolio/waits/?by=pilot&pilot={pilot}",
    "portfolio/waits/?from={past}&kind=it-data-access",
    "portfolio/waits/?holder={me}&by=pilot",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.http.answers")
    parser.add_argument("--database", required=True)
    parser.add_argument("--product", type=Path, default=ROOT)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--against", type=Path)
    asked = parser.parse_args()
    in_production(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{asked.database}").geturl())
    product = asked.product.resolve()
    with serving("served:application", 8103, asked.database, product=product) as server:
        found = {
            f"{reader['name']}: {path}": _ask(server, reader, path)
            for reader in _readers(asked.sample, product)
            for path in PATHS
        }
    if asked.keep:
        asked.keep.write_text(json.dumps(found, indent=1))
        print(f"{len(found):,} answers are kept.")
    if asked.against:
        _compare(json.loads(asked.against.read_text()), found)


def _readers(sample: bool, product: Path) -> list[dict[str, Any]]:
    command = [sys.executable, str(HERE / "people.py"), "sample" if sample else "synthetic"]
    given = os.environ | {"PYTHONPATH": str(product)}
    said = subprocess.run(command, cwd=product, env=given, check=True, stdout=subprocess.PIPE, text=True).stdout
    readers: list[dict[str, Any]] = json.loads(said)
    return readers


def _ask(server: Server, reader: dict[str, Any], path: str) -> str:
    past = datetime.now(tz=UTC).date() - timedelta(days=120)
    given = {"past": past, "pilot": reader["pilot"], "gate": reader["gate"], "me": reader["public_id"]}
    answer = server.ask(f"/api/v1/{path.format(**given)}", {"Authorization": f"Token {reader['key']}"})
    return f"{answer.status} {len(answer.body)} {hashlib.sha256(answer.body).hexdigest()}"


def _compare(before: dict[str, str], after: dict[str, str]) -> None:
    differ = [name for name in before if before[name] != after.get(name)]
    for name in differ:
        print(f"{name}\n  was {before[name]}\n  is  {after.get(name)}")
    good = sum(said.startswith("200") for said in after.values())
    print(f"{len(before) - len(differ):,} of {len(before):,} answers are the same, byte by byte; {good:,} are 200.")
    if differ or not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
