import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.models import AuditEntry, ExportRecord, Role
from learning.models import Attendance, DisputedMark, RollSheet
from learning.rules.attendance import Mark
from learning.rules.sheet_codes import SheetCode
from learning.services import call_roll, cancel_session, correct_mark
from learning.services.paper import Keyed, Typed, Unkeyable, key_marks
from tests import make
from tests.learning.test_differences import names, page, settle
from tests.races import race

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 8)


def a_class(size=3):
    of = make.training_class()
    return of, [make.trainee(in_class=of) for _ in range(size)]


def typed(session, marks, shown=None):
    shown = shown or {}
    return {(session.pk, each.pk): Typed(Mark(mark), shown.get(each, "")) for each, mark in marks.items()}


def in_force(session):
    return dict(session.attendances.filter(in_force=True).values_list("trainee", "state"))


def entries():
    return AuditEntry.objects.filter(action="learning.key_marks").count()


# Keying -----------------------------------------------------------------------------------------------------------------


def test_a_sheet_becomes_marks_of_the_ledger_with_one_entry_in_the_log():
    of, (first, second, third) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()

    keyed = key_marks(of, typed(session, {first: "present", second: "absent", third: "late"}), by=by)

    assert keyed == Keyed(new=3, compared=0)
    assert in_force(session) == {first.pk: "present", second.pk: "absent", third.pk: "late"}
    assert set(session.attendances.values_list("source", "marked_by")) == {("paper", by.pk)}
    assert entries() == 1


def test_a_sheet_that_is_sent_twice_is_keyed_once():
    of, (first, *_rest) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()
    sheet = typed(session, {first: "present"})

    assert [key_marks(of, sheet, by=by).new for _again in range(2)] == [1, 0]
    assert (Attendance.objects.count(), entries()) == (1, 1)


def test_a_grid_reaches_the_sessions_of_its_class_alone_and_tells_of_no_other(client):
    of, (first, *_rest) = a_class()
    mine, foreign = make.session(classes=[of], on=DAY), make.session(on=DAY, cancelled_at=timezone.now())
    client.force_login(make.user(Role.OFFICER, of))
    grid = reverse("learning:mark_grid", kwargs={"pk": of.pk}) + f"?session={mine.pk}"

    answers = [
        client.post(grid, {f"m-{mine.pk}-{first.pk}": "1", f"m-{key}-{first.pk}": "1"})
        for key in (foreign.pk, foreign.pk + 1000)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("This person is not expected at the session." in answer.content.decode() for answer in answers)
    assert "cancelled" not in answers[0].content.decode()
    assert Attendance.objects.count() == 0


def test_a_session_is_called_when_nobody_of_the_class_is_left():
    of, (first, second, third) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()

    key_marks(of, typed(session, {first: "present", second: "present"}), by=by)
    session.refresh_from_db()
    before = session.rolled_at
    key_marks(of, typed(session, {third: "late"}), by=by)
    session.refresh_from_db()

    assert (before, session.rolled_by) == (None, by)


def test_whoever_keyed_a_mark_corrects_it_and_the_old_one_stays_in_the_ledger():
    of, (first, *_rest) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()
    key_marks(of, typed(session, {first: "absent"}), by=by)

    keyed = key_marks(of, typed(session, {first: "late"}, shown={first: "absent"}), by=by)

    assert (keyed, in_force(session)) == (Keyed(1, 0), {first.pk: "late"})
    assert session.attendances.count() == 2


def test_what_differs_from_the_roll_is_compared_and_never_overwrites_it(client):
    of, (first, second, third) = a_class()
    session, officer = make.session(classes=[of], on=DAY), make.user(Role.OFFICER, of)
    call_roll(session, exceptions={first.pk: "absent"}, by=make.user(name="Roll caller"))
    sheet = typed(session, {first: "present", second: "present"}, shown={first: "absent", second: "present"})

    keyed = [key_marks(of, sheet, by=officer) for _again in range(2)]
    client.force_login(officer)
    (shown,) = page(client, of.cohort)[1]["differences"]

    assert keyed == [Keyed(0, 1), Keyed(0, 0)]
    assert in_force(session) == {first.pk: "absent", second.pk: "present", third.pk: "present"}
    assert (shown.name, shown.state, shown.scanned, shown.is_paper) == (first.person.name, "absent", "present", True)

    settle(client, session, first, "present")

    assert in_force(session)[first.pk] == "present"
    assert names(page(client, of.cohort)[1]["differences"]) == []


def test_a_sheet_takes_the_place_of_an_own_check_in_and_the_two_are_compared(client):
    of, (first, *_rest) = a_class()
    session, officer = make.session(classes=[of], on=DAY), make.user(Role.OFFICER, of)
    make.scan(session, first)
    make.mark(session, first, "present", source="scan")
    client.force_login(officer)

    key_marks(of, typed(session, {first: "absent"}, shown={first: "present"}), by=officer)

    assert in_force(session) == {first.pk: "absent"}
    assert names(page(client, of.cohort)[1]["differences"]) == [first.person.name]


def test_a_cell_that_was_not_touched_says_nothing_about_a_mark_that_came_since():
    of, (first, *_rest) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()
    key_marks(of, typed(session, {first: "present"}), by=by)
    correct_mark(session, first.pk, state="late", note="came at ten", by=make.user())

    keyed = key_marks(of, typed(session, {first: "present"}, shown={first: "present"}), by=by)

    assert (keyed, in_force(session)) == (Keyed(0, 0), {first.pk: "late"})
    assert DisputedMark.objects.count() == 0


def test_approved_leave_that_stands_in_the_grid_is_not_written():
    of, (first, *_rest) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()
    make.leave(first, starts_at=session.starts_at, ends_at=session.ends_at, state="approved")

    keyed = key_marks(of, typed(session, {first: "excused"}, shown={first: "excused"}), by=by)

    assert (keyed.new, Attendance.objects.count()) == (0, 0)


def test_nothing_is_written_where_one_cell_cannot_be():
    of, (first, second, _third) = a_class()
    stranger = make.trainee(of.cohort)
    session, gone = (make.session(classes=[of], on=DAY + timedelta(days=days)) for days in (0, 1))
    cancel_session(gone, reason="rain")
    later = make.session(classes=[of], on=timezone.localdate() + timedelta(days=2))

    with pytest.raises(Unkeyable) as refused:
        key_marks(
            of,
            typed(session, {first: "present", stranger: "present"})
            | typed(gone, {second: "late"})
            | typed(later, {first: "late"}),
            by=make.user(),
        )

    assert refused.value.places.keys() == {
        (session.pk, stranger.pk),
        (gone.pk, second.pk),
        (later.pk, first.pk),
    }
    assert (Attendance.objects.count(), RollSheet.objects.count(), entries()) == (0, 0, 0)


def test_people_of_another_class_of_the_session_are_not_keyed():
    of, _people = a_class()
    other = make.training_class(of.cohort)
    stranger = make.trainee(in_class=other)
    session = make.session(classes=[of, other], on=DAY)

    with pytest.raises(Unkeyable):
        key_marks(of, typed(session, {stranger: "present"}), by=make.user())


@pytest.mark.django_db(transaction=True)
def test_two_people_who_key_one_sheet_at_once_leave_one_mark_and_a_difference():
    of, (first, *_rest) = a_class()
    session, people = make.session(classes=[of], on=DAY), [make.user(), make.user()]

    race(
        *[
            lambda by=by, mark=mark: key_marks(of, typed(session, {first: mark}), by=by)
            for by, mark in zip(people, ("absent", "late"), strict=True)
        ]
    )

    assert len(in_force(session)) == 1
    assert {in_force(session)[first.pk], DisputedMark.objects.get().state} == {"absent", "late"}


# The page ---------------------------------------------------------------------------------------------------------------


def grid(of, **query):
    return f"{reverse('learning:mark_grid', kwargs={'pk': of.pk})}?" + "&".join(f"{k}={v}" for k, v in query.items())


def cells(sessions, texts, shown=None):
    """What the form sends: texts by trainee, in the order of the sessions."""
    data = {"columns": ",".join(str(each.pk) for each in sessions)}
    for trainee, line in texts.items():
        data[f"was-{trainee.pk}"] = (shown or {}).get(trainee, "," * (len(sessions) - 1))
        data |= {f"m-{one.pk}-{trainee.pk}": text for one, text in zip(sessions, line, strict=True)}
    return data


def test_the_grid_has_the_sessions_of_the_day_and_the_people_in_the_order_of_the_sheet(client):
    of, people = a_class()
    first, second = (
        make.session(classes=[of], on=DAY, starts_at=make.at(DAY, hour), ends_at=make.at(DAY, hour + 2))
        for hour in (14, 9)
    )
    make.session(classes=[of], on=DAY + timedelta(days=1))
    client.force_login(make.user(Role.OFFICER, of))

    shown = client.get(grid(of, first=DAY)).context

    assert shown["sessions"] == [second, first]
    assert [row.name for row, *_rest in shown["rows"]] == [each.person.name for each in people]


def test_keys_words_and_signs_are_keyed_and_empty_cells_change_nothing(client):
    of, (first, second, third) = a_class()
    sessions = [
        make.session(classes=[of], on=DAY, starts_at=make.at(DAY, hour), ends_at=make.at(DAY, hour + 2))
        for hour in (9, 14)
    ]
    client.force_login(make.user(Role.OFFICER, of))

    response = client.post(
        grid(of, first=DAY), cells(sessions, {first: ["1", "迟到"], second: ["√", ""], third: ["Q", "late"]})
    )

    assert (response.status_code, response.url) == (302, grid(of, first=DAY))
    assert in_force(sessions[0]) == {first.pk: "present", second.pk: "present", third.pk: "absent"}
    assert in_force(sessions[1]) == {first.pk: "late", third.pk: "late"}
    assert entries() == 1


def test_what_cannot_be_read_is_named_by_row_and_column_and_nothing_typed_is_lost(client):
    of, (first, second, third) = a_class()
    session = make.session(classes=[of], on=DAY, title="Morning talk")
    client.force_login(make.user(Role.OFFICER, of))

    response = client.post(grid(of, first=DAY), cells([session], {first: ["1"], second: ["<9>"], third: ["4"]}))

    assert response.status_code == 422
    assert response.context["wrong"] == [
        (f"m-{session.pk}-{second.pk}", f"{second.person.name} · Morning talk", "“<9>” is none of the marks.")
    ]
    assert re.findall(r'value="([^"]*)"\s+data-saved', response.content.decode()) == ["1", "&lt;9&gt;", "4"]
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {"columns": "x"},
        {"columns": "1", "was-1": "a,b"},
        {"columns": "1", "was-x": "a"},
        {"columns": "1", "m-1": "1"},
        {"columns": "1", "m-1-²": "1"},
    ],
)
def test_a_form_that_the_page_did_not_make_is_a_bad_request(client, data):
    of, _people = a_class()
    make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    assert client.post(grid(of, first=DAY), data).status_code == 400


@pytest.mark.parametrize(
    "query", ["first=9999-12-31", "first=x", "first=2026-09-09&last=2026-09-08", "session=0", "session=x"]
)
def test_senseless_days_are_answered_at_their_field(client, query):
    of, _people = a_class()
    client.force_login(make.user(Role.OFFICER, of))

    response = client.get(f"{reverse('learning:mark_grid', kwargs={'pk': of.pk})}?{query}")

    assert (response.status_code, response.context["sessions"]) == (200, [])
    assert response.context["span"].errors


def test_more_sessions_than_fit_ask_for_fewer_days(client):
    of, _people = a_class()
    for days in range(17):
        make.session(classes=[of], on=DAY + timedelta(days=days))
    client.force_login(make.user(Role.OFFICER, of))

    shown = client.get(grid(of, first=DAY, last=DAY + timedelta(days=20))).context

    assert shown["span"].errors == {"last": ["At most 16 sessions at once; choose fewer days."]}


@pytest.mark.parametrize("size", [1, 3])
def test_the_grid_needs_the_same_queries_for_any_class(client, django_assert_num_queries, size):
    of, _people = a_class(size)
    for days in range(size):
        make.session(classes=[of], on=DAY + timedelta(days=days))
    client.force_login(make.user(Role.OFFICER, of))
    client.get(grid(of, first=DAY))

    with django_assert_num_queries(5):
        client.get(grid(of, first=DAY, last=DAY + timedelta(days=3)))


def test_another_class_is_out_of_reach(client):
    of, _people = a_class()
    other = make.training_class(of.cohort)
    session = make.session(classes=[of, other], on=DAY)
    client.force_login(make.user(Role.OFFICER, other))

    assert client.get(grid(of, session=session.pk)).status_code == 404
    assert client.post(grid(of, session=session.pk), {"columns": ""}).status_code == 404


# The paper --------------------------------------------------------------------------------------------------------------


def word(client, cohort, **asked):
    response = client.post(reverse("learning:sheet_file", kwargs={"cohort": cohort.pk}), asked)
    return Document(BytesIO(response.content))


def texts(document):
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return tables, [each.text for each in document.paragraphs if each.text.strip()]


def test_the_sheet_of_a_session_names_it_and_its_people_and_has_the_code_of_its_grid(client):
    of, people = a_class()
    make.officer(of, make.person(name="Head"), office="head_teacher")
    session = make.session(classes=[of], on=DAY, title="Talk", teacher_name="Li", place="Hall 2")
    make.leave(people[1], starts_at=session.starts_at, ends_at=session.ends_at, state="approved")
    client.force_login(make.user(Role.OFFICER, of))

    (facts, table), lines = texts(word(client, of.cohort, session=session.pk))

    code = str(SheetCode(of.pk, session=session.pk))
    assert lines[0] == f"{of.cohort.name} {of.name} Sign-in sheet"
    assert facts[0][0].startswith("Talk · ")
    assert all(
        words in facts[0][0]
        for words in ("09:00–12:00", "Hall 2", "Teacher: Li", "Head teacher: Head", "3 people expected")
    )
    assert facts[0][1].strip() == code
    assert table[0] == ["No.", "Number", "Name", "Signature", "Remarks"]
    assert [row[1:4] for row in table[1:]] == [
        [each.number, each.person.name, "on leave" if each == people[1] else ""] for each in people
    ]
    assert client.get(reverse("learning:sheet_read", kwargs={"code": code})).url == grid(of, session=session.pk)
    assert ExportRecord.objects.get().count == 3


def test_the_sheets_of_a_span_are_one_a_day_and_class_with_a_column_for_each_session(client):
    of, _people = a_class()
    other = make.training_class(of.cohort)
    make.trainee(in_class=other)
    for days, hour in ((0, 9), (0, 14), (1, 9)):
        day = DAY + timedelta(days=days)
        make.session(
            classes=[of, other],
            on=day,
            starts_at=make.at(day, hour),
            ends_at=make.at(day, hour + 2),
            title=f"{days} {hour}",
        )
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:sheet_print", kwargs={"cohort": of.cohort_id})

    papers = client.get(url, {"training_class": of.pk, "first": DAY, "last": DAY + timedelta(days=1)}).context["papers"]
    all_papers = client.get(url, {"first": DAY, "last": DAY + timedelta(days=1)}).context["papers"]

    assert [each["heads"] for each in papers] == [["09:00 0 9", "14:00 0 14"], ["Signature"]]
    assert [each["code"] for each in papers] == [str(SheetCode(of.pk, day=DAY + timedelta(days=n))) for n in (0, 1)]
    assert len(all_papers) == 4


def test_an_officer_prints_the_own_class_only(client):
    of, _people = a_class()
    other = make.training_class(of.cohort)
    make.trainee(in_class=other, of=make.person(name="Somebody else"))
    session = make.session(classes=[of, other], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    response = client.get(reverse("learning:sheet_print", kwargs={"cohort": of.cohort_id}), {"session": session.pk})

    assert len(response.context["papers"]) == 1
    assert "Somebody else" not in response.content.decode()


def test_where_nothing_takes_place_a_sentence_says_so(client):
    of, _people = a_class()
    client.force_login(make.user(Role.OFFICER, of))

    for method, name in (("get", "sheet_print"), ("post", "sheet_file")):
        response = getattr(client, method)(
            reverse(f"learning:{name}", kwargs={"cohort": of.cohort_id}), {"first": DAY}, follow=True
        )
        assert "No session takes place then" in response.content.decode()


def test_a_code_that_is_none_is_said_at_the_field(client):
    of, _people = a_class()
    client.force_login(make.user(Role.OFFICER, of))

    typed_one = client.post(reverse("learning:sheet_open"), {"code": "1A-S7-00"})
    scanned = client.get(reverse("learning:sheet_read", kwargs={"code": "nonsense"}))

    assert typed_one.context["form"].errors.keys() == {"code"}
    assert scanned.url == reverse("learning:sheet_open")


@pytest.mark.parametrize("sessions", [1, 3])
def test_the_list_of_sheets_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, sessions):
    of, _people = a_class()
    for days in range(sessions):
        make.session(classes=[of], on=DAY + timedelta(days=days))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:sheet_list", kwargs={"cohort": of.cohort_id})
    client.get(url)

    with django_assert_num_queries(6):
        client.get(url)


def test_the_page_of_a_session_leads_to_its_sheet_and_its_grids(client):
    of, _people = a_class()
    other = make.training_class(of.cohort)
    session = make.session(classes=[of, other], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    response = client.get(session.get_absolute_url())

    assert response.context["sheet_classes"] == [of]
    assert grid(of, session=session.pk) in response.content.decode()


def test_a_mark_that_is_compared_is_named_in_its_cell_and_the_browser_hears_that_it_was_saved(client):
    of, (first, second, third) = a_class()
    session, officer = make.session(classes=[of], on=DAY), make.user(Role.OFFICER, of)
    call_roll(session, exceptions={first.pk: "absent"}, by=officer)
    client.force_login(officer)
    shown = {first: "absent", second: "present", third: "present"}
    texts = {first: ["1"], second: ["1"], third: ["1"]}

    saved = client.post(grid(of, first=DAY), cells([session], texts, shown) | {"draft": "123"})
    strange = client.post(grid(of, first=DAY), cells([session], texts, shown) | {"draft": '12" onload'})
    page = client.get(grid(of, first=DAY))

    assert [saved.url, strange.url] == [f"{grid(of, first=DAY)}#saved-123", grid(of, first=DAY)]
    assert [row[0][0][5] for _row, *row in page.context["rows"]] == ["present", "", ""]
    assert "1 mark of this sheet differs from the one that stands" in page.content.decode()
