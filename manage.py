#!/usr/bin/env python
"""Lived In's commands."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        # A lock that could not be had is said in a sentence, whichever command it was.
        from pilots.busy import is_busy
        from pilots.refusals import Busy

        if not (isinstance(error, Busy) or is_busy(error)):
            raise
        sys.exit(f"{Busy.code}: {Busy.sentence}")


if __name__ == "__main__":
    main()
