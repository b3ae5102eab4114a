"""What is read as JSON. A number that is none (NaN, 1e400) is read, so that the action refuses it at its field, in its words."""

from __future__ import annotations

import json
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from readiness.api.exceptions import TooLarge

DEEPEST = 20
"""Lists and objects within each other. No input of ours has more than four."""


class Parser(JSONParser):
    """JSON in UTF-8 of a size and a depth that can be meant, with the numbers that Python also writes."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """What was sent.

        Raises:
            TooLarge: more than `DATA_UPLOAD_MAX_MEMORY_SIZE`; what follows is not read.
            ParseError: no JSON, or nested too deep.
        """
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge
        try:
            found = json.loads(body.decode())
        except RecursionError as error:
            raise ParseError(_too_deep()) from error
        except ValueError as error:
            raise ParseError(_("This is not JSON: %(error)s.") % {"error": error}) from error
        if _depth(found) > DEEPEST:
            raise ParseError(_too_deep())
        return found


def _depth(value: Any) -> int:
    """How many lists and objects lie within each other. Counted level by level, so that no depth is too much."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _too_deep() -> str:
    return _("This is nested more than %(most)d deep.") % {"most": DEEPEST}
