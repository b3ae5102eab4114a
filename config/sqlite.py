"""SQLite as this installation keeps it: in a file for its owner alone."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

OWNER_ALONE = 0o600


class OwnersConnection(sqlite3.Connection):
    """Makes the file before SQLite does, which would let everybody read the names and digests in it.

    Its journals take after it.
    """

    def __init__(self, database: Any, *args: Any, **kwargs: Any) -> None:
        name = os.fsdecode(database)
        if not name.startswith(("file:", ":memory:")):
            _for_its_owner_alone(Path(name))
        super().__init__(database, *args, **kwargs)


def _for_its_owner_alone(path: Path) -> None:
    """A path that cannot be made, or is another's, is left to SQLite, which says what is wrong with it."""
    try:
        if path.exists():
            if path.stat().st_mode & 0o077:
                path.chmod(OWNER_ALONE)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, OWNER_ALONE))
    except OSError:
        return
