"""The office of a walk: who is there, in which browser, and what the steps tell each other."""

import re
from datetime import date, timedelta
from pathlib import Path

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from tests.browser.product import Product
from tests.browser.visitor import Visitor

STREETS = ["新湖", "西乡", "航城", "福海", "沙井", "新桥", "松岗", "燕罗", "石岩", "福永"]
TODAY, YESTERDAY = "领导力", "战略思维"  # titles of two sessions
HEAD_TEACHER, TRAINEE, SECOND_TRAINEE = "19900001951", "19908600001", "19908600002"  # of the first class sheet
OWN_PASSWORD = "长亭外 古道边 42"


class Walk:
    """One office, in one language."""

    def __init__(self, browser: Browser, product: Product, folder: Path, *, language: str):
        self.browser, self.product, self.folder, self.language = browser, product, folder, language
        self.faults: list[str] = []
        self.examined: set[tuple] = set()  # by axe
        self.visitors: dict[str, Visitor] = {}
        self.accounts: dict[str, int] = {}
        self.cohorts: dict[str, int] = {}
        self.first_passwords: dict[str, str] = {}
        self.sessions: dict[str, int] = {}
        self.class_of_officer = self.scheme = 0  # keys of rows that one step makes and another opens
        self.sheet_code = self.public_link = ""
        self.screening = 0  # the key of the run that is decided
        self.people: dict[str, str] = {}  # logins of those who were chosen, by name
        self.placed = ""  # the login of one of them
        self.weeks: list[str] = []  # addresses of journals
        self.today: date = timezone.localdate()
        self.next_monday = self.today + timedelta(days=7 - self.today.weekday())
        self.first_day, self.last_day = self.today - timedelta(days=30), self.today + timedelta(days=60)

    def visitor(self, *, phone: bool = False) -> Visitor:
        """A new browser, in the language of the walk."""
        visitor = Visitor(
            self.browser,
            self.product.address,
            self.folder,
            language=self.language,
            faults=self.faults,
            examined=self.examined,
            phone=phone,
        )
        visitor.open("account_login")
        visitor.press(visitor.page.locator(f'footer button[name=language][value="{self.language}"]'))
        assert visitor.page.locator("html").get_attribute("lang").lower() == self.language
        return visitor

    def arrives(self, login: str, *, phone: bool = False) -> Visitor:
        """Signs in with the first password, and has to choose another before anything else."""
        visitor = self.visitors[login] = self.visitor(phone=phone)
        visitor.send(login=login, password=self.first_passwords[login])
        assert visitor.page.url.endswith(reverse("accounts:first_password"))
        visitor.look()
        visitor.send(password1=OWN_PASSWORD, password2=OWN_PASSWORD)
        visitor.press(visitor.page.locator(f'button[name=language][value="{self.language}"]').last)
        return visitor

    def opens_signed_link(self, words: str, holder: str) -> Visitor:
        """The phone of a mentor, without an account, to whom the office forwarded these words: it shows by the last four digits
        of its number whose it is."""
        visitor = self.visitor(phone=True)
        visitor.page.goto(words.rsplit(maxsplit=1)[-1])
        visitor.look()
        visitor.page.locator("#digits").fill(re.search(r"\*(\d{4})", holder)[1])
        visitor.press(visitor.page.locator("main button.btn-primary"))
        return visitor

    def apply(self, visitor: Visitor) -> None:
        """The plan, just as it was read; its progress survives a reload."""
        visitor.press(visitor.page.locator('main form[action$="/apply/"] button'))
        visitor.page.reload()
        visitor.wait_for_work()
