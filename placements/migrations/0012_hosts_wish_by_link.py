import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cohorts', '0009_screenings_stay_as_they_were'),
        ('placements', '0011_packs_are_a_ledger'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HostAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_at', models.DateTimeField(verbose_name='answered at')),
                ('ranked', models.PositiveSmallIntegerField(verbose_name='ranked')),
                ('refused', models.PositiveSmallIntegerField(verbose_name='refused')),
                ('in_force', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'answer of a host',
            },
        ),
        migrations.CreateModel(
            name='HostDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lines', models.JSONField()),
                ('kept_at', models.DateTimeField(verbose_name='last kept')),
            ],
            options={
                'verbose_name': 'draft of a host',
            },
        ),
        migrations.CreateModel(
            name='WishLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=32)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('opened_at', models.DateTimeField(null=True, verbose_name='last opened')),
                ('wrong_digits', models.PositiveSmallIntegerField(default=0)),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked at')),
            ],
            options={
                'verbose_name': 'link of a host',
            },
        ),
        migrations.AddField(
            model_name='wishwindow',
            name='host_ranks',
            field=models.PositiveSmallIntegerField(db_default=5, default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)], verbose_name='trainees a host may rank for a post'),
        ),
        migrations.AddField(
            model_name='wishwindow',
            name='shown_to_hosts',
            field=models.JSONField(blank=True, null=True, verbose_name='what hosts see of each trainee'),
        ),
        migrations.AddConstraint(
            model_name='wishwindow',
            constraint=models.CheckConstraint(condition=models.Q(('host_ranks__gte', 1), ('host_ranks__lte', 10)), name='placements_hosts_rank_few'),
        ),
        migrations.AddField(
            model_name='hostanswer',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written down by'),
        ),
        migrations.AddField(
            model_name='hostanswer',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='host_answers', to='placements.offer'),
        ),
        migrations.AddField(
            model_name='hostdraft',
            name='offer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='host_draft', to='placements.offer'),
        ),
        migrations.AddField(
            model_name='wishlink',
            name='cohort',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wish_links', to='cohorts.cohort'),
        ),
        migrations.AddField(
            model_name='wishlink',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wish_links', to='placements.hostcontact', verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='wishlink',
            name='host',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wish_links', to='placements.host'),
        ),
        migrations.AddField(
            model_name='wishlink',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hostdraft',
            name='link',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='placements.wishlink'),
        ),
        migrations.AddField(
            model_name='hostanswer',
            name='link',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='placements.wishlink'),
        ),
        migrations.AddConstraint(
            model_name='wishlink',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('cohort', 'host'), name='placements_one_wish_link_a_host'),
        ),
        migrations.AddConstraint(
            model_name='hostanswer',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('offer',), name='placements_one_host_answer_in_force'),
        ),
    ]
