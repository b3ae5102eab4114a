"""An action on many rows of a list: a preview between list and list, which says what becomes of each and which are refused.

The preview is the real run, rolled back. Confirmed, what can be done is done in one transaction; the rest is left, and said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.actions.many import DoneToMany
from pilots.figures import grouped
from pilots.models import Person, Pilot
from pilots.refusals import AlreadyStalled, ChangedMeanwhile, EscalationRequired, Refused
from readiness.admin.pilot_list import keep_ticks
from readiness.forms.offices import office_of
from readiness.forms.reference import people_offered
from readiness.forms.together import TogetherForm
from readiness.queries.many_changes import SHOWN, Rehearsal, rehearse

MOST = 5000
"""Rows at once; of more, a preview says too little."""
SEEN, CONFIRMED = "seen", "confirmed"
"""What carries which rows were chosen, each as it was seen; and for what was typed, the preview that was looked at."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """What can be done about a row that is refused."""

    says: str
    address: str


@dataclass(slots=True)
class Preview:
    """What the page between says: of how many, what becomes of them, and who is refused for which reason."""

    chosen: Sequence[Pilot]
    rehearsal: Rehearsal | None = None
    refused: list[tuple[Pilot, str, list[WayOut]]] = field(default_factory=list)

    @property
    def can(self) -> int:
        return len(self.rehearsal.done.done) if self.rehearsal else 0

    @property
    def unchanged(self) -> int:
        return len(self.rehearsal.done.unchanged) if self.rehearsal else 0

    @property
    def more(self) -> int:
        """How many it is done to besides those of which the page shows what becomes."""
        return max(self.can - SHOWN, 0)

    @property
    def more_refused(self) -> int:
        return max(len(self.refused) - SHOWN, 0)

    @property
    def waiting(self) -> int:
        """How many wait for what is typed, to be done or refused."""
        return len(self.chosen) - len(self.refused) - self.can - self.unchanged

    @property
    def open(self) -> list[Pilot]:
        """The first of those."""
        out = {pilot.pk for pilot, _why, _ways in self.refused}
        return [pilot for pilot in self.chosen if pilot.pk not in out][:SHOWN]


def chosen_pilots(table: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
    """The rows that were ticked, or all that the list shows, and the page on which the action is previewed."""
    keys = list(chosen.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST or not keys:
        says = _("Tick some rows first.") if not keys else _("Choose %(n)s at most.") % {"n": grouped(MOST)}
        messages.error(request, says)
        back: HttpResponse = table.back_to_list(request)
        return back
    rows = list(table.get_queryset(request).filter(pk__in=keys).order_by("key"))
    form = table.together[request.POST["action"]](office=office_of(request))
    return _page(table, request, form, rows, {row.pk: row.version for row in rows})


def preview_or_do(table: Any, request: HttpRequest, word: str) -> HttpResponse:
    """What was typed for them: previewed, or done where just this was previewed and is confirmed."""
    form = table.together[word](request.POST, office=office_of(request))
    seen = read_seen(request.POST.get(SEEN, ""))
    rows = list(table.get_queryset(request).filter(pk__in=seen).order_by("key"))
    if form.is_valid() and request.POST.get(CONFIRMED) == _typed(form) and "preview" not in request.POST:
        try:
            done = form.perform(rows, seen, _person(request))
        except Refused as busy:
            messages.error(request, busy.says)
            return _page(table, request, form, rows, seen)
        keep_ticks(request, ())
        _say(request, form, done, {row.pk: row for row in rows})
        back: HttpResponse = table.back_to_list(request)
        return back
    return _page(table, request, form, rows, seen)


def _page(
    table: Any, request: HttpRequest, form: TogetherForm, rows: Sequence[Pilot], versions: Mapping[int, int]
) -> HttpResponse:
    preview = _previewed(form, rows, versions, _person(request))
    keep_ticks(request, (row.pk for row in rows))
    context = {
        **table.admin_site.each_context(request),
        "title": form.title,
        "opts": table.opts,
        "form": form,
        "preview": preview,
        "button": form.button(preview.can) if form.is_bound and not form.errors else "",
        "seen": write_seen(versions, rows),
        "confirmed": _typed(form),
        "action": reverse("admin:pilots_pilot_many", args=[form.word]),
        "back": table.cancel_address(request),
        "preserved_filters": table.get_preserved_filters(request),
        "people": people_offered(),
    }
    request.current_app = table.admin_site.name
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "admin/pilots/pilot/many.html", context, status=status)


def _previewed(form: TogetherForm, rows: Sequence[Pilot], versions: Mapping[int, int], by: Person) -> Preview:
    """What would become of them. Where nothing is typed yet, whom it does not fit whatever is typed."""
    run = form if form.is_bound else _blank(form)
    if not run.is_valid():
        return Preview(rows)
    rehearsal = rehearse(rows, partial(run.perform, versions=versions, by=by))
    asked = _asks(run, rehearsal.done)
    if asked and form.is_bound:
        first = next(iter(asked.values()))
        form.add_error(first.field, first.says)
    elif not asked and not form.is_bound and rehearsal.done.done:
        form.data, form.is_bound = run.data, True
    found = {row.pk: row for row in rows}
    refused = [
        (found[pk], refusal.says, _ways_out(found[pk], refusal))
        for pk, refusal in rehearsal.done.refused.items()
        if pk not in asked
    ]
    return Preview(rows, rehearsal, refused)


def _blank(form: TogetherForm) -> TogetherForm:
    """The form as it is when nothing is typed into it."""
    blank = {bound.html_name: bound.value() for bound in form}
    typed = {name: value for name, value in blank.items() if value is not None}
    return type(form)(typed, office=form.office)


def _asks(form: TogetherForm, done: DoneToMany) -> dict[int, Refused]:
    """The rows that are refused for what is typed, alike for all: then it stands at its field, and not at each row."""
    if done.done:
        return {}
    of_fields = {pk: refusal for pk, refusal in done.refused.items() if refusal.field in form.fields}
    return of_fields if len({refusal.says for refusal in of_fields.values()}) == 1 else {}


def _ways_out(pilot: Pilot, refusal: Refused) -> list[WayOut]:
    record = reverse("admin:pilots_pilot_change", args=[pilot.pk])
    if isinstance(refusal, AlreadyStalled):
        retire = reverse("admin:pilots_pilot_act", args=[pilot.pk, "retire"])
        return [WayOut(_("See its open gates"), f"{record}#its-gates"), WayOut(_("Retire it"), retire)]
    who = pilot.portfolio.escalation
    if isinstance(refusal, EscalationRequired) and who is not None:
        return [WayOut(_("Ask %(who)s") % {"who": who}, f"mailto:{who.email}")]
    if isinstance(refusal, ChangedMeanwhile):
        history = reverse("admin:pilots_pilot_history", args=[pilot.pk])
        return [WayOut(_("See what was done"), history)]
    return [WayOut(_("Open its record"), record)]


def _say(request: HttpRequest, form: TogetherForm, done: DoneToMany, rows: Mapping[int, Pilot]) -> None:
    """What was done, and each that was not, with its reason."""
    if done.done:
        messages.success(request, form.done_message(len(done.done)))
    named = [f"{rows[pk].key}: {refusal.says}" for pk, refusal in done.refused.items()][:NAMED]
    more = len(done.refused) - len(named)
    if more > 0:
        named.append(ngettext("And %(n)d more.", "And %(n)d more.", more) % {"n": more})
    if named:
        number = len(done.refused)
        says = ngettext("%(n)d was refused, and is as it was.", "%(n)d were refused, and are as they were.", number)
        messages.warning(request, " ".join([says % {"n": number}, *named]))


NAMED = 10
"""Refused rows that the message after it names."""


def write_seen(versions: Mapping[int, int], rows: Sequence[Pilot]) -> str:
    """Which pilots were chosen, each with the version that was seen, in one field: a browser sends a thousand fields at most."""
    return " ".join(f"{row.pk}:{versions.get(row.pk, 0)}" for row in rows)


def read_seen(written: str) -> dict[int, int]:
    """The same, read back. What nobody was shown is left out."""
    pairs = (each.split(":") for each in written.split()[:MOST])
    return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and all(map(_is_key, pair))}


def _is_key(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) <= 15


def _typed(form: TogetherForm) -> str:
    """What was typed, as one digest: a preview of something else does not confirm it."""
    written = [f"{name}={form.data.get(name, '') if form.is_bound else ''}" for name in form.fields]
    return hashlib.sha256("\n".join(written).encode()).hexdigest()[:24]


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
