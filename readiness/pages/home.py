"""Where a person's work begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilots.models import Person
from readiness.queries.people import Duties, work_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Sends people to their own work; says so where there is none."""
    assert isinstance(request.user, Person)
    for address in _places(request.user, work_of(request.user)):
        return redirect(address)
    return render(request, "pages/home.html")


def _places(person: Person, does: Duties) -> list[str]:
    """Where this person has something to do, the most pressing first."""
    wanted = [
        ("readiness:my-decisions", does.decides and not does.office),
        ("readiness:my-gates", does.carries),
        ("admin:index", does.office and person.is_staff),
        ("readiness:portfolio", does.office),
        ("readiness:my-work", does.manages),
        ("readiness:my-decisions", does.named or does.escalates),
        ("readiness:policy-gaps", does.owns_gap),
        ("readiness:portfolio", does.reviews),
    ]
    return [reverse(name) for name, yes in wanted if yes]
