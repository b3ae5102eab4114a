"""The evidence of a pilot: what is filed, in versions, and filing more."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from pilots import permissions
from pilots.clock import today
from pilots.models import Evidence
from readiness.forms.evidence import FileEvidenceForm
from readiness.pages.base import pilot_or_404, reader
from readiness.queries import evidence
from readiness.queries.snapshots import snapshot_of
from readiness.rules import offers


@require_http_methods(["GET", "HEAD", "POST"])
def filing(request: HttpRequest, key: str) -> HttpResponse:
    """What is filed for a pilot; whoever may change it files more, or a newer version of a piece (`?newer=`)."""
    person, at = reader(request), today()
    pilot = pilot_or_404(person, key)
    snapshot = snapshot_of(pilot, at=at)
    if snapshot is None:
        raise Http404
    newer_than: Evidence | None = None
    if wanted := request.GET.get("newer"):
        newer_than = get_object_or_404(evidence.of_pilot(person, pilot), public_id=wanted)
    form = FileEvidenceForm(pilot=pilot, by=person, newer_than=newer_than)
    if request.method == "POST":
        form = FileEvidenceForm(request.POST, request.FILES, pilot=pilot, by=person, newer_than=newer_than)
        if form.perform():
            messages.success(request, form.done_message)
            return redirect("readiness:filing", key=pilot.key)
        if form.refused and form.refused.code == "not_yours":
            raise PermissionDenied
    mine = offers.roles(person, snapshot, office=permissions.is_office(person, pilot.portfolio))
    context = {
        "pilot": pilot,
        "form": form,
        "newer_than": newer_than,
        "may_file": permissions.allowed("file_evidence", mine),
        "pieces": evidence.pieces(person, pilot),
        "at": at,
    }
    return render(request, "pages/filing.html", context, status=form.status)
