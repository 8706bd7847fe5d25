"""From a journal to a finding: words are cited with their place, followed to the end, and the writer sees what became of them."""

from datetime import date, timedelta
from io import BytesIO

import docx
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, Role
from learning.models import Finding, Journal
from learning.rules.findings import cited, paragraphs, place_of
from learning.services.findings import change_finding, close_finding, make_finding, reopen_finding
from tests import make
from trainee_mgmt.kit.errors import Refused

BODY = "第一段：今天跟班。\n\n第二段：恒昌新材想在郴州建二期，缺三十亩地。\n第三段：明天开会。"
WORDS = "恒昌新材想在郴州建二期"
TEXTS = st.text("ab 中\n<&", max_size=40)
PLACES = st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=4)


@given(TEXTS, PLACES)
def test_paragraphs_hold_the_text_whatever_is_marked(text, marked):
    found = paragraphs(text, marked)

    assert [each.text for each in found] == [line for line in text.split("\n") if line.strip()]
    assert all(text[each.start : each.end] == each.text for each in found)
    assert all(piece.text for each in found for piece in each.pieces)
    first = [piece.mark for each in found for piece in each.pieces if piece.is_first]
    assert len(first) == len(set(first))


@given(TEXTS, st.integers(-3, 45), st.integers(-3, 45))
def test_cited_words_never_begin_or_end_with_white_space(text, start, end):
    try:
        start, end = cited(text, start, end)
    except Refused:
        return

    assert text[start:end] == text[start:end].strip() != ""


def test_cited_words_are_found_again_at_the_nearest_place():
    assert [place_of("ab-ab-ab", "ab", 5), place_of("cd", "ab", 0), place_of("x ab", "ab", 0)] == [(6, 8), None, (2, 4)]


def a_journal(**fields) -> Journal:
    fields = {"state": "submitted", "body": BODY} | fields
    return make.journal(make.trainee(in_class=make.training_class()), **fields)


def a_finding(journal: Journal | None = None, **fields) -> Finding:
    journal = journal or a_journal()
    start = journal.body.index(WORDS)
    fields = {
        "kind": "lead",
        "place": (start, start + len(WORDS)),
        "revision": journal.revision,
        "by": make.user(),
    } | fields
    return make_finding(journal, **fields)


@pytest.mark.django_db
def test_a_finding_keeps_the_words_and_their_place():
    finding = a_finding()

    assert (finding.quote, finding.title) == (WORDS, WORDS)
    assert finding.journal.body[finding.start : finding.end] == WORDS
    assert AuditEntry.objects.get(action="learning.make_finding").after["start"] == finding.start


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"place": (0, 10_000)}, {"place": (9, 11)}, {"revision": 7}],
    ids=["beyond the text", "white space alone", "the text has changed"],
)
def test_words_that_are_not_there_are_refused(fields):
    with pytest.raises(Refused):
        a_finding(**fields)

    assert Finding.objects.count() == 0


@pytest.mark.django_db
def test_a_draft_cannot_be_cited_and_the_same_words_not_twice_by_one_person():
    with pytest.raises(Refused):
        a_finding(a_journal(state="draft", submitted_at=None))
    journal, by = a_journal(), make.user()
    a_finding(journal, by=by)

    with pytest.raises(Refused):
        a_finding(journal, by=by)

    assert Finding.objects.count() == 1


@pytest.mark.django_db
def test_it_is_closed_with_an_outcome_and_opened_again():
    finding, by = a_finding(), make.user()

    with pytest.raises(Refused):
        close_finding(finding, state="done", outcome=" ", by=by)
    closed = close_finding(finding, state="done", outcome="The park was told.", by=by)
    with pytest.raises(Refused):
        change_finding(closed, kind="lead", title="x", text="", owner=None, due_on=None)
    reopened = reopen_finding(closed)

    assert (reopened.state, reopened.outcome) == ("open", "The park was told.")


@pytest.mark.django_db
def test_the_database_refuses_a_closed_finding_without_an_outcome():
    finding = a_finding()

    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(state="done", closed_at=timezone.now(), closed_by=make.user())


@pytest.mark.django_db
def test_words_chosen_in_the_text_come_with_the_address_and_lead_back_to_the_paragraph(client):
    journal = a_journal()
    client.force_login(make.user(Role.ORGANIZER, journal.trainee.cohort))
    url, start = reverse("learning:finding_create", kwargs={"pk": journal.pk}), BODY.index(WORDS)
    place = f"{start}-{start + len(WORDS)}"

    form = client.get(url, {"place": place}).content.decode()
    made = client.post(
        f"{url}?place={place}", {"kind": "lead", "place": place, "revision": journal.revision, "title": "二期"}
    )
    finding = Finding.objects.get()
    page = client.get(finding.get_absolute_url()).context["journal_url"]
    cited_page = client.get(page).content.decode()

    assert (WORDS in form, made.status_code, finding.title, finding.quote) == (True, 302, "二期", WORDS)
    assert f'<mark id="cite-mark-1">{WORDS}</mark>' in cited_page


@pytest.mark.django_db
def test_without_scripts_a_paragraph_is_chosen_from_the_list(client):
    journal = a_journal()
    client.force_login(make.trainee_account(journal.trainee))
    url = reverse("learning:finding_create", kwargs={"pk": journal.pk})

    choices = client.get(url).context["form"].fields["place"].choices
    answer = client.post(url, {"kind": "question", "place": choices[1][0], "revision": journal.revision})

    finding = Finding.objects.get()
    assert [label for _value, label in choices] == [line for line in BODY.split("\n") if line]
    assert (answer.status_code, finding.quote, finding.owner) == (302, BODY.split("\n")[2], None)


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["", "5", "9-3", "0-999999", "a-b", "0-9999999999"])
def test_places_from_outside_that_mean_nothing_are_refused_on_the_form(client, place):
    journal = a_journal()
    client.force_login(make.user(Role.ORGANIZER, journal.trainee.cohort))
    url = reverse("learning:finding_create", kwargs={"pk": journal.pk})

    shown = client.get(url, {"place": place})
    answer = client.post(url, {"kind": "lead", "place": place, "revision": journal.revision})

    assert (shown.status_code, answer.status_code, Finding.objects.count()) == (200, 422, 0)


@pytest.mark.django_db
def test_the_words_stay_when_the_text_changes_and_the_page_says_so(client):
    finding = a_finding()
    Journal.objects.filter(pk=finding.journal_id).update(body="Rewritten.")
    client.force_login(make.user(Role.ORGANIZER, finding.journal.trainee.cohort))

    page = client.get(finding.journal.get_absolute_url(), {"cite": finding.pk}).content.decode()

    assert ("The text has changed since" in page, WORDS in page) == (True, True)


@pytest.mark.django_db
def test_the_writer_sees_what_became_of_it_and_changes_only_what_is_the_own(client):
    journal = a_journal()
    writer = make.trainee_account(journal.trainee)
    theirs, own = a_finding(journal), a_finding(journal, kind="question", by=writer)
    close_finding(theirs, state="done", outcome="The park was told.", by=make.user())
    client.force_login(writer)

    listed = client.get(reverse("learning:my_findings")).content.decode()
    page = client.get(theirs.get_absolute_url()).content.decode()
    answers = [
        client.post(
            reverse("learning:finding_close", kwargs={"pk": each.pk}), {"state": "dropped", "outcome": "mistake"}
        )
        for each in (theirs, own)
    ]

    assert ("The park was told." in listed, "The park was told." in page) == (True, True)
    assert [each.status_code for each in answers] == [404, 302]


@pytest.mark.django_db
def test_somebody_elses_journal_is_out_of_reach(client):
    finding = a_finding()
    stranger = a_journal()
    client.force_login(make.trainee_account(stranger.trainee))

    answers = [
        client.get(reverse(name, kwargs={"pk": pk})).status_code
        for name, pk in (
            ("learning:finding_create", finding.journal_id),
            ("learning:finding_detail", finding.pk),
            ("learning:finding_update", finding.pk),
        )
    ]

    assert answers == [404, 404, 404]


@pytest.mark.django_db
def test_the_list_is_narrowed_by_words_kind_and_state_and_taken_out_with_the_citation(client):
    journal = a_journal()
    late = a_finding(journal, due_on=timezone.localdate() - timedelta(days=1))
    a_finding(journal, kind="case")
    client.force_login(make.user(Role.ORGANIZER, journal.trainee.cohort))
    url = reverse("learning:finding_list", kwargs={"cohort": journal.trainee.cohort_id})

    tables = [
        client.get(url, each).context["table"]
        for each in ({"kind": "case"}, {"view": "overdue"}, {"q": "恒昌"}, {"q": "no"})
    ]
    file = client.post(f"{url}?view=overdue", {"export": "csv", "purpose": "dispatch"})

    assert [each.count for each in tables] == [1, 1, 2, 0]
    assert WORDS in b"".join(file.streaming_content).decode()
    assert late.due_on == date.fromordinal(timezone.localdate().toordinal() - 1)


@pytest.mark.django_db
@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    journal = a_journal()
    for _each in range(items):
        a_finding(journal, owner=make.user())
    client.force_login(make.user(Role.ORGANIZER, journal.trainee.cohort))

    with django_assert_num_queries(4):
        client.get(reverse("learning:finding_list", kwargs={"cohort": journal.trainee.cohort_id}))


@pytest.mark.django_db
def test_the_report_cites_the_paragraph_and_says_what_became_of_it(client):
    journal = a_journal()
    done = a_finding(journal, kind="case", title="二期用地")
    close_finding(done, state="done", outcome="写成案例", by=done.made_by)
    a_finding(journal, kind="lead", title="找地")
    Journal.objects.filter(pk=journal.pk).update(body=f"补记。\n{BODY}")
    client.force_login(make.user(Role.ORGANIZER, journal.trainee.cohort))
    url = reverse("learning:finding_list", kwargs={"cohort": journal.trainee.cohort_id})

    unsaid = client.post(url, {"export": "docx"})
    answers = [client.post(f"{url}?kind={kind}", {"export": "docx", "purpose": "meeting"}) for kind in ("", "lead")]

    every, leads = ([each.text for each in docx.Document(BytesIO(answer.getvalue())).paragraphs] for answer in answers)
    assert unsaid.status_code == 422
    assert [line for line in every if line[:1].isdigit()] == ["1. Case course: 二期用地", "2. Investment lead: 找地"]
    assert [line for line in leads if line[:1].isdigit()] == ["1. Investment lead: 找地"]
    assert f"“{WORDS}”" in every
    assert any(line.startswith("—— ") and line.endswith("paragraph 3") for line in every)
    assert any("写成案例" in line for line in every)
