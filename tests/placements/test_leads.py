"""Investment leads: stages with evidence, one company from two trainees, shares that add up to one, counts that stop at the cap."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, Role
from cohorts.models import Cohort
from learning.models import Finding
from placements.models import Lead, LeadCredit, LeadMerge, LeadStep
from placements.rules import leads as rules
from placements.selectors.leads import perhaps_one
from placements.services.lead_merges import merge_leads, undo_merge
from placements.services.leads import add_note, current_shares, move_lead, share_lead
from placements.templatetags.placements import money
from tests import make
from trainee_mgmt.kit.errors import Refused

HALF = Decimal("0.5")
STAGES = st.sampled_from(list(rules.Stage))
SHARES = st.decimals(Decimal("0.0001"), Decimal(1), places=4)


# Rules ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("恒昌新材料有限公司", "恒昌新材料股份有限公司"),
        ("恒昌 新材料（集团）有限责任公司", "恒昌新材料"),
        ("ＡＢＣ Optics Co., Ltd.", "abc optics"),
    ],
)
def test_the_legal_form_and_the_way_of_writing_make_no_other_company(one, other):
    assert rules.company_key(one) == rules.company_key(other) != ""


def test_names_of_which_one_is_a_part_may_be_one_company():
    assert [
        rules.may_be_one(*map(rules.company_key, pair))
        for pair in (("郴州恒昌新材料有限公司", "恒昌新材料"), ("恒昌", "恒昌新材料"), ("五岭铝业", "恒昌新材料"))
    ] == [True, False, False]


@given(st.text(max_size=30))
def test_a_key_has_no_other_key(name):
    key = rules.company_key(name)

    assert rules.company_key(key) == key


@given(st.integers(1, 60))
def test_equal_shares_add_up_to_exactly_one(people):
    shares = rules.equal_shares(people)

    assert (sum(shares), len(shares), max(shares) - min(shares) <= Decimal("0.0001")) == (1, people, True)


@given(st.lists(st.tuples(STAGES, SHARES), max_size=12), st.sampled_from(rules.ORDER), SHARES)
def test_what_counts_stops_at_the_cap_and_never_falls_when_a_lead_is_added(shares, counts_from, cap):
    some = rules.counted(shares[:-1], counts_from=counts_from, cap=cap)
    all_of_them = rules.counted(shares, counts_from=counts_from, cap=cap)

    assert some.counted <= all_of_them.counted <= cap
    assert all_of_them.counted == min(all_of_them.earned, cap)


@given(STAGES, STAGES)
def test_the_further_of_two_stages_is_the_same_both_ways(one, other):
    assert rules.further(one, other) == rules.further(other, one)


# Entering and moving ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_trainee_enters_a_lead_also_after_the_training(client):
    cohort = make.cohort(starts_on=date(2024, 1, 1), ends_on=date(2024, 3, 31))
    trainee = make.trainee(in_cohort=cohort)
    Cohort.objects.filter(pk=cohort.pk).update(is_closed=True)
    client.force_login(make.trainee_account(trainee))

    answer = client.post(
        reverse("placements:my_lead_create", kwargs={"pk": trainee.pk}),
        {
            "company": "恒昌新材料有限公司",
            "what": "二期三十亩",
            "found_on": "2024-05-06",
            "credit_code": "",
            "amount": "3000",
        },
    )

    lead = Lead.objects.get()
    assert (answer.status_code, lead.stage, current_shares(lead)) == (302, "found", {trainee.pk: Decimal(1)})
    assert lead.stage_on == lead.steps.get().happened_on == date(2024, 5, 6)


@pytest.mark.django_db
def test_the_same_trainee_does_not_enter_a_company_twice_but_another_may():
    cohort = make.cohort()
    one, other = (make.trainee(in_cohort=cohort) for _each in range(2))
    make.lead(one, company="恒昌新材料有限公司")

    with pytest.raises(Refused):
        make.lead(one, company="恒昌新材料")
    second = make.lead(other, company="恒昌新材料")

    assert [(each.company, is_sure) for each, is_sure in perhaps_one(second, Lead.objects.all())] == [
        ("恒昌新材料有限公司", True)
    ]


@pytest.mark.django_db
def test_a_stage_beyond_the_first_needs_words_or_a_file():
    lead, by = make.lead(), make.user()

    with pytest.raises(Refused):
        move_lead(lead, stage="visited", on=date(2026, 9, 20), text=" ", by=by)
    move_lead(lead, stage="visited", on=date(2026, 9, 20), text="", files=[make.picture()], by=by)
    move_lead(lead, stage="contacted", on=date(2026, 9, 20), text="It was only a call.", by=by)

    lead.refresh_from_db()
    assert lead.stage == "contacted"
    assert list(lead.steps.order_by("pk").values_list("stage", "has_file")) == [
        ("found", False),
        ("visited", True),
        ("contacted", False),
    ]
    with pytest.raises(Refused):
        move_lead(lead, stage="signed", on=timezone.localdate() + timedelta(days=1), text="tomorrow", by=by)


@pytest.mark.django_db
def test_the_database_refuses_a_stage_without_evidence_and_any_change_of_a_step():
    lead = make.lead()

    with pytest.raises(IntegrityError), transaction.atomic():
        LeadStep.objects.create(
            lead=lead, stage="signed", happened_on=lead.stage_on, by=lead.entered_by, at=timezone.now()
        )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LeadStep.objects.update(text="another story")


@pytest.mark.django_db
def test_the_database_refuses_shares_that_do_not_add_up_to_one():
    lead = make.lead()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="add up to 1"), transaction.atomic():
        LeadCredit.objects.create(lead=lead, trainee=make.trainee(), share=HALF, by=lead.entered_by, at=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize("share", ["0.4", "0.6", "0.5001"])
def test_shares_are_refused_unless_they_add_up_to_a_hundred_percent(share):
    trainee = make.trainee()
    lead = make.lead(trainee)
    other = make.trainee(in_cohort=trainee.cohort)

    with pytest.raises(Refused):
        share_lead(lead, {trainee.pk: HALF, other.pk: Decimal(share)}, reason="together", by=make.user())
    share_lead(lead, {trainee.pk: HALF, other.pk: HALF}, reason="together", by=make.user())

    assert current_shares(lead) == {trainee.pk: HALF, other.pk: HALF}


# One company ------------------------------------------------------------------------------------------------------------


def two_leads() -> tuple[Lead, Lead, Decimal]:
    cohort = make.cohort()
    one, other = (make.trainee(in_cohort=cohort) for _each in range(2))
    lead, twin = make.lead(one, company="恒昌新材料有限公司"), make.lead(other, company="恒昌新材料")
    move_lead(twin, stage="visited", on=date(2026, 9, 20), text="We went there.", by=make.user())
    return lead, twin, {one.pk: Decimal("0.6"), other.pk: Decimal("0.4")}


@pytest.mark.django_db
def test_merging_shares_the_credit_keeps_the_further_stage_and_is_taken_back_whole():
    lead, twin, shares = two_leads()
    before = [current_shares(each) for each in (lead, twin)]

    merge = merge_leads(lead, twin, shares, reason="one company", by=make.user())
    merged = Lead.objects.get(pk=lead.pk)
    together = (merged.stage, current_shares(lead), current_shares(twin), Lead.objects.standing().count())
    undo_merge(merge, by=make.user())

    lead.refresh_from_db()
    assert together == ("visited", shares, {}, 1)
    assert ([current_shares(each) for each in (lead, twin)], Lead.objects.standing().count()) == (before, 2)
    assert (lead.stage, lead.stage_on) == ("found", make.START)
    with pytest.raises(Refused):
        undo_merge(merge, by=make.user())


@pytest.mark.django_db
def test_nobody_loses_all_credit_in_a_merge_and_programs_stay_apart():
    lead, twin, shares = two_leads()
    elsewhere = make.lead(company="恒昌新材料")

    with pytest.raises(Refused):
        merge_leads(lead, twin, {next(iter(shares)): Decimal(1)}, reason="", by=make.user())
    with pytest.raises(Refused):
        merge_leads(lead, elsewhere, shares, reason="", by=make.user())
    with pytest.raises(Refused):
        merge_leads(lead, lead, shares, reason="", by=make.user())

    assert LeadMerge.objects.count() == 0


@pytest.mark.django_db
def test_a_merge_is_not_taken_back_under_what_followed_it():
    lead, twin, shares = two_leads()
    merge = merge_leads(lead, twin, shares, reason="one company", by=make.user())
    share_lead(lead, dict.fromkeys(shares, HALF), reason="equal work", by=make.user())

    with pytest.raises(Refused):
        undo_merge(merge, by=make.user())
    with pytest.raises(Refused):
        move_lead(twin, stage="signed", on=date(2026, 9, 21), text="x", by=make.user())


@pytest.mark.django_db
def test_the_pages_find_the_same_company_and_put_it_together(client):
    lead, twin, shares = two_leads()
    client.force_login(make.user(Role.ORGANIZER, lead.cohort))
    url = reverse("placements:lead_merge", kwargs={"pk": lead.pk, "twin": twin.pk})

    listed = client.get(reverse("placements:lead_list", kwargs={"cohort": lead.cohort_id}), {"view": "twice"})
    page = client.get(lead.get_absolute_url()).content.decode()
    wrong = client.post(url, {**{f"share_{key}": "60" for key in shares}, "reason": "one"})
    right = client.post(url, {**{f"share_{key}": str(share * 100) for key, share in shares.items()}, "reason": "one"})
    after = client.get(lead.get_absolute_url()).content.decode()

    assert (listed.context["table"].count, url in page) == (2, True)
    assert (wrong.status_code, right.status_code, current_shares(lead)) == (422, 302, shares)
    assert "We went there." in after


# Who sees and does what --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_trainee_sees_the_own_leads_and_adds_what_is_new_but_moves_no_stage(client):
    trainee = make.trainee()
    mine, other = make.lead(trainee), make.lead(make.trainee(in_cohort=trainee.cohort))
    client.force_login(make.trainee_account(trainee))

    seen = [client.get(each.get_absolute_url()).status_code for each in (mine, other)]
    note = client.post(
        reverse("placements:lead_note", kwargs={"pk": mine.pk}),
        {"text": "They come on Friday.", "files": SimpleUploadedFile("a.png", make.picture(), "image/png")},
    )
    moved = client.post(reverse("placements:lead_move", kwargs={"pk": mine.pk}), {"stage": "signed", "text": "x"})
    file = client.get(
        reverse(
            "placements:lead_file_show", kwargs={"pk": LeadStep.objects.get(text__contains="Friday").files.get().pk}
        )
    )

    file.close()
    assert (seen, note.status_code, moved.status_code, file["Content-Type"]) == ([200, 404], 302, 403, "image/jpeg")


@pytest.mark.django_db
def test_the_office_enters_a_lead_for_several_by_their_numbers(client):
    cohort = make.cohort()
    one, other = (make.trainee(in_cohort=cohort) for _each in range(2))
    client.force_login(make.user(Role.ORGANIZER, cohort))
    url = reverse("placements:lead_create", kwargs={"cohort": cohort.pk})
    fields = {"company": "Company", "what": "land", "found_on": "2026-09-02"}

    wrong = client.post(url, {**fields, "numbers": "nobody"})
    right = client.post(url, {**fields, "numbers": f"{one.number}、{other.number}"})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert current_shares(Lead.objects.get()) == {one.pk: HALF, other.pk: HALF}


@pytest.mark.django_db
def test_a_note_without_anything_is_refused_and_each_act_is_in_the_log_once():
    lead, by = make.lead(), make.user()

    with pytest.raises(Refused):
        add_note(lead, text=" ", by=by)
    add_note(lead, text="new", by=by)

    assert list(AuditEntry.objects.filter(action__contains="lead").order_by("pk").values_list("action", flat=True)) == [
        "placements.enter_lead",
        "placements.add_lead_note",
    ]


@pytest.mark.django_db
def test_a_finding_becomes_a_lead_that_cites_the_paragraph_and_both_lead_to_each_other(client):
    trainee = make.trainee(in_class=make.training_class())
    journal = make.journal(trainee, state="submitted", body="恒昌新材想建二期。")
    finding = Finding.objects.create(
        journal=journal, kind="lead", title="二期", quote="恒昌新材想建二期", start=0, end=8, revision=0,
        made_by=make.user(), made_at=timezone.now(),
    )  # fmt: skip
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))
    url = reverse("reports:finding_lead", kwargs={"pk": finding.pk})

    offered = url in client.get(finding.get_absolute_url()).content.decode()
    answer = client.post(url, {"company": "恒昌新材", "what": "二期", "found_on": "2026-09-02"})
    lead = Lead.objects.get()
    page = client.get(lead.get_absolute_url()).content.decode()
    back = client.get(finding.get_absolute_url()).content.decode()

    assert (offered, answer.status_code, current_shares(lead)) == (True, 302, {trainee.pk: Decimal(1)})
    assert (finding.quote in page, finding.get_absolute_url() in page, lead.get_absolute_url() in back) == (
        True,
        True,
        True,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    cohort = make.cohort()
    for _each in range(items):
        make.lead(make.trainee(in_cohort=cohort))
    client.force_login(make.user(Role.ORGANIZER, cohort))

    with django_assert_num_queries(5):
        client.get(reverse("placements:lead_list", kwargs={"cohort": cohort.pk}))


@pytest.mark.django_db
def test_an_amount_and_a_day_that_cannot_be_are_refused_beside_their_boxes(client):
    trainee = make.trainee()
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort.program))

    page = client.post(
        reverse("placements:lead_create", kwargs={"cohort": trainee.cohort_id}),
        {"numbers": trainee.number, "company": "恒昌", "what": "land", "found_on": "2199-01-01", "amount": "-5"},
    )

    assert set(page.context["form"].errors) == {"amount", "found_on"}
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("language", "amount", "said"),
    [
        ("zh-hans", "12000.00", "12,000 万元"),
        ("en", "12000.00", "CNY 120 million"),
        ("en", "50.00", "CNY 0.5 million"),
        ("en", None, "—"),
    ],
)
def test_an_amount_is_said_as_people_write_it(language, amount, said):
    with override(language):
        assert money(amount and Decimal(amount)) == said


@pytest.mark.django_db
def test_who_names_a_company_twice_is_led_to_the_lead_that_there_is():
    trainee = make.trainee()
    standing = make.lead(trainee, company="Acme Works")

    with pytest.raises(Refused) as refused:
        make.lead(trainee, company="acme works")

    assert refused.value.remedy.url == standing.get_absolute_url()
