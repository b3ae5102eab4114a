"""The search of the masthead: pilots by key, name, workflow, and by who carries or manages them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots.clock import today
from pilots.models.querysets import visible_pilot
from readiness.pages.base import page_of, reader
from readiness.queries.pilots import pilots
from readiness.queries.search import matching
from readiness.queries.snapshots import snapshots_of
from readiness.text import labels

A_PAGE = 20


@require_safe
def search(request: HttpRequest) -> HttpResponseBase:
    """What is found for `q`. A key written out in full leads to its pilot."""
    person, at = reader(request), today()
    words = " ".join(request.GET.get("q", "").split())
    if words and "page" not in request.GET:
        exact = visible_pilot(person, key=words) or visible_pilot(person, key=words.upper())
        if exact is not None:
            return redirect("readiness:pilot", exact.key)
    context: dict[str, Any] = {"at": at, "words": words}
    if words:
        page = page_of(request, matching(pilots().listed_for(person), words, at), A_PAGE)
        context |= {
            "page": page,
            "found": snapshots_of(list(page.object_list), at=at),
            "says": says(page.paginator.count),
        }
    return render(request, "pages/search.html", context)


def says(count: int) -> str:
    """How many pilots were found."""
    if not count:
        return _("No pilot that you may see is found by that.")
    return ngettext("One pilot is found.", "%(n)s pilots are found.", count) % {"n": labels.number(count)}
