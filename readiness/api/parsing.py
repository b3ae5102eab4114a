"""What is read as JSON. A number that is none (NaN, 1e400) is read, so that the verb refuses it at its field, in its words."""

from __future__ import annotations

from rest_framework.parsers import JSONParser


class Parser(JSONParser):
    """JSON, with the numbers that Python also writes."""

    strict = False
