"""Whether a pilot is high-impact may be not stated."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("pilots", "0010_who_is_named_to_succeed")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="pilot",
            name="high_impact",
            field=models.BooleanField(blank=True, null=True, verbose_name="high impact"),
        ),
    ]
