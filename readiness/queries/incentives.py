"""What was stated of incentives, of one pilot or many, on a day (rule 17)."""

from __future__ import annotations

from datetime import date

from pilots.models import Incentives


def stated_incentives(pilot: int, *, at: date, known_at: date | None = None) -> Incentives | None:
    """What held of a pilot on a day; None where nothing was stated by then. One query."""
    return Incentives.objects.in_force(at, known_at).filter(pilot=pilot).first()
