"""The figures as text: a line for each address and person, with its ratio to the limit and how it grew.

`python -m tests.benchmarks.http.tables AFTER.json [PAGE]` makes the table of a run again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADS = (
    "read",
    "as",
    "ms",
    "95 %",
    "worker",
    "database",
    "statements",
    "limit ms",
    "limit cpu",
    "by cpu",
    "by wall",
    "floor (aim)",
    "growth",
    "",
)


def table(report: dict[str, Any]) -> str:
    """Markdown, the largest size by size; `growth` is beside the size before it."""
    sizes = sorted({line["pilots"] for line in report["lines"]})
    before = {(line["read"], line["reader"], line["pilots"]): line for line in report["lines"]}
    lines = [_with_limit(line, before) for line in report["lines"]]
    out = [f"{report['machine']}; {report['rounds']} rounds."]
    for n, size in enumerate(sizes):
        out += ["", f"### {size:,} pilots", "", _row(HEADS), _row(["---"] * len(HEADS))]
        for line in (line for line in lines if line["pilots"] == size):
            smaller = before.get((line["read"], line["reader"], sizes[n - 1])) if n else None
            out.append(_row(_cells(line, smaller)))
        memory = max(line["worker_mb"] for line in report["lines"] if line["pilots"] == size)
        out += ["", f"A worker had {memory} MB at the most."]
    return "\n".join(out)


def _with_limit(line: dict[str, Any], lines: dict[tuple[str, str, int], dict[str, Any]]) -> dict[str, Any]:
    """A line with the limit of the read that it is held to, where it has none of its own."""
    if "limit_ms" in line or not line.get("beside"):
        return line
    held_to = lines[line["beside"], line["reader"], line["pilots"]]
    limit = {name: value for name, value in held_to.items() if name.startswith("limit_")}
    least = limit["limit_worker_ms"] + limit["limit_database_ms"]
    return line | limit | {"ratio": line["ms"] / limit["limit_ms"], "ratio_cpu": cpu(line) / least}


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(line: dict[str, Any], smaller: dict[str, Any] | None) -> Iterator[str]:
    growth = cpu(line) / max(cpu(smaller), 0.001) if smaller else None
    yield line["read"]
    yield line["reader"]
    for name in ("ms", "p95", "worker_ms", "database_ms"):
        yield f"{line[name]:,.1f}"
    yield str(line["statements"])
    yield f"{line['limit_ms']:,.1f}" if "limit_ms" in line else ""
    yield f"{line['limit_worker_ms'] + line['limit_database_ms']:,.1f}" if "limit_ms" in line else ""
    yield f"{line['ratio_cpu']:.2f}" if "ratio" in line else ""
    yield f"{line['ratio']:.2f}" if "ratio" in line else ""
    yield f"{line['floor']:g} ({line['aim']:g})"
    yield f"{growth:.2f}" if growth is not None else ""
    yield verdict(line, growth)


def write_into(page: Path, place: str, text: str) -> None:
    """Put a table where a page says that it belongs: between `<!-- PLACE -->` and `<!-- end of PLACE -->`."""
    before, begins, rest = page.read_text(encoding="utf-8").partition(f"<!-- {place} -->\n")
    _was, ends, after = rest.partition(f"<!-- end of {place} -->")
    if not begins or not ends:
        raise SystemExit(f"{page} has no place for {place}.")
    page.write_text(f"{before}{begins}{text}\n{ends}{after}", encoding="utf-8")


def cpu(line: dict[str, Any]) -> float:
    """Milliseconds of processor time, the worker's and the database's."""
    return float(line["worker_ms"] + line["database_ms"])


def verdict(line: dict[str, Any], growth: float | None) -> str:
    """`aim`, `floor` or `missed`: by processor time and by wall, and by growth and milliseconds where the goal names them."""
    if line["most_ms"] and line["ms"] > line["most_ms"]:
        return "missed"
    if growth is not None and line["growth_allowed"] and growth > line["growth_allowed"]:
        return "missed: growth" if _worst(line) <= line["floor"] else "missed"
    if "ratio" not in line:
        return "floor" if line["most_ms"] else ""
    worst = _worst(line)
    return "aim" if worst <= line["aim"] else "floor" if worst <= line["floor"] else "missed"


def _worst(line: dict[str, Any]) -> float:
    return max(line.get("ratio", 0.0), line.get("ratio_cpu", 0.0))


if __name__ == "__main__":
    made = table(json.loads(Path(sys.argv[1]).read_text()))
    print(made)
    for page in sys.argv[2:]:
        write_into(Path(page), "measured", made)
