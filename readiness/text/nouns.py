"""The questions of rule 16 in words: the word that says nothing, and what would say it. Never a refusal."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readiness.rules.nouns import Hint, WordKind

MAY_STAY = gettext_lazy(
    "A name that says the task, such as “Drafting renewal e-mails for service agents”, is easier to decide on. It can stay as it is."
)


def question(hint: Hint) -> str:
    """The question that a hint asks."""
    word, subject = hint.word, hint.subject
    if hint.kind is WordKind.GENERAL:
        return _("Which %(word)s? For whom, and who does it today?") % {"word": _decapitalised(word)}
    if hint.kind is WordKind.DEPARTMENT:
        return _("“%(word)s” is where it happens. Which task there? Who does it, and for whom?") % {"word": word}
    if hint.kind is WordKind.TECHNOLOGY:
        return _("“%(word)s” is what it is done with. For which task? Who does that, and for whom?") % {"word": word}
    if subject:
        says = _("“%(word)s” says no task. Which task in %(subject)s? Who does it, and for whom?")
        return says % {"word": word, "subject": subject}
    return _("“%(word)s” of which task? Who does it, and for whom?") % {"word": word}


def _decapitalised(word: str) -> str:
    """A word within a sentence; one that is written in capitals stays so."""
    return word if word.isupper() else word[:1].lower() + word[1:]
