"""The addresses of pages and API."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from readiness.api.schema import NoSuchAddress
from readiness.api.views.directory import to_root
from readiness.pages.action_page import action_on_gate, action_on_pilot
from readiness.pages.away import away, back, delegate
from readiness.pages.both_sides import both_sides
from readiness.pages.converters import PilotKey
from readiness.pages.evidence import evidence
from readiness.pages.filing import filing
from readiness.pages.home import home
from readiness.pages.listen import by_link as listen_by_link
from readiness.pages.listen import listen, privacy, sent
from readiness.pages.many import decide_many, minutes
from readiness.pages.me import leaving, me, stay
from readiness.pages.museum import claims, museum
from readiness.pages.my_address import by_link, my_address
from readiness.pages.my_decisions import my_decisions
from readiness.pages.my_gates import my_gates
from readiness.pages.my_work import my_work
from readiness.pages.pilot import pilot
from readiness.pages.policy_gaps import policy_gap, policy_gaps
from readiness.pages.portfolio import portfolio
from readiness.pages.pulse import pulse
from readiness.pages.rights import rights
from readiness.pages.search import search
from readiness.pages.signals import signal, signals
from readiness.pages.tokens import revoke, tokens
from readiness.pages.two_accounts import two_accounts
from readiness.pages.workflow import own_steps, workflow

register_converter(PilotKey, "pilot_key")

app_name = "readiness"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("my/gates/", my_gates, name="my-gates"),
    path("my/decisions/", my_decisions, name="my-decisions"),
    path("my/decisions/many/", decide_many, name="decide-many"),
    path("my/work/", my_work, name="my-work"),
    path("my/away/", away, name="my-away"),
    path("my/away/delegate/", delegate, name="my-delegate"),
    path("my/away/<int:pk>/back/", back, name="my-back"),
    path("me/", me, name="me"),
    path("me/leaving/", leaving, name="my-leaving"),
    path("me/leaving/end/", stay, name="my-staying"),
    path("me/address/", my_address, name="my-address"),
    # What follows `link/` is masked in every log (config.masking).
    path("me/address/link/<str:token>/", by_link, name="address-by-link"),
    path("listen/", listen, name="listen"),
    path("listen/privacy/", privacy, name="privacy"),
    path("listen/sent/", sent, name="listen-sent"),
    path("listen/link/<str:token>/", listen_by_link, name="listen-by-link"),
    path("signals/", signals, name="signals"),
    path("signals/<slug:point>/", signal, name="signal"),
    path("policy-gaps/", policy_gaps, name="policy-gaps"),
    path("policy-gaps/<str:public_id>/", policy_gap, name="policy-gap"),
    path("me/tokens/", tokens, name="my-tokens"),
    path("me/tokens/<str:begins>/revoke/", revoke, name="revoke-token"),
    path("minutes/", minutes, name="minutes"),
    path("museum/", museum, name="museum"),
    path("museum/claims/", claims, name="claims"),
    path("portfolio/", portfolio, name="portfolio"),
    path("portfolio/both-sides/", both_sides, name="both-sides"),
    path("pilots/<pilot_key:key>/", pilot, name="pilot"),
    path("pilots/<pilot_key:key>/evidence/", filing, name="filing"),
    path("pilots/<pilot_key:key>/two-accounts/", two_accounts, name="two-accounts"),
    path("pilots/<pilot_key:key>/workflow/", workflow, name="workflow"),
    path("pilots/<pilot_key:key>/workflow/mine/", own_steps, name="own-steps"),
    path("pilots/<pilot_key:key>/pulse/", pulse, name="pulse"),
    path("pilots/<pilot_key:key>/<slug:action>/", action_on_pilot, name="pilot-action"),
    path("gates/<str:public_id>/<slug:action>/", action_on_gate, name="gate-action"),
    path("evidence/<str:public_id>/", evidence, name="evidence"),
    path("rights/", rights, name="rights"),
    path("search/", search, name="search"),
    # Without its last slash nothing is led on there, since what was sent would be lost.
    path("api/", to_root, name="api"),
    path("api/v1", NoSuchAddress.as_view(), name="api-nowhere"),
    path("api/v1/", include("readiness.api.urls")),
]
