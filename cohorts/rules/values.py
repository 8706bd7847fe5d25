"""Cleaners of single cells: ``clean_x(cell) -> value``, or ``BadValue`` with a sentence that says what would be right.

Nothing is guessed: a value that could mean two things, or that has lost digits, is refused. A clean value cleans to
itself. Every cleaner takes any cell a spreadsheet can hold and takes time linear in its length.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from cohorts.rules.sentences import say
from trainee_mgmt.kit.sheets import Cell

Cleaner = Callable[[Cell], Any]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAME_LIMIT = 60
TEXT_LIMIT = 500
MOST = 20_000  # characters of a cell that is looked at at all

BLANKS = frozenset(["", "/", "\\", "-", "--", "—", "——", "－", "／", "无", "暂无", "N/A", "n/a", "NA", "*"])
ERROR_CELLS = frozenset(["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA"])
# Characters that cannot be seen: controls, zero-width and direction marks, lone surrogates; white space is folded.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
SPACES = re.compile(r"\s+")
HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
CHINESE = "\u2e80-\u2fd5\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003fffd"
# Copies from PDF files hold radicals (⼀ U+2F00) where the character (一 U+4E00) was meant.
RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2E80, 0x2FD6)}


class BadValue(ValueError):
    """A cell that cannot be taken as it is. ``params`` never hold an ID number or a phone number."""

    def __init__(self, code: str, **params: object):
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def sentence(self) -> str:
        return say(self.code, self.params)


def is_blank(cell: Cell) -> bool:
    """Whether a cell says nothing: empty, white space, or a stroke and the like put where there is no value."""
    if cell is None:
        return True
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return text in BLANKS or (len(text) <= 20 and INVISIBLE.sub("", text).strip() in BLANKS)


def as_text(cell: Cell) -> str:
    """The cell as one line of text, as the spreadsheet would show it."""
    if isinstance(cell, str):
        if len(cell) > MOST:
            raise BadValue("text_long", length=len(cell), limit=TEXT_LIMIT)
        if not cell.isprintable() or "  " in cell:
            cell = SPACES.sub(" ", INVISIBLE.sub("", cell))
        cell = cell.strip()
        if cell in ERROR_CELLS:
            raise BadValue("cell_error", found=cell)
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else cell.isoformat()


def _number_text(number: int | float) -> str:
    if not abs(number) < 10**30:  # also not a number, and infinite
        raise BadValue("cell_error", found="######")
    whole = isinstance(number, int) or number.is_integer()
    return str(int(number)) if whole else repr(number)


def _filled(cell: Cell) -> str:
    text = as_text(cell)
    if text in BLANKS:
        raise BadValue("blank")
    return text


def clean_text(cell: Cell, limit: int = TEXT_LIMIT) -> str:
    """One line of text. What begins with = + - @ is text like any other and stays as it is."""
    text = _filled(cell)
    if len(text) > limit:
        raise BadValue("text_long", length=len(text), limit=limit)
    return text


# --- name -----------------------------------------------------------------------------------------------------------

CHINESE_NAME = re.compile(f"[{CHINESE}]{{1,{NAME_LIMIT}}}")
BETWEEN_CHINESE = re.compile(f"(?<=[{CHINESE}]) (?=[{CHINESE}])")
STOP_BETWEEN_CHINESE = re.compile(f"(?<=[{CHINESE}])\\.(?=[{CHINESE}])")
MIDDLE_DOT = re.compile(r"(?: ?[·•‧∙⋅・･●] ?)+")
LOST = re.compile("[\ufffd?□■＊*]")
ANNOTATION = re.compile(r"[(\[【<].*|[^\w ]+|[\d_]+", re.DOTALL)


def clean_name(cell: Cell) -> str:
    """A person's name: no spaces between Chinese characters, · between the parts of minority names."""
    if not isinstance(cell, str):
        raise BadValue("blank" if cell is None else "name_not_text")
    if CHINESE_NAME.fullmatch(cell) and cell not in BLANKS:
        return unicodedata.normalize("NFC", cell.translate(RADICALS))
    text = _filled(cell).translate(HALF_WIDTH).translate(RADICALS)
    text = SPACES.sub(" ", unicodedata.normalize("NFC", text))
    text = MIDDLE_DOT.sub("·", BETWEEN_CHINESE.sub("", STOP_BETWEEN_CHINESE.sub("·", text))).strip(" ·")
    if text in BLANKS:
        raise BadValue("blank")
    if lost := LOST.search(text):
        raise BadValue("name_lost", found=lost[0])
    if len(text) > NAME_LIMIT:
        raise BadValue("text_long", length=len(text), limit=NAME_LIMIT)
    if strange := _strange(text):
        raise BadValue("name_extra", found=strange[:20])
    return text


def _strange(name: str) -> str:
    """What stands in a name and cannot belong to one: digits, brackets, remarks."""
    for at, char in enumerate(name):
        if not (char.isalpha() or char in " ·'’.-" or unicodedata.category(char)[0] in "MC" or char == "〇"):
            found = ANNOTATION.match(name, at)
            return masked(found[0] if found else char)
    return "" if any(char.isalpha() or unicodedata.category(char) == "Co" or char == "〇" for char in name) else name


# --- phone and ID number --------------------------------------------------------------------------------------------

JOINTS = re.compile(r"[\s\-‐‑‒–—―−().·'`_]+")
LOST_DIGITS = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
FLOAT_TEXT = re.compile(r"(\d+)\.0+")
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
TWO_NUMBERS = re.compile(r"\d{7,}[^\d]+\d{7,}")
EXACT = 10**15  # spreadsheets keep 15 digits of a number
LIKE_X = str.maketrans(dict.fromkeys("xⅩⅹХхΧχ×✕╳", "X"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def clean_phone(cell: Cell) -> str:
    """A mainland mobile number of 11 digits, without prefix, spaces and dashes."""
    text = _identifier(cell)
    if MOBILE.fullmatch(text):
        return text
    digits = _without_prefix(JOINTS.sub("", text))
    if MOBILE.fullmatch(digits):
        return digits
    raise _phone_fault(text, digits)


def _identifier(cell: Cell) -> str:
    """Text of a cell that holds a number which nobody reckons with; half width, digits never guessed."""
    if isinstance(cell, str):
        text = _filled(cell).translate(HALF_WIDTH).strip(" '`")
        if text in BLANKS:
            raise BadValue("blank")
        if LOST_DIGITS.fullmatch(text):
            raise BadValue("digits_lost")
        whole = FLOAT_TEXT.fullmatch(text)
        return whole[1] if whole else text
    if isinstance(cell, int | float) and not isinstance(cell, bool) and not abs(cell) < EXACT:
        raise BadValue("digits_lost")
    return _filled(cell)


def _without_prefix(text: str) -> str:
    for prefix in ("+86", "0086", "86"):
        if text.startswith(prefix) and len(text) == len(prefix) + 11:
            return text[len(prefix) :]
    return text


def _is_local(digits: str) -> bool:
    """A landline without its area code; none begins with 1, so that a mobile number cut short is not taken for one."""
    return len(digits) in (7, 8) and not digits.startswith("1")


def _phone_fault(text: str, digits: str) -> BadValue:
    if "*" in text:
        return BadValue("phone_masked")
    if TWO_NUMBERS.search(text[:100]):
        return BadValue("phone_several")
    if (digits.startswith("+") and not digits.startswith("+86")) or digits.startswith("00"):
        return BadValue("phone_foreign")
    strange = "".join(char for char in digits if char not in "0123456789+")
    if strange:
        return BadValue("phone_letters", found=strange[:12])
    if (digits.startswith("0") and len(digits) <= 12) or _is_local(digits) or digits.startswith(("400", "800")):
        return BadValue("phone_landline")
    digits = digits.removeprefix("+86").replace("+", "")
    if len(digits) != 11:
        return BadValue("phone_length", length=len(digits))
    return BadValue("phone_prefix", found=digits[:2])


def clean_id_number(cell: Cell) -> str:
    """An ID number of 18 characters whose birth date exists and whose check character fits (GB 11643)."""
    text = _identifier(cell)
    number = text if text.isascii() and text.isdigit() else JOINTS.sub("", text).translate(LIKE_X)
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit() and number[17] in "0123456789X"):
        raise _id_fault(number)
    if _date_of(number[6:10], number[10:12], number[12:14]) is None:
        raise BadValue("id_date")
    fits = check_character(number)
    if number[17] != fits:
        raise BadValue("digits_lost") if number.endswith("000") else BadValue("id_check", fits=fits)
    return number


def check_character(number: str) -> str:
    """The character that GB 11643 puts after the first 17 digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS)) % 11]


def _id_fault(number: str) -> BadValue:
    if "*" in number:
        return BadValue("id_masked")
    strange = "".join(char for at, char in enumerate(number) if char not in "0123456789X" or (char == "X" and at != 17))
    if strange:
        return BadValue("id_characters", found=strange[:12])
    return BadValue("id_old") if len(number) == 15 else BadValue("id_length", length=len(number))


class IdFacts(NamedTuple):
    """What a clean ID number says about its owner."""

    born_on: date
    sex: str


def facts_of_id(number: str) -> IdFacts:
    """Birth date and sex inside a clean ID number."""
    return IdFacts(date(int(number[6:10]), int(number[10:12]), int(number[12:14])), "m" if int(number[16]) % 2 else "f")


def _date_of(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= 1900 else None


# --- sex, birth, age ------------------------------------------------------------------------------------------------

SEX_WORDS = dict.fromkeys(["男", "男性", "男士", "m", "male", "man"], "m") | dict.fromkeys(
    ["女", "女性", "女士", "f", "female", "woman"], "f"
)


def clean_sex(cell: Cell) -> str:
    """``m`` or ``f``."""
    text = _filled(cell).translate(HALF_WIDTH).strip().lower()
    if text not in SEX_WORDS:
        raise BadValue("sex_unknown", found=shown(text))
    return SEX_WORDS[text]


class BornOn(NamedTuple):
    """A birth date; ``is_month_only`` where the file gave no day and the first of the month stands for it."""

    day: date
    is_month_only: bool


BIRTH = re.compile(
    r"(\d{4}) ?[-./年 ] ?(\d{1,2})(?: ?[-./月 ] ?(\d{1,2}))? ?[月日号]?(?: ?(?:0?0:00(?::00(?:\.0+)?)?|出?生))?",
    re.ASCII,
)
BIRTH_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
SHORT_YEAR = re.compile(r"\d{2} ?[-./年] ?\d{1,2}(?: ?[-./月] ?\d{1,2})? ?[月日]?", re.ASCII)
YEAR_ONLY = re.compile(r"(?:19|20)\d\d ?年?", re.ASCII)
AMBIGUOUS = re.compile(r"(\d{4})\.1", re.ASCII)
DAY_ZERO = date(1899, 12, 30)  # of the serial numbers by which spreadsheets count days
FIRST_SERIAL, LAST_SERIAL = 7000, 60000  # 1919 to 2064


def clean_born_on(cell: Cell) -> BornOn:
    """A birth date or month. 1990.1 is refused: as a number it is what is left of 1990.10."""
    if isinstance(cell, datetime):
        return _born(cell.date())
    if isinstance(cell, date):
        return _born(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and FIRST_SERIAL <= cell <= LAST_SERIAL:
        return _born(DAY_ZERO + timedelta(days=int(cell)))
    text = _filled(cell).translate(HALF_WIDTH).replace("。", ".")
    if ambiguous := AMBIGUOUS.fullmatch(text):
        raise BadValue("born_ambiguous", year=ambiguous[1])
    parts = BIRTH_DIGITS.fullmatch(text) or BIRTH.fullmatch(text)
    if parts is None:
        raise _born_fault(text)
    year, month, day = parts.groups()
    try:
        found = date(int(year), int(month), int(day or 1))
    except ValueError:
        raise BadValue("born_unreadable") from None
    return _born(found, is_month_only=day is None)


def _born(day: date, *, is_month_only: bool = False) -> BornOn:
    if not 1900 <= day.year <= 2100:
        raise BadValue("born_range", year=day.year)
    return BornOn(day, is_month_only)


def _born_fault(text: str) -> BadValue:
    if YEAR_ONLY.fullmatch(text):
        return BadValue("born_year_only")
    return BadValue("born_short_year" if SHORT_YEAR.fullmatch(text) else "born_unreadable")


def agrees(born: BornOn, by_id: date) -> bool:
    """Whether a birth date from a column says the same as the ID number, as far as it says anything."""
    return born.day == by_id or (born.is_month_only and (born.day.year, born.day.month) == (by_id.year, by_id.month))


def clean_age(cell: Cell) -> int:
    """Full years, 1 to 120."""
    text = _filled(cell).translate(HALF_WIDTH).removesuffix("周岁").removesuffix("岁").strip()
    whole = FLOAT_TEXT.fullmatch(text)
    text = whole[1] if whole else text
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 120):
        raise BadValue("age_unreadable")
    return int(text)


# --- other columns --------------------------------------------------------------------------------------------------

ETHNIC_GROUPS = words("""
    汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇
    柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京
    塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺
""")
OTHER_PEOPLES = words("穿青人 僜人 夏尔巴人 摩梭人 革家人 克木人 莽人 图瓦人 白马人 其他 外国血统中国籍人士")
PARTY_WORDS = {
    "党员": "中共党员",
    "共产党员": "中共党员",
    "中国共产党党员": "中共党员",
    "中共正式党员": "中共党员",
    "预备党员": "中共预备党员",
    "团员": "共青团员",
    "共青团": "共青团员",
    "无党派": "无党派人士",
}
YES_NO = dict.fromkeys(["是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "1", "是的"], True) | dict.fromkeys(
    ["否", "无", "没有", "不是", "×", "✕", "✗", "✘", "☐", "x", "n", "no", "false", "0", "错"], False
)
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{3,189}", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)


def clean_ethnicity(cell: Cell) -> str:
    """The name of one of the 56 groups with 族, or of a people not yet classed."""
    text = SPACES.sub("", _filled(cell))
    if text in OTHER_PEOPLES:
        return text
    if text.removesuffix("族") in ETHNIC_GROUPS:
        return text.removesuffix("族") + "族"
    raise BadValue("ethnicity_unknown", found=shown(text))


def clean_party(cell: Cell) -> str:
    """Political status; the short words for party and league members are written in full."""
    text = clean_text(cell, limit=40)
    return PARTY_WORDS.get(text, text)


def clean_education(cell: Cell) -> str:
    """Degree of education on one line, runs of spaces folded."""
    return clean_text(cell, limit=60)


def clean_yes_no(cell: Cell) -> bool:
    """True or false from the ways of ticking a box."""
    text = as_text(cell).translate(HALF_WIDTH).strip().lower()
    if text in YES_NO:
        return YES_NO[text]
    raise BadValue("blank") if is_blank(cell) or text in BLANKS else BadValue("yes_no_unknown", found=shown(text))


def clean_email(cell: Cell) -> str:
    """An e-mail address with its domain in small letters."""
    text = _filled(cell).translate(HALF_WIDTH).strip()
    name, _at, domain = text.partition("@")
    labels = domain.split(".")
    if not EMAIL.fullmatch(text) or len(labels) < 2 or not all(labels) or ".." in f".{name}.":
        raise BadValue("email_unreadable")
    return f"{name}@{domain.lower()}"


def clean_number(cell: Cell) -> Decimal:
    """A decimal number; thousands may be parted by commas."""
    if isinstance(cell, Decimal):
        cell = str(cell)
    text = _filled(cell).translate(HALF_WIDTH).replace(",", "").replace(" ", "")
    if not NUMBER.fullmatch(text):
        raise BadValue("number_unreadable")
    return Decimal(text)


def clean_date(cell: Cell) -> date:
    """A full date."""
    found = clean_born_on(cell)
    if found.is_month_only:
        raise BadValue("date_unreadable")
    return found.day


# --- showing --------------------------------------------------------------------------------------------------------

LONG_DIGITS = re.compile(r"\d(?:[ \-]?\d){8,} ?[XxⅩ]?")


def masked(text: str) -> str:
    """Text with every run of nine or more digits hidden but for its last two characters."""
    return LONG_DIGITS.sub(lambda run: "*" * (len(run[0]) - 2) + run[0][-2:], text)


def shown(cell: Cell, *, private: bool = False, limit: int = 40) -> str:
    """A cell as it may stand in a message: short, and without ID number or phone number."""
    try:
        text = as_text(cell[: 4 * limit] if isinstance(cell, str) else cell)
    except BadValue as bad:
        text = str(bad.params.get("found", ""))
    if private and any(char.isdigit() for char in text[:100]):
        keep = 2 if len(text) >= 7 else 0
        text = "*" * min(len(text) - keep, 16) + text[len(text) - keep :]
    text = masked(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
