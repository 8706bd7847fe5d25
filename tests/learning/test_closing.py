from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from cohorts.services.cohorts import close_cohort, reopen_cohort
from learning.models import ClosingFile, ClosingItem, SheetWaiver, TimetableRelease
from learning.rules.closing import Sheets
from learning.selectors.closing import asked_of, items_of, overdue_by_class, sessions_without_sheet, with_state
from learning.services import call_roll
from learning.services import closing as services
from tests import make
from tests.learning.test_signed import PDF, picture
from tests.races import race
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 8)


def a_class(size=2):
    of = make.training_class(name="First class")
    return of, [make.trainee(in_class=of) for _ in range(size)]


def is_done(item) -> bool:
    return with_state(ClosingItem.objects.filter(pk=item.pk), now=timezone.now()).get().is_done


def entries(action):
    return AuditEntry.objects.filter(action=f"learning.{action}").count()


# Computed items ---------------------------------------------------------------------------------------------------------


def test_sign_in_sheets_are_done_when_every_held_session_has_its_marks_or_a_signed_sheet():
    of, _people = a_class()
    item = make.closing_item(of, "sheets")
    called, signed, bare = (make.session(classes=[of], on=DAY + timedelta(days=n)) for n in range(3))
    make.session(classes=[of], on=DAY, cancelled_at=timezone.now())
    make.session(classes=[of], on=timezone.localdate() + timedelta(days=9))
    call_roll(called, exceptions={}, by=make.user())
    make.signed_sheet(of, [signed])

    before = (is_done(item), sessions_without_sheet(item, now=timezone.now()))
    make.signed_sheet(of, [bare])

    assert before == (False, [bare])
    assert is_done(item) is True


def test_where_the_rule_asks_for_signed_sheets_marks_are_not_enough():
    of, _people = a_class()
    item, session = make.closing_item(of, "sheets"), make.session(classes=[of], on=DAY)
    call_roll(session, exceptions={}, by=make.user())
    services.change_rule(of.cohort, kinds=["sheets"], sheets=Sheets.SIGNED, by=make.user())

    before = is_done(item)
    make.signed_sheet(of, [session])

    assert (before, is_done(item)) == (False, True)


def test_the_signed_sheet_of_one_class_is_no_sheet_of_another():
    of, _people = a_class()
    other = make.training_class(of.cohort)
    make.trainee(in_class=other)
    session = make.session(classes=[of, other], on=DAY)
    make.signed_sheet(other, [session])

    assert is_done(make.closing_item(of, "sheets")) is False
    assert is_done(make.closing_item(other, "sheets")) is True


def test_sheets_of_a_class_that_met_nowhere_are_not_done():
    of, _people = a_class()

    assert is_done(make.closing_item(of, "sheets")) is False


def test_the_timetable_is_final_after_the_last_session_without_drafts():
    of, _people = a_class()
    item = make.closing_item(of, "timetable")
    states = [is_done(item)]
    make.session(classes=[of], on=DAY)
    states.append(is_done(item))
    draft = make.session(classes=[of], on=DAY + timedelta(days=1), is_draft=True)
    states.append(is_done(item))
    type(draft).everything.filter(pk=draft.pk).delete()
    make.session(classes=[of], on=timezone.localdate() + timedelta(days=3))
    states.append(is_done(item))

    assert states == [False, True, False, False]


# What people do ---------------------------------------------------------------------------------------------------------


def test_the_checklist_is_set_up_once_with_the_head_teacher_in_charge():
    of, _people = a_class()
    other = make.training_class(of.cohort)
    head = make.user(Role.OFFICER, of)
    make.officer(of, make.person(user=head), office="head_teacher")

    assert services.set_up(of.cohort, due_on=DAY) == 8
    with pytest.raises(Refused):
        services.set_up(of.cohort, due_on=DAY)

    assert set(of.closing_items.values_list("kind", "owner", "due_on")) == {
        (kind, head.pk, DAY) for kind in ("plan", "agenda", "sheets", "timetable")
    }
    assert set(other.closing_items.values_list("owner", flat=True)) == {None}
    assert entries("set_up_closing") == 1


def test_an_item_is_done_with_a_file_or_a_word_and_can_be_opened_again():
    of, _people = a_class()
    item, by = make.closing_item(of, "plan"), make.user()

    with pytest.raises(Refused):
        services.finish_item(item, note=" ", by=by)
    services.add_files(item, [PDF], by=by)
    services.finish_item(item, note="", by=by)
    with pytest.raises(Refused):
        services.finish_item(item, note="again", by=by)
    done = is_done(item)
    services.reopen_item(item)

    assert (done, is_done(item)) == (True, False)
    assert [entries(f"{act}_closing_item") for act in ("finish", "reopen")] == [1, 1]


def test_computed_items_are_not_ticked_and_take_no_files():
    of, _people = a_class()
    item = make.closing_item(of, "sheets")

    with pytest.raises(Refused):
        services.finish_item(item, note="kept in the cellar", by=make.user())
    with pytest.raises(Refused):
        services.add_files(item, [picture()], by=make.user())
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosingItem.objects.filter(pk=item.pk).update(done_at=timezone.now(), done_by=make.user())


def test_a_removed_item_takes_its_files_along(django_capture_on_commit_callbacks):
    of, _people = a_class()
    item = make.closing_item(of)
    (file,) = services.add_files(item, [PDF], by=make.user())

    with django_capture_on_commit_callbacks(execute=True):
        services.remove_item(item)

    assert (ClosingFile.objects.count(), file.file.storage.exists(file.file.name)) == (0, False)
    with pytest.raises(Refused):
        services.remove_item(item)


def test_files_are_counted_and_removed_with_a_trace(django_capture_on_commit_callbacks):
    of, _people = a_class()
    item, by = make.closing_item(of), make.user()
    first, *_rest = services.add_files(item, [picture(f"#00{n}0{n}0") for n in range(5)], by=by)

    with pytest.raises(Refused):
        services.add_files(item, [PDF], by=by)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_file(first)

    assert (item.files.count(), entries("remove_closing_file")) == (4, 1)


def test_an_own_item_is_made_for_each_class_and_changed_for_one():
    of, _people = a_class()
    other = make.training_class(of.cohort)
    made = services.add_item([of, other], title="Class photograph", due_on=DAY)

    services.change_item(made[0], title="Photographs", due_on=DAY)

    assert [each.name for each in ClosingItem.objects.order_by("pk")] == ["Photographs", "Class photograph"]
    assert [entries(act) for act in ("add_closing_item", "change_closing_item")] == [1, 1]


# Closing the cohort -----------------------------------------------------------------------------------------------------


def test_a_cohort_is_closed_only_when_the_rule_is_met_and_the_refusal_names_what_is_open():
    of, _people = a_class()
    session = make.session(classes=[of], on=DAY)
    services.set_up(of.cohort, due_on=DAY)
    services.change_rule(of.cohort, kinds=["sheets", "agenda"], sheets=Sheets.SIGNED, by=make.user())

    with pytest.raises(Refused) as refused:
        close_cohort(of.cohort)
    make.signed_sheet(of, [session])
    services.finish_item(of.closing_items.get(kind="agenda"), note="in the archive", by=make.user())
    close_cohort(of.cohort)

    assert str(refused.value) == (
        "2 points of the closing checklist are open: First class – Agenda; First class – Sign-in sheets."
    )


def test_a_class_without_a_checklist_stands_against_closing_where_one_is_asked_for():
    of, _people = a_class()
    services.change_rule(of.cohort, kinds=["plan"], sheets="marks", by=make.user())

    with pytest.raises(Refused):
        close_cohort(of.cohort)


def test_without_a_rule_a_cohort_is_closed_as_before():
    of, _people = a_class()
    make.closing_item(of, due_on=DAY)

    close_cohort(of.cohort)


def test_the_checklist_of_a_closed_cohort_stays_until_it_is_opened_again():
    of, _people = a_class()
    item = make.closing_item(of)
    close_cohort(of.cohort)

    for act in (
        lambda: services.finish_item(item, note="x", by=make.user()),
        lambda: services.change_rule(of.cohort, kinds=["own"], sheets=Sheets.SIGNED, by=make.user()),
        lambda: services.set_up(of.cohort, due_on=DAY),
    ):
        with pytest.raises(Refused):
            act()
    reopen_cohort(of.cohort)

    services.finish_item(item, note="x", by=make.user())


def test_the_rule_has_versions_and_the_same_again_makes_none():
    of, _people = a_class()
    by = make.user()

    for kinds in (["plan"], ["plan"], ["plan", "own"]):
        services.change_rule(of.cohort, kinds=kinds, sheets="marks", by=by)

    assert list(of.cohort.closing_rules.order_by("version").values_list("version", "in_force")) == [
        (1, False),
        (2, True),
    ]
    assert entries("change_closing_rule") == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_who_finish_an_item_at_once_finish_it_once():
    of, _people = a_class()
    item = make.closing_item(of)
    people = [make.user(), make.user()]

    answers = race(*[lambda by=by: _finished(item, by) for by in people])

    assert sorted(answers) == ["done", "refused"]
    assert entries("finish_closing_item") == 1


def _finished(item, by):
    try:
        services.finish_item(item, note="kept", by=by)
    except Refused:
        return "refused"
    return "done"


# Pages ------------------------------------------------------------------------------------------------------------------


def test_closing_that_is_refused_leads_to_the_checklist_and_says_why(client):
    of, _people = a_class()
    services.change_rule(of.cohort, kinds=["plan"], sheets="marks", by=make.user())
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    response = client.post(reverse("cohorts:cohort_close", kwargs={"pk": of.cohort_id}), follow=True)

    assert response.redirect_chain == [(reverse("learning:closing_list", kwargs={"cohort": of.cohort_id}), 302)]
    sentence = "1 point of the closing checklist is open: First class – Plan of the class."
    assert response.content.decode().count(sentence) == 1


def test_the_page_of_a_cohort_says_what_is_open_before_it_is_closed(client):
    of, _people = a_class()
    services.change_rule(of.cohort, kinds=["plan"], sheets="marks", by=make.user())
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    page = client.get(of.cohort.get_absolute_url()).content.decode()

    assert "1 point of the closing checklist is open" in page
    assert reverse("cohorts:cohort_close", kwargs={"pk": of.cohort_id}) not in page


@pytest.mark.parametrize("items", [1, 3])
def test_the_checklist_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    of, _people = a_class()
    for _ in range(items):
        make.closing_item(of)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:closing_list", kwargs={"cohort": of.cohort_id})
    client.get(url)

    with django_assert_num_queries(8):
        client.get(url)


def test_the_tabs_tell_open_overdue_and_done_apart(client):
    of, _people = a_class()
    today = timezone.localdate()
    make.closing_item(of, due_on=today - timedelta(days=1))
    make.closing_item(of, due_on=today)
    make.closing_item(of, due_on=today - timedelta(days=9), done_at=timezone.now())
    client.force_login(make.user(Role.OFFICER, of))
    url = reverse("learning:closing_list", kwargs={"cohort": of.cohort_id})

    counts = {view: client.get(url, {"view": view}).context["table"].count for view in ("open", "overdue", "done")}

    assert counts == {"open": 2, "overdue": 1, "done": 1}


def test_an_officer_finishes_items_of_the_own_class_and_reaches_no_other(client):
    of, _people = a_class()
    other = make.training_class(of.cohort)
    own, foreign = make.closing_item(of), make.closing_item(other)
    client.force_login(make.user(Role.OFFICER, of))

    answers = [
        client.post(reverse("learning:closing_item_finish", kwargs={"pk": item.pk}), {"note": "kept"}).status_code
        for item in (own, foreign)
    ]

    assert (answers, is_done(own), is_done(foreign)) == ([302, 404], True, False)


def test_an_organizer_sets_up_changes_and_removes(client):
    of, _people = a_class()
    organizer = make.user(Role.ORGANIZER, of.cohort)
    make.user(Role.ORGANIZER, make.cohort(), name="Somebody elsewhere")
    client.force_login(organizer)
    kwargs = {"cohort": of.cohort_id}

    page = client.get(reverse("learning:closing_set_up", kwargs=kwargs))
    client.post(reverse("learning:closing_set_up", kwargs=kwargs), {"due_on": "2027-01-07", "owner": organizer.pk})
    client.post(reverse("learning:closing_rule", kwargs=kwargs), {"kinds": ["sheets"], "sheets": "scan"})
    client.post(
        reverse("learning:closing_item_create", kwargs=kwargs),
        {"title": "Photographs", "due_on": "", "owner": "", "training_class": ""},
    )
    plan = of.closing_items.get(kind="plan")
    client.post(reverse("learning:closing_item_update", kwargs={"pk": plan.pk}), {"due_on": "2027-01-09", "owner": ""})
    own = of.closing_items.get(kind="own")
    client.post(reverse("learning:closing_item_remove", kwargs={"pk": own.pk}))

    plan.refresh_from_db()
    assert list(page.context["form"].fields["owner"].queryset) == [organizer]
    assert (plan.due_on, plan.owner) == (date(2027, 1, 9), None)
    assert set(of.closing_items.values_list("kind", flat=True)) == {"plan", "agenda", "sheets", "timetable"}
    assert asked_of(of.cohort).sheets == "scan"


def test_the_page_of_an_item_shows_its_evidence(client):
    of, _people = a_class()
    session = make.session(classes=[of], on=DAY)
    release = TimetableRelease.objects.create(cohort=of.cohort, number=3, released_at=make.at(DAY))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    shown = {
        kind: client.get(make.closing_item(of, kind).get_absolute_url()).context
        for kind in ("sheets", "timetable", "plan")
    }

    assert (shown["sheets"]["missing"], shown["timetable"]["release"], shown["plan"]["files"]) == (
        [session],
        release,
        [],
    )


# Who is told ------------------------------------------------------------------------------------------------------------


def test_overdue_items_are_counted_for_their_owner_and_their_class():
    of, _people = a_class()
    owner, today = make.user(), timezone.localdate()
    make.closing_item(of, owner=owner, due_on=today - timedelta(days=2))
    make.closing_item(of, owner=owner, due_on=today + timedelta(days=3))
    make.closing_item(of, owner=owner, due_on=today + timedelta(days=30))
    make.closing_item(of, owner=owner, due_on=today - timedelta(days=9), done_at=timezone.now())
    make.closing_item(of, due_on=today - timedelta(days=1))

    mine = items_of(owner, [of.cohort_id], until=today + timedelta(days=7), now=timezone.now())

    assert sorted(mine.values_list("due_on", flat=True)) == [today - timedelta(days=2), today + timedelta(days=3)]
    assert overdue_by_class([of.pk], today) == {of.pk: 2}


def test_overdue_items_stand_at_home_on_the_class_and_on_the_cohort(client):
    of, _people = a_class()
    officer = make.user(Role.OFFICER, of)
    make.closing_item(of, owner=officer, due_on=timezone.localdate() - timedelta(days=2))
    client.force_login(officer)

    home = client.get(reverse("reports:home")).content.decode()
    own_class = client.get(of.get_absolute_url())
    cohort = client.get(of.cohort.get_absolute_url())

    assert "1 item of the closing checklist" in home
    assert own_class.context["overdue"] == 1
    assert [late for _line, late in cohort.context["classes"]] == [1]


# A sheet that is lost ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lost():
    """A class with one session that was held, of which there are neither marks nor a signed sheet; its item, and an organizer."""
    of, _people = a_class()
    session = make.session(classes=[of], on=DAY, title="Visit")
    return make.closing_item(of, "sheets"), session, make.user(Role.ORGANIZER, of.cohort, name="Li")


def waive(client, item, session, reason="burnt"):
    return client.post(
        reverse("learning:sheet_waive", kwargs={"pk": item.pk, "session": session.pk}), {"reason": reason}
    )


def test_a_lost_sheet_is_waived_with_a_reason_shown_with_its_name_and_asked_for_again(client, lost):
    item, session, organizer = lost
    client.force_login(organizer)

    before = is_done(item)
    waive(client, item, session)
    done, page = is_done(item), client.get(item.get_absolute_url()).content.decode()
    client.post(reverse("learning:sheet_waiver_undo", kwargs={"pk": SheetWaiver.objects.get().pk}))

    assert (before, done, is_done(item)) == (False, True, False)
    assert ("burnt" in page, "Li" in page) == (True, True)
    acts = AuditEntry.objects.filter(action__startswith="learning.").order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["learning.waive_sheet", "learning.undo_waiver"]


def test_a_waived_sheet_stands_so_on_the_list_and_waits_no_longer(client, lost):
    item, session, organizer = lost
    services.waive_sheet(item, session, reason="burnt", by=organizer)
    client.force_login(organizer)

    shown = client.get(reverse("learning:sheet_list", kwargs={"cohort": session.cohort_id})).context["table"]

    assert "waived" in shown.body
    assert shown.counts == {"all": 1, "tab_open": 0, "tab_unsigned": 0, "tab_coming": 0}


def test_a_sheet_is_waived_for_a_reason_once_and_only_after_the_session(client, lost):
    item, session, organizer = lost
    coming = make.session(classes=[item.training_class], on=timezone.localdate() + timedelta(days=2))
    services.waive_sheet(item, session, reason="burnt", by=organizer)

    for refused, reason in ((session, "drowned"), (session, " "), (coming, "too far")):
        with pytest.raises(Refused):
            services.waive_sheet(item, refused, reason=reason, by=organizer)

    assert list(SheetWaiver.objects.values_list("reason", flat=True)) == ["burnt"]


def test_whoever_may_not_change_the_checklist_waives_nothing(client, lost):
    item, session, _organizer = lost
    client.force_login(make.user(Role.OFFICER, item.training_class))

    assert waive(client, item, session).status_code in (403, 404)
    assert not SheetWaiver.objects.exists()


def test_in_a_closed_cohort_nothing_is_waived_and_nothing_undone(lost):
    item, session, organizer = lost
    waiver = services.waive_sheet(item, session, reason="burnt", by=organizer)
    type(session.cohort).objects.update(is_closed=True)

    with pytest.raises(Refused):
        services.undo_waiver(waiver, by=organizer)
    with pytest.raises(Refused):
        services.waive_sheet(item, session, reason="again", by=organizer)
