"""The words and phrases that say nothing of a task (rule 16), as the program office keeps them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from readiness.rules.nouns import WordKind, Words

KINDS: dict[WordKind, Any] = {
    WordKind.PROMISE: _("a promise: asked about wherever no task stands beside it"),
    WordKind.TECHNOLOGY: _("a technology or a tool: asked about where it stands alone"),
    WordKind.DEPARTMENT: _("a department: asked about where it stands alone"),
    WordKind.GENERAL: _("a general word, such as drafts: asked about where it stands alone"),
}


def says_something(phrase: str) -> None:
    """A validator: there is a letter or a figure in it."""
    if not Words.of([(phrase, WordKind.GENERAL)]).kinds:
        raise ValidationError(gettext("Write a word or a phrase."))


class EmptyWord(models.Model):
    """A word or phrase that says nothing of a task, and what it is instead."""

    phrase = models.CharField(
        _("word or phrase"),
        max_length=80,
        validators=[says_something],
        help_text=_("Capitals and hyphens do not matter."),
        db_comment="word or phrase, as it is compared without case",
    )
    kind = models.CharField(
        _("what it is"),
        max_length=20,
        choices=[(kind.value, says) for kind, says in KINDS.items()],
        db_comment="promise, technology, department or general",
    )
    in_use = models.BooleanField(
        _("asked about"),
        default=True,
        help_text=_("Without it nothing is asked because of this word."),
        db_comment="whether a question is asked because of it",
    )

    class Meta:
        verbose_name, verbose_name_plural = _("empty word"), _("empty words")
        db_table_comment = "Words that say nothing of a task, each with what it is instead. A setting, no fact."
        ordering = ("phrase",)
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                Lower("phrase"),
                name="an_empty_word_stands_once",
                violation_error_message=_("This word is on the list."),
            )
        ]

    def __str__(self) -> str:
        return self.phrase


def words_in_use() -> Words:
    """The words that are asked about now."""
    return Words.of(EmptyWord.objects.filter(in_use=True).values_list("phrase", "kind"))
