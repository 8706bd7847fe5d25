"""Who sits in the office of these tests."""

import pytest

from accounts.models import Role
from tests import make


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
