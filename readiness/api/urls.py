"""The addresses of the API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from readiness.api.inputs import OF_GATE, OF_PILOT
from readiness.api.schema import DocsView, NoSuchAddress, SchemaView
from readiness.api.views import events, evidence, gates, pilots, portfolio, rights

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("pilots/", pilots.Pilots.as_view(), name="pilots"),
    path("pilots/<pilot_key:key>/", pilots.OnePilot.as_view(), name="pilot"),
    path("pilots/<pilot_key:key>/evidence/", evidence.Filed.as_view(), name="evidence"),
    *(path(f"pilots/<pilot_key:key>/{word}/", pilots.action_view(word), name=f"pilot-{word}") for word in OF_PILOT),
    path("gates/", gates.Gates.as_view(), name="gates"),
    path("gates/<str:public_id>/", gates.OneGate.as_view(), name="gate"),
    *(path(f"gates/<str:public_id>/{word}/", gates.action_view(word), name=f"gate-{word}") for word in OF_GATE),
    path("decisions/", events.Decisions.as_view(), name="decisions"),
    path("exhibits/", pilots.Exhibits.as_view(), name="exhibits"),
    path("changes/", events.Changes.as_view(), name="changes"),
    path("portfolio/summary/", portfolio.Summary.as_view(), name="summary"),
    path("portfolio/board/", portfolio.Board.as_view(), name="board"),
    path("portfolio/bottlenecks/", portfolio.Bottlenecks.as_view(), name="bottlenecks"),
    path("portfolio/trend/", portfolio.Trend.as_view(), name="trend"),
    path("portfolio/waits/", portfolio.Waits.as_view(), name="waits"),
    path("rights/", rights.Rights.as_view(), name="rights"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="readiness:api:schema"), name="docs"),
    re_path(r"^.*$", NoSuchAddress.as_view(), name="nowhere"),
]
