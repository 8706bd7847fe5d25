from django.db import migrations, models


class Migration(migrations.Migration):
    """Concurrently, so that nobody waits for the index of a large table."""

    atomic = False
    dependencies = [("assessments", "0005_results_are_a_ledger")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY assessments_result_once "
                    "ON assessments_result (scheme_id, trainee_id) WHERE in_force",
                    "DROP INDEX CONCURRENTLY assessments_result_once",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="result",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("in_force", True)),
                        fields=("scheme", "trainee"),
                        name="assessments_result_once",
                    ),
                )
            ],
        )
    ]
