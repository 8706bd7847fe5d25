import io
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import SCOPES
from accounts.models import AuditEntry, Complaint, Grant, Job, Plan, Role, ScopeKind, Unit, User
from accounts.services import make_plan, record, start_apply
from accounts.services.setup import new_setup_token
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

pytestmark = pytest.mark.django_db


def url(name, *args, **query):
    path = reverse(f"accounts:{name}", kwargs={"pk": args[0]} if args else {})
    return path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def office(client):
    """(administrator of everything, administrator of a district, the district, a street below, a unit elsewhere)"""
    district = make.unit("Baoan")
    street = make.unit("Xixiang", parent=district)
    admin = make.user(Role.ADMIN, name="Admin", unit=district)
    client.force_login(admin)
    return (
        admin,
        make.user(Role.ADMIN, district, name="Scoped", unit=district),
        district,
        street,
        make.unit("Elsewhere"),
    )


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sheet(*rows, header=("上级单位", "名称", "级别", "编码")) -> bytes:
    file = io.BytesIO()
    xlsx_lists(file, [ListSheet("单位", header, rows)])
    return file.getvalue()


# Units ----------------------------------------------------------------------------------------------------------------


def test_a_unit_is_made_below_another_edited_moved_closed_and_opened_again(client, office):
    _admin, _scoped, district, street, _elsewhere = office

    made = client.post(url("unit_create", district.pk), {"name": "Xinan", "level": "street", "code": "X1"})
    xinan = Unit.objects.get(name="Xinan")
    client.post(url("unit_update", xinan.pk), {"name": "Xin'an", "level": "street", "code": ""})
    client.post(url("unit_move", xinan.pk), {"to": "Baoan / Xixiang"})
    client.post(url("unit_close", xinan.pk))
    closed = Unit.objects.get(pk=xinan.pk)
    client.post(url("unit_reopen", xinan.pk))

    xinan.refresh_from_db()
    assert made.url == xinan.get_absolute_url()
    assert (xinan.name, xinan.code, xinan.parent, xinan.closed_on) == ("Xin'an", "", street, None)
    assert closed.closed_on == timezone.localdate()
    assert AuditEntry.objects.count() == 5


def test_what_a_service_refuses_stands_above_the_form_and_nothing_typed_is_lost(client, office):
    response = client.post(url("unit_create", office[2].pk), {"name": "Xixiang", "level": "street", "code": "typed"})

    assert response.status_code == 422
    assert "A unit of this name exists there already." in text(response)
    assert 'value="typed"' in text(response)


def test_units_are_named_by_name_code_or_way_and_offered_while_one_types(client, office):
    _admin, _scoped, district, street, elsewhere = office
    make.unit("Gushu", parent=street, code="G7")
    make.unit("Gushu", parent=elsewhere)

    offered = text(client.get(url("unit_options", unit="gush")))
    twice = client.post(url("unit_move", elsewhere.pk), {"to": "Gushu"})
    client.post(url("unit_move", elsewhere.pk), {"to": "G7"})

    assert offered.count("<option") == 2
    assert 'value="Baoan / Xixiang / Gushu"' in offered
    assert "Several have this name" in text(twice)
    assert Unit.objects.get(pk=elsewhere.pk).path.startswith(f"{district.pk}.{street.pk}.")


def test_a_scoped_administrator_sees_and_moves_units_of_the_scope_only(office):
    _admin, scoped, district, street, elsewhere = office
    client = as_(scoped)

    assert "Elsewhere" not in text(client.get(url("unit_list")))
    assert client.get(url("unit_detail", elsewhere.pk)).status_code == 404
    assert client.post(url("unit_move", street.pk), {"to": "Elsewhere"}).status_code == 422
    assert client.post(url("unit_create_top"), {"name": "Top", "level": "city"}).status_code == 422
    assert client.get(url("unit_detail", district.pk)).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("page", "queries"),  # the account with its grants, the count with the tabs, the rows
    [
        ("unit_list", 4),  # and the top unit for the buttons
        ("user_list", 3),
        ("grant_list", 3),
        ("audit_list", 3),
        ("export_list", 3),
        ("complaint_list", 3),
        ("plan_list", 3),
        ("job_list", 3),
    ],
)
def test_lists_need_the_same_queries_for_any_number_of_rows(office, django_assert_num_queries, page, queries, rows):
    client = as_(office[0])
    admin = office[0]
    for number in range(rows):
        make.unit(parent=office[2])
        make.user(Role.LEADER, unit=office[3])
        with actor.acting(actor.Actor(admin.pk, admin.name)):
            record("accounts.create_unit", office[2])
        Complaint.objects.create(user=admin, text=f"too much {number}")
        Plan.objects.create(kind="accounts.units", subject_type="accounts.Unit", subject_id=office[2].pk, made_by=admin)
        Job.objects.create(task="accounts.compute_plan", title="work", made_by=admin)
        admin.exports.create(what="list", kind="xlsx", count=1)
    client.get(url(page))

    with django_assert_num_queries(queries):
        client.get(url(page))


# An import of units ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_code_that_somebody_took_meanwhile_makes_the_plan_stale(client, office):
    plan = import_units(client, office[2], sheet(("Xixiang", "固戍社区", "社区", "C1")))
    make.unit("Another city", code="C1")

    client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    plan.refresh_from_db()
    assert plan.state == "stale"
    assert not Unit.objects.filter(name="固戍社区").exists()


def import_units(client, unit, data, name="units.xlsx") -> Plan:
    client.post(url("unit_import", unit.pk), {"file": SimpleUploadedFile(name, data)})
    return Plan.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_a_sheet_of_units_is_read_into_a_plan_and_the_plan_is_applied_as_it_was_read(client, office):
    district, street = office[2], office[3]
    data = sheet(
        ("Xixiang", "固戍社区", "社区", "C1"),
        ("", "新安街道", "", ""),
        ("新安街道", "Office 7", "", ""),
        ("", "Xixiang", "街道", ""),
        ("Nowhere", "Lost", "", ""),
    )

    plan = import_units(client, district, data)
    page = text(client.get(plan.get_absolute_url()))
    client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    plan.refresh_from_db()
    assert plan.summary == {"rows": 5, "new": 3, "changed": 1, "same": 0, "problems": 1}
    assert "No unit of this name exists here or in the file." in page
    assert (plan.state, plan.outcome) == ("applied", {"new": 3, "changed": 1, "same": 0})
    made = Unit.objects.get(name="Office 7")
    assert (made.parent.name, made.level, made.parent.level) == ("新安街道", "office", "street")
    assert made.path == f"{district.pk}.{made.parent_id}.{made.pk}."
    street.refresh_from_db()
    assert street.level == "street"
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_sheet_again_changes_nothing(client, office):
    data = sheet(("", "新安街道", "街道", "X1"), ("新安街道", "海裕社区", "社区", ""))
    first = import_units(client, office[2], data)
    client.post(url("plan_apply", first.pk), {"digest": first.digest})

    second = import_units(client, office[2], data)

    assert second.summary == {"rows": 2, "new": 0, "changed": 0, "same": 2, "problems": 0}
    assert "there is nothing to write" in text(client.get(second.get_absolute_url()))


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_stale_once_the_tree_has_changed(client, office):
    plan = import_units(client, office[2], sheet(("", "新安街道", "", "")))
    client.post(url("unit_create", office[2].pk), {"name": "Other", "level": "street"})

    client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    plan.refresh_from_db()
    assert (plan.state, Unit.objects.filter(name="新安街道").exists()) == ("stale", False)
    assert "Something changed since this plan was computed" in text(client.get(plan.get_absolute_url()))
    client.post(url("plan_recompute", plan.pk))
    plan.refresh_from_db()
    assert plan.state == "ready"


@pytest.mark.django_db(transaction=True)
def test_a_file_without_our_headers_is_refused_with_a_sentence(client, office):
    plan = import_units(client, office[2], sheet(("a", "b"), header=("foo", "bar")))

    assert plan.state == "failed"
    assert "No sheet has a row of headers" in text(client.get(plan.get_absolute_url()))


@pytest.mark.django_db(transaction=True)
def test_only_the_plan_that_was_read_is_applied(client, office):
    plan = import_units(client, office[2], sheet(("", "新安街道", "", "")))

    client.post(url("plan_apply", plan.pk), {"digest": "another"})

    plan.refresh_from_db()
    assert (plan.state, Unit.objects.filter(name="新安街道").exists()) == ("ready", False)


@pytest.mark.django_db(transaction=True)
def test_a_plan_applied_twice_at_once_is_applied_once(client, office):
    plan = import_units(client, office[2], sheet(("", "新安街道", "", "")))

    results = race(*[lambda: start_apply(plan, digest=plan.digest)] * 2)

    assert refusals(results) == 1
    assert Unit.objects.filter(name="新安街道").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_plan_outlives_the_right_over_its_subject_unread_and_unapplied(office):
    _admin, scoped, district, _street, _elsewhere = office
    client = as_(scoped)
    plan = import_units(client, district, sheet(("", "新安街道", "", "")))
    Grant.objects.filter(user=scoped).update(ended_at=timezone.now())
    make.give(scoped, Role.ORGANIZER, district)

    page = client.get(plan.get_absolute_url())
    applied = client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    assert "新安街道" not in text(page)
    assert applied.status_code == 404


def test_a_discarded_plan_keeps_its_line_and_loses_its_data(client, office):
    admin = office[0]
    with actor.acting(actor.Actor(admin.pk, admin.name)):
        plan = make_plan("accounts.units", office[2], source=b"x", given={"name": "x"}, compute=False)

    client.post(url("plan_discard", plan.pk))

    plan.refresh_from_db()
    assert (plan.state, plan.source, plan.given) == ("discarded", None, None)


def test_the_template_has_the_four_columns(client, office):
    response = client.get(url("unit_template"))

    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.content.startswith(b"PK")


# Jobs -----------------------------------------------------------------------------------------------------------------


def test_a_job_and_its_file_are_for_whoever_asked(client, office):
    admin, scoped, *_rest = office
    job = Job.objects.create(
        task="x",
        title="Year-end",
        made_by=admin,
        state="done",
        result_name="年终.xlsx",
        result_file=ContentFile(b"PK", "a.xlsx"),
    )

    file = client.get(url("job_file", job.pk))

    assert url("job_file", job.pk) in text(client.get(url("job_detail", job.pk)))
    assert b"".join(file.streaming_content) == b"PK"
    assert "filename*=utf-8''%E5%B9%B4" in file.headers["Content-Disposition"]
    assert as_(scoped).get(url("job_file", job.pk)).status_code == 404
    assert as_(scoped).get(url("job_detail", job.pk)).status_code == 404


def test_a_page_that_waits_for_a_job_is_sent_to_the_result(client, office):
    job = Job.objects.create(task="x", title="Import", made_by=office[0], state="running", result_url="/plans/5/")
    waiting = client.get(url("job_detail", job.pk), headers={"HX-Request": "true"})
    Job.objects.update(state="done")

    done = client.get(url("job_detail", job.pk), headers={"HX-Request": "true"})

    assert "hx-get" in text(waiting)
    assert done.headers["HX-Redirect"] == "/plans/5/"


# Accounts -------------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_printed_changed_suspended_and_reactivated(client, office):
    _admin, _scoped, district, street, _elsewhere = office
    client.post(url("user_create"), {"name": "曾伟", "phone": "13800138000", "username": "", "unit": "Xixiang"})
    user = User.objects.get(username="zengwei")

    slip = client.post(url("user_slip", user.pk))
    client.post(url("user_update", user.pk), {"name": "曾伟", "phone": "", "username": "zeng", "unit": "Baoan"})
    client.post(url("user_suspend", user.pk))
    suspended = User.objects.get(pk=user.pk)
    client.post(url("user_reactivate", user.pk))

    assert user.first_password.open() in text(slip)
    assert user.unit == street
    user = User.objects.get(pk=user.pk)
    assert (user.username, user.unit, user.phone_mask, user.is_active) == ("zeng", district, "138****8000", True)
    assert not suspended.is_active
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "accounts.open_account",
        "accounts.show_first_passwords",
        "accounts.change_account",
        "accounts.suspend",
        "accounts.reactivate",
    ]


def test_a_phone_can_be_taken_away(client, office):
    user = make.user(phone="13800138000", unit=office[2])

    client.post(
        url("user_update", user.pk),
        {"name": "X", "phone": "", "without_phone": "on", "username": "xx", "unit": "Baoan"},
    )

    user.refresh_from_db()
    assert (user.phone, user.phone_index, user.phone_mask) == (None, None, "")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "138 0013 8000"}, ["Zhang"]),
        ({"q": "1380013800"}, []),
        ({"q": "zhang"}, ["Zhang"]),
        ({"role": "leader"}, ["Li"]),
        ({"view": "suspended"}, ["Wang"]),
    ],
)
def test_accounts_are_found_by_name_whole_phone_role_and_state(client, office, query, found):
    street = office[3]
    make.user(name="Zhang", username="zhang", phone="13800138000", unit=street)
    make.user(Role.LEADER, street, name="Li", unit=street)
    make.user(name="Wang", is_active=False, unit=street)

    page = text(client.get(url("user_list", **query)))

    assert [name for name in ("Zhang", "Li", "Wang") if f">{name}</a>" in page] == found


def test_the_list_of_accounts_never_loads_or_shows_a_phone(client, office, django_assert_num_queries):
    make.user(phone="13800138000", unit=office[3])

    with django_assert_num_queries(3) as asked:
        page = text(client.get(url("user_list")))

    assert "138****8000" in page
    assert "13800138000" not in page
    assert not any('"phone",' in query["sql"] for query in asked.captured_queries)


# Roles ----------------------------------------------------------------------------------------------------------------


def test_a_role_is_given_over_a_scope_that_is_typed(client, office):
    user, cohort = (
        make.user(unit=office[2]),
        make.cohort(program=make.program(unit=office[2], name="Ignite"), name="2026"),
    )
    days = {"starts_on": timezone.localdate(), "ends_on": "", "reason": "new term"}

    for data in [
        {"role": "leader", "scope_kind": "all", "scope": ""},
        {"role": "organizer", "scope_kind": "unit", "scope": "Baoan / Xixiang"},
        {"role": "evaluator", "scope_kind": "cohort", "scope": "Ignite · 2026"},
    ]:
        assert client.post(url("grant_give", user.pk), data | days).status_code == 302
    missing = client.post(
        url("grant_give", user.pk), {"role": "evaluator", "scope_kind": "cohort", "scope": "1999"} | days
    )

    assert list(user.grants.order_by("pk").values_list("scope_label", "scope_id")) == [
        ("", None),
        ("Xixiang", None),
        ("Ignite · 2026", cohort.pk),
    ]
    assert "Nothing of this name lies within your scope." in text(missing)
    assert 'value="Ignite · 2026"' in text(client.get(url("scope_options", scope_kind="cohort", scope="20")))


def test_a_scoped_administrator_is_offered_nothing_beyond_the_scope(office):
    _admin, scoped, *_rest = office
    client = as_(scoped)
    make.cohort(program=make.program(unit=office[4]), name="2026 far")

    assert "2026" not in text(client.get(url("scope_options", scope_kind="cohort", scope="2026")))
    assert "Elsewhere" not in text(client.get(url("scope_options", scope_kind="unit", scope="e")))
    form = text(client.get(url("grant_give", make.user(unit=office[3]).pk)))
    assert 'value="all"' not in form


def test_an_organizer_lends_a_role_and_the_deputy_gives_it_up(client, office):
    owner, deputy = make.user(Role.ORGANIZER, office[2]), make.user(username="deputy")
    grant = owner.grants.get()
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate() + timedelta(days=7)}

    response = as_(owner).post(url("grant_delegate", grant.pk), {"to": "Deputy", "reason": "on leave"} | days)
    lent = Grant.objects.get(delegated_from=grant)

    assert response.status_code == 302
    assert "standing in for" in text(as_(deputy).get(url("me")))
    as_(deputy).post(url("grant_end", lent.pk))
    assert Grant.objects.get(pk=lent.pk).ended_at is not None
    assert as_(deputy).post(url("grant_end", grant.pk)).status_code == 403
    assert as_(make.user(Role.ORGANIZER, office[2])).post(url("grant_end", grant.pk)).status_code == 404


# Seeing ---------------------------------------------------------------------------------------------------------------


def test_seeing_it_as_another_is_read_only_and_written_down_at_both_ends(client, office):
    admin, _scoped, _district, street, _elsewhere = office
    other = make.user(Role.LEADER, street, name="Leader", unit=street)

    client.post(url("view_as", other.pk), {"reason": "cannot find the page"})
    page = client.get(url("me"))
    write = client.post(url("complaint_create"), {"text": "as somebody else"})
    password = client.get(reverse("account_change_password"))
    shut = client.get(url("user_list"))
    client.post(url("view_as_end"))

    assert "You see this as Leader does" in text(page)
    assert (write.status_code, password.status_code, shut.status_code) == (403, 403, 403)
    assert Complaint.objects.count() == 0
    assert client.get(url("user_list")).status_code == 200
    entries = AuditEntry.objects.exclude(outcome="denied").order_by("pk").values_list("action", "actor", "seen_as")
    assert list(entries) == [
        ("accounts.start_view_as", admin.pk, None),
        ("accounts.end_view_as", admin.pk, other.pk),
    ]
    assert AuditEntry.objects.filter(action="accounts.write_while_viewing", actor=admin).count() == 2


def test_nobody_looks_through_the_eyes_of_somebody_with_more_rights(office):
    admin, scoped, *_rest = office

    response = as_(scoped).post(url("view_as", admin.pk), {"reason": "curious"})

    assert response.status_code == 422
    assert AuditEntry.objects.filter(action="accounts.start_view_as").count() == 0


def test_a_borrowed_view_ends_when_the_other_gains_rights(office):
    _admin, scoped, _district, street, _elsewhere = office
    other = make.user(Role.LEADER, street, name="Leader", unit=street)
    client = as_(scoped)
    client.post(url("view_as", other.pk), {"reason": "cannot find the page"})
    make.give(other, Role.LEADER)

    assert "You see this as" not in text(client.get(url("me")))


def test_why_names_the_permission_the_grant_and_the_rows(office):
    _admin, scoped, *_rest = office
    Grant.objects.filter(user=scoped).update(granted_by=office[0], scope_label="Baoan")

    page = text(as_(scoped).get(url("why", path=url("user_detail", 5))))

    assert "accounts.view_user" in page
    assert "rows that belong to a unit in the scope of the role" in page
    assert "granted by Admin" in page
    assert "Baoan" in page


@pytest.mark.parametrize("path", ["/nowhere/", "https://evil.example/", "", "/account/login/"])
def test_why_answers_for_any_address(client, office, path):
    assert client.get(url("why", path=path)).status_code == 200


# Records --------------------------------------------------------------------------------------------------------------


def test_the_audit_log_is_searched_by_words_of_the_page(client, office):
    client.post(url("unit_create", office[2].pk), {"name": "Xinan", "level": "street"})
    client.post(url("unit_close", Unit.objects.get(name="Xinan").pk))

    page = text(client.get(url("audit_list", action="created a unit")))
    detail = text(client.get(url("audit_detail", AuditEntry.objects.get(action="accounts.create_unit").pk)))

    assert (page.count("created a unit</"), page.count("took a unit out of use</")) == (1, 0)
    assert "Baoan" in detail


def test_a_scoped_administrator_sees_the_acts_of_people_of_the_scope_only(client, office):
    far = make.user(Role.ADMIN, office[4], unit=office[4])
    as_(far).post(url("unit_create", office[4].pk), {"name": "Far away", "level": "street"})
    entry = AuditEntry.objects.get()

    assert "Far away" in text(client.get(url("audit_list")))
    assert "Far away" not in text(as_(office[1]).get(url("audit_list")))
    assert as_(office[1]).get(url("audit_detail", entry.pk)).status_code == 404


def test_a_complaint_from_any_page_is_answered_once(client, office):
    trainee = make.user(Role.TRAINEE, make.cohort(), unit=office[3])
    as_(trainee).post(url("complaint_create", page="/journals/"), {"text": "Asked twice"})
    complaint = Complaint.objects.get()

    first = client.post(url("complaint_answer", complaint.pk), {"answer": "We removed it."})
    second = client.post(url("complaint_answer", complaint.pk), {"answer": "Again"})

    assert (complaint.page, first.status_code, second.status_code) == ("/journals/", 302, 422)
    assert "We removed it." in text(as_(trainee).get(url("complaint_mine")))
    assert "Asked twice" not in text(as_(make.user(Role.TRAINEE, make.cohort())).get(url("complaint_mine")))


def test_own_data_are_taken_as_one_file_and_written_down(client, office):
    admin = office[0]

    response = client.post(url("own_data"))

    assert response.json()["account"]["user_name"] == admin.username
    assert response.json()["roles"][0]["role"] == "admin"
    assert admin.exports.get().what == "own data"


def test_a_trainee_takes_everything_of_his_own_and_nothing_of_others(client):
    mine = make.trainee(of=make.person(name="Zhang", id_number="440306199001011234", phone="13800138000"))
    make.journal(mine, body="What I saw")
    make.journal(make.trainee(mine.cohort), body="What somebody else saw")
    client.force_login(make.trainee_account(mine))

    data = client.post(url("own_data")).json()

    assert data["person"][0]["id_number"] == "440306199001011234"
    assert [place["number"] for place in data["places"]] == [mine.number]
    assert [journal["body"] for journal in data["journals"]] == ["What I saw"]
    assert data["results"] == []


def test_colours_text_size_and_language_are_kept(client, office):
    client.post(url("appearance"), {"theme": "dark", "next": "/me/"})
    client.post(url("appearance"), {"text_size": "large"})
    client.post(url("language"), {"language": "zh-hans", "next": "https://evil.example"})

    admin = User.objects.get(pk=office[0].pk)
    assert (admin.theme, admin.text_size, admin.language) == ("dark", "large", "zh-hans")
    assert client.post(url("appearance"), {"theme": "pink"}).status_code == 400


def test_who_has_not_signed_in_chooses_the_language_by_a_cookie():
    client = Client()

    response = client.post(url("language"), {"language": "en", "next": "/account/login/"})

    assert response.url == "/account/login/"
    assert "Phone number or user name" in text(client.get("/account/login/"))


# The first administrator ----------------------------------------------------------------------------------------------


def test_the_first_administrator_comes_by_a_link_that_works_once():
    client, link = Client(), reverse("accounts:setup", kwargs={"token": new_setup_token()})
    data = {
        "unit": "宝安区",
        "name": "何静姝",
        "username": "he",
        "password1": "three blue boats",
        "password2": "three blue boats",
    }

    weak = client.post(link, data | {"password1": "12345678", "password2": "12345678"})
    done = client.post(link, data)

    assert (weak.status_code, done.status_code, done.url) == (422, 302, "/")
    assert client.get(url("user_list")).status_code == 200
    assert Client().get(link).status_code == 404
    assert Unit.objects.get().users.get().role_set == {"admin"}


@pytest.mark.parametrize(
    "token", ["forged", signing.dumps("first administrator", salt="another")], ids=["no token", "of another purpose"]
)
def test_a_link_that_this_server_did_not_print_opens_nothing(token):
    assert Client().get(reverse("accounts:setup", kwargs={"token": token})).status_code == 404


def test_opening_an_account_offers_the_unit_one_came_from(client, office):
    assert 'value="Baoan / Xixiang"' in text(client.get(url("user_create", unit=office[3].pk)))


def test_every_kind_of_scope_but_everything_has_its_rows():
    assert set(SCOPES) == set(ScopeKind) - {ScopeKind.ALL}


def test_a_complaint_does_not_keep_what_was_searched_for():
    trainee = make.user()

    as_(trainee).post(url("complaint_create", page="/people/?q=13800138000"), {"text": "Asked twice"})

    assert Complaint.objects.get().page == "/people/"


@pytest.mark.parametrize("key", ["-1e999999999", "1e30", "9" * 5000, "NaN", "²", str(2**63), "-1"])
def test_a_key_that_no_row_has_is_left_out(client, office, key):
    pages = [url("audit_list"), url("user_list"), reverse("cohorts:cohort_list")]

    answers = [client.get(page, {"key": key, "unit": key, "program": key, "kind": "x"}).status_code for page in pages]

    assert answers == [200, 200, 200]


def test_an_entry_leads_to_the_others_about_the_same_row(client, office):
    unit = office[2]
    entries = [record("accounts.change_unit", each) for each in (unit, unit, office[3])]
    others = client.get(url("audit_detail", entries[0].pk)).context["others"]

    table = client.get(others).context["table"]

    assert set(table.ordered.values_list("pk", flat=True)) == {entries[0].pk, entries[1].pk}


def test_a_file_of_a_job_that_is_gone_is_not_there():
    user = make.user()
    job = Job.objects.create(task="x", title="x", made_by=user, state="done", result_file="results/gone.xlsx")

    assert as_(user).get(url("job_file", job.pk)).status_code == 404
