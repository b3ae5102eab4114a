"""Every address of the product, walked from the URL configuration, and who may read it.

An address that is not listed here fails `test_who_may_do_what.py`, with a sentence that says so: say in `READS` who may
read it, or, where acts are done there, in `ACTS` how its acts are found. Rows of the admin's tables stand in `ROWS`.
What a library brings along follows a rule for all that it has (`of_library`): a newer version may have more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.sign_in import OPEN_TO_STRANGERS, ROUTE
from pilots import permissions
from pilots.models import Absence, Decision, DecisionRight, Event, Function, GateKind, Person, Pilot, Portfolio
from pilots.rules.vocabulary import Role
from tests.company import DATA, LEGAL, OFFICES, ROLES, Cast

YES, NO, GONE, SIGN_IN = "yes", "not theirs", "not there", "sign in"
OWN = "their own account's"


@dataclass(frozen=True)
class Address:
    """A leaf of the URL configuration: its name with its namespaces, or its route where it has none."""

    name: str
    route: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    def path(self, _cast: Cast) -> str:
        """The address as it is typed, with a 1 for whatever it takes."""
        if self.name == self.route:
            return f"/{self.route}"
        return reverse(self.name, kwargs=dict.fromkeys(self.arguments, "1"))


def addresses() -> list[Address]:
    """Every address there is."""
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, before: str, spaces: tuple[str, ...]) -> Iterator[Address]:
    for part in resolver.url_patterns:
        route = before + str(part.pattern)
        if isinstance(part, URLResolver):
            inner = (*spaces, part.namespace) if part.namespace else spaces
            yield from _walk(part, route, inner)
        else:
            assert isinstance(part, URLPattern)
            name = ":".join((*spaces, part.name)) if part.name else route
            yield Address(name, route, tuple(part.pattern.regex.groupindex))


# Who reads


def signed_in(name: str) -> str:
    return SIGN_IN if name == "anonymous" else YES


def own_account(name: str) -> str:
    """Whoever is signed in; whether there is a second factor to show is between them and their account."""
    return SIGN_IN if name == "anonymous" else OWN


def an_office_of_its_own(name: str) -> str:
    """Whoever keeps any records; what there is to read is between them and the library."""
    allowed = any_office(name)
    return OWN if allowed == YES else allowed


def anybody(_name: str) -> str:
    return YES


def whoever_sees_it(name: str) -> str:
    """Whoever sees the pilot."""
    if name == "anonymous":
        return SIGN_IN
    return YES if permissions.allowed("see", ROLES[name]) else GONE


def any_office(name: str) -> str:
    """Whoever keeps any records."""
    if name == "anonymous":
        return SIGN_IN
    return YES if name in OFFICES else NO


def its_office(name: str) -> str:
    """Whoever keeps the portfolio's records; for another office it is not there."""
    return GONE if name == "neighbour" else any_office(name)


def nobody_there(name: str) -> str:
    return SIGN_IN if name == "anonymous" else GONE


def no_office(name: str) -> str:
    """Nobody, offices included."""
    return SIGN_IN if name == "anonymous" else NO


def not_its_office(name: str) -> str:
    """Nobody; for another office it is not even there."""
    return GONE if name == "neighbour" else no_office(name)


def an_office_finds_nothing(name: str) -> str:
    return GONE if name in OFFICES else no_office(name)


def who_reads_groups(name: str) -> str:
    """Whoever reads what groups of the pilot's managers say; whoever else sees it may not."""
    sees = whoever_sees_it(name)
    return NO if sees == YES and not permissions.allowed("read_groups", ROLES[name]) else sees


def its_manager(name: str) -> str:
    """Whoever lives with the pilot as a manager; whoever else sees it may not."""
    seen = whoever_sees_it(name)
    return NO if seen == YES and name != "manager" else seen


Who = Callable[[str], str]
Path = Callable[[Cast], str]


@dataclass(frozen=True)
class Read:
    """Who may read an address, and where it is."""

    who: Who
    path: Path


def at(path: str) -> Path:
    return lambda _cast: path


def called(name: str, *args: Callable[[Cast], Any]) -> Path:
    return lambda cast: reverse(name, args=[arg(cast) for arg in args])


def key(cast: Cast) -> str:
    return cast.pilot.key


def gate(cast: Cast) -> str:
    return cast.gate(LEGAL).public_id


def reads_reports(name: str) -> str:
    """Whoever reads what managers report: of a portfolio, or of pilots that they carry or live with. No decider, no stranger."""
    if name == "anonymous":
        return SIGN_IN
    return YES if name in READS_REPORTS else NO


def no_report(name: str) -> str:
    """Whoever reads reports finds none: the cast has reported nothing."""
    found = reads_reports(name)
    return GONE if found == YES else found


def reads_gap_of(name: str) -> str:
    """Whoever reads a policy gap of the cast's pilot: who reads its managers' reports, who decides on it, and its owner."""
    if name == "anonymous":
        return SIGN_IN
    return YES if name in (READS_REPORTS - {"neighbour"}) | DECIDERS | {"named"} else GONE


DECIDERS = frozenset(name for name, roles in ROLES.items() if Role.DECIDER in roles)
READS_REPORTS = frozenset({"office", "neighbour", "sponsor", "head", "manager", "reviewer"})

API = (
    "root",
    "people",
    "portfolios",
    "functions",
    "kinds",
    "events",
    "freeing",
    "pilots",
    "gates",
    "decisions",
    "exhibits",
    "changes",
    "summary",
    "board",
    "bottlenecks",
    "trend",
    "waits",
    "alignment",
    "load",
    "rights",
    "policy-gaps",
    "schema",
    "docs",
)
PAGES = (
    *("home", "me", "my-leaving", "my-address", "my-work", "my-gates", "my-decisions", "my-away", "my-tokens"),
    *("museum", "claims", "portfolio", "both-sides", "rights", "search", "listen", "policy-gaps"),
)
NO_OTHER_SIGN_IN = ("socialaccount_signup", "socialaccount_login_error")
"""Steps of a sign-in elsewhere; nobody has begun one."""

READS: dict[str, Read] = {
    **{f"readiness:{name}": Read(signed_in, called(f"readiness:{name}")) for name in PAGES},
    "readiness:pilot": Read(whoever_sees_it, called("readiness:pilot", key)),
    "readiness:two-accounts": Read(whoever_sees_it, called("readiness:two-accounts", key)),
    "readiness:workflow": Read(whoever_sees_it, called("readiness:workflow", key)),
    "readiness:own-steps": Read(its_manager, called("readiness:own-steps", key)),
    "readiness:pulse": Read(its_manager, called("readiness:pulse", key)),
    "readiness:evidence": Read(whoever_sees_it, called("readiness:evidence", lambda c: c.piece.public_id)),
    **{f"readiness:api:{name}": Read(signed_in, called(f"readiness:api:{name}")) for name in API},
    "readiness:api:pilot": Read(whoever_sees_it, called("readiness:api:pilot", key)),
    "readiness:api:two-accounts": Read(whoever_sees_it, called("readiness:api:two-accounts", key)),
    "readiness:api:workflow": Read(who_reads_groups, called("readiness:api:workflow", key)),
    "readiness:api:gate": Read(whoever_sees_it, called("readiness:api:gate", gate)),
    "readiness:signals": Read(reads_reports, called("readiness:signals")),
    "readiness:signal": Read(no_report, at("/signals/nothing/")),
    "readiness:api:signals": Read(reads_reports, called("readiness:api:signals")),
    "readiness:api:signal": Read(no_report, at("/api/v1/signals/nothing/")),
    "readiness:privacy": Read(anybody, called("readiness:privacy")),
    "readiness:listen-sent": Read(anybody, called("readiness:listen-sent")),
    "readiness:listen-by-link": Read(lambda _name: "410", at("/listen/link/nothing/")),
    "readiness:api:evidence-file": Read(
        whoever_sees_it, called("readiness:api:evidence-file", lambda c: c.piece.public_id)
    ),
    "readiness:api:pilots-bulk": Read(nobody_there, at("/api/v1/pilots/bulk/")),
    "readiness:api:gates-bulk": Read(nobody_there, at("/api/v1/gates/bulk/")),
    "readiness:address-by-link": Read(lambda _name: GONE, at("/me/address/link/nothing/")),
    "readiness:api": Read(signed_in, at("/api/")),
    "readiness:api-nowhere": Read(nobody_there, at("/api/v1")),
    "readiness:api:nowhere": Read(nobody_there, at("/api/v1/nowhere/")),
    "healthz": Read(anybody, at("/healthz")),
    "admin:index": Read(any_office, at("/admin/")),
    "admin:set_up": Read(any_office, at("/admin/set-up/")),
    "admin:login": Read(any_office, at("/admin/login/")),
    "admin:workflows": Read(any_office, at("/admin/workflows/")),
    "admin:autocomplete": Read(no_office, at("/admin/autocomplete/")),
    "admin:app_list": Read(any_office, at("/admin/pilots/")),
    "admin:pilots_pilot_many": Read(any_office, at("/admin/pilots/pilot/many/resume/")),
    "admin:pilots_pilot_export": Read(any_office, at("/admin/pilots/pilot/export/csv/")),
    "admin:pilots_pilot_keep_view": Read(any_office, at("/admin/pilots/pilot/views/keep/")),
    "admin:pilots_pilot_forget_view": Read(any_office, at("/admin/pilots/pilot/views/1/forget/")),
    "admin:view_on_site": Read(
        an_office_finds_nothing, lambda c: f"/admin/r/{ContentType.objects.get_for_model(Pilot).pk}/{c.pilot.pk}/"
    ),
    "admin/(?P<url>.*)$": Read(an_office_finds_nothing, at("/admin/nowhere/")),
    **{
        f"admin:readiness_emptyword_{name}": Read(no_office, at(f"/admin/readiness/emptyword/{part}"))
        for name, part in (("changelist", ""), ("add", "add/"), ("change", "1/change/"))
    },
    **{
        f"admin:readiness_{model}_{name}": Read(no_office, at(f"/admin/readiness/{model}/{part}"))
        for model in ("frictionpoint", "signalpolicy")
        for name, part in (("changelist", ""), ("add", "add/"), ("change", "1/change/"))
    },
    **{
        f"admin/readiness/{model}/<path:object_id>/": Read(any_office, at(f"/admin/readiness/{model}/1/"))
        for model in ("frictionpoint", "signalpolicy")
    },
    "admin/readiness/emptyword/<path:object_id>/": Read(any_office, at("/admin/readiness/emptyword/1/")),
    **{
        f"admin:readiness_measure_{name}": Read(no_office, at(f"/admin/readiness/measure/{part}"))
        for name, part in (("changelist", ""), ("add", "add/"), ("change", "1/change/"))
    },
    "admin/readiness/measure/<path:object_id>/": Read(any_office, at("/admin/readiness/measure/1/")),
    **{
        f"admin:readiness_importsession_{name}": Read(any_office, called(f"admin:readiness_importsession_{name}"))
        for name in ("changelist", "add", "form")
    },
    **{
        f"admin:readiness_importsession_{name}": Read(
            its_office, called(f"admin:readiness_importsession_{name}", lambda cast: cast.imported.pk)
        )
        for name in ("change", "history", "toml", "rejected", "report", "take_back")
    },
    "admin:readiness_importsession_of": Read(
        its_office, called("admin:readiness_importsession_of", lambda cast: cast.imported.public_id)
    ),
    # What was confirmed is mapped and discarded no more.
    **{
        f"admin:readiness_importsession_{name}": Read(
            an_office_finds_nothing, called(f"admin:readiness_importsession_{name}", lambda cast: cast.imported.pk)
        )
        for name in ("mapping", "discard")
    },
    "admin:readiness_importsession_delete": Read(
        not_its_office, called("admin:readiness_importsession_delete", lambda cast: cast.imported.pk)
    ),
    "admin/readiness/importsession/<path:object_id>/": Read(
        any_office, lambda cast: f"/admin/readiness/importsession/{cast.imported.pk}/"
    ),
    "accounts/email/": Read(nobody_there, at("/accounts/email/")),
    "account_email": Read(nobody_there, at("/accounts/email/")),
    "mfa_authenticate": Read(signed_in, called("mfa_authenticate")),
    "account_confirm_login_code": Read(signed_in, called("account_confirm_login_code")),
    **{name: Read(lambda _name: SIGN_IN, called(name)) for name in NO_OTHER_SIGN_IN},
}
"""Who may read what, by the address's name; what a library brings along follows the rules below."""


# Libraries


def of_library(address: Address) -> Who | None:
    """Who meets an address that a library brought, by one rule for each of them; none for what is ours to tell.

    Of the sign-in, strangers meet what the product opens to them and nothing else: everything else is somebody's own
    account. Of the admin's own pages, offices meet what there is.
    """
    if address.route.startswith(ROUTE):
        return anybody if address.name in OPEN_TO_STRANGERS else own_account
    if address.name.startswith("admin:") and not address.name.startswith("admin:pilots_"):
        return an_office_of_its_own
    return None


def read_by_library(found: Iterable[Address]) -> dict[str, Read]:
    """What follows the rule of a library alone."""
    rules = ((each, of_library(each)) for each in found if each.name not in READS)
    return {each.name: Read(who, each.path) for each, who in rules if who is not None}


READS |= read_by_library(addresses())


# The admin's tables


@dataclass(frozen=True)
class Rows:
    """A row of one table at the desk, and whether it lies in the office's portfolio or is shared by all offices."""

    one: Callable[[Cast], Model]
    shared: bool = False
    only_read: bool = False

    @property
    def who(self) -> Who:
        return any_office if self.shared else its_office

    @property
    def not_even(self) -> Who:
        return no_office if self.shared else not_its_office


ROWS: Mapping[type[Model], Rows] = {
    Pilot: Rows(lambda c: c.pilot),
    Portfolio: Rows(lambda c: c.portfolio),
    DecisionRight: Rows(lambda c: c.rights[DATA]),
    Decision: Rows(lambda c: Decision.objects.filter(gate__pilot=c.pilot)[0], only_read=True),
    Event: Rows(lambda c: c.pilot.events.all()[0], only_read=True),
    Person: Rows(lambda c: c["outsider"], shared=True),
    Function: Rows(lambda c: c.function, shared=True),
    Absence: Rows(lambda c: c.absence, shared=True),
    GateKind: Rows(lambda c: GateKind.objects.get(key=LEGAL), shared=True),
}
"""A row of each table at the desk."""


def of_table(model: type[Model], rows: Rows) -> dict[str, Read]:
    """Who may read the addresses of one table. Adding, changing and the acts are done there as well, by whom the table lets."""
    start = f"admin:pilots_{model._meta.model_name}"
    made = getattr(admin.site._registry[model], "add_form", None)
    adds = any_office if model is Pilot or made else no_office

    def row(name: str) -> Path:
        return called(f"{start}_{name}", lambda cast: rows.one(cast).pk)

    return {
        f"{start}_changelist": Read(any_office, called(f"{start}_changelist")),
        f"{start}_add": Read(adds, called(f"{start}_add")),
        f"{start}_change": Read(rows.who, row("change")),
        f"{start}_history": Read(rows.who, row("history")),
        f"{start}_delete": Read(rows.not_even, row("delete")),
        f"admin/pilots/{model._meta.model_name}/<path:object_id>/": Read(
            any_office, lambda cast: f"/admin/pilots/{model._meta.model_name}/{rows.one(cast).pk}/"
        ),
    }


for _model, _rows in ROWS.items():
    READS |= of_table(_model, _rows)

ACTS = (
    "readiness:policy-gap",
    "readiness:decide-many",
    "readiness:minutes",
    "readiness:my-delegate",
    "readiness:my-back",
    "readiness:revoke-token",
    "readiness:my-staying",
    "readiness:filing",
    "readiness:api:evidence",
    "readiness:pilot-action",
    "readiness:gate-action",
    "admin:pilots_pilot_evidence",
    "admin:pilots_pilot_act",
    "admin:pilots_pilot_gate",
    *(f"admin:pilots_{model._meta.model_name}_act" for model in ROWS),
)
"""Addresses under which each act has a word of its own; `tests/contracts/roads.py` finds the words."""


def unlisted(found: Iterable[Address]) -> list[str]:
    """Addresses of which nobody has said who may ask them."""
    actions_of_api = ("readiness:api:pilot-", "readiness:api:gate-")
    ours = (each for each in found if of_library(each) is None)
    return [
        str(each)
        for each in ours
        if each.name not in READS and each.name not in ACTS and not each.name.startswith(actions_of_api)
    ]
