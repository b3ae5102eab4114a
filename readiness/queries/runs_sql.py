"""Since when a decision has been held, or not, wherever its pilot lay: `pilots.rules.rights.run_across` as SQL (rule 7).

Only a gate that was open already when its pilot moved to another unit needs it. A property test holds the two to one answer.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import DateField, F, Func

from readiness.queries.engines import day_of, greatest, least, number, number_after


def run_number(pilot: str, kind: str, holder: str, at: date, known_at: date | None = None) -> str:
    """The number of the first day of the unbroken stretch of held, or unheld, days up to a day; null where it has no first.

    Args:
        pilot: the column of a gate's pilot; `kind` and `holder` likewise: whoever holds the decision on the day.
        known_at: what was recorded by that day; all that is known now unless said.
    """
    alike = f"(sat.holder_id IS NULL) = ({holder} IS NULL)"
    turned = f"CASE WHEN sat.run_from > stay.first_day THEN {number('sat.run_from')} END"
    ended = least(_end_of_stay(at, known_at), number_after("sat.last_day"), at.toordinal())
    begins = f"sat.first_day <= '{at}'"
    overlaps = f"(sat.last_day IS NULL OR sat.last_day >= stay.first_day) AND {number('sat.first_day')} < "
    return f"""(
        SELECT MAX(CASE WHEN {alike} THEN {turned} ELSE {ended} END)
        FROM pilots_pilotperiod stay
        LEFT JOIN pilots_seat sat ON sat.unit_id = stay.unit_id AND sat.kind_id = {kind}
            AND {begins} AND {overlaps}{_end_of_stay(at, known_at)}
        WHERE stay.pilot_id = {pilot} AND stay.first_day <= '{at}' AND {_known("stay", known_at)}
    )"""


def _known(period: str, known_at: date | None) -> str:
    if known_at is None:
        return f"{period}.superseded_on IS NULL"
    still = f"({period}.superseded_on IS NULL OR {period}.superseded_on > '{known_at}')"
    return f"{period}.recorded_from <= '{known_at}' AND {still}"


def _end_of_stay(at: date, known_at: date | None) -> str:
    """The number of the day after a stay. Asked what was known, each ended where the next one known then began."""
    if known_at is None:
        return number_after("stay.last_day")
    after = f"""(
        SELECT MIN(later.first_day) FROM pilots_pilotperiod later
        WHERE later.pilot_id = stay.pilot_id AND later.first_day > stay.first_day
            AND later.first_day <= '{at}' AND {_known("later", known_at)}
    )"""
    return f"COALESCE({number(after)}, {at.toordinal() + 1})"


class SinceAcrossUnits(Func):
    """Since when an open gate has waited, or has been held by nobody, wherever its pilot lay: of rows of `gates_on`."""

    output_field = DateField()

    def __init__(self, at: date, known_at: date | None = None) -> None:
        super().__init__(F("gate__pilot_id"), F("kind_id"), F("seat__holder"), F("since"))
        self.days = (at, known_at)

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **_more: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        pilot, kind, holder, since = (sql for sql, _parameters in compiled)
        run = run_number(pilot, kind, holder, *self.days)
        found = day_of(greatest(f"COALESCE({run}, 0)", number(since)))
        return found, ()
