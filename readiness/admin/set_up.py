"""The guided set-up: what an office needs in the order in which it can be done. It says what is missing, and never blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.clock import today
from readiness.forms import set_up as forms
from readiness.forms.offices import Office, office_of
from readiness.forms.portfolios import OpenPortfolio
from readiness.forms.reference import people_offered
from readiness.queries.set_up import SetUp, set_up
from readiness.text import invitations
from readiness.text.mail import not_sent
from readiness.text.set_up import COSTS, TITLES, comes_first, headline, lacking, there

FORMS: dict[str, Any] = {
    "functions": forms.FunctionsForm,
    "people": forms.PeopleForm,
    "invitations": forms.InvitationsForm,
    "roles": forms.OfficesForm,
    "rights": forms.RightsForm,
    "escalation": forms.EscalationsForm,
    "policy": forms.PolicyForm,
}
AGAIN = frozenset({"portfolio", "functions", "people"})
"""Steps of which more can be done once they are done."""
TABLES = {
    "portfolio": "pilots_portfolio_changelist",
    "functions": "pilots_function_changelist",
    "people": "pilots_person_changelist",
    "roles": "pilots_portfolio_changelist",
    "rights": "pilots_decisionright_changelist",
    "escalation": "pilots_portfolio_changelist",
    "policy": "pilots_portfolio_changelist",
    "pilots": "pilots_pilot_changelist",
}


@dataclass(slots=True)
class Step:
    """One step: what is there or what it costs that it is not, its fields where it is the one that is open, and its links."""

    key: str
    title: Any
    done: bool
    says: str
    lacks: str
    links: list[tuple[str, str]]
    form: Any = None

    @property
    def button(self) -> Any:
        return self.form.button


def set_up_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The steps, and the fields of the first that is missing or of the one that was asked for."""
    office = office_of(request)
    found = set_up(office.own(), office.person, today())
    step = request.POST.get("step", "")
    form = _form(step, office, found, request.POST) if step in TITLES else None
    if form is not None and form.perform():
        _say_done(request, step, form)
        return redirect("admin:set_up")
    if step in ("functions", "people") and form is not None and form.done_message:
        messages.success(request, form.done_message)
        found = set_up(office.own(), office.person, today())
    return _page(site, request, office, found, step, form)


def _page(
    site: AdminSite, request: HttpRequest, office: Office, found: SetUp, step: str, form: Any
) -> TemplateResponse:
    steps = [_step(key, found) for key in TITLES]
    missing = [each for each in steps if not each.done]
    asked = step if form is not None else request.GET.get("step", "")
    first = missing[0].key if missing else ""
    for each in steps:
        if each.key == (asked if asked in TITLES else first):
            each.form = form or _with_focus(_form(each.key, office, found))
    context = {
        **site.each_context(request),
        "title": _("Set-up"),
        "headline": headline(len(steps) - len(missing), len(steps)),
        "steps": steps,
        "next": missing[0] if missing else None,
        "people": people_offered(),
        "keeps_all": office.keeps_all,
    }
    request.current_app = site.name
    return TemplateResponse(request, "admin/set_up.html", context, status=getattr(form, "status", 200))


def _form(step: str, office: Office, found: SetUp, data: Any = None) -> Any:
    if step == "portfolio":
        return OpenPortfolio(data, office=office)
    made = FORMS.get(step)
    form = made and made(data, office=office, found=found, auto_id=f"{step}-%s")
    return form if form is not None and form.fields else None


def _with_focus(form: Any) -> Any:
    """A form that is drawn first: whoever came for it can type at once."""
    if form is not None:
        first = form.visible_fields()[0]
        first.field.widget.attrs["autofocus"] = True
    return form


def _step(key: str, found: SetUp) -> Step:
    done = {
        "portfolio": bool(found.portfolios),
        "functions": found.functions > 0,
        "people": found.people > 0,
        "invitations": found.people > 0 and not found.without_password,
        "roles": bool(found.portfolios) and not found.without_office,
        "rights": bool(found.portfolios) and not found.holes,
        "escalation": bool(found.portfolios) and not found.without_escalation,
        "policy": True,
        "pilots": found.pilots,
    }[key]
    links = [(_("Open"), reverse(f"admin:{TABLES[key]}"))] if key in TABLES and done else []
    if key in AGAIN and done:
        links.append((_("Add"), f"?step={key}#step-{key}"))
    elif key == "policy" and found.portfolios:
        links = [(_("Change"), f"?step={key}#step-{key}")]
    elif not done and key in (*FORMS, "portfolio") and not comes_first(key, found):
        links.append((_("Do this"), f"?step={key}#step-{key}"))
    if key == "pilots" and found.portfolios:
        links.append((_("Add a pilot"), reverse("admin:pilots_pilot_add")))
    return Step(
        key,
        TITLES[key],
        done,
        there(key, found) if done else str(COSTS[key]),
        "" if done else lacking(key, found),
        links,
    )


def _say_done(request: HttpRequest, step: str, form: Any) -> None:
    if step != "invitations":
        messages.success(request, str(form.done_message))
        return
    sent = invitations.send(form.chosen(), form.office.person, request.build_absolute_uri)
    if not sent.sent:
        messages.warning(request, _("The letters could not be sent: no mail server is set, or it does not answer."))
        return
    says = _("Invitations were sent: %(n)s. They can be sent again until a password is set.") % {"n": sent.sent}
    messages.success(request, says)
    if sent.failed:
        messages.warning(request, not_sent(sent.failed))
