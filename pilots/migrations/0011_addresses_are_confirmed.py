from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pilots", "0010_who_is_named_to_succeed")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="pending_email",
            field=models.EmailField(
                blank=True,
                editable=False,
                max_length=254,
                null=True,
                unique=True,
                verbose_name="e-mail address to be confirmed",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="pending_email_key",
            field=models.CharField(blank=True, default="", editable=False, max_length=24),
            preserve_default=False,
        ),
    ]
