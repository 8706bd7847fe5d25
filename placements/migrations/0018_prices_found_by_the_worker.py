"""Prices of places in large plans are found by the worker and kept for the revision of the plan that they hold for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_letters_to_people_without_account'),
        ('placements', '0017_office_hours_are_data'),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('found', models.JSONField(null=True)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.job')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='placements.offer', verbose_name='post')),
                ('pair', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='placements.matchpair')),
            ],
            options={
                'verbose_name': 'price of a place',
                'constraints': [models.UniqueConstraint(fields=('pair', 'offer', 'revision'), name='placements_price_once')],
            },
        ),
    ]
