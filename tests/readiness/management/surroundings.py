"""What a process of its own is given."""

from __future__ import annotations

import os
from pathlib import Path


def surroundings(file: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "VIRTUAL_ENV")}
    return kept | {
        "DATABASE_URL": f"sqlite:///{file}",
        "SECRET_KEY": "a secret for tests that is long enough 0123456789 abcdef",
        **more,
    }
