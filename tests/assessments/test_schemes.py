from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry, Role
from assessments import services
from assessments.models import Indicator, Rater, Scheme, Score
from assessments.rules.presets import PRESETS, preset
from assessments.selectors.outline import outline
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def an_office(client, **fields):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    return cohort


def a_draft(cohort=None, key="study"):
    return services.make_scheme(cohort or make.cohort(), name="Assessment", preset=preset(key))


def given(indicator, trainee, rater, points="80"):
    return Score.objects.create(
        indicator=indicator,
        trainee=trainee,
        rater=rater,
        points=Decimal(points),
        entered_at=make.at(make.START),
        entered_by=rater,
    )


def give_a_score(scheme):
    trainee = make.trainee(scheme.cohort)
    rater = make.rater(scheme).user
    return given(scheme.indicators.filter(kind="manual").first(), trainee, rater)


@pytest.mark.parametrize("key", [each.key for each in PRESETS])
def test_every_ready_scheme_can_be_opened_as_it_is(key):
    scheme = a_draft(key=key)

    assert outline(scheme).faults() == []
    assert services.open_scheme(scheme).state == "open"


def test_a_ready_scheme_speaks_the_language_of_whoever_makes_it():
    with override("zh-hans"):
        scheme = a_draft()

    assert list(scheme.indicators.order_by("order").values_list("name", flat=True)) == ["研修", "考勤", "日志", "考核"]


def test_a_scheme_is_copied_with_its_tree_and_its_rules():
    source = a_draft(key="immersive")
    Indicator.objects.filter(scheme=source, name="Essay").update(cap=Decimal(90))

    copy = services.make_scheme(make.cohort(), name="Again", copy_of=source)

    assert outline(copy).formula() == [
        sentence.replace("Assessment", "Again", 1) if at == 0 else sentence
        for at, sentence in enumerate(outline(source).formula())
    ]
    assert copy.indicators.get(name="Journals").rule["accepted_counts"] == "1"


def test_a_scheme_whose_weights_do_not_sum_to_100_is_not_opened():
    scheme = a_draft()
    scheme.indicators.filter(name="Attendance").update(weight=Decimal(10))

    with pytest.raises(Refused, match="sum to 90, not to 100"):
        services.open_scheme(scheme)

    assert Scheme.objects.get().state == "draft"


@pytest.mark.parametrize(
    "act",
    [
        lambda scheme: services.add_indicator(scheme, name="More", kind="manual", weight=Decimal(1)),
        lambda scheme: services.change_indicator(scheme.indicators.first(), name="Other", weight=Decimal(1)),
        lambda scheme: services.change_weights(scheme, {scheme.indicators.first().pk: {"weight": Decimal(1)}}),
        lambda scheme: services.move_indicator(scheme.indicators.last(), up=True),
        lambda scheme: services.remove_indicator(scheme.indicators.first()),
        lambda scheme: services.change_scheme(scheme, method="median"),
        services.discard_scheme,
    ],
)
def test_a_version_in_use_does_not_change(act):
    scheme = services.open_scheme(a_draft())

    with pytest.raises(Refused, match="no longer changes"):
        act(scheme)


def test_opening_a_new_version_replaces_the_old_one_and_leaves_its_scores():
    old = services.open_scheme(a_draft())
    score = give_a_score(old)

    new = services.new_version(old)
    services.change_weights(
        new,
        {
            new.indicators.get(name="Attendance").pk: {"weight": Decimal(10)},
            new.indicators.get(name="Journals").pk: {"weight": Decimal(30)},
        },
    )
    services.open_scheme(new)

    assert list(Scheme.objects.order_by("version").values_list("version", "state")) == [(1, "replaced"), (2, "open")]
    assert list(new.raters.values_list("user", flat=True)) == [score.rater_id]
    assert Score.objects.get().indicator.scheme_id == old.pk


def test_a_changed_rule_takes_the_number_of_the_version_and_an_unchanged_one_keeps_it():
    old = services.open_scheme(a_draft())
    new = services.new_version(old)
    attendance, journals = new.indicators.get(name="Attendance"), new.indicators.get(name="Journals")

    services.change_indicator(attendance, name="Attendance", rule=attendance.rule | {"late_counts": "0.5"})
    services.change_indicator(journals, name="Diaries", rule=journals.rule)

    assert new.indicators.get(name="Attendance").rule["version"] == 2
    assert new.indicators.get(name="Diaries").rule["version"] == 1


def test_a_scheme_without_scores_goes_back_to_draft_and_one_with_scores_does_not():
    scheme = services.back_to_draft(services.open_scheme(a_draft()))
    assert scheme.state == "draft"
    services.open_scheme(scheme)
    give_a_score(scheme)

    with pytest.raises(Refused, match="Scores were given"):
        services.back_to_draft(scheme)


def test_groups_hold_indicators_three_deep_and_only_of_their_own_scheme():
    scheme = a_draft(key="facts")
    deep = None
    for _level in range(3):
        deep = services.add_indicator(scheme, parent=deep, name="Group", kind="group", weight=Decimal(100))
    with pytest.raises(Refused, match="3 deep"):
        services.add_indicator(scheme, parent=deep, name="Deeper", kind="manual", weight=Decimal(100))
    with pytest.raises(Refused, match="of this scheme"):
        services.add_indicator(a_draft(), parent=deep, name="Stray", kind="manual", weight=Decimal(100))


def test_moving_down_and_up_keeps_the_others_in_order():
    scheme = a_draft()
    services.move_indicator(scheme.indicators.get(name="Attendance"), up=False)
    services.move_indicator(scheme.indicators.get(name="Study and research"), up=True)

    names = list(scheme.indicators.order_by("order").values_list("name", flat=True))
    assert names == ["Study and research", "Journals", "Attendance", "Final assessment"]


@pytest.mark.django_db(transaction=True)
def test_two_who_open_two_schemes_at_once_leave_one_in_use():
    cohort = make.cohort()
    schemes = [a_draft(cohort), services.make_scheme(cohort, name="Other", preset=preset("facts"))]

    race(*(lambda scheme=scheme: services.open_scheme(scheme) for scheme in schemes))

    assert sorted(Scheme.objects.values_list("state", flat=True)) == ["open", "replaced"]


@pytest.mark.django_db(transaction=True)
def test_two_who_open_one_scheme_at_once_open_it_once():
    scheme = a_draft()

    assert refusals(race(*[lambda: services.open_scheme(scheme)] * 2)) == 1
    assert AuditEntry.objects.filter(action="assessments.open_scheme").count() == 1


# Raters ---------------------------------------------------------------------------------------------------------------


def test_naming_an_evaluator_gives_the_role_over_the_cohort_once():
    first, user = a_draft(), make.user()
    second = services.make_scheme(first.cohort, name="Second", preset=preset("study"))

    services.name_rater(first, user)
    services.name_rater(second, user)

    assert [(g.role, g.scope_kind, g.scope_id) for g in user.grants.all()] == [("evaluator", "cohort", first.cohort_id)]
    assert AuditEntry.objects.filter(object_type="assessments.Rater").count() == 2
    assert (
        AuditEntry.objects.filter(object_type="accounts.Grant").count() == 0
    )  # the role follows; one act is one entry


def test_an_evaluator_is_not_named_twice_for_the_same_people():
    scheme, user = a_draft(), make.user()
    in_class = make.training_class(scheme.cohort)
    services.name_rater(scheme, user)

    for training_class in (None, in_class):
        with pytest.raises(Refused, match="rates here already"):
            services.name_rater(scheme, user, training_class=training_class)


def test_a_trainee_of_the_cohort_does_not_rate_in_it():
    scheme = a_draft()
    account = make.trainee_account(make.trainee(scheme.cohort))

    with pytest.raises(Refused, match="is a trainee of this cohort"):
        services.name_rater(scheme, account)


def test_the_role_that_came_with_the_list_ends_with_the_last_place_on_it():
    scheme, user = a_draft(), make.user()
    classes = [make.training_class(scheme.cohort, name=name) for name in ("一班", "二班")]
    first, second = [services.name_rater(scheme, user, training_class=each) for each in classes]

    services.remove_rater(first)
    while_rating_on = user.grants.in_force(timezone.localdate()).count()
    services.remove_rater(Rater.objects.get(pk=second.pk))

    assert (while_rating_on, user.grants.in_force(timezone.localdate()).count()) == (1, 0)


def test_an_evaluator_who_gave_scores_stays_on_the_list():
    scheme = services.open_scheme(a_draft())
    score = give_a_score(scheme)

    with pytest.raises(Refused, match="has given scores"):
        services.remove_rater(Rater.objects.get(user=score.rater))


@pytest.mark.django_db(transaction=True)
def test_an_evaluator_named_twice_at_once_stands_on_the_list_once():
    scheme, user = a_draft(), make.user()

    assert refusals(race(*[lambda: services.name_rater(scheme, user)] * 2)) == 1
    assert Rater.objects.count() == 1


# Pages ----------------------------------------------------------------------------------------------------------------


def test_an_organizer_makes_a_scheme_changes_it_and_opens_it(client):
    cohort = an_office(client)
    client.post(
        reverse("assessments:scheme_create", kwargs={"cohort": cohort.pk}), {"name": "Assessment", "start": "study"}
    )
    scheme = Scheme.objects.get()
    attendance, journals = scheme.indicators.get(name="Attendance"), scheme.indicators.get(name="Journals")

    client.post(
        reverse("assessments:scheme_weights", kwargs={"pk": scheme.pk}),
        {"do": "save", f"weight-{attendance.pk}": "12.5", f"weight-{journals.pk}": "２７．５"},
    )
    client.post(reverse("assessments:scheme_open", kwargs={"pk": scheme.pk}))

    scheme.refresh_from_db()
    assert scheme.state == "open"
    assert dict(scheme.indicators.values_list("name", "weight")) == {
        "Study and research": Decimal(30),
        "Attendance": Decimal("12.5"),
        "Journals": Decimal("27.5"),
        "Final assessment": Decimal(30),
    }
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["assessments.make_scheme", "assessments.change_weights", "assessments.open_scheme"]


def test_the_check_answers_while_one_types_and_saves_nothing(client):
    cohort = an_office(client)
    scheme = a_draft(cohort)
    attendance = scheme.indicators.get(name="Attendance")
    entries = AuditEntry.objects.count()

    response = client.post(
        reverse("assessments:scheme_weights", kwargs={"pk": scheme.pk}),
        {f"weight-{attendance.pk}": "25"},
        headers={"HX-Request": "true"},
    )

    assert "sum to 105, not to 100" in response.content.decode()
    assert scheme.indicators.get(name="Attendance").weight == Decimal(20)
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "-5", "101", "0", "1e1", "33.333", "x" * 5000, ""])
def test_a_weight_that_is_no_share_is_named_and_nothing_is_saved(client, typed):
    cohort = an_office(client)
    scheme = a_draft(cohort)
    attendance, journals = scheme.indicators.get(name="Attendance"), scheme.indicators.get(name="Journals")

    response = client.post(
        reverse("assessments:scheme_weights", kwargs={"pk": scheme.pk}),
        {"do": "save", f"weight-{attendance.pk}": typed, f"weight-{journals.pk}": "30"},
        follow=True,
    )

    assert "Attendance: " in response.content.decode()
    assert scheme.indicators.get(name="Journals").weight == Decimal(20)


def test_weights_of_another_scheme_are_a_bad_request(client):
    cohort = an_office(client)
    stray = a_draft().indicators.first()

    response = client.post(
        reverse("assessments:scheme_weights", kwargs={"pk": a_draft(cohort).pk}), {f"weight-{stray.pk}": "1"}
    )

    assert response.status_code == 400


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("group", {"weight": "100"}),
        ("manual", {"extra": "plus", "full_marks": "5"}),
        ("manual", {"extra": "", "weight": "10", "full_marks": "50", "cap": "40"}),
        (
            "attendance",
            {
                "weight": "10",
                "full_marks": "100",
                "late_counts": "0.5",
                "early_counts": "1",
                "lates_per_absence": "3",
                "excused": "out",
                "counts_from": "2026-09-01",
            },
        ),
        ("journals", {"weight": "10", "full_marks": "100", "accepted_counts": "1", "handed_in_counts": "0.5"}),
    ],
)
def test_an_indicator_of_each_kind_is_added_and_shown_again_as_it_was_typed(client, kind, form):
    cohort = an_office(client)
    scheme = services.make_scheme(cohort, name="Empty")

    client.post(
        f"{reverse('assessments:indicator_create', kwargs={'pk': scheme.pk})}?kind={kind}", {"name": "New", **form}
    )
    indicator = scheme.indicators.get()
    page = client.get(reverse("assessments:indicator_update", kwargs={"pk": indicator.pk}))

    shown = page.context["form"].initial
    assert {name: str(shown[name]).removesuffix(".00") for name in form if form[name]} == {
        name: value.removesuffix(".00") for name, value in form.items() if value
    }


def test_an_indicator_without_a_weight_is_asked_for_it(client):
    cohort = an_office(client)
    scheme = services.make_scheme(cohort, name="Empty")

    response = client.post(
        f"{reverse('assessments:indicator_create', kwargs={'pk': scheme.pk})}?kind=manual",
        {"name": "New", "extra": "", "full_marks": "100"},
    )

    assert response.status_code == 422
    assert scheme.indicators.count() == 0


def test_an_evaluator_of_the_own_unit_is_found_by_name_and_of_another_by_the_user_name(client):
    cohort = an_office(client)
    scheme = a_draft(cohort)
    near = make.user(name="Near Chen", unit=make.unit(parent=cohort.program.unit))
    far = make.user(name="Far Chen", username="farchen", unit=make.unit())
    page = reverse("assessments:rater_create", kwargs={"pk": scheme.pk})

    assert [user.pk for user in client.get(page, {"q": "chen"}).context["found"]] == [near.pk]
    assert [user.pk for user in client.get(page, {"q": "farchen"}).context["found"]] == [far.pk]
    client.post(f"{page}?q=farchen", {"user": far.pk, "training_class": ""})
    assert list(scheme.raters.values_list("user", flat=True)) == [far.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_schemes(client, django_assert_num_queries, count):
    cohort = an_office(client)
    for number in range(count):
        services.make_scheme(cohort, name=f"Scheme {number}", preset=preset("study"))
    with django_assert_num_queries(4):
        client.get(reverse("assessments:scheme_list", kwargs={"cohort": cohort.pk}))


@pytest.mark.parametrize("key", ["facts", "immersive"])
def test_a_scheme_needs_the_same_queries_for_any_number_of_indicators(client, django_assert_num_queries, key):
    scheme = a_draft(an_office(client), key=key)
    with django_assert_num_queries(5):
        client.get(scheme.get_absolute_url())
