"""The addresses of the API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from readiness.api.inputs import OF_GATE, OF_PILOT
from readiness.api.schema import DocsView, NoSuchAddress, SchemaView
from readiness.api.views import (
    both_sides,
    bulk,
    changes,
    directory,
    events,
    evidence,
    freeing,
    friction,
    gates,
    pilots,
    portfolio,
    rights,
)

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("", directory.Root.as_view(), name="root"),
    path("people/", directory.People.as_view(), name="people"),
    path("portfolios/", directory.Portfolios.as_view(), name="portfolios"),
    path("functions/", directory.Functions.as_view(), name="functions"),
    path("kinds/", directory.Kinds.as_view(), name="kinds"),
    path("pilots/", pilots.Pilots.as_view(), name="pilots"),
    path("pilots/bulk/", bulk.BulkPilots.as_view(), name="pilots-bulk"),
    path("pilots/<pilot_key:key>/", pilots.OnePilot.as_view(), name="pilot"),
    path("pilots/<pilot_key:key>/evidence/", evidence.Filed.as_view(), name="evidence"),
    path("pilots/<pilot_key:key>/two-accounts/", both_sides.TwoAccounts.as_view(), name="two-accounts"),
    path("pilots/<pilot_key:key>/workflow/", both_sides.OneWorkflow.as_view(), name="workflow"),
    *(path(f"pilots/<pilot_key:key>/{word}/", pilots.action_view(word), name=f"pilot-{word}") for word in OF_PILOT),
    path("gates/", gates.Gates.as_view(), name="gates"),
    path("gates/bulk/", bulk.BulkGates.as_view(), name="gates-bulk"),
    path("gates/<str:public_id>/", gates.OneGate.as_view(), name="gate"),
    *(path(f"gates/<str:public_id>/{word}/", gates.action_view(word), name=f"gate-{word}") for word in OF_GATE),
    path("evidence/<str:public_id>/", evidence.EvidenceFile.as_view(), name="evidence-file"),
    path("decisions/", events.Decisions.as_view(), name="decisions"),
    path("exhibits/", pilots.Exhibits.as_view(), name="exhibits"),
    path("events/", events.Events.as_view(), name="events"),
    path("changes/", changes.Changes.as_view(), name="changes"),
    path("portfolio/summary/", portfolio.Summary.as_view(), name="summary"),
    path("portfolio/board/", portfolio.Board.as_view(), name="board"),
    path("portfolio/bottlenecks/", portfolio.Bottlenecks.as_view(), name="bottlenecks"),
    path("portfolio/decisions-that-free/", freeing.DecisionsThatFree.as_view(), name="freeing"),
    path("portfolio/trend/", portfolio.Trend.as_view(), name="trend"),
    path("portfolio/waits/", portfolio.Waits.as_view(), name="waits"),
    path("signals/", friction.SignalsView.as_view(), name="signals"),
    path("signals/<slug:point>/", friction.Brief.as_view(), name="signal"),
    path("policy-gaps/", friction.PolicyGaps.as_view(), name="policy-gaps"),
    path("portfolio/alignment/", both_sides.Alignments.as_view(), name="alignment"),
    path("portfolio/load/", both_sides.Loads.as_view(), name="load"),
    path("rights/", rights.Rights.as_view(), name="rights"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="readiness:api:schema"), name="docs"),
    re_path(r"^.*$", NoSuchAddress.as_view(), name="nowhere"),
]
