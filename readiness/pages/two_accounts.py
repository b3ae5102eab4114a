"""Two accounts of one pilot (rule 15): the sponsor's beside the managers', the same question to both, and what pulls them apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilots import permissions
from pilots.clock import today
from pilots.derived.load import state_of
from pilots.models import Person, Pilot
from pilots.rules.vocabulary import Role, Stage
from readiness import forms
from readiness.charts import pulse as pulse_chart
from readiness.models.measures import rewards_of
from readiness.pages.base import day_of, pilot_or_404, reader
from readiness.queries.account_requests import due_of
from readiness.queries.incentives import stated_incentives
from readiness.queries.managers_words import managers_words
from readiness.queries.pulses import answers_of, open_pulse
from readiness.queries.snapshots import PilotSnapshot, snapshot_of
from readiness.queries.sponsor_accounts import accounts_of
from readiness.rules import offers
from readiness.rules.incentives import pulls
from readiness.rules.pulses import Answers
from readiness.text import account_letters, labels, letters
from readiness.text import both_sides as text


@require_safe
def two_accounts(request: HttpRequest, key: str) -> HttpResponse:
    """Both accounts of a pilot, on any day."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    at, refused = day_of(request)
    snapshot = snapshot_of(pilot, at=at)
    if snapshot is None:
        raise Http404
    context = look(person, pilot, snapshot, at)
    if context["asks"]:
        context["letter"] = _letter(request, person, snapshot)
    return render(request, "pages/two_accounts.html", context | {"refused": refused})


def _letter(request: HttpRequest, person: Person, snapshot: PilotSnapshot) -> letters.Letter | None:
    """The letter that asks the sponsor for this account, and for what else is due of theirs that the reader may see."""
    sponsor, at = snapshot.sponsor, snapshot.at
    assert sponsor is not None
    due = due_of(sponsor, Pilot.objects.visible_to(person), at=at)
    if not due:
        return None
    return account_letters.to_sponsor(sponsor, due, at, request.build_absolute_uri, sender=person)


def look(person: Person, pilot: Pilot, snapshot: PilotSnapshot, at: date) -> dict[str, Any]:
    """All that the page shows on a day."""
    state = state_of(pilot, at)
    office = permissions.is_office(person, pilot.portfolio)
    mine = offers.roles(person, snapshot, office=office, state=state)
    reads = permissions.reads_groups(person, pilot.portfolio, mine)
    sponsor = snapshot.status.sponsor
    accounts = accounts_of(pilot, sponsor, at=at)
    answers: Sequence[Answers] = answers_of([pilot.pk], at=at)[pilot.pk] if reads else []
    latest = answers[0] if answers else None
    is_today = at == today()
    offered = offers.on_pilot(person, snapshot, state, office=office) if is_today else []
    lives = snapshot.status.stage != Stage.RETIRED and snapshot.status.void_since is None
    asked = open_pulse(pilot, at=at) if is_today and lives else None
    return {
        "at": at,
        "past": not is_today,
        "snapshot": snapshot,
        "pilot": pilot,
        "reads": reads,
        "accounts": accounts,
        "narrated": text.narrated(accounts, at, has_sponsor=sponsor is not None),
        "due": text.due(accounts, at) if sponsor is not None else "",
        "closeness": text.closeness(accounts, at) if accounts.latest else [],
        "basis": labels.BASIS[accounts.latest.basis] if accounts.latest else "",
        "headline": text.headline(latest) if reads else text.sponsor_only(accounts, snapshot.sponsor),
        "words": managers_words(pilot, at=at, reader=person) if reads else None,
        "answers": answers,
        "latest": latest,
        "before": text.before(answers),
        "scale": pulse_chart.scale(latest) if latest else None,
        "asked": asked,
        "asks": is_today and accounts.due and _asks(person, snapshot, office=office),
        "answer_at": _answer_at(pilot, mine) if asked else "",
        "offered": offered,
        "form": forms.both_sides.GiveAccountForm(target=pilot, by=person, office=office)
        if "give-account" in offered
        else None,
        **apart(pilot, at),
    }


def _asks(person: Person, snapshot: PilotSnapshot, *, office: bool) -> bool:
    """Whether the reader may ask the sponsor for an account: of its office, or a reviewer, and not the sponsor themselves."""
    sponsor = snapshot.sponsor
    if sponsor is None or sponsor == person or sponsor.closed_on is not None:
        return False
    return office or permissions.reviews(person, snapshot.pilot.portfolio)


def _answer_at(pilot: Pilot, mine: frozenset[Role]) -> str:
    """Where this person answers the question that is being asked; empty where it is not asked of them."""
    if mine & {Role.MANAGER, Role.FELLOW}:
        return reverse("readiness:pulse", args=[pilot.key])
    return reverse("readiness:pilot-action", args=[pilot.key, "answer-pulse"]) if Role.SPONSOR in mine else ""


def apart(pilot: Pilot, at: date) -> dict[str, Any]:
    """What either side is measured on, and where that pulls apart (rule 17)."""
    stated = stated_incentives(pilot.pk, at=at)
    return {
        "incentives": stated,
        "pulls": [text.pull(each) for each in pulls(stated.of_sponsor, stated.of_manager, rewards_of())]
        if stated
        else [],
    }
