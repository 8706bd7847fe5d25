import contextlib
import io
import struct
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation
from PIL import Image

from accounts.models import AuditEntry, Role
from learning.models import Journal, JournalDue, JournalNote, JournalPicture, JournalVersion
from learning.selectors.journals import JournalPeriod
from learning.services import accept, keep_draft, open_journal, return_to_writer, submit
from learning.templatetags.learning import journal_tag
from tests import make
from trainee_mgmt.kit import kept
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pictures import encode_anew

MONDAY = date(2026, 9, 7)


def a_writer():
    of = make.training_class()
    trainee = make.trainee(in_class=of)
    return trainee, make.trainee_account(trainee)


def write_url(trainee, monday=MONDAY):
    return reverse("learning:journal_write", kwargs={"pk": trainee.pk, "period": monday.isoformat()})


@pytest.mark.django_db
def test_a_draft_is_kept_and_its_revision_grows(client):
    trainee, writer = a_writer()
    client.force_login(writer)

    first = client.post(write_url(trainee), {"do": "keep", "body": "one", "revision": "0"})
    second = client.post(write_url(trainee), {"do": "keep", "body": "one two", "revision": first.json()["revision"]})

    assert (first.json()["revision"], second.json()["revision"]) == (1, 2)
    assert Journal.objects.get().body == "one two"


@pytest.mark.django_db
def test_a_second_device_is_told_and_shown_the_other_text(client):
    trainee, writer = a_writer()
    keep_draft(open_journal(trainee, start=MONDAY), body="from the phone", revision=0)
    client.force_login(writer)

    response = client.post(write_url(trainee), {"do": "keep", "body": "from the desk", "revision": "0"})

    assert (response.status_code, response.json()["theirs"], response.json()["revision"]) == (409, "from the phone", 1)
    assert Journal.objects.get().body == "from the phone"


@pytest.mark.django_db
def test_the_way_of_a_journal_from_draft_to_accepted():
    trainee, writer = a_writer()
    reader = make.user(Role.ORGANIZER)
    journal = submit(open_journal(trainee, start=MONDAY), body="short", revision=0, by=writer)
    journal = return_to_writer(journal, text="Which question?", by=reader)
    journal = submit(journal, body="short, and a question", revision=journal.revision, by=writer)
    journal = accept(journal, by=reader)

    assert journal.state == Journal.State.ACCEPTED
    assert list(JournalNote.objects.order_by("pk").values_list("kind", flat=True)) == [
        "submitted",
        "returned",
        "submitted",
        "accepted",
    ]
    with pytest.raises(Refused):
        keep_draft(journal, body="later thoughts", revision=journal.revision)


@pytest.mark.django_db
def test_returning_says_what_is_missing():
    trainee, writer = a_writer()
    journal = submit(open_journal(trainee, start=MONDAY), body="text", revision=0, by=writer)

    with pytest.raises(Refused):
        return_to_writer(journal, text="  ", by=make.user())


@pytest.mark.django_db
def test_script_and_markup_are_only_text(client):
    trainee, writer = a_writer()
    client.force_login(writer)
    submit(open_journal(trainee, start=MONDAY), body="<script>alert(1)</script>", revision=0, by=writer)

    page = client.get(write_url(trainee)).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.django_db
def test_a_text_over_the_limit_is_refused_and_stays_on_the_page(client):
    trainee, writer = a_writer()
    client.force_login(writer)

    response = client.post(write_url(trainee), {"body": "字" * 20_001, "revision": "0"})

    assert response.status_code == 422
    assert response.content.decode().count("字") > 20_000
    assert Journal.objects.get().body == ""


@pytest.mark.django_db
@pytest.mark.parametrize("week", ["2026-09-08", "2020-01-06", "soon", "2026-13-40"])
def test_a_week_that_the_cohort_does_not_have_is_not_found(client, week):
    trainee, writer = a_writer()
    client.force_login(writer)

    assert client.get(reverse("learning:journal_write", kwargs={"pk": trainee.pk, "period": week})).status_code == 404


def a_picture(fmt="JPEG", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3000, 1200), "teal").save(out, fmt, **options)
    return out.getvalue()


def test_a_picture_is_encoded_anew_without_place_and_device():
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    data = a_picture(exif=exif.tobytes())
    assert b"SecretPhone" in data

    made = encode_anew(data)

    assert (made.width, made.height) == (1920, 768)
    assert b"SecretPhone" not in made.full
    assert dict(Image.open(io.BytesIO(made.full)).getexif()) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        a_picture()[:200],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(Refused):
        encode_anew(data)


@pytest.mark.parametrize("width", [b"abc\0", b"\0\0\0\1"])
def test_a_picture_whose_facts_about_itself_are_of_the_wrong_kind_is_refused(width):
    tags = struct.pack(">HHHL", 2, 0x0100, 2, 4) + width + struct.pack(">HHLHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + tags + b"\0\0\0\0"

    with pytest.raises(Refused):
        encode_anew(a_picture(exif=exif))


@pytest.mark.django_db
def test_a_picture_is_shown_to_its_writer_and_after_handing_in_to_the_reader(client):
    trainee, writer = a_writer()
    client.force_login(writer)
    url = reverse("learning:picture_add", kwargs={"pk": trainee.pk, "period": MONDAY.isoformat()})
    client.post(url, {"picture": io.BytesIO(a_picture("PNG"))})
    picture = JournalPicture.objects.get()
    show = reverse("learning:picture_show", kwargs={"pk": picture.pk})
    reader = make.user(Role.ORGANIZER, trainee.cohort)

    assert b"".join(client.get(show).streaming_content).startswith(b"\xff\xd8")
    client.force_login(reader)
    assert client.get(show).status_code == 404
    submit(picture.journal, body="done", revision=0, by=writer)
    assert b"".join(client.get(show, {"small": ""}).streaming_content).startswith(b"\xff\xd8")


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_open_the_same_week_make_one_journal():
    trainee, _writer = a_writer()
    start, made = Barrier(2), []

    def look():
        start.wait()
        made.append(open_journal(trainee, start=MONDAY).pk)
        connection.close()

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made[0] == made[1]
    assert Journal.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("items", [1, 3])
def test_reviewing_needs_the_same_queries_for_any_number_of_journals(client, django_assert_num_queries, items):
    of = make.training_class()
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    for _ in range(items):
        make.journal(make.trainee(in_class=of), state="submitted")

    with django_assert_num_queries(10):
        client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort.pk}))


@pytest.mark.django_db
def test_htmx_gets_the_accepted_journal_back(client):
    of = make.training_class()
    journal = make.journal(make.trainee(in_class=of), state="submitted")
    client.force_login(make.user(Role.OFFICER, of))

    response = client.post(
        reverse("learning:journal_accept", kwargs={"pk": journal.pk}), {"text": "Good."}, headers={"HX-Request": "true"}
    )

    assert f'id="journal-{journal.pk}"' in response.content.decode()
    journal.refresh_from_db()
    assert journal.state == Journal.State.ACCEPTED


@pytest.mark.django_db
def test_who_owes_is_kept_of_many_said_to_be_kept_and_counted_anew_when_asked(client, monkeypatch):
    monkeypatch.setattr(kept, "MANY", 0)
    trainee, _writer = a_writer()
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))
    page = reverse("learning:journal_missing", kwargs={"cohort": trainee.cohort_id})
    before = client.get(page).context["page"].paginator.count
    other = make.trainee(trainee.cohort)

    old = client.get(page)
    new = client.get(page, {"anew": "1"})

    assert [before, old.context["page"].paginator.count, new.context["page"].paginator.count] == [1, 1, 2]
    assert "Count anew" in old.content.decode()
    assert {row.trainee_id for row in new.context["rows"]} == {trainee.pk, other.pk}


@pytest.mark.django_db
def test_who_handed_in_since_the_count_is_named_no_more(client, monkeypatch):
    monkeypatch.setattr(kept, "MANY", 0)
    trainee, _writer = a_writer()
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))
    page = reverse("learning:journal_missing", kwargs={"cohort": trainee.cohort_id})
    assert len(client.get(page).context["rows"]) == 1

    for due in JournalDue.objects.filter(trainee=trainee):
        make.journal(trainee, week=due.period_start, state="submitted")

    assert client.get(page).context["rows"] == []


@pytest.mark.django_db
def test_the_counts_of_few_journals_follow_every_answer(client):
    trainee, _writer = a_writer()
    journal = make.journal(trainee, state="submitted")
    reviewer = make.user(Role.ORGANIZER, trainee.cohort)
    client.force_login(reviewer)
    page = reverse("learning:journal_review", kwargs={"cohort": trainee.cohort_id})
    before = client.get(page).context["tabs"]

    accept(journal, text="", by=reviewer)

    assert [count for _state, _label, count in before] == [1, 0, 0]
    assert [count for _state, _label, count in client.get(page).context["tabs"]] == [0, 0, 1]


# Two devices ----------------------------------------------------------------------------------------------------------


def versions():
    return list(JournalVersion.objects.order_by("pk").values_list("body", flat=True))


@pytest.mark.django_db
def test_the_text_that_comes_too_late_is_kept_as_a_version_once(client):
    trainee, writer = a_writer()
    keep_draft(open_journal(trainee, start=MONDAY), body="from the phone", revision=0)
    client.force_login(writer)
    entries = AuditEntry.objects.count()

    for _ in range(20):
        client.post(write_url(trainee), {"do": "keep", "body": "from the desk", "revision": "0"})

    assert (Journal.objects.get().body, versions()) == ("from the phone", ["from the desk"])
    assert AuditEntry.objects.count() == entries + 1
    assert "from the desk" in client.get(write_url(trainee)).content.decode()


@pytest.mark.django_db
def test_the_text_that_gives_way_is_kept_as_a_version(client):
    trainee, writer = a_writer()
    keep_draft(open_journal(trainee, start=MONDAY), body="from the phone", revision=0)
    client.force_login(writer)

    client.post(write_url(trainee), {"do": "keep", "body": "from the desk", "revision": "1", "instead": "1"})

    assert (Journal.objects.get().body, versions()) == ("from the desk", ["from the phone"])


@pytest.mark.django_db
def test_handing_in_upon_an_older_text_is_refused_and_both_are_kept(client):
    trainee, writer = a_writer()
    keep_draft(open_journal(trainee, start=MONDAY), body="from the phone", revision=0)
    client.force_login(writer)

    refused = client.post(write_url(trainee), {"body": "from the desk", "revision": "0"})
    shown = refused.content.decode()
    client.post(write_url(trainee), {"body": "from the desk", "revision": "1", "instead": "1"})

    assert refused.status_code == 409
    assert ("from the phone" in shown, "from the desk" in shown) == (True, True)
    assert Journal.objects.get().state == "submitted"
    assert sorted(versions()) == ["from the desk", "from the phone"]


@pytest.mark.django_db
def test_what_was_typed_offline_after_the_journal_was_handed_in_elsewhere_is_kept(client):
    trainee, writer = a_writer()
    submit(open_journal(trainee, start=MONDAY), body="handed in", revision=0, by=writer)
    client.force_login(writer)

    answer = client.post(write_url(trainee), {"do": "keep", "body": "seven days later", "revision": "0"})

    assert (answer.status_code, answer.json()["kept"]) == (422, True)
    assert (Journal.objects.get().body, versions()) == ("handed in", ["seven days later"])


@pytest.mark.django_db
def test_versions_are_the_writers_own(client):
    trainee, writer = a_writer()
    journal = keep_draft(open_journal(trainee, start=MONDAY), body="thought again", revision=0)
    keep_draft(journal, body="handed in", revision=1, instead=True)
    journal = submit(journal, body="handed in", revision=2, by=writer)
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))

    page = client.get(journal.get_absolute_url()).content.decode()

    assert ("handed in" in page, "thought again" in page) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_save_at_once_lose_neither_text():
    trainee, _writer = a_writer()
    journal = open_journal(trainee, start=MONDAY)
    start = Barrier(2)

    def save(text):
        start.wait()
        with contextlib.suppress(Refused):
            keep_draft(journal, body=text, revision=0)
        connection.close()

    threads = [Thread(target=save, args=(text,)) for text in ("phone", "desk")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted([Journal.objects.get().body, *versions()]) == ["desk", "phone"]


@pytest.mark.django_db
def test_an_officer_who_attends_the_class_reads_no_journals_of_it_but_sees_who_owes_one(client):
    of = make.training_class()
    monitor, other = make.trainee(in_class=of), make.trainee(in_class=of)
    user = make.trainee_account(monitor)
    make.give(user, Role.OFFICER, of)
    own, theirs = (make.journal(each, state="submitted", submitted_at=make.at(MONDAY)) for each in (monitor, other))
    client.force_login(user)

    review = client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort_id}))
    missing = client.get(reverse("learning:journal_missing", kwargs={"cohort": of.cohort_id}))
    accepted = [client.post(reverse("learning:journal_accept", kwargs={"pk": each.pk})) for each in (own, theirs)]

    assert (len(review.context["readings"]), missing.status_code) == (0, 200)
    assert [answer.status_code for answer in accepted] == [404, 404]


def test_a_returned_journal_asks_to_be_revised_though_its_day_has_passed():
    journal = Journal(state=Journal.State.RETURNED)

    with translation.override("en"):
        assert "returned, please revise" in journal_tag(JournalPeriod(None, journal, is_late=True))
        assert "past due" in journal_tag(JournalPeriod(None, None, is_late=True))
