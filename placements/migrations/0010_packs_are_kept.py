"""What a dispatch meeting looked at is kept when it was held; why it was opened again stands with it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0009_dispatch_meetings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dispatchmeeting',
            name='reopened_for',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200, verbose_name='reason'),
        ),
        migrations.CreateModel(
            name='DispatchPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='what moved since')),
                ('taken_at', models.DateTimeField(verbose_name='as of')),
                ('sections', models.JSONField()),
                ('in_force', models.BooleanField(default=True)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='placements.dispatchmeeting')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'pack of a dispatch meeting',
                'constraints': [models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('meeting',), name='placements_one_pack_in_force')],
            },
        ),
    ]
