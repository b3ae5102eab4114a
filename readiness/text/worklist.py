"""The lines of the worklist in words: what they count, and what settles them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

LINES: tuple[tuple[Any, dict[str, tuple[Any, Any]]], ...] = (
    (
        _("Stalls soon"),
        {
            "at-risk": (
                ngettext_lazy("pilot stalls within its warning", "pilots stall within their warning", "n"),
                _("Move their decide-by dates, or write to whoever must move."),
            ),
            "ready": (
                ngettext_lazy(
                    "pilot is ready, and nobody has declared it adopted",
                    "pilots are ready, and nobody has declared them adopted",
                    "n",
                ),
                _("Ask their sponsors."),
            ),
        },
    ),
    (
        _("Answers"),
        {
            "overdue": (
                ngettext_lazy("pilot has an answer that is overdue", "pilots have an answer that is overdue", "n"),
                _("Ask whoever decides, or whom it escalates to."),
            ),
            "named": (
                ngettext_lazy(
                    "pilot has a gate for which somebody is named and has not accepted",
                    "pilots have a gate for which somebody is named and has not accepted",
                    "n",
                ),
                _("Remind them, or name somebody else."),
            ),
            "ends-soon": (
                ngettext_lazy(
                    "pilot has an answer that ends within 14 days",
                    "pilots have an answer that ends within 14 days",
                    "n",
                ),
                _("Ask for it again."),
            ),
            "exception-ends": (
                ngettext_lazy(
                    "pilot has an exception that ends within 14 days",
                    "pilots have an exception that ends within 14 days",
                    "n",
                ),
                _("Have it answered, or ask for it again."),
            ),
            "condition-due": (
                ngettext_lazy(
                    "pilot has a condition that is due within 14 days, or was not met in time",
                    "pilots have a condition that is due within 14 days, or was not met in time",
                    "n",
                ),
                _("Ask its owner, and record that it is met."),
            ),
        },
    ),
    (
        _("Nobody to decide"),
        {
            "no-right": (
                ngettext_lazy(
                    "pilot has a gate that no right decides", "pilots have a gate that no right decides", "n"
                ),
                _("Assign a right."),
            ),
            "unnamed": (
                ngettext_lazy(
                    "pilot has a gate for which nobody is named", "pilots have a gate for which nobody is named", "n"
                ),
                _("Name somebody for many."),
            ),
            "orphaned": (
                ngettext_lazy(
                    "pilot has a gate whose holder has left", "pilots have a gate whose holder has left", "n"
                ),
                _("Assign the right anew."),
            ),
            "away": (
                ngettext_lazy(
                    "pilot has a gate whose holder is away, without a deputy",
                    "pilots have a gate whose holder is away, without a deputy",
                    "n",
                ),
                _("Name a deputy."),
            ),
        },
    ),
    (
        _("Records with gaps"),
        {
            "no-workflow": (
                ngettext_lazy("pilot names no workflow", "pilots name no workflow", "n"),
                _("Set it for many, or export, fill in and import."),
            ),
            "no-stage": (
                ngettext_lazy("pilot has no stage", "pilots have no stage", "n"),
                _("Start or retire them: no clock runs."),
            ),
            "no-manager": (
                ngettext_lazy("pilot has no manager", "pilots have no manager", "n"),
                _("Set the manager for many: without one nobody can confirm the rules."),
            ),
            "no-function": (
                ngettext_lazy("pilot belongs to no function", "pilots belong to no function", "n"),
                _("Set the function for many."),
            ),
        },
    ),
)
"""The lines by what they are about: of each what it counts, and what settles it."""

FILTERS: dict[str, Any] = {
    "at-risk": _("stalling within their warning"),
    "ready": _("ready, and not declared adopted"),
    "named": _("somebody is named and has not accepted"),
    "ends-soon": _("an answer ends within 14 days"),
    "exception-ends": _("an exception ends within 14 days"),
    "condition-due": _("a condition is due within 14 days, or was not met"),
    "overdue": _("an answer is overdue"),
    "no-right": _("a gate that no right decides"),
    "unnamed": _("a gate for which nobody is named"),
    "orphaned": _("a gate whose holder has left"),
    "away": _("a holder is away, without a deputy"),
    "no-workflow": _("no workflow"),
    "no-stage": _("no stage"),
    "no-manager": _("no manager"),
    "no-function": _("no function"),
}
"""The same as the list of pilots is narrowed by it."""

IMPORTS = (
    _("Lists"),
    ngettext_lazy(
        "import broke off, or has rows that somebody should look at",
        "imports broke off, or have rows that somebody should look at",
        "n",
    ),
    _("Correct its cells, confirm or discard it."),
    _("imports with problems"),
)
"""The line that counts imports: what it is about, what it counts, what settles it, and what the list is narrowed by."""

PEOPLE: tuple[Any, dict[str, tuple[Any, Any]]] = (
    _("Leaving"),
    {
        "requested": (
            ngettext_lazy(
                "person asks the office to hand over what they hold",
                "people ask the office to hand over what they hold",
                "n",
            ),
            _("Hand it over for them."),
        ),
        "waits": (
            ngettext_lazy(
                "person’s hand-over waits until the next person accepts",
                "people’s hand-overs wait until the next person accepts",
                "n",
            ),
            _("Remind whoever is named, or name somebody else."),
        ),
    },
)
"""The lines that count people who leave, by how far their hand-over has come."""
