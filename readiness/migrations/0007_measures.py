"""What people can be measured on ships as data; the program office adds its own and takes others off."""

import django.db.models.functions.text
from django.db import migrations, models

SHIPPED = {
    "use": ("Pilots running", "People using AI", "Licences in use"),
    "speed": ("Response times", "Throughput"),
    "cost": ("Cost of a case", "Headcount"),
    "quality": ("Errors", "Complaints", "Audit findings"),
    "people": ("Overtime", "Staff turnover"),
    "result": ("Revenue", "Cases closed in time"),
}


def ship(apps, schema_editor):
    measures = apps.get_model("readiness", "Measure").objects.using(schema_editor.connection.alias)
    measures.bulk_create(
        measures.model(name=name, rewards=rewards) for rewards, names in SHIPPED.items() for name in names
    )


class Migration(migrations.Migration):
    dependencies = [
        ("readiness", "0006_friction"),
    ]

    operations = [
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        db_comment="what is measured, in a few words", max_length=100, verbose_name="measure"
                    ),
                ),
                (
                    "rewards",
                    models.CharField(
                        choices=[
                            ("use", "that it is used, or runs"),
                            ("speed", "that it goes fast"),
                            ("cost", "that it costs less"),
                            ("quality", "that nothing goes wrong"),
                            ("people", "that people can keep up"),
                            ("result", "that the work gets done"),
                        ],
                        db_comment="what it rewards: use, speed, cost, quality, people or result",
                        help_text="Where what the sponsor’s measures reward pulls against the managers’, the pilot’s page says so.",
                        max_length=8,
                        verbose_name="what it rewards",
                    ),
                ),
                (
                    "in_use",
                    models.BooleanField(db_comment="whether it is offered", default=True, verbose_name="offered"),
                ),
            ],
            options={
                "verbose_name": "measure",
                "verbose_name_plural": "measures",
                "db_table_comment": "What people can be measured on. A setting, no fact.",
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="a_measure_stands_once",
                        violation_error_message="This measure is on the list.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rewards__in", ["use", "speed", "cost", "quality", "people", "result"])),
                        name="measure_reward_is_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
