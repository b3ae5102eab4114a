"""The form that files evidence: a file or a link, or a newer version of what is filed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots import actions
from pilots.actions.evidence import pilots_using
from pilots.models import Evidence, Person, Pilot
from pilots.refusals import Refused
from readiness.forms.fields import DayField, LineField
from readiness.queries.consequences import AGREED, Comparison, Consequences, NotAgreed, foresee, of_pilots, weigh


class FileEvidenceForm(forms.Form):
    """One piece of evidence for a pilot. `newer_than` makes it a newer version of that one."""

    title_of_form = _("File evidence")
    button = _("File it")
    done_says = _("Filed, and written into the log.")
    asides: tuple[Any, ...] = ()
    since: tuple[Any, ...] = ()

    file = forms.FileField(
        label=_("A file"),
        required=False,
        allow_empty_file=True,  # whether an empty one will do is the verb's to say
        help_text=_("A PDF, a picture, a document, a table or a text."),
    )
    link = LineField(label=_("Or a link"), help_text=_("It begins with https://."))
    title = LineField(label=_("What it is called"), help_text=_("The file’s name, or the link, unless you say."))
    effective_on = DayField(label=_("In effect from"))
    expires_on = DayField(
        label=_("Good until, the last day"), help_text=_("An answer that rests on it is good no longer than this.")
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, pilot: Pilot, by: Person, newer_than: Evidence | None = None
    ) -> None:
        self.pilot, self.by, self.newer_than = pilot, by, newer_than
        self.refused: Refused | None = None
        self.consequences: Consequences | None = None
        self.asks = False
        super().__init__(data, files, auto_id="filing-%s", use_required_attribute=False)

    def act(self) -> bool:
        """File it. False where something typed cannot be read, or it is refused; nothing is written then."""
        if not self.is_valid():
            return False
        says = {**self.cleaned_data, "by": self.by}
        try:
            if self.newer_than is None:
                actions.file_evidence(pilot=self.pilot, **says)
            else:
                act = partial(actions.replace_evidence, evidence=self.newer_than, **says)
                _piece, self.consequences = weigh(act, self._compare(), agreed=str(self.data.get(AGREED, "")))
        except NotAgreed as not_yet:
            self.consequences, self.asks = not_yet.consequences, True
            return False
        except Refused as refused:
            self.refused = refused
            place = refused.field if refused.field in self.fields else None
            self.add_error(place, forms.ValidationError(refused.says, code=refused.code))
            return False
        return True

    @cached_property
    def foreseen(self) -> Consequences | None:
        """What follows from a newer version with another content; a browser keeps no chosen file, so it is asked beforehand."""
        if self.newer_than is None:
            return None
        other = partial(actions.replace_evidence, evidence=self.newer_than, by=self.by, link="https://another.invalid/")
        try:
            return foresee(other, self._compare())
        except Refused:
            return None

    def _compare(self) -> Comparison:
        assert self.newer_than is not None
        return of_pilots(pilots_using(self.newer_than))

    @property
    def done_message(self) -> str:
        """What is said once it is filed, with whatever followed from it."""
        followed = self.consequences.sentences if self.consequences else []
        return " ".join([str(self.done_says), *followed])

    @property
    def main(self) -> Iterable[forms.BoundField]:
        return self.visible_fields()

    @property
    def elsewhere(self) -> bool:
        """Whether the refusal is of the whole form, so that it stands above it and not at a field."""
        return self.refused is not None and bool(self.non_field_errors())

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        if self.refused:
            return self.refused.status
        return 422 if self.is_bound and self.errors else 200
