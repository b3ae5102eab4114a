"""One's own API tokens: made, listed and taken back. A token is shown once, in the answer that makes it, and is kept nowhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pilots.clock import today
from pilots.models import ApiToken
from readiness.forms.offices import office_of
from readiness.forms.tokens import IssueToken, RevokeToken
from readiness.pages.base import reader


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The reader's tokens, and one more."""
    if request.method != "POST":
        return _page(request, IssueToken(office=office_of(request)))
    form = IssueToken(request.POST, office=office_of(request))
    if not form.perform():
        return _page(request, form, status=form.status)
    token, secret = form.done
    # Not led on to another page: the secret would have to be kept until that one is drawn.
    return _page(request, IssueToken(office=office_of(request)), status=201, made=token, secret=secret)


@require_POST
def revoke(request: HttpRequest, begins: str) -> HttpResponse:
    """Take one of the reader's tokens back. Somebody else's is not there."""
    token = get_object_or_404(ApiToken, token_key=begins, user=reader(request))
    form = RevokeToken(request.POST, row=token, office=office_of(request))
    if not form.perform():
        return _page(request, IssueToken(office=office_of(request)), status=form.status, says=form.refused)
    messages.success(request, form.done_message)
    return redirect("readiness:my-tokens")


def _page(request: HttpRequest, form: IssueToken, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    mine = ApiToken.objects.filter(user=reader(request)).order_by("-created", "pk")
    rows = [
        {
            "begins": token.token_key,
            "name": token.name,
            "scope": token.get_scope_display(),
            "created": token.created.date(),
            "until": token.expiry.date() if token.expiry else None,
            "over": token.expiry is not None and token.expiry <= now,
            "used": token.last_used_at.date() if token.last_used_at else None,
        }
        for token in mine
    ]
    return render(request, "pages/tokens.html", {"form": form, "rows": rows, "at": today(), **more}, status=status)
