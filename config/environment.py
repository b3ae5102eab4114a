"""Values from the environment. One that cannot be read stops the start, and the message names its variable."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from config.sqlite import OwnersConnection

T = TypeVar("T")

LEAST_DIFFERENT = 12
"""Of 50 hexadecimal digits drawn at random, fewer than that are hardly ever different."""

MADE_FOR_DEVELOPMENT = "django-insecure-"
"""How Django marks the secrets that it writes into a new project."""

LONGEST_PIECE_TWICE = 7
"""Of 50 characters drawn at random, even of hexadecimal digits, that many in a row hardly ever come twice."""

YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})

env = environ.Env()


def text(name: str, default: str) -> str:
    return str(env.str(name, default=default)).strip()


def boolean(name: str, default: bool) -> bool:
    """True or false. django-environ alone reads every word that it does not know as false."""
    written = text(name, "").lower()
    if not written:
        return default
    if written in YES | NO:
        return written in YES
    raise ImproperlyConfigured(f"{name} must be true or false, not {written!r}.")


def whole_number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    def read(written: str) -> int:
        number = int(written)
        if number < least or (most is not None and number > most):
            raise ValueError
        return number

    size = f"of at least {least}" if most is None else f"from {least} to {most}"
    return _read(name, str(default), read, f"a whole number {size}")


HOST = re.compile(r"\.?[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_*-]+)*|\[[0-9A-Fa-f:.]+\]|\*")


def hosts(name: str, default: list[str]) -> list[str]:
    """Names of hosts as a browser sends them, without a port."""
    chosen = names(name, default)
    for host in chosen:
        if not HOST.fullmatch(host):
            raise ImproperlyConfigured(
                f"{name} must name hosts alone, such as lived-in.example: no scheme, port or path, as in {host!r}."
            )
    return chosen


def names(name: str, default: list[str]) -> list[str]:
    """Values with commas between them."""
    written = text(name, "")
    return [part.strip() for part in written.split(",") if part.strip()] if written else default


def one_of(name: str, default: str, choices: tuple[str, ...]) -> str:
    chosen = text(name, default)
    if chosen not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {chosen!r}.")
    return chosen


def time_zone(name: str, default: str) -> str:
    return _read(name, default, lambda written: ZoneInfo(written).key, "a time zone such as Europe/Paris")


def secret(name: str, *, kept_in: Path | None) -> str:
    """A secret of at least 50 characters. With a file to keep it in, the first start draws one of its own."""
    given = text(name, "")
    if given:
        if given.startswith(MADE_FOR_DEVELOPMENT):
            raise ImproperlyConfigured(f"{name} must not be one that was made for development: draw another.")
        if len(given) < 50 or len(set(given)) < LEAST_DIFFERENT or _repeats(given):
            raise ImproperlyConfigured(
                f"{name} must have at least 50 characters, drawn at random from many: at least {LEAST_DIFFERENT} different ones."
            )
        return given
    if kept_in is None:
        raise ImproperlyConfigured(f"{name} must be set when DEBUG is false.")
    if not kept_in.exists():
        _keep(secrets.token_urlsafe(64), kept_in)
    return kept_in.read_text(encoding="utf-8").strip()


def database(name: str, default: str | None, *, pool_size: int, wait: int) -> dict[str, Any]:
    """The connection settings of an SQLite file or a PostgreSQL server. A refusal never repeats the address: it may hold a password.

    Args:
        wait: for how many seconds a writer waits for a lock that another one holds, before it is refused.
    """
    written = text(name, "") or default
    if written is None:
        raise ImproperlyConfigured(
            f"{name} must be set when DEBUG is false: nothing is kept where nobody looks for it."
        )
    if not written.startswith(("sqlite:///", "postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgres://.")
    try:
        settings: dict[str, Any] = env.db_url_config(written)
    except (ValueError, TypeError) as wrong:
        raise ImproperlyConfigured(f"{name} is not a database address.") from wrong
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        if settings["NAME"] in ("", ":memory:"):
            raise ImproperlyConfigured(f"{name} must name a file, as in sqlite:////var/lib/lived-in/database.sqlite3.")
        return settings | {"OPTIONS": SQLITE | {"timeout": wait}}
    # The pool is built here: one asked for in the address arrives as text, and fails. Pools and kept connections exclude each other.
    pool = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    given: dict[str, Any] = settings.get("OPTIONS", {})
    # To compile a statement takes longer than any page may: the cost of who sees what is guessed too high. And to try every order
    # of its joins takes longer than most statements: they are written in an order that is good. Its guess of what it costs to read
    # a row by an index is that of a turning disk, and has it read tables of millions whole. An address can ask otherwise.
    flags = (
        "-c jit=off -c join_collapse_limit=4 -c random_page_cost=2",
        given.get("options", ""),
        f"-c lock_timeout={wait}s",
    )
    server_options = " ".join(part for part in flags if part)
    options = given | {"pool": pool, "options": server_options}
    return settings | {"CONN_MAX_AGE": 0, "OPTIONS": options}


def folder(name: str, default: Path, *, outside: Path, beside: Path) -> Path:
    """A folder that nobody is served from, and that holds nothing but what is put there.

    Args:
        beside: the product's own folder, which must not lie in it.
    """
    chosen = Path(text(name, "") or default).resolve()
    if beside.resolve().is_relative_to(chosen):
        raise ImproperlyConfigured(f"{name} must be a folder of its own: {chosen} holds the product.")
    if chosen.is_relative_to(outside.resolve()):
        raise ImproperlyConfigured(f"{name} must not lie in {outside}: files there are served to everybody.")
    return chosen


def folder_beside(database: dict[str, Any], otherwise: Path) -> Path:
    """The folder of an SQLite file; another one where the database is no file."""
    path = Path(str(database["NAME"]))
    in_a_file = database["ENGINE"] == "django.db.backends.sqlite3" and path.is_absolute()
    return path.parent if in_a_file else otherwise


# A writer takes its lock at the start and waits for it, instead of failing half-way.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "factory": OwnersConnection,
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
}


def _read(name: str, default: str, read: Callable[[str], T], wanted: str) -> T:
    written = text(name, default) or default
    try:
        return read(written)
    except (ValueError, OSError, KeyError) as wrong:
        raise ImproperlyConfigured(f"{name} must be {wanted}, not {written!r}.") from wrong


def _repeats(written: str) -> bool:
    """Whether much of it stands in it before: of what was drawn at random, hardly a piece does."""
    size = LONGEST_PIECE_TWICE + 1
    pieces = [written[at : at + size] for at in range(len(written) - size + 1)]
    return len(set(pieces)) < len(pieces)


def _keep(value: str, path: Path) -> None:
    """Write a file that only its owner can read, whole or not at all. Of two processes that start at once, one wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8") as draft:
        draft.write(value + "\n")
    try:
        path.hardlink_to(draft.name)
    except FileExistsError:
        pass
    finally:
        Path(draft.name).unlink()
