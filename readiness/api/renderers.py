"""As what a list goes out: JSON, or all of it as a file (CSV, a workbook), by `Accept` or by `?format=`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http.request import MediaType
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from readiness.forms.file_answers import WORKBOOK


class FileRenderer(BaseRenderer):
    """Makes a file acceptable; the view writes it, row by row."""

    charset: Any = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """What is no file is JSON: an answer without rows."""
        return JSONRenderer().render(data, accepted_media_type, renderer_context)


class CsvRenderer(FileRenderer):
    media_type = "text/csv"
    format = "csv"


class WorkbookRenderer(FileRenderer):
    media_type = WORKBOOK
    format = "xlsx"
    charset = None


OF_LISTS = (JSONRenderer, CsvRenderer, WorkbookRenderer)
FILES = (CsvRenderer, WorkbookRenderer)


class ByPreference(DefaultContentNegotiation):
    """What `Accept` prefers, by the weights that it gives (RFC 9110, 12.5.1), which the framework passes over."""

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        """The renderer and its media type.

        Raises:
            NotAcceptable: none will do; it names those that there are.
        """
        there, asked = {renderer.media_type: renderer for renderer in renderers}, request._request
        preferred = asked.get_preferred_type(list(there)) or _bare(asked.accepted_types, there)
        if preferred is None:
            says = _("None of what “Accept” names is answered here, but: %(types)s.")
            raise NotAcceptable(says % {"types": ", ".join(there)})
        return there[preferred], preferred


def _bare(accepted: Iterable[MediaType], there: Iterable[str]) -> str | None:
    """The one that is preferred without its parameters: a charset that no answer names is no reason to refuse."""
    bare = [f"{each.main_type}/{each.sub_type}" for each in accepted]
    return next((one for each in bare for one in there if MediaType(one).match(each)), None)
