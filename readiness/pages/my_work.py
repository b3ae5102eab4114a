"""A manager's own page: what they live with, what waits for their word, and what became of what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pilots.clock import today
from readiness.pages.base import page_of, reader
from readiness.pages.masthead import waits_of
from readiness.pages.my_gates import confirms
from readiness.pages.pilot import sentence
from readiness.queries.own_answers import own_answers
from readiness.queries.own_work import OwnPilot, own_pilots
from readiness.queries.pulses import lives_with
from readiness.queries.snapshots import snapshots_by_key
from readiness.rules.load import own_load
from readiness.text import own_work as text

A_PAGE = 20


Act = tuple[str, Any]
"""An address, and what the link says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One pilot that the reader lives with: how it stands, what waits for their word, what they can do at any time, and what
    became of what they answered."""

    own: OwnPilot
    sentence: str
    waiting: Sequence[Act]
    at_any_time: Sequence[Act]
    became: Sequence[str]


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """The pilots that the reader lives with, by key, each with its acts one click away."""
    person, at = reader(request), today()
    theirs = list(lives_with(person, at=at).order_by("key").values_list("pk", flat=True))
    page = page_of(request, theirs, A_PAGE)
    read = snapshots_by_key(page.object_list, at=at)
    snapshots = [read[pk] for pk in page.object_list if pk in read]
    entries = [_entry(own, waits=confirms(person, own.snapshot)) for own in own_pilots(person, snapshots, at=at)]
    load = own_load([round(net) if (net := _net(entry.own)) is not None else None for entry in entries])
    context: dict[str, Any] = {
        "at": at,
        "page": page,
        "entries": entries,
        "first": next((act for entry in entries for act in entry.waiting), None),
        "mine": own_answers(person, at),
        "opening": text.opening(sum(len(entry.waiting) for entry in entries), page.paginator.count),
        "counts": _counts(entries, len(waits_of(request).moves)),
        "load": text.load(load) if entries and page.paginator.num_pages == 1 else "",
    }
    return render(request, "pages/my_work.html", context)


def _counts(entries: Sequence[Entry], moves: int) -> str:
    """What the opening counts, beside what My gates counts: `moves`."""
    asked = [says for entry in entries for _address, says in entry.waiting]
    rules, questions, steps = (asked.count(what) for what in (RULES, QUESTION[False], STEPS[False]))
    return text.counts(rules, questions, steps, moves)


def _net(own: OwnPilot) -> float | None:
    return own.run.net_a_week if own.run else None


def _entry(own: OwnPilot, *, waits: bool) -> Entry:
    """One pilot with its acts. `waits`: its rules wait for the reader's word that they can work by them."""
    pilot = own.snapshot.pilot
    rules = reverse("readiness:pilot-action", args=[pilot.key, "confirm-rules"])
    steps = (reverse("readiness:own-steps", args=[pilot.key]), STEPS[own.run is not None])
    question = (reverse("readiness:pulse", args=[pilot.key]), QUESTION[own.score is not None])
    waiting: list[Act] = [(f"{rules}?next={reverse('readiness:my-work')}", RULES)] if waits else []
    at_any_time: list[Act] = []
    if own.pulse:
        (waiting if own.score is None else at_any_time).append(question)
    (waiting if own.run is None else at_any_time).append(steps)
    return Entry(own, sentence(own.snapshot), waiting, at_any_time, text.became(own))


RULES = _("Read the rules, and confirm that you can work by them")
STEPS = {False: _("Say how you live it, step by step"), True: _("Change a step")}
QUESTION = {False: _("Answer the question: is it helping?"), True: _("Change your answer to the question")}
