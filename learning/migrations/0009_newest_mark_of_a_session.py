import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learning", "0008_nobody_is_expected_at_a_draft")]

    operations = [
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(fields=["session", "id"], name="learning_newest_mark"),
        ),
        migrations.AlterField(  # its own index is the beginning of the new one
            model_name="attendance",
            name="session",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attendances",
                to="learning.session",
                verbose_name="session",
            ),
        ),
    ]
