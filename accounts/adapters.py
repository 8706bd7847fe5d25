from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the office; nobody signs up by himself."""

    def is_open_for_signup(self, request):
        return False
