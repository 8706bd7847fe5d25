"""The administrator sets the office up: units, accounts, roles, and who did what."""

from pathlib import Path

from openpyxl import Workbook

from tests.browser.walk.walk import OWN_PASSWORD, STREETS, Walk


# Administrator -----------------------------------------------------------------------------------------------------
def administrator_sets_up(walk: Walk) -> None:
    """The first administrator comes by the link that the server printed; it works once."""
    admin = walk.visitors["admin"] = walk.visitor()
    admin.look()
    admin.page.goto(walk.product.setup_link)
    admin.look()
    admin.send(unit="宝安区委组织部", name="陈主任", username="admin", password1=OWN_PASSWORD, password2=OWN_PASSWORD)
    assert admin.page.url == f"{walk.product.address}/"
    admin.look()

    with admin.expecting(404):
        assert admin.page.goto(walk.product.setup_link).status == 404


def administrator_builds_the_tree_of_units(walk: Walk) -> None:
    """One street by the form; the sheet brings the other nine and two communities, and again nothing."""
    admin = walk.visitors["admin"]
    admin.page.goto("/")
    admin.choose("accounts:unit_list")
    assert admin.rows() == 1
    admin.press(admin.page.locator('main a[href$="/new/"].btn-primary'))
    admin.look()
    admin.send(name="新湖街道", level="street", code="BA-01")
    admin.look()

    for new, same in ((11, 1), (0, 12)):
        admin.choose("accounts:unit_list")
        admin.press(admin.page.locator('main a[href$="/import/"]'))
        admin.send(file=_sheet_of_units(walk))
        admin.wait_for_work()
        admin.look()
        assert admin.figures() == [new, 0, same, 0]  # new, changed, unchanged, with problems
        if new:
            walk.apply(admin)
    admin.choose("accounts:unit_list")
    admin.look()
    assert admin.rows() == 13


def _sheet_of_units(walk: Walk) -> Path:
    book = Workbook()
    book.active.append(["上级单位", "名称", "级别", "编码"])
    for number, street in enumerate(STREETS, 1):
        book.active.append([None, f"{street}街道", "街道", f"BA-{number:02}"])
    for community in ("新湖社区", "上合社区"):
        book.active.append(["新湖街道", community, "社区", None])
    book.save(path := walk.folder / "units.xlsx")
    return path


def administrator_opens_accounts(walk: Walk) -> None:
    """Organizer, leader and two evaluators; each gets a slip with a first password."""
    admin = walk.visitors["admin"]
    people = {"lin": "林组织", "zhou": "周局长", "wang": "王评委", "li": "李评委"}
    for username, name in people.items():
        admin.choose("accounts:user_list")
        admin.follow("accounts:user_create")
        if username == "lin":
            admin.look()
        admin.send(name=name, username=username, unit="宝安区委组织部")
        key = walk.accounts[username] = admin.key_in_url()
        if username == "lin":
            admin.look()
        admin.press_action("accounts:user_slip", pk=key)
        walk.first_passwords[username] = admin.text(".code-plain")
        if username == "lin":
            admin.look()
        admin.open("accounts:user_detail", pk=key)
        if role := {"lin": "organizer", "zhou": "leader"}.get(username):
            admin.follow("accounts:grant_give", pk=key)
            if username == "lin":
                admin.look()
            admin.send(role=role, scope_kind="unit", scope="宝安区委组织部", reason="分管培训工作")
    admin.choose("accounts:user_list")
    admin.look()
    assert admin.tabs() == {"all": 5, "working": 1, "first": 4, "suspended": 0}
    admin.choose("accounts:grant_list")
    admin.look()
    assert admin.rows() == 3


def administrator_sees_who_did_what(walk: Walk) -> None:
    """One entry for each write: the set-up, the units, the accounts, the slips, the roles."""
    admin = walk.visitors["admin"]
    admin.choose("accounts:audit_list")
    admin.look()
    before = admin.rows()
    admin.open("accounts:user_detail", pk=walk.accounts["lin"])
    admin.press_action("accounts:user_slip", pk=walk.accounts["lin"])
    admin.choose("accounts:audit_list")
    assert admin.rows() == before + 1
    admin.press(admin.page.locator("#list-rows tbody a").first)
    admin.look()


STEPS = (
    administrator_sets_up,
    administrator_builds_the_tree_of_units,
    administrator_opens_accounts,
    administrator_sees_who_did_what,
)
