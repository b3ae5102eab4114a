"""The six gates ship as data. They cannot be removed, only switched off for a portfolio."""

from django.db import migrations

SIX = [
    (
        "legal-sign-off",
        "Legal",
        "Has Legal said yes to this use?",
        "approval",
        365,
        ["workflow", "acceptable_use", "tool", "data"],
    ),
    ("it-data-access", "Data access", "Has IT approved the data it needs?", "approval", 365, ["data", "tool"]),
    ("funding-owner", "Funding", "Who has agreed to fund the next phase?", "acceptance", None, []),
    ("named-sponsor", "Sponsor", "Who has agreed to carry it?", "acceptance", None, []),
    (
        "quality-threshold",
        "Quality",
        "Is it as good as was agreed beforehand?",
        "measurement",
        180,
        ["threshold", "verdict"],
    ),
    ("error-owner", "Errors", "Who answers for it when it is wrong?", "acceptance", None, []),
]


def ship(apps, schema_editor):
    kinds = apps.get_model("pilots", "GateKind").objects.using(schema_editor.connection.alias)
    for order, (key, name, question, clears_by, valid_for, seals) in enumerate(SIX, start=1):
        kinds.update_or_create(
            key=key,
            defaults={
                "name": name,
                "question": question,
                "clears_by": clears_by,
                "valid_for": valid_for,
                "seals": seals,
                "position": order * 10,
                "ships": True,
            },
        )


def take_back(apps, schema_editor):
    apps.get_model("pilots", "GateKind").objects.using(schema_editor.connection.alias).filter(ships=True).delete()


class Migration(migrations.Migration):
    dependencies = [("pilots", "0001_initial")]
    operations = [migrations.RunPython(ship, take_back)]
