"""Two runs beside each other: `python -m tests.benchmarks.http.compare BEFORE.json AFTER.json [PAGE]`.

Where a page of the documentation is named, the table is written into it too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.http.tables import cpu, write_into


def main() -> None:
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    before, after = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    print(compared(before, after))
    for page in sys.argv[3:]:
        write_into(Path(page), "compared", compared(before, after))


def compared(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Markdown: for each line that both have, milliseconds by wall and by processor, statements, and how many times less."""
    was = {_name(line): line for line in before["lines"]}
    out = [
        f"Before: {before['product']}, {before['machine']}. After: {after['product']}, {after['machine']}.",
        "",
        "| pilots | read | as | ms before | ms after | cpu before | cpu after | statements | times less |",
        "| --- " * 9 + "|",
    ]
    for line in after["lines"]:
        old = was.get(_name(line))
        if old is not None:
            less = cpu(old) / max(cpu(line), 0.001)
            out.append(
                f"| {line['pilots']:,} | {line['read']} | {line['reader']} | {old['ms']:,.1f} | {line['ms']:,.1f} "
                f"| {cpu(old):,.1f} | {cpu(line):,.1f} | {old['statements']} → {line['statements']} | {less:.1f} |"
            )
    for line in before.get("failed", ()):
        out.append(f"| {line['pilots']:,} | {line['read']} | {line['reader']} | no answer in a minute | | | | | |")
    return "\n".join(out)


def _name(line: dict[str, Any]) -> tuple[Any, ...]:
    return line["pilots"], line["read"], line["reader"]


if __name__ == "__main__":
    main()
