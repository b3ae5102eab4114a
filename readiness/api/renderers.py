"""As what a list goes out: JSON, or all of it as a file (CSV, a workbook), by `Accept` or by `?format=`."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

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
