"""The Chromium of this machine, and how it is started so that it calls nobody."""

from __future__ import annotations

import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Where it is, by the first of its names that is known here."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
