"""Hosts say whom they would like by a signed link: in their window, for their own posts, seeing little and nothing else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.services import LANGUAGE_COOKIE
from placements.models import HostContact, HostDraft, MatchPlan, Wish, WishLink, WishWindow
from placements.rules.host_wishes import USUAL, Choice, Seen, Sight, read_choices
from placements.rules.links import MOST_WRONG
from placements.services.host_wishes import send_by_link, write_host_wishes
from placements.services.signed import address_of
from placements.services.wish_links import make_wish_links, renew_wish_link, revoke_wish_link, wish_link_behind
from placements.services.wishes import Said
from tests import make
from tests.races import race
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    made = make.cohort()
    open_window(made)
    return made


def open_window(cohort, **fields):
    now = timezone.now()
    times = {"trainees_from": now - timedelta(days=1), "trainees_until": now + timedelta(days=1)}
    times |= {"hosts_from": now - timedelta(days=1), "hosts_until": now + timedelta(days=1)}
    return WishWindow.objects.create(cohort=cohort, **times | fields)


@pytest.fixture
def offer(cohort):
    made = make.offer(cohort)
    make.contact(made.post.host, phone="13900001234", name="Ms Host")
    return made


@pytest.fixture
def link(cohort, offer):
    make_wish_links(cohort, by=make.user())
    return WishLink.objects.get()


@pytest.fixture
def phone(client, link):
    """The phone of the contact, whose digits were typed."""
    client.cookies[LANGUAGE_COOKIE] = "en"
    client.post(address_of(link), {"digits": "1234"})
    return client


def close(cohort):
    hour = timedelta(hours=1)
    WishWindow.objects.filter(cohort=cohort).update(hosts_until=timezone.now() - hour)


def said(offer):
    rows = Wish.objects.filter(side="host", offer=offer).order_by("rank", "pk")
    return list(rows.values_list("trainee", "rank", "reason", "written_by"))


def page(client, link, query=""):
    return client.get(f"{address_of(link)}{query}").content.decode()


# What is said ---------------------------------------------------------------------------------------------------------


def test_a_host_ranks_refuses_and_changes_it_until_the_window_closes(phone, cohort, offer, link):
    one, two, three = (make.trainee(in_cohort=cohort) for _ in range(3))
    given = {"post": offer.pk, f"choice-{one.pk}": "2", f"choice-{two.pk}": "1", f"choice-{three.pk}": "no"}

    without_reason = phone.post(address_of(link), given)
    sent = phone.post(address_of(link), given | {f"reason-{three.pk}": "no chemistry"})
    first = said(offer)
    phone.post(address_of(link), {"post": offer.pk, f"choice-{one.pk}": "1"})
    second = said(offer)
    close(cohort)
    late = phone.post(address_of(link), {"post": offer.pk, f"choice-{two.pk}": "1"})

    assert (without_reason.status_code, sent.status_code, late.status_code) == (422, 302, 422)
    assert "Give the reason of each refusal" in without_reason.content.decode()
    assert f'name="choice-{three.pk}"' in without_reason.content.decode()
    assert first == [(two.pk, 1, "", None), (one.pk, 2, "", None), (three.pk, None, "no chemistry", None)]
    assert second == said(offer) == [(one.pk, 1, "", None)]
    assert list(offer.host_answers.order_by("pk").values_list("link", "ranked", "refused", "in_force")) == [
        (link.pk, 2, 1, False),
        (link.pk, 1, 0, True),
    ]


def test_the_audit_log_names_the_contact_and_has_one_entry_an_act(phone, cohort, offer, link):
    trainee = make.trainee(in_cohort=cohort)
    before = AuditEntry.objects.count()

    phone.post(address_of(link), {"post": offer.pk, f"choice-{trainee.pk}": "1", "do": "keep"})
    phone.post(address_of(link), {"post": offer.pk, f"choice-{trainee.pk}": "1"})

    entries = AuditEntry.objects.order_by("pk")[before:]
    assert [(each.action, each.actor_name, each.role, each.actor_id) for each in entries] == [
        ("placements.keep_host_draft", "Ms Host", "mentor", None),
        ("placements.send_host_wishes", "Ms Host", "mentor", None),
    ]


def test_a_draft_keeps_what_is_not_finished_counts_nowhere_and_goes_when_it_is_sent(phone, cohort, offer, link):
    one, two = make.trainee(in_cohort=cohort), make.trainee(in_cohort=cohort)
    unfinished = {"post": offer.pk, f"choice-{one.pk}": "3", f"choice-{two.pk}": "no", "do": "keep"}

    kept = phone.post(address_of(link), unfinished)
    body = page(phone, link)
    nothing_yet = (said(offer), offer.host_answers.count())
    phone.post(address_of(link), {"post": offer.pk, f"choice-{one.pk}": "1"})

    assert kept.status_code == 302
    assert "it counts once you send it" in body
    assert '<option value="3" selected>' in body
    assert nothing_yet == ([], 0)
    assert said(offer) == [(one.pk, 1, "", None)]
    assert HostDraft.objects.count() == 0


def test_to_name_nobody_is_an_answer(phone, offer, link):
    phone.post(address_of(link), {"post": offer.pk})

    assert list(offer.host_answers.values_list("ranked", "refused", "in_force")) == [(0, 0, True)]
    assert "You may change it here until" in page(phone, link)


def test_ranks_begin_with_one_are_given_once_and_are_at_most_so_many(phone, cohort, offer, link):
    WishWindow.objects.update(host_ranks=2)
    people = [make.trainee(in_cohort=cohort) for _ in range(3)]

    def send(*ranks):
        given = {f"choice-{each.pk}": rank for each, rank in zip(people, ranks)}
        return phone.post(address_of(link), given | {"post": offer.pk}).status_code

    assert [send("1", "1"), send("2"), send("1", "2"), send("3", "1", "2")] == [422, 422, 302, 422]
    assert [rank for _who, rank, *_rest in said(offer)] == [1, 2]  # nothing of what was refused; no rank dropped unsaid


def test_whoever_left_meanwhile_cannot_be_wished(cohort, offer, link):
    gone = make.trainee(in_cohort=cohort, status="withdrawn", ended_on=cohort.starts_on)
    stranger = make.trainee()

    for each in (gone, stranger):
        with pytest.raises(Refused):
            send_by_link(link, offer, [Choice(each.pk, "1", "")])


def test_two_phones_at_once_leave_one_whole_answer(transactional_db):
    cohort = make.cohort()
    open_window(cohort)
    offer = make.offer(cohort)
    make.contact(offer.post.host)
    make_wish_links(cohort, by=make.user())
    link = WishLink.objects.get()
    people = [make.trainee(in_cohort=cohort).pk for _ in range(3)]

    def send(first):
        ranks = {people[first]: "1", people[first + 1]: "2"}
        send_by_link(link, offer, [Choice(pk, rank, "") for pk, rank in ranks.items()])

    race(*[lambda first=n % 2: send(first) for n in range(6)])

    assert [rank for _pk, rank, _reason, _by in said(offer)] == [1, 2]
    assert offer.host_answers.filter(in_force=True).count() == 1


# What is seen ---------------------------------------------------------------------------------------------------------


def test_a_host_sees_what_the_cohort_shows_and_nothing_of_wishes(phone, cohort, offer, link):
    fields = {"study": "专业", "works_in": "工作领域", "first": "意向行业"}
    for order, (key, label) in enumerate(fields.items()):
        cohort.profile_fields.create(key=key, label=label, order=order)
    profile = {"study": "Chemistry", "works_in": "Textiles", "first": "Ceramics"}
    trainee = make.trainee(
        of=make.person(name="Anna Ma", sex="f", phone="13812345678"),
        in_cohort=cohort, work_unit="Bureau of Tests", position="Clerk", profile=profile,
    )  # fmt: skip
    make.wish(trainee, offer, None, reason="my uncle works there")

    usual = page(phone, link)
    WishWindow.objects.update(shown_to_hosts=["position", "sex"])
    other = page(phone, link)
    cohort.profile_fields.filter(key="study").update(is_personal=True)
    WishWindow.objects.update(shown_to_hosts=["study"])
    masked = page(phone, link)

    def seen(body):
        words = ("Anna Ma", "Bureau of Tests", "Chemistry", "Textiles", "Clerk", "female")
        return [word for word in words if word in body]

    assert seen(usual) == ["Anna Ma", "Bureau of Tests", "Chemistry", "Textiles"]
    assert seen(other) == ["Anna Ma", "Clerk", "female"]
    assert seen(masked) == ["Anna Ma"]
    for secret in ("Ceramics", "my uncle", "1381234", "138****"):
        assert secret not in usual + other + masked


def test_before_and_after_the_window_nobody_is_listed_and_what_was_sent_is_read_only(phone, cohort, offer, link):
    named, other = make.trainee(in_cohort=cohort), make.trainee(in_cohort=cohort)
    phone.post(address_of(link), {"post": offer.pk, f"choice-{named.pk}": "1"})
    close(cohort)
    after = page(phone, link)
    later = timezone.now() + timedelta(days=1)
    WishWindow.objects.update(hosts_from=later, hosts_until=later + timedelta(days=1))
    before = page(phone, link)

    assert "nothing can be changed here any more" in after
    assert named.person.name in after
    assert other.person.name not in after + before
    assert "You will be asked from" in before
    assert "<form" not in after.split("<footer")[0].split("<main")[1]


def test_once_places_are_published_the_page_takes_nothing_and_tells_no_result(phone, cohort, offer, link):
    trainee, now = make.trainee(in_cohort=cohort), timezone.now()
    rules = make.matching_rules(cohort)
    MatchPlan.objects.create(
        cohort=cohort,
        number=1,
        starts_on=offer.starts_on,
        rules=rules,
        state="published",
        made_at=now,
        published_at=now,
    )

    sent = phone.post(address_of(link), {"post": offer.pk, f"choice-{trainee.pk}": "1"})

    assert sent.status_code == 422
    assert said(offer) == []
    assert trainee.person.name not in page(phone, link)


# The link -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        lambda cohort, link: revoke_wish_link(cohort, link.host),
        lambda cohort, link: renew_wish_link(cohort, link.contact, instead_of=link.pk, by=make.user()),
        lambda cohort, link: WishWindow.objects.update(
            hosts_from=timezone.now() - timedelta(days=60), hosts_until=timezone.now() - timedelta(days=31)
        ),
        lambda cohort, link: HostContact.objects.update(left_on=timezone.localdate()),
        lambda cohort, link: type(link.host).objects.update(state="closed"),
        lambda cohort, link: type(cohort).objects.update(is_closed=True),
        lambda cohort, link: WishLink.objects.update(wrong_digits=MOST_WRONG),
    ],
    ids=["revoked", "renewed", "expired", "contact left", "host closed", "cohort closed", "digits guessed"],
)
def test_a_link_that_is_over_looks_like_one_that_never_was(phone, cohort, offer, link, end):
    path, forged = address_of(link), reverse("placements:wish_sheet", kwargs={"token": "f" * 40})
    before = phone.get(path).status_code
    end(cohort, link)

    answers = [phone.get(path), phone.get(forged), phone.post(path, {"post": offer.pk})]

    assert [before, *(answer.status_code for answer in answers)] == [200, 404, 404, 404]
    bodies = {answer.content.decode().replace(path, "").replace(forged, "").split("csrf")[0] for answer in answers}
    assert len(bodies) == 1
    assert offer.host_answers.count() == 0


def test_a_link_opens_nothing_of_another_host_and_no_other_kind_of_page(phone, cohort, offer, link):
    trainee, foreign = make.trainee(in_cohort=cohort), make.offer(cohort)
    token = address_of(link).strip("/").rpartition("/")[2]

    seen = phone.get(f"{address_of(link)}?post={foreign.pk}")
    sent = phone.post(address_of(link), {"post": foreign.pk, f"choice-{trainee.pk}": "1"})
    nonsense = phone.get(f"{address_of(link)}?post=x")
    as_mentor = phone.get(reverse("placements:mentor_feedback", kwargs={"token": token}))

    assert [each.status_code for each in (seen, sent, nonsense, as_mentor)] == [404] * 4
    assert foreign.post.name not in page(phone, link)
    assert said(foreign) == []


def test_somebody_else_with_the_link_does_not_get_past_the_digits(client, cohort, offer, link):
    trainee = make.trainee(in_cohort=cohort)

    asked = client.get(address_of(link)).content.decode()
    sent = client.post(address_of(link), {"post": offer.pk, f"choice-{trainee.pk}": "1"})

    assert trainee.person.name not in asked
    assert sent.status_code == 422
    assert said(offer) == []


def test_links_are_made_once_for_checked_hosts_with_a_contact_who_can_be_reached(cohort, offer, link):
    alone = make.offer(cohort)
    new = make.offer(cohort, at_host=make.host(cohort.program.unit, state="new", checked_on=None))
    for each in (new, offer):
        make.contact(each.post.host)
    manager = make.contact(alone.post.host, is_mentor=False)
    reached = make.contact(alone.post.host, email="m@example.org")

    made = make_wish_links(cohort, by=make.user())

    assert (made, make_wish_links(cohort, by=make.user())) == (1, 0)
    assert WishLink.objects.get(host=alone.post.host).contact == reached != manager
    assert wish_link_behind(address_of(link).strip("/").rpartition("/")[2]) == link


# The office -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def organizer(client, cohort):
    user = make.user(Role.ORGANIZER, cohort.program)
    client.force_login(user)
    return user


@pytest.mark.parametrize("hosts", [1, 3])
def test_the_board_needs_the_same_queries_for_any_number_of_hosts(
    client, django_assert_max_num_queries, cohort, organizer, hosts
):
    for _ in range(hosts):
        make.contact(make.offer(cohort).post.host)
    make_wish_links(cohort, by=organizer)
    url = reverse("placements:wish_link_list", kwargs={"cohort": cohort.pk})
    client.get(url)

    with django_assert_max_num_queries(8):
        answer = client.get(url)

    assert answer.status_code == 200


def test_the_office_sees_who_said_what_and_may_still_write_it_down(client, cohort, offer, link, organizer):
    trainee = make.trainee(in_cohort=cohort)
    send_by_link(link, offer, [Choice(trainee.pk, "1", "")])
    write_host_wishes(offer, [Said(trainee.pk, None, "on the phone")], by=organizer)
    detail = {"cohort": cohort.pk, "pk": offer.post.host_id}

    one = client.get(reverse("placements:wish_link_detail", kwargs=detail)).content.decode()
    post = client.get(reverse("placements:host_wishes", kwargs={"pk": offer.pk})).content.decode()

    assert f"written down by {organizer.name}" in one
    assert f"written down by {organizer.name}" in post
    assert "Ms Host, by the link" in post


def test_buttons_make_renew_and_revoke_and_say_what_happened(client, cohort, offer, organizer):
    host = {"cohort": cohort.pk, "pk": offer.post.host_id}
    other = make.contact(offer.post.host, name="Mr Second")

    def press(name, data=None, kwargs=host):
        answer = client.post(reverse(f"placements:{name}", kwargs=kwargs), data or {}, follow=True)
        return answer.content.decode()

    made = press("wish_links_make", kwargs={"cohort": cohort.pk})
    unsent = press("wish_link_send")
    renewed = press("wish_link_renew", {"contact": other.pk, "instead_of": WishLink.objects.get().pk})
    revoked = press("wish_link_revoke")
    again = press("wish_link_revoke")

    assert "1 link was made." in made
    assert "Nobody was written to" in unsent  # no channel is set up
    assert "Mr Second" in renewed
    assert "The link opens nothing any more." in revoked
    assert "There is no link to revoke." in again


def test_an_older_tab_does_not_end_a_hosts_link_that_was_just_made(cohort, link):
    by, other = make.user(), make.contact(link.host, name="Mr Second")
    made, again = (renew_wish_link(cohort, link.contact, instead_of=link.pk, by=by) for _click in range(2))

    with pytest.raises(Refused, match="in the meantime"):
        renew_wish_link(cohort, other, instead_of=link.pk, by=by)
    assert (made, WishLink.objects.count()) == (again, 2)


def test_what_hosts_see_is_set_with_the_window(client, cohort, organizer):
    url = reverse("placements:wish_window", kwargs={"cohort": cohort.pk})
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    times = ("trainees_from", "trainees_until", "hosts_from", "hosts_until")
    data |= {name: data[name].strftime("%Y-%m-%dT%H:%M") for name in times}

    usual = data["shown_to_hosts"]
    sent = client.post(url, data | {"shown_to_hosts": ["sex"]})
    bad = client.post(url, data | {"shown_to_hosts": ["id_number"]})

    assert usual == [str(each) for each in USUAL]
    assert (sent.status_code, bad.status_code) == (302, 422)
    assert WishWindow.objects.get().sight.keys == (Seen.SEX,)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINEE, Role.LEADER])
def test_asking_hosts_is_the_offices(client, cohort, role):
    client.force_login(make.user(role, cohort))

    assert client.get(reverse("placements:wish_link_list", kwargs={"cohort": cohort.pk})).status_code == 403


# Rules ----------------------------------------------------------------------------------------------------------------


def test_what_is_no_form_of_the_page_replaces_nothing(phone, cohort, offer, link):
    one = make.trainee(in_cohort=cohort)
    phone.post(address_of(link), {"post": offer.pk, f"choice-{one.pk}": "1"})
    before = said(offer)

    answers = [phone.post(address_of(link), {}), phone.post(address_of(link), b"{}", content_type="application/json")]

    assert [each.status_code for each in answers] == [404, 404]
    assert said(offer) == before != []


def test_choices_are_read_as_far_as_they_make_sense():
    given = {"choice-1": "2", "choice-2": "no", "reason-2": " far ", "choice-3": "11", "reason-4": "x", "choice-9": "1"}

    found = read_choices(given, [1, 2, 3, 4], ranks=5)

    assert found == [Choice(1, "2", ""), Choice(2, "no", "far"), Choice(4, "", "x")]


def test_what_is_shown_is_the_usual_until_somebody_says_otherwise():
    assert Sight.of(None).keys == USUAL
    assert Sight.of([]).keys == ()
    assert Sight.of(["sex", "id_number"]).keys == (Seen.SEX,)
