"""The guide to the API, asked of a served sample: every command in it is run, and what it prints is what the guide prints.

    python -m tests.guide           holds docs/api-guide.md against what its commands print
    python -m tests.guide --write   writes into it what they print

The sample is loaded into a file of its own, on a day that stands still, and served to this machine. The commands get the address
in `LIVED_IN` and a token in `KEY`. `GUIDE_PYTHON` names another interpreter that has httpx and pandas.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sample_server import served

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "api-guide.md"
READER = "hanne.kjeldsen@vantling.example"
BLOCK = re.compile(r"```(sh|python)\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)


@contextmanager
def served_with_key(folder: Path) -> Iterator[dict[str, str]]:
    """The sample, served; gives what the commands need in their environment."""
    with served(folder) as address:
        from pilots import actions
        from pilots.models import Person

        _token, key = actions.issue_token(person=Person.objects.get(email=READER), by=None)
        yield {"LIVED_IN": f"{address}/api/v1", "KEY": key}


def printed(kind: str, code: str, environ: dict[str, str]) -> str:
    """What a block of the guide prints. Raises CalledProcessError where it fails."""
    python = os.environ.get("GUIDE_PYTHON", sys.executable)
    command = ["bash", "-euo", "pipefail", "-c", code] if kind == "sh" else [python, "-c", code]
    path = f"{Path(python).parent}:{os.environ['PATH']}"
    kept = {"PATH": path, "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/"), **environ}
    done = subprocess.run(command, env=kept, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemExit(f"This of the guide failed:\n{code}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    text = GUIDE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, served_with_key(Path(folder)) as environ:

        def again(found: re.Match[str]) -> str:
            kind, code = found[1], found[2]
            said = printed(kind, code, environ)
            return f"```{kind}\n{code}```\n" + (f"\n```text\n{said}```\n" if said else "")

        new = BLOCK.sub(again, text)
    if "--write" in sys.argv:
        GUIDE.write_text(new, encoding="utf-8")
        return 0
    if new != text:
        import difflib

        sys.stdout.writelines(difflib.unified_diff(text.splitlines(True), new.splitlines(True), "guide", "printed"))
        return 1
    print(f"{len(BLOCK.findall(text))} commands print what the guide prints.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
