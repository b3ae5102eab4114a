"""What gunicorn reads where it is started. Its own options and GUNICORN_CMD_ARGS come on top."""

import gc
import os
from typing import Any

# An access log, where one is switched on, holds no secret of a letter's link.
logger_class = "config.access_log.MaskedLogger"

# One more than there are processors: while one waits for the database, another works.
workers = int(os.environ.get("WEB_CONCURRENCY", (os.cpu_count() or 1) + 1))
# Of what can be asked for on purpose, the slowest takes seconds; a worker that is silent for longer hangs.
timeout = 120

# The application is loaded once, before the workers: they share its memory, and start at once. A new version needs a restart.
preload_app = True


def post_fork(server: Any, worker: Any) -> None:
    """Look for garbage less often: what a request leaves is freed at once, nearly all of it, and to look takes time of each."""
    gc.set_threshold(50_000, 20, 20)


def when_ready(server: Any) -> None:
    """Keep what the application loaded out of every later garbage collection, which would go through all of it each time."""
    gc.collect()
    gc.freeze()
