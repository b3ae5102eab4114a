"""The sample, served to this machine from a file of its own on a day that stands still: what the documents are made from."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

TODAY = date(2026, 11, 23)


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_args: Any) -> None:
        return


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Set the sample up in a folder and serve it; gives its address, without a slash at the end."""
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder / 'sample.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ["LOG_LEVEL"] = "ERROR"
    import django
    from django.utils import timezone

    django.setup()
    timezone.localdate = lambda *_args, **_kwargs: TODAY  # type: ignore[assignment]
    from django.core.management import call_command

    from config.wsgi import application

    with open(os.devnull, "w") as nowhere:
        call_command("start", "--setup-only", stdout=nowhere)
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
