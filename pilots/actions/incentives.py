"""The action on what either side of a pilot is measured on (rule 17)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import lock_pilot
from pilots.actions.texts import need_plain
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Incentives, Person, Pilot
from pilots.refusals import Invalid

__all__ = ["state_incentives"]

MOST_MEASURES, LONGEST_MEASURE = 12, 100


@logged_transaction()
def state_incentives(
    *,
    pilot: Pilot,
    by: Person | None,
    of_manager: Iterable[str] = (),
    of_sponsor: Iterable[str] = (),
    if_it_fails: str | None = None,
    extra_hands: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Say what manager and sponsor are measured on, and what protects whoever tries. It takes the place of what was said before.

    Args:
        if_it_fails: what happens to the person whose experiment fails; empty where nothing says it.
        extra_hands: who gets extra hands when review work spikes; empty where nothing says it.

    Raises:
        Invalid: too many measures, or a text that cannot be kept.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("state_incentives")
    measures = {
        "of_manager": _measures(of_manager, "of_manager"),
        "of_sponsor": _measures(of_sponsor, "of_sponsor"),
    }
    texts = {
        "if_it_fails": need_plain((if_it_fails or "").strip(), "if_it_fails"),
        "extra_hands": need_plain((extra_hands or "").strip(), "extra_hands"),
    }
    if not any((*measures.values(), *texts.values())):
        raise Invalid(_("Say at least one of these."), field="of_manager")
    Incentives.objects.create(pilot=pilot, effective_on=locked.on, known_on=locked.known, **measures, **texts)
    says = {name: "; ".join(names) for name, names in measures.items()} | texts
    changes = [{"field": name, "from": None, "to": text} for name, text in says.items() if text]
    return locked.write("state_incentives", data={**measures, **texts}, changes=changes)


def _measures(names: Iterable[str], field: str) -> list[str]:
    found = list(dict.fromkeys(name for each in names if (name := str(each).strip())))
    if len(found) > MOST_MEASURES:
        raise Invalid(_("Give %(most)d at the most.") % {"most": MOST_MEASURES}, field=field)
    for name in found:
        if len(need_plain(name, field)) > LONGEST_MEASURE:
            raise Invalid(_("Say it in %(most)d characters at the most.") % {"most": LONGEST_MEASURE}, field=field)
    return found
