from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignedLink(models.Model):
    """The way of one contact of a host to one page, without an account. Abstract; ``holder`` is the contact.

    The link is made from ``nonce`` and a key of the server; kept is its hash only, so a copy of the database opens nothing.
    """

    purpose = ""  # what it is for: links of different purposes never open one another's pages
    page = ""  # the URL name of the page that it opens

    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    opened_at = models.DateTimeField(_("last opened"), null=True)
    wrong_digits = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        abstract = True

    @property
    def holder(self):
        raise NotImplementedError
