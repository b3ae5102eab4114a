"""What works outside of requests: long lists that were uploaded are read one after the other, from the queue in the database."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import sleep

from django.db import DatabaseError, InterfaceError
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker

from readiness.inventory import sessions
from readiness.models.imports import ImportSession, ImportStage, Wanted

SECONDS_BETWEEN = 1.0


def read_what_waits() -> None:
    """Read each list that waits, one after the other. An interrupt ends it after the list that is being read."""
    worker = _worker(until_nothing_waits=True)
    with _signals_for(worker):
        worker.run()


def read_beside() -> Thread:
    """Read what waits, and what will, beside whatever else this process does, as long as it lives.

    For one machine where nothing else reads them, and nothing else was started on the same database: what its last process left
    unfinished is taken up, and a list that another one is reading looks the same.
    """
    take_up_unfinished()
    thread = Thread(target=_read_on, name="long lists", daemon=True)
    thread.start()
    return thread


def take_up_unfinished() -> None:
    """Queue again each import that a process which is no more left unfinished: what was written stands, the rest is read."""
    left = ImportSession.objects.filter(stage__in=(ImportStage.QUEUED, ImportStage.RUNNING))
    for session in left.exclude(file="").order_by("pk"):
        sessions.queue(session, Wanted(session.wanted))


def _read_on() -> None:
    while True:
        # A database that is busy or away ends no more than one look.
        with suppress(DatabaseError, InterfaceError):
            _worker(until_nothing_waits=False).run()
        sleep(SECONDS_BETWEEN)


def _worker(*, until_nothing_waits: bool) -> Worker:
    return Worker(
        queue_names=[DEFAULT_TASK_QUEUE_NAME],
        interval=SECONDS_BETWEEN,
        batch=until_nothing_waits,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )


@contextmanager
def _signals_for(worker: Worker) -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
    worker.configure_signals()
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
