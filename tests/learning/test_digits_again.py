from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from learning.models import Scan
from learning.rules import codes
from learning.services.checkins import code_key
from tests import make


@pytest.mark.django_db
def test_flagged_digits_that_are_sent_again_are_one_scan_and_one_entry(client, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    day = timezone.localdate()
    of = make.training_class(make.cohort(starts_on=day - timedelta(days=5), ends_on=day + timedelta(days=5)))
    session = make.session(classes=[of], starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(hours=1))
    client.force_login(make.trainee_account(make.trainee(in_class=of)))
    digits = codes.digits(code_key(), session.pk, now)

    for _again in range(4):
        client.cookies.pop("device", None)
        client.post(reverse("learning:check_in"), {"digits": digits})

    assert [str(verdict) for verdict in Scan.objects.values_list("verdict", flat=True)] == ["flagged"]
    assert AuditEntry.objects.filter(action="learning.check_in").count() == 1
