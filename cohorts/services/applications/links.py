"""The private link of an applicant: made of the key and a signature, so nothing that opens it lies in the database."""

from hmac import compare_digest

from cohorts.models import Application
from trainee_mgmt.kit.crypto import blind_index
from trainee_mgmt.kit.pages import is_key

LENGTH = 32


def link_key(application: Application) -> str:
    """What stands in the address: ``412-0f3c…``."""
    return f"{application.pk}-{_signature(application.pk)}"


def application_behind(key: str) -> Application | None:
    """The application whose link this is; a link that we did not make looks like one that never was."""
    pk, _dash, signature = key.partition("-")
    if not is_key(pk) or not compare_digest(signature.encode(), _signature(int(pk)).encode()):
        return None
    rows = Application.objects.select_related("round__cohort__program", "nominating_unit", "person")
    return rows.filter(pk=pk).first()


def _signature(pk: int) -> str:
    return blind_index("application_link", str(pk))[:LENGTH]
