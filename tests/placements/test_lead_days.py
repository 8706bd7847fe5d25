"""The stages of a lead in the order of their days: what holds, what is refused, and a wrong day that is corrected."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, Role
from placements.models import LeadStep
from placements.rules import lead_days as rules
from placements.rules.leads import Stage
from placements.selectors.leads import steps_of
from placements.services.lead_merges import merge_leads, undo_merge
from placements.services.leads import correct_day, current_shares, move_lead
from tests import make
from trainee_mgmt.kit.errors import Refused

FOUND, CALLED, SEEN = date(2026, 9, 1), date(2026, 9, 10), date(2026, 9, 20)
DAYS = st.integers(0, 9).map(lambda days: FOUND + timedelta(days=days))
STEPS = st.lists(st.tuples(st.sampled_from(Stage), DAYS, st.booleans()), max_size=12)


@given(STEPS)
def test_whatever_is_entered_what_holds_goes_further_and_never_back_in_time(steps):
    path: list[rules.Step] = []
    for number, (stage, on, is_merge) in enumerate(steps):
        before = rules.day_before(path, stage)
        if is_merge or before is None or on >= before.day:
            path.append(rules.Step(number, stage, on, is_merge))

    held = rules.holding(path)

    assert [rules.rank(each.stage) for each in held] == sorted({rules.rank(each.stage) for each in held})
    assert [each.day for each in held] == sorted(each.day for each in held)
    assert held[-1:] == path[-1:]


@given(STEPS, DAYS)
def test_a_day_between_its_neighbours_keeps_the_order(steps, on):
    path = [rules.Step(number, stage, FOUND + timedelta(days=number)) for number, (stage, _on, _is) in enumerate(steps)]
    for each in path:
        between = rules.neighbours(path, each.key)
        if between and all((not between[0] or between[0].day <= on, not between[1] or on <= between[1].day)):
            mended = [rules.Step(one.key, one.stage, on) if one == each else one for one in path]
            assert [one.key for one in rules.holding(mended)] == [one.key for one in rules.holding(path)]
            assert [one.day for one in rules.holding(mended)] == sorted(one.day for one in rules.holding(mended))


def moved():
    lead, by = make.lead(), make.user()
    move_lead(lead, stage="contacted", on=CALLED, text="a call", by=by)
    move_lead(lead, stage="visited", on=SEEN, text="a visit", by=by)
    return lead, by


@pytest.mark.django_db
def test_a_stage_does_not_lie_before_the_one_before_it_and_the_refusal_leads_to_that_day():
    lead, by = moved()

    with pytest.raises(Refused) as refused:
        move_lead(lead, stage="signed", on=SEEN - timedelta(days=1), text="x", by=by)

    visited = lead.steps.get(stage="visited")
    assert refused.value.remedy.url == reverse("placements:lead_day", kwargs={"pk": lead.pk, "step": visited.pk})
    with pytest.raises(IntegrityError, match="lies before"), transaction.atomic():
        LeadStep.objects.create(lead=lead, stage="signed", happened_on=CALLED, text="x", by=by, at=timezone.now())


@pytest.mark.django_db
def test_who_takes_a_stage_back_says_the_day_of_the_right_one():
    lead, by = make.lead(), make.user()
    move_lead(lead, stage="signed", on=SEEN, text="not yet", by=by)

    move_lead(lead, stage="contacted", on=CALLED, text="only a call", by=by)

    assert [(each.step.stage, each.day, each.holds, each.is_taken_back) for each in steps_of(lead)] == [
        ("found", FOUND, True, False),
        ("contacted", CALLED, True, False),
        ("signed", SEEN, False, True),
    ]


@pytest.mark.django_db
def test_a_wrong_day_is_corrected_by_a_new_row_between_its_neighbours_and_the_old_one_is_told():
    lead, by = moved()
    called, seen = lead.steps.get(stage="contacted"), lead.steps.get(stage="visited")

    for step, on in ((called, SEEN + timedelta(days=1)), (called, FOUND - timedelta(days=1))):
        with pytest.raises(Refused):
            correct_day(step, on=on, reason="typed wrongly", by=by)
    with pytest.raises(Refused):
        correct_day(called, on=SEEN, reason=" ", by=by)
    correct_day(called, on=FOUND, reason="typed wrongly", by=by)
    correct_day(seen, on=CALLED, reason="the call was the visit", by=by)

    lead.refresh_from_db()
    assert (lead.stage, lead.stage_on) == ("visited", CALLED)
    assert [(each.day, [was for was, _row in each.corrected]) for each in steps_of(lead)] == [
        (FOUND, []),
        (FOUND, [CALLED]),
        (CALLED, [SEEN]),
    ]
    assert AuditEntry.objects.filter(action="placements.correct_lead_day").count() == 2
    row = {"stage": "contacted", "text": "x", "by": by, "at": timezone.now()}
    with pytest.raises(IntegrityError, match="lies before"), transaction.atomic():
        LeadStep.objects.create(lead=lead, kind="day", corrects=called, happened_on=SEEN, **row)


@pytest.mark.django_db
def test_a_merge_brings_stage_day_and_what_was_missing_and_taking_it_back_leaves_no_trace_in_the_order():
    lead, by = make.lead(company="Acme"), make.user()
    twin = make.lead(make.trainee(in_cohort=lead.cohort), company="Acme Ltd", amount=Decimal(800))
    move_lead(lead, stage="contacted", on=SEEN, text="a call", by=by)
    move_lead(twin, stage="visited", on=CALLED, text="a visit", by=by)
    people = [*current_shares(lead), *current_shares(twin)]

    merge = merge_leads(lead, twin, dict.fromkeys(people, Decimal("0.5")), reason="", by=by)
    lead.refresh_from_db()
    together = (lead.stage, lead.stage_on, lead.amount)
    undo_merge(merge, by=by)
    taken_back = [(each.step.kind, each.step.stage) for each in steps_of(lead) if each.is_taken_back]
    correct_day(lead.steps.get(stage="contacted", kind="stage"), on=CALLED, reason="typed wrongly", by=by)
    move_lead(lead, stage="visited", on=CALLED, text="a visit", by=by)

    lead.refresh_from_db()
    assert (together, taken_back) == (("visited", CALLED, 800), [("merge", "visited")])
    assert (lead.stage, lead.stage_on, lead.amount) == ("visited", CALLED, None)


@pytest.mark.django_db
def test_the_trainee_corrects_the_day_while_nothing_followed_and_then_the_office(client):
    trainee = make.trainee()
    account = make.trainee_account(trainee)
    lead = make.lead(trainee, by=account)
    found = lead.steps.get()
    url = reverse("placements:lead_day", kwargs={"pk": lead.pk, "step": found.pk})
    client.force_login(account)

    corrected = client.post(url, {"on": "2026-08-20", "reason": "met in August"})
    offered = url in client.get(lead.get_absolute_url()).content.decode()
    move_lead(lead, stage="contacted", on=CALLED, text="a call", by=make.user())
    late = client.post(url, {"on": "2026-08-21", "reason": "x"})
    client.force_login(make.user(Role.ORGANIZER, lead.cohort))
    page = client.get(lead.get_absolute_url()).content.decode()

    assert (corrected.status_code, offered, late.status_code, url in page) == (302, True, 404, True)
    assert "met in August" in page
