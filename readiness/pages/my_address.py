"""A changed address, confirmed or refused by its owner: signed in, or by the link in the letter to the old address."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilots import actions
from pilots.models import Person
from pilots.refusals import Refused
from readiness.pages.base import reader
from readiness.text import address_letters


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_address(request: HttpRequest) -> HttpResponse:
    """The reader's own address, and the one that waits for them."""
    return _answer(request, reader(request), back="readiness:home")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """What the letter to the old address leads to. Whoever reads that address owns it; opening the link does nothing yet."""
    person = address_letters.person_of(token)
    if person is None:
        return render(request, "pages/address.html", {"person": None}, status=404)
    return _answer(request, person, back="account_login")


def _answer(request: HttpRequest, person: Person, *, back: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, person)
    try:
        if request.POST.get("answer") == "reject":
            actions.reject_address(person=person, by=person)
            says = _("Kept: you sign in with %(address)s as before. The program office reads it in the log.")
        elif request.POST.get("answer") == "confirm":
            actions.confirm_address(person=person, by=person)
            says = _("Confirmed: from now on you sign in with %(address)s.")
        else:
            return _page(request, person, says=_("Say whether the new address is yours."), status=422)
    except Refused as refused:
        return _page(request, person, says=refused.says, status=refused.status)
    messages.success(request, says % {"address": person.email})
    return redirect(back)


def _page(request: HttpRequest, person: Person, *, says: str = "", status: int = 200) -> HttpResponse:
    return render(request, "pages/address.html", {"person": person, "says": says}, status=status)
