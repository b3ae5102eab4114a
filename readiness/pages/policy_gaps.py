"""Policy gaps: judgement calls with no policy behind them, as questions with an owner and a date (rule 13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilots import actions, permissions
from pilots.clock import today
from pilots.models import Person, Pilot, PolicyGap, Portfolio
from pilots.refusals import NotYours, Refused
from readiness.forms.policy_gaps import AnswerPolicyGapForm, AssignPolicyGapForm, OpenPolicyGapForm
from readiness.forms.reference import people_offered
from readiness.pages.base import page_of, reader
from readiness.queries import friction
from readiness.queries.people import people_known_to
from readiness.queries.policy_gaps import PlacesToAsk, pilots_to_ask_about, places_to_ask
from readiness.queries.signals import ShownPoint
from readiness.text import signals as texts

A_PAGE = 50
ANSWERED_WITHIN = timedelta(days=28)
"""How far off the day is that a form begins with."""
LONGEST_KEY = Pilot._meta.get_field("key").max_length


@require_http_methods(["GET", "HEAD", "POST"])
def policy_gaps(request: HttpRequest) -> HttpResponse:
    """The questions that the reader may see, open ones first; and for who may put another one the form that does."""
    person = reader(request)
    places = places_to_ask(person, today())
    if request.method == "POST":
        if not places.portfolios:
            raise PermissionDenied
        form = OpenPolicyGapForm(request.POST, by=person, places=places)
        if form.is_valid():
            try:
                gap = actions.open_policy_gap(by=person, **form.arguments())
            except Refused as refused:
                return _list(request, person, places, _refused(form, refused), status=refused.status)
            messages.success(
                request, _("Put to %(who)s. It is in the log, and its days count from today.") % {"who": gap.owner}
            )
            return redirect("readiness:policy-gap", gap.public_id)
        return _list(request, person, places, form, status=422)
    initial = {"point": request.GET.get("point", ""), "due": today() + ANSWERED_WITHIN}
    if "pilot" in request.GET:
        named = pilots_to_ask_about(person, places, today()).filter(key=request.GET["pilot"][:LONGEST_KEY])
        for pilot in named.select_related("portfolio"):
            initial |= {"keys": pilot.key, "portfolio": pilot.portfolio.key}
    empty = OpenPolicyGapForm(by=person, places=places, initial=initial) if places.portfolios else None
    return _list(request, person, places, empty)


@require_http_methods(["GET", "HEAD", "POST"])
def policy_gap(request: HttpRequest, public_id: str) -> HttpResponse:
    """One question: whose it is, since when, its pilots, and its answer. Its owner answers here; an office puts it to somebody else."""
    person = reader(request)
    gap = friction.gaps_read(person).filter(public_id=public_id).first()
    if gap is None:
        raise Http404
    if request.method != "POST":
        return _one(request, person, gap)
    form: forms.Form = (
        AssignPolicyGapForm(request.POST, by=person) if "assign" in request.POST else AnswerPolicyGapForm(request.POST)
    )
    if not form.is_valid():
        return _one(request, person, gap, form, status=422)
    try:
        if isinstance(form, AssignPolicyGapForm):
            actions.assign_policy_gap(gap=gap, by=person, **form.cleaned_data)
            says = _("Put to somebody else, or to another day. It is in the log.")
        else:
            actions.answer_policy_gap(gap=gap, by=person, **form.cleaned_data)
            says = _("Answered, in your name. It is a known rule of its pilots.")
    except NotYours as refused:
        raise PermissionDenied(refused.says) from refused
    except Refused as refused:
        return _one(request, person, gap, _refused(form, refused), status=refused.status)
    messages.success(request, says)
    return redirect("readiness:policy-gap", gap.public_id)


def _list(
    request: HttpRequest,
    person: Person,
    places: PlacesToAsk,
    form: OpenPolicyGapForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    rows = friction.gaps_read(person).order_by("answered_on", "due", "pk")
    is_all, still_open = "all" in request.GET, rows.filter(answered_on=None)
    page = page_of(request, rows if is_all else still_open, A_PAGE)
    context: dict[str, Any] = {
        "at": today(),
        "page": page,
        "open": still_open.count() if is_all else page.paginator.count,
        "form": form,
        "all": is_all,
        "people": people_to_put_it_to(person, places) if form else None,
    }
    return render(request, "pages/policy_gaps.html", context, status=status)


def _one(
    request: HttpRequest, person: Person, gap: PolicyGap, form: forms.Form | None = None, *, status: int = 200
) -> HttpResponse:
    keeps = permissions.is_office(person, gap.portfolio)
    is_open = gap.answered_on is None
    visible = Pilot.objects.visible_to(person).filter(pk__in=gap.pilots.values("pk")).order_by("key")
    answer = form if isinstance(form, AnswerPolicyGapForm) else AnswerPolicyGapForm()
    assign = form if isinstance(form, AssignPolicyGapForm) else AssignPolicyGapForm(by=person, initial={"due": gap.due})
    context: dict[str, Any] = {
        "at": today(),
        "gap": gap,
        "pilots": visible,
        "answer": answer if is_open and gap.owner_id == person.pk else None,
        "assign": assign if is_open and keeps else None,
        "people": people_offered() if is_open and keeps else None,
    }
    return render(request, "pages/policy_gap.html", context, status=status)


def people_to_put_it_to(person: Person, places: PlacesToAsk) -> Iterable[Person]:
    """The people whose names are offered while the owner is typed: to who keeps no portfolio, of whom they know those with a role in these."""
    if places.office:
        return people_offered()
    here = Q(roles__portfolio__in=places.portfolios) | Q(answers_for__in=places.portfolios)
    return people_known_to(person).filter(here, closed_on=None).distinct().order_by("name")[:A_PAGE]


def form_about(
    point: ShownPoint,
    by: Person,
    places: PlacesToAsk,
    portfolios: Sequence[Portfolio],
    pilots: Iterable[Pilot],
    at: date,
) -> OpenPolicyGapForm | None:
    """The form that makes a question of a friction point, filled in as far as is known; None for who puts none anywhere.

    Args:
        by: who may put it, and may name people.
        portfolios: those that it may be put in. Of one alone, whoever answers for it is proposed as the owner.
        pilots: those that the point touches, and that they may ask about.
    """
    if not portfolios:
        return None
    only = portfolios[0] if len(portfolios) == 1 else None
    owner = only.escalation if only else None
    initial = {
        "point": point.point,
        "question": texts.question(point),
        "due": at + ANSWERED_WITHIN,
        "owner": owner if owner is not None and owner.closed_on is None else None,
        "keys": ", ".join(pilot.key for pilot in pilots if only is not None and pilot.portfolio_id == only.pk),
    }
    return OpenPolicyGapForm(by=by, places=places, portfolios=portfolios, initial=initial)


def _refused(form: Any, refused: Refused) -> Any:
    form.add_error(refused.field if refused.field in form.fields else None, refused.says)
    return form
