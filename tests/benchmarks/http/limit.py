"""The limit: one hand-written statement behind a bare WSGI function, served by gunicorn as the product is.

It finds the person by the key, as the API does, and sends what the database made of it: JSON, and nothing else. Who sees
what is part of each statement. What stands in `LIMIT_DATABASE` is asked over one connection with the product's own settings.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import psycopg

from tests.benchmarks.http import statements, writes

OWNER = "SELECT user_id FROM pilots_apitoken WHERE digest = %s AND (expiry IS NULL OR expiry > now())"
asked: psycopg.Connection[Any] | None = None


def connection() -> psycopg.Connection[Any]:
    global asked
    if asked is None:
        asked = psycopg.connect(
            os.environ["LIMIT_DATABASE"], autocommit=True, options="-c jit=off -c random_page_cost=2"
        )
    return asked


@cache
def has_policies() -> bool:
    """Whether any portfolio has another policy than the usual."""
    row = connection().execute("SELECT EXISTS (SELECT 1 FROM pilots_stallpolicy)").fetchone()
    return bool(row and row[0])


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """`/NAME?reach=few&at=…` answers with what the statement of that name gives for whoever's key it is."""
    there = connection()
    key = environ["HTTP_AUTHORIZATION"].split()[1]
    owner = there.execute(OWNER, [hashlib.sha512(key.encode()).hexdigest()]).fetchone()
    assert owner is not None
    given: dict[str, Any] = dict.fromkeys(("key", "known", "gate"))
    given |= dict(parse_qsl(environ["QUERY_STRING"])) | {"me": owner[0]}
    name = environ["PATH_INFO"].strip("/")
    if environ["REQUEST_METHOD"] == "POST":
        body = json.loads(environ["wsgi.input"].read())
        with there.transaction():
            answer = writes.decide(there, owner[0], **body)
    else:
        row = there.execute(statements.of(name, given["reach"], has_policies=has_policies()), given).fetchone()
        assert row is not None
        answer = row[0]
    body = answer.encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
