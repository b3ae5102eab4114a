"""Rule 10 in figures: the two intervals against published values, and what is agreed after the fact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilots import actions
from pilots.models import Person
from pilots.refusals import Invalid, NotMeasured
from pilots.rules import quality
from pilots.rules.quality import Threshold, loosened, student_t, verdict, wilson
from tests.company import (
    MARCH,
    QUALITY,
    SPONSOR,
    Signed,
    a_right,
    browser_of,
    on,
    with_a_threshold,
    with_an_acceptance,
)

DAY = timedelta(days=1)
SHARE = Threshold("Drafts sent unchanged", "at_least", 0.8, "proportion", 10)
MINUTES = Threshold("Minutes saved", "at_least", 5.0, "mean", 2)


@pytest.mark.parametrize(
    ("value", "sample", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3: 81/263, 15/148, 0/20, 1/29.
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0.0, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_proportion_is_wilsons(value: float, sample: int, low: float, high: float) -> None:
    assert wilson(value, sample) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("degrees", "t"),
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, upper critical values of Student's t, 0.975.
    [
        (1, 12.706),
        (2, 4.303),
        (3, 3.182),
        (4, 2.776),
        (5, 2.571),
        (9, 2.262),
        (20, 2.086),
        (29, 2.045),
        (30, 2.042),
        (60, 2.000),
        (100, 1.984),
    ],
)
def test_the_interval_of_a_mean_is_students(degrees: int, t: float) -> None:
    assert student_t(degrees) == pytest.approx(t, abs=6e-4)


def test_a_verdict_is_beyond_chance() -> None:
    """7 ± 2.262 · 2.8 / √10 reaches down to 4.997; 1.96 would have stopped at 5.26. 0.88 of 100 may be 0.802, of 60 0.774."""
    assert verdict(MINUTES, 7.0, 10, 2.8) == "insufficient"
    assert verdict(MINUTES, 7.0, 10, 2.7) == "met"
    assert verdict(SHARE, 0.88, 100) == "met"
    assert verdict(SHARE, 0.88, 60) == "insufficient"
    assert verdict(SHARE, 0.7, 200) == "not_met"


def test_one_value_alone_is_no_mean() -> None:
    assert verdict(Threshold("M", "at_least", 5.0, "mean", 1), 100.0, 1, 0.0) == "insufficient"


def test_a_share_that_becomes_a_mean_is_another_goalpost() -> None:
    assert loosened(SHARE, Threshold(SHARE.metric, "at_least", 0.8, "mean", 10))
    assert not loosened(SHARE, Threshold(SHARE.metric, "at_least", 0.9, "proportion", 10))


@pytest.fixture
def cast(db: None) -> Signed:
    found = Signed()
    a_right(QUALITY, found.olga, found.portfolio, day=MARCH)
    return found


def agree(cast: Signed, value: float, **days: Any) -> None:
    with_a_threshold(cast.pilot, by=cast.ria, metric=SHARE.metric, value=value, smallest_sample=10, **days)


def after(n: int) -> dict[str, Any]:
    """So many days after the start."""
    return on(MARCH + n * DAY)


@pytest.mark.parametrize("later", [0.6, 0.95])
def test_nothing_is_agreed_after_the_fact_on_what_was_measured(cast: Signed, later: float) -> None:
    agree(cast, 0.8, **after(1))
    measured = {"pilot": cast.pilot, "by": cast.ria, "value": 0.7, "sample": 400}
    actions.record_measurement(**measured, **after(10))
    with pytest.raises(Invalid) as refused:
        agree(cast, later, on=MARCH + 5 * DAY, known=MARCH + 11 * DAY)
    assert refused.value.field == "on"
    agree(cast, later, **after(11))
    with pytest.raises(NotMeasured):
        actions.decide(
            gate=cast.gate("quality-threshold"), by=cast.olga, outcome="cleared", reason="Good enough.", **after(12)
        )


def test_a_stale_result_is_read_as_one() -> None:
    assert quality.at("met", MARCH, MARCH + 180 * DAY) == "met"
    assert quality.at("met", MARCH, MARCH + 181 * DAY) == "stale"


def measured_by(cast: Signed, measures: Person | None) -> bool:
    with_a_threshold(cast.pilot, by=cast.ria, source="The mailbox.", measured_by=measures, **after(5))
    event = actions.record_measurement(pilot=cast.pilot, by=cast.ria, value=0.9, sample=400, **after(5))
    return bool(event.data["self_measured"])


def test_what_the_pilots_own_people_measured_is_marked(cast: Signed) -> None:
    """Rule 10: who measures is agreed beforehand; a result that the team took of itself says so."""
    with_an_acceptance(cast.pilot, SPONSOR, cast.sam, by=cast.ria, **after(1))
    assert not measured_by(cast, None)
    assert not measured_by(cast, cast.olga)
    assert measured_by(cast, cast.sam)
    actions.amend(pilot=cast.pilot, by=cast.ria, set={"manager": cast.ria}, **after(5))
    assert measured_by(cast, None)
    assert not measured_by(cast, cast.olga)
    page = browser_of(cast.ria).get(f"/pilots/{cast.pilot.key}/").content.decode()
    assert page.count("<small>self-measured</small>") == 2
    assert "Source: The mailbox." in page
    actions.close_account(person=cast.olga, by=cast.ria, **after(6))
    with pytest.raises(Invalid) as refused:
        actions.register_threshold(
            pilot=cast.pilot,
            by=cast.ria,
            metric="M",
            direction="at_least",
            value=0.8,
            kind="proportion",
            smallest_sample=10,
            measured_by=cast.olga,
            **after(7),
        )
    assert refused.value.field == "measured_by"
