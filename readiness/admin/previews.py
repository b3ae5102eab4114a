"""Forms of acts on many pilots: what would happen is shown before it is kept, and asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.busy import refused_when_busy
from pilots.clock import today
from pilots.models import Event, Portfolio
from pilots.refusals import Refused
from readiness.admin.reference import RowForm
from readiness.queries.standing_changes import StandingChanges, watch


class PreviewedForm(RowForm):
    """A form that is sent twice. First the act is done and taken back, and what came of it is shown; then it is kept.

    Where something else would come of it by then, that is shown instead, and asked again.
    """

    confirms: ClassVar[Any] = gettext_lazy("Yes, do this")
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
    preview: StandingChanges | None = None

    def how_many(self, number: int) -> str:
        """On how many pilots the act is, in a sentence that fits before it and after it."""
        raise NotImplementedError

    def portfolios(self) -> Iterable[Portfolio] | None:
        """Those whose pilots the act may be on; None for all."""
        raise NotImplementedError

    def asked(self) -> dict[str, Any]:
        typed = super().asked()
        del typed["confirmed"]
        return typed

    def act(self) -> bool:
        if not self.is_valid():
            return False
        try:
            changes, agreed = self._try()
        except Refused as busy:
            self._refuse(busy)
            return False
        if changes is None:
            return False
        if agreed:
            self.done_says = " ".join(
                [str(self.done_says), self.how_many(changes.pilots), *changes.sentences(done=True)]
            )
            return True
        self.done, self.preview, self.button = None, changes, self.confirms
        data = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
        data[self.add_prefix("confirmed")] = changes.token
        self.data = data
        return False

    @refused_when_busy
    def _try(self) -> tuple[StandingChanges | None, bool]:
        """Do it, and take it back unless it is what was agreed to."""
        with transaction.atomic():
            changes = watch(self._act, portfolios=self.portfolios(), at=today())
            agreed = changes is not None and self.cleaned_data["confirmed"] == changes.token
            transaction.set_rollback(not agreed)
        return changes, agreed

    def _act(self) -> int | None:
        """Call the verb. On how many pilots it was, or None where it was refused."""
        if not super().act():
            return None
        head = Event.objects.filter(verb=self.verb, pilot=None).latest("pk")
        return Event.objects.of_batch(head.batch).count()

    def preview_says(self) -> list[str]:
        """What would happen, in sentences."""
        if self.preview is None:
            return []
        return [self.how_many(self.preview.pilots), *self.preview.sentences(), _("Nothing was kept yet.")]


class PreviewedSwitchOff(PreviewedForm):
    """Switching a gate off for a portfolio."""

    verb = "switch_off"
    confirms = gettext_lazy("Yes, switch it off")

    def how_many(self, number: int) -> str:
        says = ngettext("%(n)s pilot is asked for it no more.", "%(n)s pilots are asked for it no more.", number)
        return says % {"n": f"{number:,}"}


class PreviewedSwitchOn(PreviewedForm):
    """Switching a gate on again for a portfolio."""

    verb = "switch_on"
    confirms = gettext_lazy("Yes, switch it on")

    def how_many(self, number: int) -> str:
        says = ngettext("%(n)s pilot is asked for it again.", "%(n)s pilots are asked for it again.", number)
        return says % {"n": f"{number:,}"}
