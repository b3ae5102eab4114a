"""What somebody had typed when their session was found to have ended: it stands in the same form once they have signed in.

It lies in the session of the browser that sent it, for an hour, is taken out when it is shown, and comes back to nobody else: a
signed cookie says who read the form. Without it nothing is kept. Of what managers answer nothing is kept either: no answer of
theirs is written down beside an account.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

KEY = "typed_before_sign_in"
SECONDS, MOST_CHARACTERS = 60 * 60, 100_000
NEVER_KEPT = frozenset({"listen", "listen-by-link", "pulse", "own-steps"})
"""The addresses by name where managers answer."""
NOT_TYPED = ("csrfmiddlewaretoken",)
READER = "reader"
"""The cookie that says who was shown pages last in this browser. It opens nothing."""


def remember_reader(request: HttpRequest, response: HttpResponseBase) -> None:
    """Note who is shown a page; nobody is asked for where no page needed to know."""
    if request.user.is_authenticated and _reader(request) != str(request.user.pk):
        given = {"max_age": 30 * 24 * SECONDS, "secure": settings.SESSION_COOKIE_SECURE, "httponly": True}
        response.set_signed_cookie(READER, str(request.user.pk), salt=READER, samesite="Lax", **given)


def _reader(request: HttpRequest) -> str:
    return str(request.get_signed_cookie(READER, default="", salt=READER))


def keep_typed(request: HttpRequest) -> None:
    """Keep what a form sent that nobody was signed in for. Files are not kept, nor what is too long."""
    place = request.resolver_match
    if request.method != "POST" or place is None or place.url_name in NEVER_KEPT:
        return
    reader = _reader(request)
    if not reader:
        return
    typed = request.POST.copy()
    for name in NOT_TYPED:
        typed.pop(name, None)
    written = typed.urlencode()
    if typed and len(written) <= MOST_CHARACTERS:
        request.session[KEY] = {
            "of": reader,
            "path": request.path,
            "typed": written,
            "at": time.time(),
        }


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What was typed at this address before the reader signed in; None where nothing was, or it has been shown already."""
    on_request: dict[str, Any] = vars(request)
    if KEY not in on_request:
        on_request[KEY] = _taken_out(request) if request.method == "GET" else None
    found: QueryDict | None = on_request[KEY]
    return found


def _taken_out(request: HttpRequest) -> QueryDict | None:
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEY]
    if time.time() - kept["at"] > SECONDS or kept["of"] != str(request.user.pk):
        return None
    messages.info(request, _("Your session had ended. What you typed is kept: look at it, and send it again."))
    return QueryDict(kept["typed"])
