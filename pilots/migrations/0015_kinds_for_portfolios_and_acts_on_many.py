"""A kind of gate is for all portfolios or for some; the events of an act on many share a batch."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pilots", "0010_who_is_named_to_succeed")]

    operations = [
        migrations.AddField("event", "batch", models.CharField(blank=True, default="", editable=False, max_length=24)),
        migrations.AddIndex(
            "event",
            models.Index("batch", "id", condition=~models.Q(batch=""), name="event_batch_id_idx"),
        ),
        migrations.AddField(
            "gatekind",
            "for_all",
            models.BooleanField(default=True, editable=False, verbose_name="for every portfolio"),
        ),
        migrations.CreateModel(
            name="GateKindPortfolio",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scope", to="pilots.gatekind"
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pilots.portfolio"
                    ),
                ),
            ],
            options={
                "ordering": ("kind", "portfolio"),
                "constraints": [
                    models.UniqueConstraint("kind", "portfolio", name="a_kind_is_for_a_portfolio_once"),
                ],
            },
        ),
        migrations.AddField(
            "gatekind",
            "portfolios",
            models.ManyToManyField(
                related_name="own_kinds",
                through="pilots.GateKindPortfolio",
                to="pilots.portfolio",
                verbose_name="portfolios",
            ),
        ),
    ]
