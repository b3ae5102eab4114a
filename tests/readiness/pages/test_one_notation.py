"""Rule 10 to read: what is agreed stands above the form that is judged by it, and a share is written one way."""

from __future__ import annotations

import pytest
from django.urls import reverse

from pilots import actions
from pilots.models import Person, Pilot
from pilots.rules.quality import Threshold
from tests.company import Company, browser_of
from tests.readiness.pages.opened import gate_event, pilot_page


@pytest.fixture
def measured(company: Company) -> Pilot:
    """At least 85% was agreed, and 93% measured."""
    pilot = company.running()
    company.measured(pilot)
    return pilot


def desk_act(company: Company, pilot: Pilot, action: str) -> str:
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    return reverse("admin:pilots_pilot_act", args=[pilot.pk, action])


@pytest.mark.parametrize("action", ["record-measurement", "register-threshold"])
@pytest.mark.parametrize("at_the_desk", [False, True])
def test_what_is_agreed_stands_above_the_form(
    company: Company, measured: Pilot, action: str, at_the_desk: bool
) -> None:
    address = (
        desk_act(company, measured, action)
        if at_the_desk
        else reverse("readiness:pilot-action", args=[measured.key, action])
    )
    page = browser_of(Person.objects.get(pk=company.ria.pk)).get(address).content.decode()
    assert "Share sent unchanged</dd>" in page
    assert "<dd>at least 85%</dd>" in page
    assert "<dt>Smallest sample</dt><dd>100</dd>" in page
    assert "A share is typed as a decimal: 0.93 for 93%." in page


def test_a_share_is_written_one_way_on_the_page_in_the_history_and_in_the_admin(
    company: Company, measured: Pilot
) -> None:
    page = browser_of(company.ria).get(pilot_page(measured)).content.decode()
    assert "Measured: 93% on 400, met" in page
    assert "Threshold registered: Share sent unchanged: at least 85%, measured on 100 or more" in page
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    admin = browser_of(Person.objects.get(pk=company.ria.pk)).get(
        reverse("admin:pilots_pilot_change", args=[measured.pk])
    )
    text = admin.content.decode().split('id="its-quality"')[1].split("</section>")[0]
    assert "Measured: 93% on 400, met" in text
    assert "at least 85%, measured on 100 or more" in text


def test_whoever_judges_it_reads_it_so_too(company: Company, measured: Pilot) -> None:
    decide = gate_event(company, measured, "quality-threshold", "decide")
    page = browser_of(company.tove).get(decide).content.decode()
    assert "Share sent unchanged: at least 85%, measured on 100 or more" in page
    assert "(proportion" not in page


def test_a_mean_is_written_as_it_is(company: Company) -> None:
    pilot = company.running()
    actions.register_threshold(
        pilot=pilot, by=company.ria, metric="Minutes", direction="at_most", value=0.8, kind="mean", smallest_sample=10
    )
    actions.record_measurement(pilot=pilot, by=company.ria, value=0.5, sample=40, deviation=0.1)
    page = browser_of(company.ria).get(pilot_page(pilot)).content.decode()
    assert "Measured: 0.5 on 40, met" in page
    assert "Minutes: at most 0.8, measured on 10 or more" in page


@pytest.mark.parametrize("metric", ["Share at least 3 (mean, 4 or more)", "Two\nlines", "é"])
def test_a_sealed_threshold_is_read_as_it_was_written(metric: str) -> None:
    for direction, kind in (("at_least", "proportion"), ("at_most", "mean")):
        agreed = Threshold(metric, direction, 0.875, kind, 300)
        assert Threshold.read(agreed.in_words()) == agreed
    assert Threshold.read("none") is None
