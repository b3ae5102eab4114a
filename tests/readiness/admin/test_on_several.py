"""An action on several rows of a reference table: a page between, and each refused by itself."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import DecisionRight, GateKind, Person, Portfolio
from tests.readiness.browser_forms import form_with


def chosen(action: str, rows: list[Any]) -> dict[str, Any]:
    return {"action": action, "index": "0", "_selected_action": [row.pk for row in rows]}


def asked(client: Client, action: str, rows: list[Any], field: str, address: str) -> dict[str, Any]:
    """What the page between would send."""
    page = client.post(address, chosen(action, rows))
    assert page.status_code == 200
    return form_with(field, page) | {"_selected_action": [row.pk for row in rows]}


def test_a_right_that_is_not_theirs_is_not_ended_among_others(
    desk: Client, lena: Person, legal: GateKind, elsewhere: Portfolio
) -> None:
    broad = actions.assign_right(kind=GateKind.objects.get(key="it-data-access"), holder=lena, by=None)
    rights = reverse("admin:pilots_decisionright_changelist")
    page = desk.post(rights, chosen("end", [broad, DecisionRight.objects.get(kind=legal)])).content.decode()
    assert "It is not yours to do, or does not fit now." in page
    assert "Refused, and left as they are" in page
    typed = asked(desk, "end", [DecisionRight.objects.get(kind=legal)], "until", rights)
    assert desk.post(rights, typed | {"until": "2999-12-31"}).status_code == 302
    assert DecisionRight.objects.get(kind=legal).until is not None
    assert DecisionRight.objects.get(pk=broad.pk).until is None
