"""A null character in an address or a query names nothing: every address says so, and asks no database for it.

PostgreSQL cannot be asked; SQLite can, and answers the same. The parameters are those that each address is seen to read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.test import Client
from django.urls import reverse

from tests.company import LEGAL, Cast
from tests.contracts.addresses import READS
from tests.contracts.reading import parameters_read, said

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

REFUSED = {400, 404, 422}
"""A page says that it did not understand; the API names the field, and has no such format."""


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    settings.EVIDENCE_ROOT = tmp_path
    cast = Cast()
    cast.around()
    return cast


@pytest.fixture
def office(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast["office"])
    return client


def of_lists() -> dict[str, set[str]]:
    """What the lists of the desk read, by address: the search, the order, the page, and their filters."""
    out = {}
    for model, table in admin.site._registry.items():
        filters = {str(getattr(each, "parameter_name", "")) for each in table.list_filter}
        read = {SEARCH_VAR, ORDER_VAR, PAGE_VAR, *filters}
        out[f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"] = read - {""}
    return out


def asked(cast: Cast, client: Client, extra: dict[str, str]) -> dict[tuple[str, str], int]:
    """The status of every address asked with a null character in each parameter that it reads."""
    lists, out = of_lists(), {}
    paths = {name: read.path(cast) for name, read in READS.items()} | extra
    for name, path in paths.items():
        with parameters_read() as read:
            opened = client.get(path)
            said(opened)
        if opened.status_code != 200:
            continue
        for parameter in sorted(read | lists.get(name, set())):
            out[name, parameter] = client.get(f"{path}?{parameter}=a%00b").status_code
    return out


def test_every_address_refuses_a_null_character_in_each_parameter_that_it_reads(cast: Cast, office: Client) -> None:
    own = {
        "readiness:filing": reverse("readiness:filing", args=[cast.pilot.key]),
        "readiness:minutes": reverse("readiness:minutes"),
        "readiness:decide-many": reverse("readiness:decide-many"),
        "readiness:pilot-action": reverse("readiness:pilot-action", args=[cast.pilot.key, "pause"]),
        "admin:pilots_pilot_act": reverse("admin:pilots_pilot_act", args=[cast.pilot.pk, "pause"]),
    }
    found = asked(cast, office, own)
    read = {
        ("readiness:rights", "of"),
        ("readiness:rights", "as_of"),
        ("readiness:museum", "gate"),
        ("readiness:portfolio", "portfolio"),
        ("readiness:filing", "newer"),
        ("readiness:pilot-action", "next"),
        ("readiness:api:pilots", "as_of"),
        ("admin:pilots_pilot_changelist", "q"),
    }
    assert read <= found.keys(), "the walk sees what an address reads"
    assert {at: status for at, status in found.items() if status not in REFUSED} == {}


def test_the_refusal_is_in_words_of_our_own(office: Client) -> None:
    answer = office.get("/rights/?of=%00")
    assert answer.status_code == 400
    assert "could not be understood" in answer.content.decode()
    assert office.get("/rights/?%00=1").status_code == 400
    problem = office.get("/api/v1/rights/?portfolio=%00").json()
    assert (problem["status"], list(problem["errors"])) == (422, ["portfolio"])


def test_no_address_holds_a_null_character(cast: Cast, office: Client) -> None:
    piece, gate = "readiness:evidence", "readiness:gate-action"
    for path in (
        reverse(piece, args=["x"]).replace("x", "%00"),
        reverse(gate, args=["x0x", "decide"]).replace("x0x", "%00"),
        "/pilots/%00/",
        "/admin/%00",
        "/admin/pilots/person/%00/change/",
        "/api/v1/gates/%00/",
        "/api/v1/pilots/%00/",
    ):
        assert office.get(path).status_code == 404, path


def test_what_is_sent_with_a_gate_that_holds_one_is_not_there(cast: Cast, office: Client) -> None:
    there = reverse("readiness:decide-many")
    typed = {"gate": [cast.gate(LEGAL).public_id, "a\0b"]}
    office.force_login(cast["decider"])
    assert office.post(there, typed).status_code == 404
