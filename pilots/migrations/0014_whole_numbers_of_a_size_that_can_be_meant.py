"""Whole numbers that no calendar reaches are refused by the tables too. What lies beyond is brought within first."""

from django.db import migrations, models
from django.db.models import Q

BOUNDS = (
    ("GateKind", "valid_for", 1, 3650),
    ("GateKind", "order", 0, 32767),
    ("DecisionRight", "answer_within_days", 1, 1000),
    ("StallPolicy", "quiet_days", 1, 365),
    ("StallPolicy", "warning_days", 0, 365),
)


def within(apps, _editor):
    for model, column, least, most in BOUNDS:
        rows = apps.get_model("pilots", model).objects
        rows.filter(**{f"{column}__gt": most}).update(**{column: most})
        rows.filter(**{f"{column}__lt": least}).update(**{column: least})


class Migration(migrations.Migration):
    dependencies = [("pilots", "0010_who_is_named_to_succeed")]

    operations = [
        migrations.RunPython(within, migrations.RunPython.noop),
        migrations.AddConstraint(
            "decisionright",
            models.CheckConstraint(
                condition=Q(answer_within_days__gte=1, answer_within_days__lte=1000),
                name="a_right_is_answered_in_a_thousand_days",
            ),
        ),
        migrations.AddConstraint(
            "gatekind",
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__lte=3650), name="an_answer_holds_ten_years_at_most"
            ),
        ),
        migrations.AddConstraint(
            "gatekind",
            models.CheckConstraint(condition=Q(order__lte=32767), name="a_kind_has_a_place_in_the_order"),
        ),
        migrations.AddConstraint(
            "stallpolicy",
            models.CheckConstraint(
                condition=Q(quiet_days__gte=1, quiet_days__lte=365), name="quiet_days_are_a_year_at_most"
            ),
        ),
        migrations.AddConstraint(
            "stallpolicy",
            models.CheckConstraint(condition=Q(warning_days__lte=365), name="days_of_warning_are_a_year_at_most"),
        ),
    ]
