from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEntry, Role
from cohorts.services.cohorts import close_cohort
from learning.models import SheetPage, SignedSheet
from learning.services.signed import remove_signed, replace_signed, send_signed
from tests import make
from tests.races import race
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 8)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(colour="white") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 80), colour).save(out, "PNG")
    return out.getvalue()


def a_session():
    of = make.training_class()
    make.trainee(in_class=of)
    return of, make.session(classes=[of], on=DAY)


def entries(action):
    return list(AuditEntry.objects.filter(action=f"learning.{action}").order_by("pk"))


def test_a_signed_sheet_is_kept_on_its_sessions_with_who_sent_it_and_when():
    of, session = a_session()
    other, by = make.session(classes=[of], on=DAY + timedelta(days=1)), make.user()

    sheet = send_signed(of, [session, other], [picture(), PDF], by=by)

    assert (sheet.sent_by, set(sheet.sessions.all())) == (by, {session, other})
    assert sorted(sheet.pages.values_list("kind", flat=True)) == ["pdf", "picture"]
    assert [len(each.after["pages"]) for each in entries("send_signed_sheet")] == [2]


@pytest.mark.parametrize(
    "files",
    [
        [],
        [b"<svg/>"],
        [PDF.replace(b"/Catalog", b"/JavaScript")],
        [picture(f"#0000{shade:02}") for shade in range(10, 19)],
    ],
)
def test_what_is_no_evidence_is_refused(files):
    of, session = a_session()

    with pytest.raises(Refused):
        send_signed(of, [session], files, by=make.user())

    assert (SignedSheet.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_sheet_without_a_session_is_refused():
    of, _session = a_session()

    with pytest.raises(Refused):
        send_signed(of, [], [PDF], by=make.user())


@pytest.mark.django_db(transaction=True)
def test_the_same_page_sent_many_times_at_once_is_kept_once():
    of, session = a_session()
    by = make.user()

    answers = race(*[lambda: _kept(of, session, by)] * 6)

    assert sorted(answers) == ["kept"] + ["refused"] * 5
    assert (SheetPage.objects.count(), len(entries("send_signed_sheet"))) == (1, 1)


def _kept(of, session, by):
    try:
        send_signed(of, [session], [PDF], by=by)
    except Refused:
        return "refused"
    return "kept"


def test_replaced_pages_are_gone_and_the_log_tells_both(django_capture_on_commit_callbacks):
    of, session = a_session()
    sheet = send_signed(of, [session], [picture("red")], by=make.user())
    (old,) = sheet.pages.all()
    by = make.user()

    with django_capture_on_commit_callbacks(execute=True):
        replace_signed(sheet, [picture("blue")], by=by)

    sheet.refresh_from_db()
    (new,) = sheet.pages.all()
    (entry,) = entries("replace_signed_sheet")
    assert (sheet.sent_by, old.file.storage.exists(old.file.name), new.file.storage.exists(new.file.name)) == (
        by,
        False,
        True,
    )
    assert (entry.before["pages"], entry.after["pages"]) == ([old.digest], [new.digest])


def test_a_removed_signed_sheet_leaves_its_trace_in_the_log_and_no_file(django_capture_on_commit_callbacks):
    of, session = a_session()
    sheet = send_signed(of, [session], [PDF], by=make.user(name="Sender"))
    (page,) = sheet.pages.all()

    with django_capture_on_commit_callbacks(execute=True):
        remove_signed(sheet)

    (entry,) = entries("remove_signed_sheet")
    assert (entry.before["sent_by"], entry.before["pages"]) == ("Sender", [page.digest])
    assert (SignedSheet.objects.count(), page.file.storage.exists(page.file.name)) == (0, False)
    with pytest.raises(Refused):
        remove_signed(sheet)


def test_evidence_of_a_closed_cohort_stays():
    of, session = a_session()
    sheet = send_signed(of, [session], [PDF], by=make.user())
    close_cohort(of.cohort)

    for act in (
        lambda: remove_signed(sheet),
        lambda: replace_signed(sheet, [picture()], by=make.user()),
        lambda: send_signed(of, [session], [picture()], by=make.user()),
    ):
        with pytest.raises(Refused):
            act()


# Pages ------------------------------------------------------------------------------------------------------------------


def upload(client, of, session, *files):
    url = f"{reverse('learning:signed_sheet_create', kwargs={'pk': of.pk})}?session={session.pk}"
    return client.post(url, {"files": [SimpleUploadedFile(f"{n}.bin", data) for n, data in enumerate(files)]})


def test_an_officer_sends_several_pages_and_finds_them_on_the_session(client):
    of, session = a_session()
    client.force_login(make.user(Role.OFFICER, of))

    sent = upload(client, of, session, picture(), PDF)
    sheet = SignedSheet.objects.get()
    (shown,) = client.get(session.get_absolute_url()).context["signed"]

    assert sent.url == sheet.get_absolute_url()
    assert (shown, shown.pages_kept) == (sheet, 2)
    assert client.get(sent.url).context["may_change"] is True


def test_a_picture_is_shown_and_a_pdf_is_handed_out_as_a_download(client):
    of, session = a_session()
    sheet = send_signed(of, [session], [picture(), PDF], by=make.user())
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    heads = {}
    for page in sheet.pages.all():
        response = client.get(reverse("learning:sheet_page_show", kwargs={"pk": page.pk}))
        response.getvalue()
        heads[page.kind] = (response["Content-Type"], response["Content-Disposition"].split(";")[0])

    assert heads == {"picture": ("image/jpeg", "inline"), "pdf": ("application/pdf", "attachment")}


def test_what_cannot_be_read_is_said_at_the_form(client):
    of, session = a_session()
    client.force_login(make.user(Role.OFFICER, of))

    assert [upload(client, of, session, *files).status_code for files in ([b"x"], [])] == [422, 422]


@pytest.mark.parametrize(
    ("role", "scope", "opens"),
    [("officer", "class", 200), ("officer", "other", 404), ("organizer", "cohort", 200), ("leader", "cohort", 403)],
)
def test_a_signed_sheet_is_opened_only_by_those_in_reach(client, role, scope, opens):
    of, session = a_session()
    scopes = {"class": of, "other": make.training_class(of.cohort), "cohort": of.cohort}
    sheet = make.signed_sheet(of, [session])
    client.force_login(make.user(role, scopes[scope]))

    urls = [sheet.get_absolute_url(), reverse("learning:sheet_page_show", kwargs={"pk": sheet.pages.get().pk})]

    answers = [client.get(url) for url in urls]
    for each in answers:
        each.close()
    assert [each.status_code for each in answers] == [opens] * 2


def test_an_officer_removes_the_own_signed_sheet_and_not_that_of_somebody_else(client):
    of, session = a_session()
    officer = make.user(Role.OFFICER, of)
    own, other = make.signed_sheet(of, [session], by=officer), make.signed_sheet(of, [session])
    client.force_login(officer)

    answers = [
        client.post(reverse("learning:signed_sheet_remove", kwargs={"pk": each.pk})).status_code
        for each in (own, other)
    ]

    assert (answers, list(SignedSheet.objects.all())) == ([302, 404], [other])


def test_the_list_tells_what_is_kept_and_what_is_missing(client):
    of, session = a_session()
    bare = make.session(classes=[of], on=DAY + timedelta(days=1), title="Without")
    make.signed_sheet(of, [session])
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:sheet_list", kwargs={"cohort": of.cohort_id})

    table = client.get(url, {"view": "unsigned"}).context["table"]

    assert table.count == 1
    assert bare.title in table.body
