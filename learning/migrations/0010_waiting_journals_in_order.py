from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learning", "0009_newest_mark_of_a_session")]

    operations = [
        migrations.RemoveIndex(model_name="journal", name="learning_journal_to_review"),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(
                condition=models.Q(("state", "submitted")), fields=["submitted_at", "id"], name="learning_journal_waiting"
            ),
        ),
    ]
