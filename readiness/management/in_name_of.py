"""What commands that do an action in somebody's name share: who, on what, and a refusal as a command says it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from pilots.models import Person, Pilot
from pilots.refusals import Refused
from readiness.management.exits import NOTHING_DONE
from readiness.queries.pilots import pilots


def person_of(email: str) -> Person:
    """Whoever signs in with an address."""
    found = Person.objects.with_address(email).filter(closed_on=None).first()
    if found is None:
        says = _("No account has the address %(email)s.") % {"email": email}
        raise CommandError(says, returncode=NOTHING_DONE)
    return found


def pilot_of(key: str, person: Person) -> Pilot:
    """The pilot, where the person may see it; otherwise there is none for them."""
    found: Pilot | None = pilots().visible_to(person).select_related("portfolio").filter(key=key).first()
    if found is None:
        says = _("There is no pilot %(key)s, or it is not theirs to see.") % {"key": key}
        raise CommandError(says, returncode=NOTHING_DONE)
    return found


def why_not(form: Any) -> CommandError:
    """A form's refusal: its code and sentence, the field where it was typed, and all that is missing."""
    if form.refused is not None:
        return refusal(form.refused)
    lines = [f"invalid ({name}): {' '.join(says)}" for name, says in form.all_errors.items()]
    return CommandError("\n".join(lines), returncode=NOTHING_DONE)


def refusal(refused: Refused) -> CommandError:
    """An action's refusal, with its code first."""
    where = f" ({refused.field})" if refused.field else ""
    missing = [f"  {code}" for code in refused.missing]
    lines = [f"{refused.code}{where}: {refused.says}", *missing]
    return CommandError("\n".join(lines), returncode=NOTHING_DONE)
