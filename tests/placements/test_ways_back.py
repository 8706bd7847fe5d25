"""Whoever opens a form without meaning to has a way back beside the button."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from placements.services.dispatch import plan_meeting
from placements.services.leads import enter_lead
from tests import make

pytestmark = pytest.mark.django_db


def test_forms_of_matching_leads_and_dispatch_have_a_way_back(client):
    trainee = make.trainee()
    cohort, organizer = trainee.cohort, make.user(Role.ORGANIZER, trainee.cohort)
    lead = enter_lead([trainee], company="恒昌新材料", what="想建二期", found_on=make.START, by=organizer)
    meeting = plan_meeting(cohort, held_on=timezone.localdate())
    pages = {
        "placements:wish_window": (cohort, "placements:wish_demand"),
        "placements:apart_create": (cohort, "placements:matching_rules"),
        "placements:matching_rules_update": (cohort, "placements:matching_rules"),
        "placements:lead_create": (cohort, "placements:lead_list"),
        "placements:lead_share": (lead, "placements:lead_detail"),
        "reports:dispatch_create": (cohort, "reports:dispatch_list"),
        "reports:dispatch_minutes": (meeting, "reports:dispatch_detail"),
    }
    client.force_login(organizer)

    def at(row):
        return {"cohort" if row == cohort else "pk": row.pk}

    shown = {name: client.get(reverse(name, kwargs=at(row))).content.decode() for name, (row, _back) in pages.items()}

    missing = [
        name for name, (row, back) in pages.items()
        if f'class="btn btn-plain" href="{reverse(back, kwargs=at(row))}"' not in shown[name]
    ]  # fmt: skip
    assert missing == []
