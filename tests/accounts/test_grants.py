from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Grant, Role, ScopeKind, User
from accounts.services import delegate_grant, end_grant, give_grant, reset_password, suspend
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def in_force(user) -> list[str]:
    return [grant.role for grant in User.objects.get(pk=user.pk).grants_in_force]


def days(number) -> date:
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def district():
    top = make.unit("district")
    return top, make.unit("street", parent=top), make.unit("elsewhere")


def test_an_administrator_of_everything_gives_any_role_over_anything(district):
    by, user, cohort = make.user(Role.ADMIN), make.user(), make.cohort()

    give_grant(user, role=Role.ADMIN, scope_kind=ScopeKind.UNIT, scope_id=district[0].pk, by=by)
    give_grant(user, role=Role.EVALUATOR, scope_kind=ScopeKind.COHORT, scope_id=cohort.pk, by=by)

    labels = list(user.grants.order_by("pk").values_list("scope_label", flat=True))
    assert labels == ["district", f"{cohort.program.name} · {cohort.name}"]
    assert AuditEntry.objects.filter(action="accounts.give_grant").count() == 2


def test_a_scoped_administrator_gives_roles_within_the_scope_only(district):
    top, street, elsewhere = district
    by, user = make.user(Role.ADMIN, top), make.user()
    mine = make.cohort(program=make.program(unit=street))
    other = make.cohort(program=make.program(unit=elsewhere))

    give_grant(user, role=Role.ADMIN, scope_kind=ScopeKind.UNIT, scope_id=street.pk, by=by)
    give_grant(user, role=Role.ORGANIZER, scope_kind=ScopeKind.PROGRAM, scope_id=mine.program_id, by=by)
    give_grant(user, role=Role.EVALUATOR, scope_kind=ScopeKind.COHORT, scope_id=mine.pk, by=by)
    for role, kind, key in [
        (Role.ADMIN, ScopeKind.ALL, None),
        (Role.ADMIN, ScopeKind.UNIT, elsewhere.pk),
        (Role.ORGANIZER, ScopeKind.PROGRAM, other.program_id),
        (Role.EVALUATOR, ScopeKind.COHORT, other.pk),
        (Role.OFFICER, ScopeKind.TRAINING_CLASS, make.training_class(other).pk),
    ]:
        with pytest.raises(Refused):
            give_grant(user, role=role, scope_kind=kind, scope_id=key, by=by)

    assert user.grants.count() == 3


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.OFFICER, Role.LEADER])
def test_only_administrators_give_roles(district, role):
    by = make.user(role, district[0])

    with pytest.raises(Refused):
        give_grant(make.user(), role=Role.LEADER, scope_kind=ScopeKind.UNIT, scope_id=district[1].pk, by=by)


def test_an_administrator_for_a_time_gives_nothing_that_lasts_longer():
    by, user = make.user(), make.user()
    make.give(by, Role.ADMIN, ends_on=days(10))

    with pytest.raises(Refused):
        give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=by)
    with pytest.raises(Refused):
        give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, ends_on=days(11), by=by)
    give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, ends_on=days(10), by=by)

    assert in_force(user) == ["leader"]


def test_one_role_over_one_scope_is_given_once():
    by, user = make.user(Role.ADMIN), make.user()
    give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=by)

    with pytest.raises(Refused):
        give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=by)

    assert user.grants.count() == 1


def test_a_role_that_was_taken_back_is_gone_at_once_and_may_be_given_again():
    by, user = make.user(Role.ADMIN), make.user()
    grant = give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=by)

    end_grant(grant, by=by)

    assert in_force(user) == []
    with pytest.raises(Refused):
        end_grant(grant, by=by)
    give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=by)
    assert in_force(user) == ["leader"]


def test_a_scoped_administrator_takes_back_roles_within_the_scope_only(district):
    top, street, elsewhere = district
    by, user = make.user(Role.ADMIN, top), make.user()

    end_grant(make.give(user, Role.ORGANIZER, street), by=by)
    for scope in (elsewhere, None):
        with pytest.raises(Refused):
            end_grant(make.give(user, Role.ORGANIZER, scope), by=by)


def test_the_last_administrator_of_everything_stays():
    only = make.user(Role.ADMIN)
    make.give(make.user(), Role.ADMIN, ends_on=days(5))  # for a time: does not count
    make.user(Role.ADMIN, is_active=False)

    with pytest.raises(Refused):
        end_grant(only.grants.get(), by=None)
    with pytest.raises(Refused):
        suspend(only, by=None)

    assert in_force(only) == ["admin"]


def test_a_lent_role_has_the_same_scope_and_ends_with_the_one_it_came_from(district):
    owner, deputy = make.user(Role.ORGANIZER, district[0]), make.user()
    own = owner.grants.get()

    lent = delegate_grant(own, to=deputy, starts_on=days(0), ends_on=days(30), reason="on leave")

    deputy = User.objects.get(pk=deputy.pk)
    assert (lent.unit, lent.delegated_from, in_force(deputy)) == (district[0], own, ["organizer"])
    assert access.holds(deputy, "accounts.view_unit")
    end_grant(own, by=None)
    assert in_force(deputy) == []


def test_a_lent_role_rests_while_its_owner_is_suspended(district):
    make.user(Role.ADMIN)
    owner, deputy = make.user(Role.ORGANIZER, district[0]), make.user()
    delegate_grant(owner.grants.get(), to=deputy, starts_on=days(0), ends_on=days(30), reason="on leave")

    suspend(owner, by=None)

    assert in_force(deputy) == []


@pytest.mark.parametrize(
    ("starts", "ends", "reason"), [(0, 31, "on leave"), (-1, 10, "on leave"), (0, -1, "on leave"), (0, 10, " ")]
)
def test_nobody_lends_longer_than_he_has_or_without_a_reason(starts, ends, reason):
    owner = make.user()
    own = make.give(owner, Role.ORGANIZER, make.unit(), starts_on=days(0), ends_on=days(30))

    with pytest.raises(Refused):
        delegate_grant(own, to=make.user(), starts_on=days(starts), ends_on=days(ends), reason=reason)


def test_what_was_lent_and_what_is_one_s_own_is_not_lent_on(district):
    owner, deputy, third = make.user(Role.ORGANIZER, district[0]), make.user(), make.user()
    lent = delegate_grant(owner.grants.get(), to=deputy, starts_on=days(0), ends_on=days(30), reason="on leave")
    evaluator = make.user(Role.EVALUATOR, make.cohort())

    for grant in (lent, evaluator.grants.get()):
        with pytest.raises(Refused):
            delegate_grant(grant, to=third, starts_on=days(0), ends_on=days(3), reason="on leave")


def test_the_deputy_and_the_owner_may_end_what_was_lent(district):
    owner, deputy = make.user(Role.ORGANIZER, district[0]), make.user()
    first = delegate_grant(owner.grants.get(), to=deputy, starts_on=days(0), ends_on=days(3), reason="on leave")
    second = delegate_grant(owner.grants.get(), to=deputy, starts_on=days(5), ends_on=days(9), reason="on leave")

    end_grant(first, by=deputy)
    end_grant(second, by=owner)
    with pytest.raises(Refused):
        end_grant(owner.grants.get(delegated_from=None), by=deputy)


def test_a_deputy_for_a_week_cannot_take_over_the_account_that_he_stands_in_for():
    owner, deputy = make.user(Role.ADMIN, username="owner"), make.user()
    make.user(Role.ADMIN)
    lent = delegate_grant(owner.grants.get(), to=deputy, starts_on=days(0), ends_on=days(7), reason="on leave")
    deputy = User.objects.get(pk=deputy.pk)

    for act in (reset_password, suspend):
        with pytest.raises(Refused):
            act(owner, by=deputy)
    with pytest.raises(Refused):
        end_grant(owner.grants.get(), by=deputy)
    with pytest.raises(Refused):
        give_grant(deputy, role=Role.ADMIN, scope_kind=ScopeKind.ALL, by=deputy)

    reset_password(make.user(Role.ORGANIZER, make.unit()), by=deputy)
    assert lent.ended_at is None


@pytest.mark.django_db(transaction=True)
def test_a_role_is_not_given_by_somebody_who_loses_his_own_at_that_moment():
    make.user(Role.ADMIN)
    by, user = make.user(Role.ADMIN), make.user()
    own = by.grants.get()

    results = race(
        lambda: end_grant(own, by=None),
        lambda: give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=by),
    )

    given = user.grants.first()
    assert refusals(results) == (0 if given else 1)
    assert given is None or given.granted_at <= Grant.objects.get(pk=own.pk).ended_at


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_leave_at_once_one_stays():
    first, second = make.user(Role.ADMIN), make.user(Role.ADMIN)

    results = race(
        lambda: end_grant(first.grants.get(), by=None),
        lambda: suspend(second, by=None),
    )

    assert refusals(results) == 1
    assert Grant.objects.filter(ended_at=None, user__is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_role_given_twice_at_once_is_given_once():
    user = make.user()

    results = race(*[lambda: give_grant(user, role=Role.LEADER, scope_kind=ScopeKind.ALL, by=None)] * 2)

    assert refusals(results) == 1
    assert user.grants.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_role_is_not_lent_while_it_is_taken_back():
    owner, deputy = make.user(Role.ORGANIZER, make.unit()), make.user()
    own = owner.grants.get()

    race(
        lambda: end_grant(own, by=None),
        lambda: delegate_grant(own, to=deputy, starts_on=days(0), ends_on=days(3), reason="on leave"),
    )

    assert in_force(deputy) == []
