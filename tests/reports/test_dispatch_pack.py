"""What a meeting looked at is kept when it was held; until then each number of its pack opens a list of exactly as many rows."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.models import AuditEntry, Role
from placements.models import DispatchPack, Feedback, FeedbackRequest, FeedbackRules, Host, PlacementChange
from placements.rules.feedback import usual_rules
from placements.services.dispatch import add_action, plan_meeting, remove_meeting
from placements.services.leads import move_lead
from reports.services import hold_dispatch
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def a_cohort():
    today = timezone.localdate()
    return make.cohort(starts_on=today - 60 * DAY, ends_on=today + 60 * DAY)


def fill(cohort, by, seed: int) -> None:
    """Some of everything that a pack looks at; how much of what, the seed says."""
    pick, today, now = Random(seed), timezone.localdate(), timezone.now()
    scheme = make.scheme(cohort)
    indicators = [make.indicator(scheme, name=f"Indicator {n}", weight=Decimal(50)) for n in range(2)]
    rules = FeedbackRules.objects.create(
        cohort=cohort, version=1, data=usual_rules().to_json(), made_by=by, made_at=now, in_force=True
    )
    for _n in range(pick.randint(2, 5)):
        trainee = make.trainee(in_cohort=cohort)
        host = make.host(cohort.program.unit, state=pick.choice(Host.State.values))
        first = today - pick.randint(1, 50) * DAY
        placed = make.placement(trainee, at_offer=make.offer(cohort, at_host=host), starts_on=first)
        make.visit(cohort, to=host, on=today - pick.randint(-3, 3) * DAY, visitor=by)
        opened = now - pick.randint(0, 5) * DAY
        rated = pick.choice([{}, {"closed_at": now, "answer": "done", "satisfaction": pick.randint(1, 5)}])
        make.ticket(trainee, host=host, category=pick.choice(["safety", "meals"]), opened_at=opened, **rated)
        for indicator in indicators[: pick.randint(0, 2)]:
            make.score(indicator, trainee, by, points=pick.randint(1, 99), entered_at=now)
        lead = make.lead(trainee, by=by)
        for stage in ("visited", "negotiating")[: pick.randint(0, 2)]:
            move_lead(lead, stage=stage, on=today, text="We went.", by=by)
        due = today - pick.randint(1, 5) * DAY
        asked = FeedbackRequest.objects.create(
            placement=placed,
            rules=rules,
            milestone="middle",
            opens_on=due - 7 * DAY,
            due_on=due,
            closes_on=due + 21 * DAY,
        )
        if pick.random() < 0.7:
            score, mentor = Decimal(pick.randint(1, 5)), make.contact(host)
            Feedback.objects.create(request=asked, rules=rules, mentor=mentor, answers={}, score=score, given_at=now)
        for _change in range(pick.randint(0, 2)):
            PlacementChange.objects.create(
                placement=placed, kind="extend", from_on=today, before={}, after={}, moved=0, reason="x", by=by, at=now
            )


@pytest.mark.parametrize("seed", range(6))
def test_every_number_of_a_planned_pack_opens_exactly_as_many_rows(client, seed):
    cohort = a_cohort()
    organizer = make.user(Role.ORGANIZER, cohort, unit=cohort.program.unit)
    make.give(organizer, Role.ORGANIZER, cohort.program.unit)
    for other in (a_cohort(), cohort):
        fill(other, organizer, seed)
    first = plan_meeting(cohort, held_on=timezone.localdate() - 33 * DAY)
    for due in range(seed):
        add_action(first, text=f"Action {due}", owner=organizer, due_on=timezone.localdate() - due * DAY)
    meeting = plan_meeting(cohort, held_on=timezone.localdate())
    client.force_login(organizer)

    sections = client.get(meeting.get_absolute_url()).context["sections"]

    counted = {each.section.key: each.section.count for each in sections}
    opened = {each.section.key: _rows(client, each.url) for each in sections}
    assert opened == counted
    by_line = [(line, url) for each in sections if each.section.number is not None for line, url in each.lines]
    assert [_rows(client, url) for _line, url in by_line] == [int(line.cells[1]) for line, _url in by_line]
    assert all(url for each in sections for _line, url in each.lines)


def _rows(client, url: str) -> int:
    page = client.get(url)
    assert page.status_code == 200, url
    return page.context["table"].count if "table" in page.context else len(page.context["lines"])


def held(cohort, by):
    meeting = plan_meeting(cohort, held_on=timezone.localdate())
    make.ticket(make.trainee(in_cohort=cohort, of=make.person(name="小李")), category="safety")
    return hold_dispatch(meeting, minutes="We met.", by=by)


def test_a_held_meeting_shows_the_figures_as_of_then_on_the_page_and_in_the_paper(client):
    cohort = a_cohort()
    organizer = make.user(Role.ORGANIZER, cohort)
    meeting = held(cohort, organizer)
    kept = DispatchPack.objects.get()
    for _n in range(3):
        make.ticket(make.trainee(in_cohort=cohort), category="safety")
    client.force_login(organizer)

    page = client.get(meeting.get_absolute_url())
    tickets = next(each for each in page.context["sections"] if each.section.key == "tickets")
    file = client.post(reverse("reports:dispatch_file", kwargs={"pk": meeting.pk}))
    paper = "\n".join(each.text for each in Document(BytesIO(b"".join(file.streaming_content))).paragraphs)

    assert (page.context["pack"].is_kept, page.context["pack"].as_of) == (True, kept.taken_at)
    assert (tickets.section.count, [line.cells[1] for line, _url in tickets.lines]) == (1, ["小李"])
    assert _rows(client, tickets.url) == 1
    assert _rows(client, tickets.now) == 4
    assert f"{tickets.section.title} (1)" in paper


def test_what_was_kept_is_read_in_both_languages(client):
    cohort = a_cohort()
    organizer = make.user(Role.ORGANIZER, cohort)
    meeting = held(cohort, organizer)
    client.force_login(organizer)

    titles = {}
    for language in ("zh-hans", "en"):
        organizer.language = language
        organizer.save(update_fields=["language"])
        page = client.get(meeting.get_absolute_url())
        titles[language] = next(e.section.title for e in page.context["sections"] if e.section.key == "tickets")

    assert titles == {"zh-hans": "未办结服务事项", "en": "Open tickets"}


def test_opened_again_for_a_reason_it_shows_the_moment_and_what_was_kept_stays(client):
    cohort = a_cohort()
    organizer = make.user(Role.ORGANIZER, cohort)
    meeting = held(cohort, organizer)
    client.force_login(organizer)
    address = reverse("reports:dispatch_reopen", kwargs={"pk": meeting.pk})

    without = client.post(address, {"reason": " "})
    opened = client.post(address, {"reason": "a name was wrong"})
    make.ticket(make.trainee(in_cohort=cohort))
    page = client.get(meeting.get_absolute_url())
    with pytest.raises(Refused):
        remove_meeting(meeting)
    hold_dispatch(meeting, minutes="We met, again.", by=organizer)

    assert (without.status_code, opened.status_code) == (422, 302)
    assert (page.context["pack"].is_kept, "a name was wrong" in page.content.decode()) == (False, True)
    counts = [
        (pack.in_force, next(len(each["lines"]) for each in pack.sections["en"] if each["key"] == "tickets"))
        for pack in DispatchPack.objects.order_by("pk")
    ]
    assert counts == [(False, 1), (True, 2)]
    assert AuditEntry.objects.filter(action="placements.reopen_dispatch").get().after["reason"] == "a name was wrong"


def test_what_was_kept_is_never_rewritten():
    meeting = held(a_cohort(), make.user(Role.ORGANIZER))

    for act in ({"sections": {}}, {"since": timezone.localdate()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DispatchPack.objects.filter(meeting=meeting).update(**act)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM placements_dispatchpack")


def test_a_mean_of_points_is_shown_only_once_nobody_rates_any_more(client):
    cohort, by = a_cohort(), make.user()
    scheme = make.scheme(cohort, state="open")
    make.rater(scheme, by)
    make.score(
        make.indicator(scheme, name="Essay"), make.trainee(in_cohort=cohort), by, points=91, entered_at=timezone.now()
    )
    meeting = plan_meeting(cohort, held_on=timezone.localdate())
    leader, rating = make.user(Role.LEADER, cohort), make.user(Role.ORGANIZER, cohort)
    make.rater(scheme, rating)

    seen = {}
    for reader in (leader, rating):
        client.force_login(reader)
        page = client.get(meeting.get_absolute_url())
        seen[reader.pk] = next(each.section for each in page.context["sections"] if each.section.key == "scores")
        assert "91" not in page.content.decode().split("pack-scores")[1].split("</section>")[0]

    assert (seen[leader.pk].count, seen[rating.pk].count) == (1, 0)
