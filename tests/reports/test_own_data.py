"""What a person takes of the own data holds every part of the product, and nothing of anybody else."""

import json

import pytest

from accounts.services.own import own_data
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_trainee_takes_findings_leads_and_tickets_and_nothing_of_other_people():
    mine, theirs = World("mine"), World("theirs")
    ticket = make.ticket(mine.trainee, text="The heating")
    lead = make.lead(mine.trainee, company="Acme Works", by=mine.trainee_user)
    make.ticket(theirs.trainee, text="theirs too")

    data = own_data(mine.trainee_user)

    assert ticket.text in [each["text"] for each in data["tickets"]]
    assert ("Acme Works", "found") in [(each["lead__company"], each["lead__stage"]) for each in data["leads"]]
    assert lead.company in [each["lead__company"] for each in data["lead_notes"]]
    assert data["findings"][0]["journal__period_start"] == mine.journal.period_start
    for name in ("leave", "credit_hours", "check_ins", "objections", "online_courses", "activities", "arrivals"):
        assert isinstance(data[name], list)
    assert "theirs" not in json.dumps(data, default=str, ensure_ascii=False)
