"""What a browser, or a proxy between, may keep of an answer: nothing. The next person at that computer is somebody else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control


class NeverKept:
    """Says of every answer that the product works out that it is for whoever asked, and is not to be kept.

    Static files are answered before it, and are kept for long.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # What a program is answered by the API it may keep, and asks whether it is still so.
        if not getattr(response, "asked_by_token", False):
            patch_cache_control(response, private=True, no_store=True)
        return response
