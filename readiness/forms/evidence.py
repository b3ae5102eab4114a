"""The form that files evidence: a file or a link, or a newer version of what is filed."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots import actions
from pilots.actions.evidence import pilots_using
from pilots.models import Evidence, Person, Pilot
from pilots.refusals import Refused
from readiness.forms.base import ActionForm
from readiness.forms.fields import DayField, LineField
from readiness.queries.consequences import Comparison, Consequences, foresee, of_pilots


class FileEvidenceForm(ActionForm):
    """One piece of evidence for a pilot. `newer_than` makes it a newer version of that one."""

    action = "file_evidence"
    title_of_form = _("File evidence")
    button = _("File it")
    success_message = _("Filed, and written into the log.")

    file = forms.FileField(
        label=_("A file"),
        required=False,
        allow_empty_file=True,  # whether an empty one will do is the action's to say
        help_text=_("A PDF, a picture, a document, a table or a text."),
    )
    link = LineField(label=_("Or a link"), help_text=_("It begins with https://."))
    title = LineField(label=_("What it is called"), help_text=_("The file’s name, or the link, unless you say."))
    effective_on = DayField(label=_("Effective date"))
    expires_on = DayField(
        label=_("Good until, the last day"), help_text=_("An answer that rests on it is good no longer than this.")
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, pilot: Pilot, by: Person, newer_than: Evidence | None = None
    ) -> None:
        self.pilot, self.newer_than = pilot, newer_than
        if newer_than is not None:
            self.action, self.warns_of_lost_answers = "replace_evidence", True
        super().__init__(data, files, by=by, auto_id="filing-%s")

    def on_what(self) -> dict[str, Any]:
        return {"pilot": self.pilot} if self.newer_than is None else {"evidence": self.newer_than}

    def compare(self) -> Comparison:
        assert self.newer_than is not None
        return of_pilots(pilots_using(self.newer_than))

    @cached_property
    def foreseen(self) -> Consequences | None:
        """What follows from a newer version with another content; a browser keeps no chosen file, so it is asked beforehand."""
        if self.newer_than is None:
            return None
        other = partial(actions.replace_evidence, evidence=self.newer_than, by=self.by, link="https://another.invalid/")
        try:
            return foresee(other, self.compare())
        except Refused:
            return None
