"""The program office's admin site: Django's admin, for whoever keeps the records of a portfolio, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial, wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from pilots.clock import today
from pilots.models import Event, Person, Pilot
from readiness.admin import worklist
from readiness.admin.set_up import set_up_view
from readiness.forms.hand_overs import limit_of
from readiness.forms.offices import Office, office_of
from readiness.models.imports import ImportSession
from readiness.queries import pilots
from readiness.queries.hand_overs import leaving_counts
from readiness.queries.set_up import something_is_missing
from readiness.queries.worklist import counts_to_do, imports_with_problems
from readiness.text import events as event_texts
from readiness.text import labels

ORDER = (
    "Pilot",
    "Portfolio",
    "Function",
    "Person",
    "GateKind",
    "DecisionRight",
    "Absence",
    "Decision",
    "ImportSession",
    "Event",
    "EmptyWord",
    "Measure",
    "FrictionPoint",
    "SignalPolicy",
)
"""The tables, in the order in which an office needs them."""
LATEST = 12
OFFERED, LOOKED_AT, LONGEST_TERM = 20, 1000, 200
"""How many workflows are offered while one is typed, among how many pilots, and how much of what is typed is looked for."""


class PeopleAutocomplete(AutocompleteJsonView):
    """Django's autocomplete, of people: any office sees their list. No other rows are searched beside the lists that show them."""

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.model_admin.model is Person and bool(super().has_perm(request, obj))

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(closed_on=None)

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """As it is written into a field: the address, and the name beside it."""
        return {"id": obj.email, "text": obj.name}


def workflows_view(request: HttpRequest) -> JsonResponse:
    """Workflows that pilots of the office have, and that hold what was typed: one name for one work, written once."""
    typed = request.GET.get("term", "").strip()[:LONGEST_TERM]
    rows = office_of(request).limit(Pilot.objects.filter(workflow__icontains=typed)) if typed else Pilot.objects.none()
    # As many as are looked at are bounded: what one letter fits may be all of a million.
    found = sorted(set(rows.order_by().values_list("workflow", flat=True)[:LOOKED_AT]), key=str.casefold)
    return JsonResponse({"results": [{"id": workflow, "text": workflow} for workflow in found[:OFFERED]]})


class OfficeSite(admin.AdminSite):
    """Who may enter is asked of the roles, not of Django's permission rows."""

    site_header = _("The program office’s desk")
    site_title = _("The program office’s desk")
    index_title = _("The program office’s desk")
    site_url = "/"

    def register(self, model_or_iterable: Any, *args: Any, **kwargs: Any) -> None:
        """The product's own tables only: what belongs to sign-in has pages of its own, and no secret is shown here."""
        models: Iterable[Any] = (
            model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        )
        ours = [model for model in models if model._meta.app_label in ("pilots", "readiness")]
        super().register(ours, *args, **kwargs)

    def has_permission(self, request: HttpRequest) -> bool:
        person = request.user
        return isinstance(person, Person) and person.is_active and person.is_staff and office_of(request).enters

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Strangers are sent to sign in; whoever is signed in and keeps no records gets that answer at once."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def for_offices(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return for_offices

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Whoever is signed in and still sent here has no access to the admin; strangers are sent to sign in before."""
        if not isinstance(request.user, AnonymousUser) and not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def get_urls(self) -> list[Any]:
        """Django's own pages, and the guided set-up."""
        guided = self.admin_view(partial(set_up_view, self))
        offered = self.admin_view(workflows_view)
        return [
            path("set-up/", guided, name="set_up"),
            path("workflows/", offered, name="workflows"),
            *super().get_urls(),
        ]

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return PeopleAutocomplete.as_view(admin_site=self)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """One list of tables, in their order."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda table: ORDER.index(table["object_name"]))
        return found

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What stands where, and what was done last."""
        at = today()
        office = office_of(request)
        kept = office.limit(pilots.pilots())
        counts = kept.counts(at)
        tally = [
            {"number": number, "counts": labels.STANDING[name], "address": f"pilots/pilot/?standing={name}"}
            for name, number in counts.items()
            if number
        ]
        courts = [
            {"number": number, "counts": labels.COURT[court], "address": f"pilots/pilot/?court={court}"}
            for court, number in kept.open_gates_by_court(at).items()
            if number
        ]
        by_people = Event.objects.entries().filter(by__isnull=False)
        events = event_texts.with_people(office.limit(by_people, shared=True))
        gates = partial(office.limit, path="gate__pilot__portfolio")
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "tally": tally,
            "courts": courts,
            "worklist": worklist.sections(
                counts_to_do(kept, gates, at),
                _imports(office),
                leaving_counts(limit_of(office)),
                any_pilot=any(counts.values()),
            ),
            "counts": counts,
            "keeps_portfolios": office.own().exists(),
            "set_up_is_missing": something_is_missing(office.own(), office.person, at),
            "total": sum(counts.values()),
            "events": list(events.order_by("-pk")[:LATEST]),
            "at": at,
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/index.html", context)


def _imports(office: Office) -> int:
    """How many imports of an office have problems: of its own person, and all for whoever keeps all portfolios."""
    return imports_with_problems(office.imports(ImportSession.objects.order_by())).count()
