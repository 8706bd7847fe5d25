"""The screening through its pages: rules, trial, ranked list, decision; who is called twice; what was decided by hand."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, ExportRecord, Job, Role
from cohorts.models import (
    Application,
    Exemption,
    Override,
    ProfileField,
    Screening,
    ScreeningDecision,
    ScreeningRules,
)
from cohorts.services import screening as services
from cohorts.services.screening import run
from cohorts.services.screening_start import begin_with_four
from tests import make
from trainee_mgmt.kit.errors import Refused, with_remedy
from trainee_mgmt.kit.formats import span

pytestmark = pytest.mark.django_db


@pytest.fixture
def round():
    now = timezone.now()
    office = make.unit("Office of Chenzhou")
    cohort = make.cohort(program=make.program(unit=office))
    return make.application_round(cohort, seats=2, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))


@pytest.fixture
def organizer(client, round):
    user = make.user(Role.ORGANIZER, round.cohort.program, name="Organizer Li", unit=round.cohort.program.unit)
    client.force_login(user)
    return user


@pytest.fixture
def four(round, organizer):
    """Four applicants under the four usual rules: 28, 10, 6 and 0 points."""
    rules = begin_with_four(round, by=organizer).rule_set.rules
    keys = [rule.field for rule in rules]
    answers = [dict.fromkeys(keys, True), {keys[0]: True}, {keys[2]: True}, {}]
    return [
        make.application(round, state="accepted", name=name, answers=known, work_unit="Bureau of trade")
        for name, known in zip(("All", "Park", "Bay", "None"), answers)
    ]


@pytest.fixture
def screening(round, four, organizer):
    return run(round, by=organizer)[0]


def url(name, **kwargs):
    return reverse(f"cohorts:{name}", kwargs=kwargs)


def text(response):
    return unescape(response.content.decode())


def rules_data(rules, **changes):
    data = {"repeat_years": "5", "seats": "2"}
    for at, rule in enumerate(rules):
        data |= {
            f"field_{at}": rule.field, f"operator_{at}": rule.operator, f"value_{at}": "是",
            f"points_{at}": str(rule.points), f"sentence_{at}": rule.sentence,
        }  # fmt: skip
    return data | changes


# Rules ----------------------------------------------------------------------------------------------------------------


def test_the_four_usual_priorities_make_their_fields_and_the_first_version(client, round, organizer):
    existing = ProfileField.objects.create(cohort=round.cohort, key="park", label="在产业园区工作", kind="yes_no")

    client.post(url("screeningrules_begin", cohort=round.cohort_id))

    version = ScreeningRules.objects.get()
    assert [rule.points for rule in version.rule_set.rules] == [10, 8, 6, 4]
    assert version.rule_set.rules[0].field == existing.key
    assert ProfileField.objects.filter(cohort=round.cohort, asked_of_applicants=True).count() == 3
    client.post(url("screeningrules_begin", cohort=round.cohort_id))
    assert ScreeningRules.objects.count() == 1


def test_trying_other_rules_shows_who_moves_and_stores_nothing(client, round, screening):
    rules = screening.rules.rule_set.rules
    data = rules_data(rules, points_0="1", points_2="50", do="try")

    response = client.post(url("screeningrules_create", cohort=round.cohort_id), data)

    shown = text(response)
    assert response.status_code == 200
    assert [name for name, _move in response.context["trial"]["rows"]] == ["Bay", "Park"]
    assert (response.context["trial"]["in"], response.context["trial"]["out"]) == (1, 1)
    assert "comes in" in shown
    assert (ScreeningRules.objects.count(), Screening.objects.count()) == (1, 1)


def test_a_trial_with_more_seats_shows_who_comes_in(client, round, screening):
    data = rules_data(screening.rules.rule_set.rules, seats="3", waiting_places="10", do="try")

    trial = client.post(url("screeningrules_create", cohort=round.cohort_id), data).context["trial"]

    assert [(name, move.is_in) for name, move in trial["rows"]] == [("Bay", True)]


def test_rules_are_saved_as_a_new_version(client, round, screening):
    data = rules_data(screening.rules.rule_set.rules, points_0="11", waiting_places="1", do="save")

    client.post(url("screeningrules_create", cohort=round.cohort_id), data)

    newest = ScreeningRules.objects.get(version=2).rule_set
    assert (newest.rules[0].points, newest.rules[0].value, newest.waiting_places) == (11, [True], 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"value_0": "perhaps"}, "Write yes or no."),
        ({"value_0": ""}, "Write a value."),
        ({"points_0": ""}, "How many points does it give?"),
        ({"sentence_0": ""}, "Say it in words."),
        ({"operator_0": "at_least"}, "For this field: one of."),
        ({"least_per_unit": "3", "most_per_unit": "2"}, "This cannot be less than the places kept for each unit."),
        ({"points_0": "1001"}, "Ensure this value is less than or equal to 1000."),
        ({"field_0": "age", "operator_0": "at_most", "value_0": "1e999999"}, "Write one number."),
        ({"field_0": "gone"}, "Select a valid choice. gone is not one of the available choices."),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_at_its_place(client, round, screening, changes, error):
    data = rules_data(screening.rules.rule_set.rules, do="save", **changes)

    response = client.post(url("screeningrules_create", cohort=round.cohort_id), data)

    assert response.status_code == 422
    assert error in text(response)
    assert ScreeningRules.objects.count() == 1


# The list -------------------------------------------------------------------------------------------------------------


def test_the_run_button_ranks_and_a_second_press_finds_the_same_list(client, round, four):
    first = client.post(url("screening_run", cohort=round.cohort_id), follow=True)
    again = client.post(url("screening_run", cohort=round.cohort_id), follow=True)

    assert "4 people were put into order." in text(first)
    assert "the same list" in text(again)
    assert Screening.objects.count() == 1


def test_the_list_shows_rank_rules_met_outcome_and_the_seed(client, screening):
    shown = text(client.get(screening.get_absolute_url()))

    assert screening.seed in shown
    assert shown.index(">All<") < shown.index(">Park<") < shown.index(">Bay<") < shown.index(">None<")
    assert "Works in an industrial park" in shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "ark"}, ["Park"]),
        ({"hit": "2"}, ["All", "Bay"]),
        ({"view": "waiting"}, ["Bay", "None"]),
        ({"view": "chosen"}, ["All", "Park"]),
        ({"hand": "1"}, []),
        ({"sort": "-rank"}, ["None", "Bay", "Park", "All"]),
    ],
)
def test_the_list_is_searched_filtered_and_ordered(client, screening, query, names):
    table = client.get(screening.get_absolute_url(), query).context["table"]

    assert list(table.ordered.values_list("application__name", flat=True)) == names


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(
    client, round, organizer, django_assert_num_queries, people
):
    begin_with_four(round, by=organizer)
    for _ in range(people):
        make.application(round, state="accepted", nominating_unit=make.unit())
    made, _is_new = run(round, by=organizer)
    client.get(made.get_absolute_url())

    with django_assert_num_queries(8):
        client.get(made.get_absolute_url())


def test_the_export_is_masked_and_recorded_with_its_purpose(client, screening):
    refused = client.post(screening.get_absolute_url(), {"export": "csv"})
    response = client.post(screening.get_absolute_url(), {"export": "csv", "purpose": "For the meeting"})

    rows = b"".join(response.streaming_content).decode("utf-8-sig")
    assert refused.status_code == 422
    assert ExportRecord.objects.get().purpose == "For the meeting"
    assert "All" in rows
    for each in Application.objects.all():
        assert each.id_number.open() not in rows
        assert each.id_mask in rows


def test_a_person_in_the_list_has_the_reasons(client, screening):
    row = screening.rows.get(application__name="Bay")

    shown = text(client.get(row.get_absolute_url()))

    assert "6 points, rank 3 of 4; the 2 seats went to people with more points. Place 1 on the waiting list." in shown
    assert "This would have brought a seat:" in shown
    assert "“Works in an economic department” (+8 points)" in shown


def test_print_and_check_show_the_stored_list(client, screening):
    printed = text(client.get(url("screening_print", pk=screening.pk)))
    checked = client.post(url("screening_check", pk=screening.pk), follow=True)

    assert all(name in printed for name in ("All", "Park", "Bay", "None"))
    assert "Computed again from the stored facts, rules and seed: the same list." in text(checked)


def test_an_outcome_is_changed_by_hand_published_and_listed(client, screening):
    row = screening.rows.get(application__name="Park")
    change = url("screeningrow_change", pk=row.pk)

    empty = client.post(change, {"outcome": "waiting", "reason": ""})
    client.post(change, {"outcome": "waiting", "reason": "Comes next time."})
    asked = text(client.get(url("screening_decide", pk=screening.pk)))
    client.post(url("screening_decide", pk=screening.pk))

    assert empty.status_code == 422
    assert "1 outcomes were changed by hand." in asked
    assert Application.objects.get(name="Park").state == "waiting"
    assert "Comes next time." in text(client.get(url("override_list")))


def test_the_outcomes_of_a_short_list_are_published_at_once(client, screening, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 4)

    response = client.post(url("screening_decide", pk=screening.pk))

    assert response.url == screening.get_absolute_url()
    assert (ScreeningDecision.objects.count(), Job.objects.count()) == (1, 0)


def test_the_outcomes_of_a_long_list_are_published_once_by_the_worker_and_its_end_leads_to_the_list(
    client, screening, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(services, "AT_ONCE", 3)
    decide = url("screening_decide", pk=screening.pk)

    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post(decide)
        again = client.post(decide)
        assert ScreeningDecision.objects.count() == 0
    job = Job.objects.get()
    end = client.get(asked.url, headers={"HX-Request": "true"})

    assert asked.url == job.get_absolute_url()
    assert again.status_code == 422
    assert "The outcomes are being published." in text(again)
    assert (job.state, job.words) == ("done", "The outcomes are published.")
    assert end.headers["HX-Redirect"] == screening.get_absolute_url()
    assert "decided" in text(client.get(screening.get_absolute_url()))
    assert sorted(Application.objects.values_list("state", flat=True)) == ["chosen", "chosen", "waiting", "waiting"]
    assert AuditEntry.objects.filter(action="cohorts.set_outcomes").count() == 1

    services.decide_in_worker(job, lambda done, total, words: None)

    assert ScreeningDecision.objects.get().decided_by == job.made_by


def test_a_leader_reads_and_changes_nothing(client, round, screening):
    client.force_login(make.user(Role.LEADER, round.cohort.program))
    row = screening.rows.first()

    assert client.get(url("screening_list", cohort=round.cohort_id)).status_code == 200
    assert client.get(screening.get_absolute_url()).status_code == 200
    for address in (
        url("screening_run", cohort=round.cohort_id),
        url("screening_decide", pk=screening.pk),
        url("screeningrow_change", pk=row.pk),
        url("screeningrules_begin", cohort=round.cohort_id),
    ):
        assert client.post(address, {}).status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINEE, Role.EVALUATOR, Role.MENTOR])
def test_nobody_else_sees_a_screening(client, round, screening, role):
    client.force_login(make.user(role, round.cohort))

    for address in (
        url("screening_list", cohort=round.cohort_id),
        screening.get_absolute_url(),
        screening.rows.first().get_absolute_url(),
        url("override_list"),
        url("exemption_list"),
        url("call_list", cohort=round.cohort_id),
    ):
        assert client.get(address).status_code == 403


def test_an_organizer_of_another_program_finds_nothing(client, round, screening):
    client.force_login(make.user(Role.ORGANIZER, make.program()))

    for address in (
        url("screening_list", cohort=round.cohort_id),
        screening.get_absolute_url(),
        screening.rows.first().get_absolute_url(),
        url("screening_print", pk=screening.pk),
        url("call_list", cohort=round.cohort_id),
    ):
        assert client.get(address).status_code == 404


# Calls ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(four):
    """The first applicant is in a cohort of another office at the same time."""
    secret = make.cohort(program=make.program(unit=make.unit("Office of Foshan")), name="Secret cohort")
    make.trainee(secret, of=make.person(id_number=four[0].id_number.open()))
    return secret


def test_a_clash_tells_the_days_and_the_office_and_nothing_else(client, round, four, elsewhere):
    shown = text(client.get(url("call_list", cohort=round.cohort_id)))

    days = span(elsewhere.starts_on, elsewhere.ends_on)
    assert f"Is in another training, {days}. Ask Office of Foshan." in shown
    assert "Secret cohort" not in shown


def test_a_cohort_in_reach_is_told_by_its_name(client, round, organizer, four, elsewhere):
    make.give(organizer, Role.ORGANIZER, elsewhere)

    assert "Secret cohort" in text(client.get(url("call_list", cohort=round.cohort_id)))


@pytest.mark.parametrize("people", [1, 3])
def test_calls_need_the_same_queries_for_any_number_of_people(
    client, round, organizer, django_assert_num_queries, people
):
    other = make.cohort()
    for _ in range(people):
        one = make.application(round, state="accepted", work_unit="Bureau")
        make.trainee(other, of=make.person(id_number=one.id_number.open()))
    client.get(url("call_list", cohort=round.cohort_id))

    with django_assert_num_queries(14):
        client.get(url("call_list", cohort=round.cohort_id))


def test_a_reason_is_given_stored_reported_and_taken_back(client, round, four, elsewhere):
    address = url("call_all_the_same", pk=four[0].pk)
    before = text(client.get(address))
    client.post(address, {"reason": "Both offices agreed."})
    override = Override.objects.get()
    report = client.post(url("override_list"), {"export": "csv", "purpose": "Report"})
    client.post(url("override_take_back", pk=override.pk))

    rows = b"".join(report.streaming_content).decode("utf-8-sig")
    assert "What speaks against it" in before
    assert "Both offices agreed." in rows
    assert "Secret cohort" not in rows
    assert Override.objects.get().in_force is False


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 2), ({"kind": "call"}, 1), ({"code": "trainee"}, 1), ({"code": "leave"}, 0), ({"q": "agreed"}, 1)],
)
def test_the_report_is_filtered(client, organizer, four, query, count):
    make.override(four[1], by=organizer)
    make.override(
        four[0], by=organizer, kind="call", outcome="", reason="Both agreed.",
        findings=[["trainee", {"from": "2026-09-01", "until": "2026-11-30", "office": "Office of Foshan"}]],
    )  # fmt: skip

    assert client.get(url("override_list"), query).context["table"].count == count


def test_an_exemption_is_noted_warns_other_offices_and_is_deleted(client, round, four):
    data = {"kind": "leave", "reason": "Parental leave", "starts_on": "2026-10-01", "ends_on": ""}
    client.post(url("exemption_create", pk=four[1].pk), data)
    made = Exemption.objects.get()
    warned = text(client.get(url("call_list", cohort=round.cohort_id)))
    client.post(url("exemption_update", pk=made.pk), data | {"ends_on": "2026-10-02"})
    changed = Exemption.objects.get().ends_on
    client.post(url("exemption_delete", pk=made.pk))

    assert made.unit == round.cohort.program.unit
    assert "Is on leave" in warned
    assert changed.isoformat() == "2026-10-02"
    assert Exemption.objects.count() == 0


def test_a_last_day_before_the_first_is_refused(client, four):
    data = {"kind": "leave", "reason": "Ill", "starts_on": "2026-10-02", "ends_on": "2026-10-01"}

    assert client.post(url("exemption_create", pk=four[1].pk), data).status_code == 422


def test_a_person_is_noted_exempt_by_the_office_of_the_cohort(client, round, organizer):
    person = make.person(id_number=make.id_number_of())
    make.trainee(round.cohort, of=person)
    data = {"kind": "exempt", "reason": "Retires", "starts_on": "2026-10-02", "ends_on": ""}

    client.post(url("person_exempt", pk=person.pk), data)

    made = Exemption.objects.get()
    assert (made.id_index, made.unit) == (person.id_index, round.cohort.program.unit)


# Home -----------------------------------------------------------------------------------------------------------------


def test_home_says_that_applications_wait_for_a_decision_until_there_is_one(client, round, screening):
    waiting = [need.what for need in client.get(reverse("reports:home")).context["home"].needs]
    client.post(url("screening_decide", pk=screening.pk))
    after = [need.what for need in client.get(reverse("reports:home")).context["home"].needs]

    assert "4 applications wait for a decision" in waiting
    assert not [words for words in after if "wait for a decision" in words]


def test_a_refusal_leads_to_its_remedy_for_whoever_may_use_it(client):
    round = make.application_round()
    organizer, stranger = make.user(Role.ORGANIZER, round.cohort), make.user(Role.ORGANIZER, make.cohort())
    client.force_login(organizer)

    answer = client.post(reverse("cohorts:screening_run", kwargs={"cohort": round.cohort_id}), follow=True)
    with pytest.raises(Refused) as refusal:
        run(round, by=organizer)

    rules = reverse("cohorts:screeningrules_list", kwargs={"cohort": round.cohort_id})
    sentence = "There are no rules yet. Say first what counts."
    linked = f'{sentence} <a href="{rules}">To the rules</a>'
    assert linked in answer.content.decode()
    assert [with_remedy(refusal.value, user) for user in (organizer, stranger, AnonymousUser())] == [
        linked,
        sentence,
        sentence,
    ]
