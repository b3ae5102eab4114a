"""The addresses of pages and API."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from readiness.api.schema import NoSuchAddress
from readiness.pages.action_page import action_on_gate, action_on_pilot
from readiness.pages.away import away, back, delegate
from readiness.pages.converters import PilotKey
from readiness.pages.evidence import evidence
from readiness.pages.filing import filing
from readiness.pages.home import home
from readiness.pages.many import decide_many, minutes
from readiness.pages.museum import claims, museum
from readiness.pages.my_address import by_link, my_address
from readiness.pages.my_decisions import my_decisions
from readiness.pages.my_gates import my_gates
from readiness.pages.pilot import pilot
from readiness.pages.portfolio import portfolio
from readiness.pages.rights import rights

register_converter(PilotKey, "pilot_key")

app_name = "readiness"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("my/gates/", my_gates, name="my-gates"),
    path("my/decisions/", my_decisions, name="my-decisions"),
    path("my/decisions/many/", decide_many, name="decide-many"),
    path("my/away/", away, name="my-away"),
    path("my/away/delegate/", delegate, name="my-delegate"),
    path("my/away/<int:pk>/back/", back, name="my-back"),
    path("me/address/", my_address, name="my-address"),
    # What follows `link/` is masked in every log (config.masking).
    path("me/address/link/<str:token>/", by_link, name="address-by-link"),
    path("minutes/", minutes, name="minutes"),
    path("museum/", museum, name="museum"),
    path("museum/claims/", claims, name="claims"),
    path("portfolio/", portfolio, name="portfolio"),
    path("pilots/<pilot_key:key>/", pilot, name="pilot"),
    path("pilots/<pilot_key:key>/evidence/", filing, name="filing"),
    path("pilots/<pilot_key:key>/<slug:action>/", action_on_pilot, name="pilot-action"),
    path("gates/<str:public_id>/<slug:action>/", action_on_gate, name="gate-action"),
    path("evidence/<str:public_id>/", evidence, name="evidence"),
    path("rights/", rights, name="rights"),
    # Without its last slash nothing is led on there, since what was sent would be lost.
    path("api/v1", NoSuchAddress.as_view(), name="api-nowhere"),
    path("api/v1/", include("readiness.api.urls")),
]
