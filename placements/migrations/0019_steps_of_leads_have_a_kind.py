"""Notes, merges and corrected days of leads are told apart from their stages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0018_prices_found_by_the_worker'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='leadstep',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='placements.leadstep'),
        ),
        migrations.AddField(
            model_name='leadstep',
            name='kind',
            field=models.CharField(choices=[('stage', 'stage'), ('note', 'note'), ('merge', 'put together'), ('day', 'corrected day')], db_default='stage', default='stage', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='leadstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', False), ('kind', 'day'), models.Q(('text', ''), _negated=True)), models.Q(models.Q(('kind', 'day'), _negated=True), ('corrects', None)), _connector='OR'), name='placements_step_corrects_a_day'),
        ),
    ]
