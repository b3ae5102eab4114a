"""The keyed pseudonym of a person for a purpose, and what else is kept under that key (rule 13). This module alone reads the key; nothing prints, logs or returns it.

The key is a secret of its own: `PSEUDONYM_KEY` in the environment, else the file `settings.PSEUDONYM_KEY_FILE`, which is drawn
when it is first needed. It lies in no database and in no backup of one. Without it nobody can compute whose a pseudonym is.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pilots.models.people import Person

VARIABLE = "PSEUDONYM_KEY"
LEAST_CHARACTERS = 50


def pseudonym(person: Person, purpose: str) -> str:
    """A person's pseudonym for a purpose: 64 hexadecimal digits. The same person has another one for another purpose.

    Args:
        purpose: a short word for the set of rows that are to be linked with each other, such as `friction`.

    Raises:
        ImproperlyConfigured: the key in the environment is too short.
    """
    return _keyed(f"{purpose}:{person.public_id}")


def keyed_place(kind: str, primary_key: int | None) -> str:
    """A keyed digest of a pilot or a function, which alone would say who lives with it; empty for none."""
    return "" if primary_key is None else _keyed(f"place:{kind}:{primary_key}")


def keyed_order(text: str, purpose: str) -> str:
    """A place in an order that nobody can compute without the key: sort by it where a choice must not be guessed."""
    return _keyed(f"order:{purpose}:{text}")


def fingerprint() -> str:
    """Tells one key from another, and gives neither away."""
    return _keyed("fingerprint")


def destroy_key() -> Path:
    """Overwrite and delete the file of the key. The next report draws another one. Returns where the file was.

    Raises:
        ImproperlyConfigured: the key stands in the environment, where only whoever set it can destroy it.
    """
    if os.environ.get(VARIABLE, "").strip():
        raise ImproperlyConfigured(f"{VARIABLE} is set in the environment: destroy it where it is kept.")
    path = _key_file()
    if path.exists():
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    return path


def _keyed(text: str) -> str:
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def _key() -> bytes:
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        path = _key_file()
        if not path.exists():
            _draw(path)
        given = path.read_text(encoding="utf-8").strip()
    if len(given) < LEAST_CHARACTERS:
        raise ImproperlyConfigured(f"{VARIABLE} must have at least {LEAST_CHARACTERS} characters, drawn at random.")
    return given.encode()


def _key_file() -> Path:
    return Path(settings.PSEUDONYM_KEY_FILE)


def _draw(path: Path) -> None:
    """Write a new key that only its owner can read. Of two processes that start at once, one wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8") as draft:
        draft.write(secrets.token_urlsafe(64) + "\n")
    try:
        path.hardlink_to(draft.name)
    except FileExistsError:
        pass
    finally:
        Path(draft.name).unlink()
