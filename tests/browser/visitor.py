"""Somebody in front of a browser: opens pages, follows links, fills in forms by the names of their fields.

Whatever the browser complains about is kept in ``faults``: the console, broken scripts, answers of 400 and above. ``look``
examines the page at both widths: nothing sticks out sideways, and axe finds nothing. Axe examines a page again when it shows
kinds of elements that pages of its kind did not show before; at the other width, one page of each kind.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, Download, Locator

from tests.browsers import PATIENCE

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
AXE = Axe().axe_script
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # what it would fetch anew for each page belongs to rules about films and sounds
}
COLOURS = {"rules": {"color-contrast": {"enabled": False}}}  # they are the same in each language
ROWS = [["tbody tr:nth-child(n+9)"], [".rows > li:nth-child(n+9)"]]  # of long lists the rest is alike
FRAME = [[".side"], [".topbar"], [".bottombar"]]  # on each page of a person the same
NUMBER = re.compile(r"\d[\d,]*")
TROUBLE = "main .errors, main .is-invalid, main .note-bad"
# What kinds of elements the page is made of: each with its parent, its class and what it says of itself.
SHAPES = """() => [...new Set([...document.querySelectorAll("#main, #main *, body > *")].map((node) => {
  const said = [...node.attributes].map(({name, value}) => /^(class|role|type|scope)$/.test(name) ? `${name}=${value}` : name);
  return `${node.parentElement.tagName} ${node.tagName} ${said.sort().join(" ")}`;
}))]"""
STICKING_OUT = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const isCut = (node) => node !== document.body && (getComputedStyle(node).overflowX !== "visible" || isCut(node.parentElement));
  const out = [...document.querySelectorAll("body *")].filter(
    (node) => node.getBoundingClientRect().right > innerWidth && !isCut(node.parentElement));
  return out.slice(-5).map((node) => `${node.tagName} ${node.className} ${node.getBoundingClientRect().right}`);
}"""
FIRST_LANGUAGE = "zh-hans"


class Visitor:
    """One person with a browser of his own, at a desk or with a phone."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        folder: Path,
        *,
        language: str,
        faults: list[str],
        examined: set[tuple],
        phone: bool = False,
    ):
        self.size, self.other_size = (PHONE, DESKTOP) if phone else (DESKTOP, PHONE)
        self.folder, self.language, self.faults, self.expected = folder, language, faults, set()
        self.examined, self.frames = examined, set()
        self.context = browser.new_context(
            base_url=address, viewport=self.size, has_touch=phone, reduced_motion="reduce", accept_downloads=True
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.fault(f"script: {error}"))
        self.page.on("response", self._answered)
        self.page.on("dialog", lambda dialog: dialog.accept())  # leaving a page with unsaved words

    def fault(self, what: str) -> None:
        self.faults.append(f"{self.page.url} ({self.page.viewport_size['width']} px): {what}")

    def _heard(self, said) -> None:
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.fault(f"console: {said.text}")

    def _answered(self, response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.fault(f"{response.status} for {response.request.method} {response.url}")

    @contextmanager
    def expecting(self, status: int) -> Iterator[None]:
        """Within, this answer is what it should be."""
        self.expected.add(status)
        yield
        self.expected.discard(status)

    # Where to -------------------------------------------------------------------------------------------------------
    def open(self, name: str, query: str = "", **kwargs) -> None:
        """The page of a URL name, typed into the address bar."""
        self.page.goto(reverse(name, kwargs=kwargs) + query)

    def link(self, name: str, query: str = "", **kwargs) -> Locator:
        return self.page.locator(f'main a[href="{reverse(name, kwargs=kwargs)}{query}"]').first

    def follow(self, name: str, query: str = "", **kwargs) -> None:
        """A link on the page leads there; one in a menu is reached through the menu."""
        self.press(self.link(name, query, **kwargs))

    def need(self, name: str, query: str = "", **kwargs) -> Locator:
        """The button of a line on the first page that says what needs this person now."""
        return self.page.locator(f'section[aria-labelledby=needs] a.btn[href="{reverse(name, kwargs=kwargs)}{query}"]')

    def choose(self, name: str, **kwargs) -> None:
        """By the navigation: at the side of a desk, at the foot of a phone or under its last entry."""
        url = reverse(name, kwargs=kwargs)
        if "cohort" in kwargs and not self.page.locator(f'.side a[href="{url}"]').count():
            self.switch_to(kwargs["cohort"])
        for place in (".side", ".bottombar"):
            entry = self.page.locator(f'{place} a[href="{url}"]')
            if entry.count() and entry.is_visible():
                return self.press(entry)
        if self.size is PHONE:
            self.page.locator('.bottombar a[href="#side"]').click()
        else:
            self.page.locator(".side summary").click()
        return self.press(self.page.locator(f'.side a[href="{url}"]'))

    def switch_to(self, cohort: int) -> None:
        """Another cohort, by the top bar: its menu, or the list of cohorts where none is chosen yet."""
        url = reverse("cohorts:cohort_detail", kwargs={"cohort": cohort})
        if self.page.locator(".scope summary").count():
            self.page.locator(".scope summary").click()
            return self.press(self.page.locator(f'.scope a[href="{url}"]'))
        self.press(self.page.locator(".scope a"))
        return self.press(self.page.locator(f'main a[href="{url}"]').first)

    def press(self, button: Locator) -> None:
        """A click that leads to a page; what asks for confirmation gets it, and the page must not complain."""
        menu = button.locator("xpath=ancestor::details[not(@open)][1]")
        if menu.count():
            menu.locator("summary").first.click()
        asks = button.get_attribute("data-confirm") is not None
        with self.page.expect_navigation(wait_until="load"):
            button.click()
            if asks:
                self.page.locator("#confirm [value=yes]").click()
        if 422 not in self.expected:
            self.refuse_trouble()

    def refuse_trouble(self) -> None:
        trouble = self.page.locator(TROUBLE)
        if trouble.count():
            raise AssertionError(f"{self.page.url} says: {' / '.join(trouble.all_inner_texts())}")

    def press_action(self, name: str, **kwargs) -> None:
        """The button of the form that posts there."""
        self.press(self.action(name, **kwargs))

    def action(self, name: str, **kwargs) -> Locator:
        return self.page.locator(f'main form[action^="{reverse(name, kwargs=kwargs)}"] button').first

    # What is typed --------------------------------------------------------------------------------------------------
    def field(self, name: str) -> Locator:
        return self.page.locator(f'main [name="{name}"]')

    def fill(self, **fields) -> None:
        for name, value in fields.items():
            self.fill_one(self.field(name.replace("__", "-")), value)

    def fill_one(self, field: Locator, value) -> None:
        kind = field.first.evaluate("node => node.tagName === 'INPUT' ? node.type : node.tagName.toLowerCase()")
        if kind == "radio":
            field.and_(self.page.locator(f'[value="{value}"]')).check()
        elif kind == "checkbox" and isinstance(value, bool):
            field.set_checked(value)
        elif kind == "checkbox":
            for each in field.all():
                each.set_checked(each.get_attribute("value") in value)
        elif kind == "select":
            field.select_option(value)
        elif kind == "file":
            field.set_input_files(value)
        else:
            field.fill(str(value))

    def pick(self, name: str, place: int) -> None:
        """The choice at this place of a list, the empty one being 0."""
        self.field(name).select_option(index=place)

    def send(self, **fields) -> None:
        """Fill in the form that has these fields, and send it by its main button."""
        self.fill(**fields)
        first = next(iter(fields)).replace("__", "-")
        form = self.page.locator(f'main form:has([name="{first}"])')
        self.press(form.locator("button.btn-primary, button.btn-danger").last)

    def download(self, button: Locator) -> Path:
        """What a link or button hands out, as a file with its own name."""
        menu = button.locator("xpath=ancestor::details[not(@open)][1]")
        if menu.count():
            menu.locator("summary").first.click()
        with self.page.expect_download(timeout=PATIENCE) as waiting:
            button.click()
        handed: Download = waiting.value
        handed.save_as(path := self.folder / handed.suggested_filename)
        return path

    # What is seen ---------------------------------------------------------------------------------------------------
    def wait_for_work(self) -> None:
        """Until the worker is through and the page shows what came of it."""
        self.page.locator("[data-poll]").wait_for(state="detached", timeout=PATIENCE)
        self.page.wait_for_load_state("load")
        self.refuse_trouble()

    def rows(self) -> int:
        """How many rows the list has on all its pages."""
        caption = self.page.locator("#list-rows caption")
        return last_number(caption.inner_text()) if caption.count() else 0

    def tabs(self) -> dict[str, int]:
        """The saved views of the list, by their keys, with their counts."""
        found = {}
        for tab in self.page.locator("#list-tabs a").all():
            view = re.search(r"view=(\w+)", tab.get_attribute("href"))
            found[view.group(1) if view else "all"] = last_number(tab.locator(".count").inner_text())
        return found

    def view(self, key: str) -> None:
        """A saved view of the list, by its tab."""
        self.page.locator(f'#list-tabs a[href*="view={key}"]').click()
        self.page.wait_for_url(f"**view={key}*")

    def choose_all(self) -> None:
        """Every row of the list, on all its pages."""
        self.page.locator("[data-pick-page]").check()
        self.page.locator("[data-pick-all]").click()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def key_in_url(self) -> int:
        """The last number in the address."""
        return int(re.findall(r"\d+", self.page.url.partition("?")[0].split("/", 3)[-1])[-1])

    def figures(self) -> list[int]:
        """The numbers of the first band of figures, in their order."""
        return [last_number(text) for text in self.page.locator(".figs").first.locator(".fig-value").all_inner_texts()]

    def look(self) -> None:
        """Examine the page as it stands, at both widths; for axe, both in the first language will do."""
        for size in (self.size, self.other_size):
            self.page.set_viewport_size(size)
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size(size | {"height": height})  # unrolled, so that no bar lies over anything
            if wide := self.page.evaluate(STICKING_OUT):
                self.fault(f"sticks out: {wide}")
            if (size is self.size or self.language == FIRST_LANGUAGE) and self._is_new(size):
                self._run_axe(size["width"])
        self.page.set_viewport_size(self.size)

    def _is_new(self, size: dict) -> bool:
        """Whether axe has not seen a page of this kind or, at the own width, the frame or something on the page."""
        width, kind = size["width"], re.sub(r"\d[\w-]*", "…", urlsplit(self.page.url).path)
        found = {(width, kind)}
        if size is self.size:
            found |= {(width, kind, shape) for shape in self.page.evaluate(SHAPES)}
        is_new = not found <= self.examined or (size is self.size and self._has_frame() and width not in self.frames)
        self.examined |= found
        return is_new

    def _has_frame(self) -> bool:
        return self.page.locator("#side").count() > 0

    def _run_axe(self, width: int) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        where = {"exclude": ROWS + (FRAME if width in self.frames else [])}
        rules = RULES if self.language == FIRST_LANGUAGE else RULES | COLOURS
        if self._has_frame():
            self.frames.add(width)
        for found in self.page.evaluate("([where, rules]) => axe.run(where, rules)", [where, rules])["violations"]:
            nodes = [" ".join(map(str, node["target"])) for node in found["nodes"]]
            self.fault(f"axe {found['impact']} {found['id']}: {nodes[:4]} ({len(nodes)})")


def last_number(text: str) -> int:
    return int(NUMBER.findall(text)[-1].replace(",", ""))


def numbers(text: str) -> list[int]:
    return [int(each.replace(",", "")) for each in NUMBER.findall(text)]
