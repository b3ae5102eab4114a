"""Three questions to a manager, one minute: signed in, or by a link of the program office that works once (rule 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilots.actions.friction import report_friction
from pilots.clock import today
from pilots.feedback_links import FeedbackLink, link_of
from pilots.models import Person, Pilot
from pilots.pseudonyms import keyed_order
from pilots.refusals import LinkNotGood, Refused
from readiness.forms.listen import ThreeQuestions
from readiness.pages.base import reader
from readiness.queries.friction import bring_up_to_date
from readiness.queries.own_answers import own_answers, pilots_lived_with

NO_LONGER_THERE = 410
A_MINUTE = 60
"""Answers that are taken from one place in a minute. Nothing is kept of the place but a keyed digest, for a minute."""


@require_http_methods(["GET", "HEAD", "POST"])
def listen(request: HttpRequest) -> HttpResponse:
    """The three questions to whoever is signed in, about a pilot that they live with."""
    person = reader(request)
    return _questions(request, person, pilots_lived_with(person, today()), None)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The three questions by a link from a letter. Opening it uses nothing up; sending does."""
    try:
        link = link_of(token)
    except LinkNotGood as refused:
        return render(request, "pages/listen_link.html", {"says": refused.says}, status=NO_LONGER_THERE)
    if isinstance(request.user, Person) and request.user != link.person:
        says = _(
            "This link was sent to somebody else, and works for them only. Your own three questions are one page away."
        )
        return render(request, "pages/listen_link.html", {"says": says}, status=403)
    return _questions(request, link.person, [link.pilot], link)


@login_not_required
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """After sending. Whoever is signed in reads what became of their answers; a stranger reads that they were kept."""
    person = request.user if isinstance(request.user, Person) else None
    mine = own_answers(person, today()) if person is not None else None
    return render(request, "pages/listen_sent.html", {"mine": mine, "at": today() if person else None})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of answers, what is shown, and what that cannot hide."""
    return render(request, "pages/privacy.html")


def _questions(
    request: HttpRequest, person: Person, pilots: Sequence[Pilot], link: FeedbackLink | None
) -> HttpResponse:
    if not pilots:
        return render(request, "pages/listen.html", {"form": None})
    if request.method != "POST":
        return _page(request, person, ThreeQuestions(pilots=pilots), link)
    if _too_many(request):
        return render(request, "429.html", status=429)
    form = ThreeQuestions(request.POST, pilots=pilots)
    if not form.is_valid():
        return _page(request, person, form, link, status=422)
    pilot = form.pilot()
    assert pilot is not None
    bring_up_to_date()
    try:
        report_friction(by=person, pilot=pilot, answers=form.answers(), link=link)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.says)
        return _page(request, person, form, link, status=refused.status)
    return redirect("readiness:listen-sent")


def _page(
    request: HttpRequest, person: Person, form: ThreeQuestions, link: FeedbackLink | None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "asked": person if link else None}
    return render(request, "pages/listen.html", context, status=status)


def _too_many(request: HttpRequest) -> bool:
    """Whether more came from one place within a minute than people send."""
    minute = timezone.now().replace(second=0, microsecond=0).isoformat()
    key = "feedback:" + keyed_order(f"{get_adapter().get_client_ip(request)} {minute}", "source")
    cache.add(key, 0, timedelta(minutes=2).total_seconds())
    try:
        return cache.incr(key) > A_MINUTE
    except ValueError:
        return False
