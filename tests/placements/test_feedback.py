import json
import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.services import LANGUAGE_COOKIE
from accounts.services.own import own_data
from placements.models import Feedback, FeedbackLink, FeedbackRequest, Placement
from placements.rules.feedback import Milestone, Rules, State, When, usual_rules
from placements.rules.links import MOST_WRONG
from placements.selectors.feedback import with_state
from placements.services.answers import answer_by_link, write_down
from placements.services.feedback import ask_again, change_rules, excuse, reconcile
from placements.services.feedback_links import (
    feedback_link_behind,
    make_feedback_links,
    renew_feedback_link,
    revoke_feedback_link,
)
from placements.services.signed import address_of, are_own_digits, token_of
from tests import make
from tests.races import race
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
GOOD = {"work": "5", "learning": "4", "reliable": "4", "again": "Gladly"}


@pytest.fixture
def stay():
    """It began four weeks ago: the first request is open and late, the others come later."""
    made = make.stay()
    reconcile(made.trainee.cohort)
    return made


@pytest.fixture
def link(stay):
    make_feedback_links(stay.trainee.cohort, [stay], by=None)
    return FeedbackLink.objects.get()


def states(stay) -> dict[str, str]:
    rows = with_state(FeedbackRequest.objects.filter(placement=stay), today=timezone.localdate())
    return dict(rows.values_list("milestone", "state"))


def first(stay) -> FeedbackRequest:
    return stay.feedback_requests.get(milestone="after-2")


def know(client, link, phone="1234"):
    return client.post(address_of(link), {"digits": phone})


# Requests -------------------------------------------------------------------------------------------------------------


def test_requests_are_planned_once_however_often_it_runs(stay):
    assert reconcile(stay.trainee.cohort) == 0
    assert states(stay) == {"after-2": State.LATE, "middle": State.COMING, "before_end-1": State.COMING}


def test_where_a_request_stands_on_each_day(stay):
    answer_by_hand(stay)
    excuse(stay.feedback_requests.get(milestone="middle"), reason="The mentor is ill")
    rows = FeedbackRequest.objects.filter(placement=stay)
    rows.update(opens_on=date(2026, 9, 7), due_on=date(2026, 9, 14), closes_on=date(2026, 10, 5))

    days = [
        date(2026, 9, 6),
        date(2026, 9, 7),
        date(2026, 9, 14),
        date(2026, 9, 15),
        date(2026, 10, 5),
        date(2026, 10, 6),
    ]
    found = [dict(with_state(rows, today=day).values_list("milestone", "state")) for day in days]

    assert [each["before_end-1"] for each in found] == ["coming", "waiting", "waiting", "late", "late", "missing"]
    assert {(each["after-2"], each["middle"]) for each in found} == {(State.ANSWERED, State.EXCUSED)}


def test_another_last_day_shifts_what_is_open_and_excuses_what_is_no_longer_reached(stay):
    answer_by_hand(stay)
    Placement.objects.filter(pk=stay.pk).update(ends_on=timezone.localdate() + timedelta(days=4))

    reconcile(stay.trainee.cohort)

    found = stay.feedback_requests.get(milestone="before_end-1")
    assert found.opens_on == timezone.localdate() + timedelta(days=4) - timedelta(days=6)
    assert states(stay) == {"after-2": State.ANSWERED, "middle": State.EXCUSED, "before_end-1": State.WAITING}


def test_who_was_called_off_is_asked_about_no_more(stay):
    Placement.objects.filter(pk=stay.pk).update(state=Placement.State.CALLED_OFF)

    reconcile(stay.trainee.cohort)

    assert set(states(stay).values()) == {State.EXCUSED}


def test_a_new_version_holds_for_what_is_not_answered(stay):
    answer_by_hand(stay)
    usual = usual_rules()
    change_rules(stay.trainee.cohort, Rules((Milestone(When.MIDDLE),), usual.questions[:2], 5), by=make.user())

    versions = dict(stay.feedback_requests.values_list("milestone", "rules__version"))
    assert versions == {"after-2": 1, "middle": 2, "before_end-1": 2}
    assert states(stay) == {"after-2": State.ANSWERED, "middle": State.COMING, "before_end-1": State.EXCUSED}


def test_an_excuse_by_hand_stays_until_it_is_taken_back(stay):
    excuse(first(stay), reason="The mentor is ill")
    reconcile(stay.trainee.cohort)
    kept = states(stay)["after-2"]
    ask_again(first(stay))

    assert (kept, states(stay)["after-2"]) == (State.EXCUSED, State.LATE)


def answer_by_hand(stay, **changed):
    write_down(first(stay), given=GOOD | changed, by=make.user(), today=timezone.localdate())


# Answers --------------------------------------------------------------------------------------------------------------


def test_a_mended_answer_is_a_new_row_and_the_old_one_stays(stay, link):
    today = timezone.localdate()
    answer_by_link(link, first(stay), given=GOOD, today=today)
    answer_by_link(link, first(stay), given=GOOD | {"work": "3"}, today=today)
    answer_by_link(link, first(stay), given=GOOD | {"work": "3"}, today=today)

    rows = list(Feedback.objects.order_by("pk").values_list("answers__work", "in_force"))
    assert rows == [(5, False), (3, True)]
    assert AuditEntry.objects.filter(action="placements.answer_feedback").count() == 2


def test_the_database_changes_no_answer(stay, link):
    answer_by_link(link, first(stay), given=GOOD, today=timezone.localdate())

    with pytest.raises(DatabaseError), transaction.atomic():
        Feedback.objects.update(answers={"work": 1})


def test_nothing_is_answered_before_it_is_asked_or_after_it_closed(stay, link):
    for milestone, today in (("middle", timezone.localdate()), ("after-2", timezone.localdate() + timedelta(days=90))):
        with pytest.raises(Refused):
            answer_by_link(link, stay.feedback_requests.get(milestone=milestone), given=GOOD, today=today)


def test_the_mentor_says_since_when_the_trainee_is_there(stay, link):
    today = timezone.localdate()
    answer_by_link(link, None, given={"since": stay.starts_on.isoformat()}, today=today)
    answer_by_link(link, None, given={"since": "no"}, today=today)

    assert list(stay.arrivals.order_by("pk").values_list("since", "in_force")) == [
        (stay.starts_on, False),
        (None, True),
    ]
    for nonsense in ("2026-13-01", (today + timedelta(days=1)).isoformat(), "1900-01-01"):
        with pytest.raises(Refused):
            answer_by_link(link, None, given={"since": nonsense}, today=today)


# The link -------------------------------------------------------------------------------------------------------------


def test_a_copy_of_the_database_opens_nothing(link):
    token = token_of(link)

    assert feedback_link_behind(token) == link
    assert feedback_link_behind(link.token_hash) is None
    assert feedback_link_behind(link.nonce) is None
    assert token not in str(FeedbackLink.objects.values())


def test_links_are_made_once(stay, link):
    assert make_feedback_links(stay.trainee.cohort, [stay], by=None) == 0


@pytest.mark.parametrize(
    "end",
    [
        lambda stay, link: revoke_feedback_link(stay),
        lambda stay, link: renew_feedback_link(stay, instead_of=link.pk, by=None),
        lambda stay, link: FeedbackLink.objects.update(ends_on=timezone.localdate() - timedelta(days=1)),
        lambda stay, link: Placement.objects.update(mentor=make.contact(stay.seat.offer.post.host)),
        lambda stay, link: Placement.objects.update(state=Placement.State.CALLED_OFF),
        lambda stay, link: type(stay.mentor).objects.update(left_on=date(2026, 9, 1)),
        lambda stay, link: FeedbackLink.objects.update(wrong_digits=MOST_WRONG),
    ],
    ids=["revoked", "renewed", "expired", "another mentor", "called off", "mentor left", "digits guessed"],
)
def test_a_link_that_is_over_looks_like_one_that_never_was(client, stay, link, end):
    know(client, link)
    before = client.get(address_of(link)).status_code
    path, forged = address_of(link), reverse("placements:mentor_feedback", kwargs={"token": "f" * 40})
    end(stay, link)

    answers = [client.get(path), client.get(forged), client.post(path, GOOD | {"milestone": "after-2"})]

    assert [before, *(answer.status_code for answer in answers)] == [200, 404, 404, 404]
    bodies = {answer.content.decode().replace(path, "").replace(forged, "").split("csrf")[0] for answer in answers}
    assert len(bodies) == 1
    assert Feedback.objects.count() == 0


def test_somebody_else_with_the_link_does_not_get_past_the_digits(client, stay, link):
    asked = client.get(address_of(link)).content.decode()
    answered = client.post(address_of(link), GOOD | {"milestone": "after-2"})
    wrong = know(client, link, "9999")

    assert stay.trainee.person.name not in asked
    assert (answered.status_code, wrong.status_code) == (422, 422)
    assert Feedback.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_on_a_new_link_at_once_one_makes_it():
    stay = make.stay()
    make_feedback_links(stay.trainee.cohort, [stay], by=None)
    old = FeedbackLink.objects.get()

    made = race(*[lambda: renew_feedback_link(stay, instead_of=old.pk, by=None)] * 4)

    assert (sorted(made), FeedbackLink.objects.count()) == ([False, False, False, True], 2)
    assert FeedbackLink.objects.get(revoked_at=None).pk != old.pk
    assert AuditEntry.objects.filter(action="placements.renew_feedback_link").count() == 1


def test_an_older_tab_does_not_end_the_link_that_was_just_made(client, stay, link, organizer):
    client.force_login(organizer)
    address = reverse("placements:feedback_link_renew", kwargs={"pk": stay.pk})
    for shown in (link.pk, link.pk, "", "9" * 5000):
        answer = client.post(address, {"instead_of": shown})

    assert (answer.status_code, FeedbackLink.objects.count()) == (400, 2)
    assert f'name="instead_of" value="{FeedbackLink.objects.latest("pk").pk}"' in (
        client.get(reverse("placements:placement_detail", kwargs={"pk": stay.pk})).content.decode()
    )


@pytest.mark.parametrize("page", ["placements:feedback_links", "cohorts:my_applications", "placements:my_placement"])
def test_a_page_that_shows_a_link_or_a_phone_stays_in_no_browser(client, stay, page):
    user = make.trainee_account(stay.trainee)
    make.give(user, Role.ORGANIZER, stay.trainee.cohort.program)
    client.force_login(user)

    answer = client.get(reverse(page, kwargs={"cohort": stay.trainee.cohort_id} if page.endswith("links") else {}))

    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, True)


def test_of_many_tries_at_once_none_counts_after_the_tenth(link):
    """Each of them found the link open before the others were counted."""
    FeedbackLink.objects.update(wrong_digits=MOST_WRONG)

    assert are_own_digits(link, link.mentor.phone.open()[-4:]) is False


def test_the_right_digits_use_no_try_up(link):
    assert are_own_digits(link, link.mentor.phone.open()[-4:]) is True

    assert FeedbackLink.objects.get().wrong_digits == 0


def test_ten_wrong_digits_end_the_link(client, link):
    codes = [know(client, link, "0000").status_code for _ in range(MOST_WRONG + 1)]

    assert codes == [422] * MOST_WRONG + [404]
    assert know(client, link).status_code == 404


def test_forged_links_are_slowed_down(client):
    path = reverse("placements:mentor_feedback", kwargs={"token": "0" * 40})

    codes = [client.get(path).status_code for _ in range(21)]

    assert codes == [404] * 20 + [429]


def test_a_mentor_without_a_phone_in_the_register_is_let_in_by_the_link_alone(client):
    stay = make.stay(phone="")
    reconcile(stay.trainee.cohort)
    make_feedback_links(stay.trainee.cohort, [stay], by=None)

    assert stay.trainee.person.name in client.get(address_of(FeedbackLink.objects.get())).content.decode()


def test_the_mentor_answers_on_one_page_in_the_hosts_own_word_for_the_post(client, stay, link):
    client.cookies[LANGUAGE_COOKIE] = "en"
    know(client, link)
    page = client.get(address_of(link)).content.decode()
    sent = client.post(address_of(link), GOOD | {"milestone": "after-2", "since": stay.starts_on.isoformat()})
    after = client.get(sent.url).content.decode()

    assert stay.seat.offer.post.name in page
    assert sent.status_code == 302
    assert "Answered. You may mend it here" in after
    assert stay.arrivals.get().since == stay.starts_on


def test_what_is_wrong_is_said_and_what_was_chosen_stays(client, stay, link):
    know(client, link)

    answer = client.post(address_of(link), {"milestone": "after-2", "work": "5"})

    assert answer.status_code == 422
    assert re.search(r'id="work-4"\s+value="5" checked', answer.content.decode())


# Pages ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def organizer(stay):
    return make.user(Role.ORGANIZER, stay.trainee.cohort.program)


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("name", ["placement_list", "feedback_list", "feedback_links"])
def test_pages_of_a_cohort_need_the_same_queries_for_any_number_of_people(
    client, django_assert_max_num_queries, people, name
):
    cohort = make.cohort(
        starts_on=timezone.localdate() - timedelta(days=28), ends_on=timezone.localdate() + timedelta(days=56)
    )
    for _ in range(people):
        make.stay(make.trainee(cohort))
    reconcile(cohort)
    make_feedback_links(cohort, Placement.objects.all(), by=None)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    url = reverse(f"placements:{name}", kwargs={"cohort": cohort.pk})
    client.get(url)

    with django_assert_max_num_queries(9):
        answer = client.get(url)

    assert answer.status_code == 200


def test_the_office_writes_down_what_it_is_told_and_its_name_stands_beside_it(client, stay, organizer):
    client.force_login(organizer)
    url = reverse("placements:feedback_write", kwargs={"pk": first(stay).pk})

    sent = client.post(url, GOOD)
    page = client.get(sent.url).content.decode()

    assert f"written down by {organizer.name}" in page
    assert Feedback.objects.get().entered_by == organizer


def test_rules_are_data_of_the_cohort(client, stay, organizer):
    client.force_login(organizer)
    url = reverse("placements:feedbackrules_create", kwargs={"cohort": stay.trainee.cohort_id})
    data = {
        "answer_days": 5, "when_0": "before_end", "weeks_0": 2, "text_0": "How is {name} as {post}?", "kind_0": "scale",
        "text_1": "Again?", "kind_1": "choice", "choices_1": "yes\nno", **{f"kind_{n}": "text" for n in range(2, 8)},
    }  # fmt: skip

    bad = client.post(url, data | {"text_0": "", "text_1": ""})
    sent = client.post(url, data)

    assert (bad.status_code, sent.status_code) == (422, 302)
    assert "Version 2" in client.get(sent.url).content.decode()
    assert {key for key, state in states(stay).items() if state != State.EXCUSED} == {"after-2", "before_end-2"}


def test_own_data_hold_what_a_mentor_chose_and_say_that_there_are_words_to_the_office(stay, link):
    user = make.trainee_account(stay.trainee)
    answer_by_link(link, first(stay), given=GOOD | {"note": "Shy with customers."}, today=timezone.localdate())

    (told,) = own_data(user)["feedback_of_mentors"]

    assert told["answers"] == {"work": 5, "learning": 4, "reliable": 4, "again": "Gladly"}
    assert told["words_to_be_asked_for_at_the_office"] is True
    assert "Shy" not in json.dumps(told, default=str)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINEE, Role.EVALUATOR])
def test_feedback_is_the_offices(client, stay, role):
    client.force_login(make.user(role, stay.trainee.cohort))

    answer = client.get(reverse("placements:feedback_list", kwargs={"cohort": stay.trainee.cohort_id}))

    assert answer.status_code == 403
