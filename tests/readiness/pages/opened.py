"""Addresses of pages, and forms that are sent as a browser does."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from pilots.models import Pilot
from tests.company import Company


def pilot_page(pilot: Pilot) -> str:
    return reverse("readiness:pilot", args=[pilot.key])


def post(client: Client, address: str, **typed: Any) -> Any:
    """Open a form and send it back, as a browser does."""
    drawn = client.get(address).context["form"]
    return client.post(address, {"expected_version": drawn["expected_version"].value(), **typed})


def gate_event(company: Company, pilot: Pilot, kind: str, action: str) -> str:
    gate = company.gate(pilot, kind)
    return reverse("readiness:gate-action", args=[gate.public_id, action])
